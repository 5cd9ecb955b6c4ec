"""rows-change: how many more or fewer rows there are than the base has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.rules import limits
from mlgate.core.data.rules.answers import unmeasured
from mlgate.core.data.wording import percent
from mlgate.core.outcome import Severity
from mlgate.core.words import counted
from mlgate.shell.validation.rules.other import CannotReadError, open_source, reading_other

if TYPE_CHECKING:
    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.rules.answers import Answer
    from mlgate.shell.validation.opened import Opened


def rows_change(opened: Opened, rule: TableRule, answer: Answer) -> list[Broken]:
    """Compare with the base's rows: where there is no base, or it has the same table or none, nothing is broken."""
    if opened.request.base_missing:
        why = f"the base's version cannot be had: {opened.request.base_missing}"
        return [replace(unmeasured(rule, why), severity=Severity.WARN)]
    base = opened.request.base
    if base is None:
        return []
    try:
        with reading_other(rule, "how many rows the base has"):
            table = open_source(opened, base, ())
            before = int(opened.one(f"SELECT count(*) FROM {table.relation()}")[0])  # noqa: S608 - a quoted literal
    except CannotReadError as error:
        return [replace(error.broken, severity=Severity.WARN, reason="rule-unmeasured")]
    if before == 0:
        return [replace(unmeasured(rule, "the base's table has no rows"), severity=Severity.WARN)]
    change = rounded(abs(answer.rows - before) / before)
    if limits.is_within(rule, change):
        return []
    side = "more" if answer.rows > before else "fewer"
    message = (
        f"{counted(answer.rows, 'row')}, {percent(change)} {side} than the {before:,} of the base, "
        f"{limits.said(rule, change, percent)}"
    )
    return [of_rule(rule, message, abs(answer.rows - before))]
