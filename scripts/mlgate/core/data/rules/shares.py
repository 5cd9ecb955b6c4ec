"""null-fraction and share: which part of the rows is so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.ir import Kind, OneOf
from mlgate.core.data.query import key_is_null
from mlgate.core.data.rules import limits
from mlgate.core.data.rules.answers import Measure, unmeasured
from mlgate.core.data.rules.reading import column
from mlgate.core.data.sql import breaks
from mlgate.core.data.wording import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.contract import Category, TableRule
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.rules.answers import Answer


def ask_nulls(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what is counted for `null-fraction`."""
    return Measure(condition=key_is_null([column(rule.columns[0], table, properties)]))


def judge_nulls(rule: TableRule, answer: Answer) -> Broken | None:
    """Judge `null-fraction`."""
    name, count, rows = rule.columns[0], answer.count, answer.rows
    if rows == 0:
        return unmeasured(rule, "the table has no rows")
    fraction = rounded(count / rows)
    if limits.is_within(rule, fraction):
        return None
    is_too_much = rule.at_most is not None and fraction > float(rule.at_most)
    text = f"{percent(fraction)} of {name} is null ({count:,} of {rows:,} rows)"
    message = f"{text}, {limits.said(rule, fraction, percent)}"
    return of_rule(rule, message, count, answer.located if is_too_much else ())


def ask_share(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what is counted for `share`: values compare as those of an `enum` do."""
    cell = column(rule.columns[0], table, properties, _kind_of(rule.value))
    other = breaks(OneOf(values=(rule.value,)), cell) or "false"
    return Measure(aggregates=(f"count_if(({cell.is_present}) AND NOT coalesce(({other}), false))",))


def _kind_of(value: Category | None) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    return Kind.STRING if isinstance(value, str) else Kind.NUMBER


def judge_share(rule: TableRule, answer: Answer) -> Broken | None:
    """Judge `share`: of all rows, those without a value too."""
    if answer.rows == 0:
        return unmeasured(rule, "the table has no rows")
    count = answer.values[0]
    share = rounded(count / answer.rows)
    if limits.is_within(rule, share):
        return None
    text = f"{percent(share)} of {rule.columns[0]} is {_shown(rule.value)} ({count:,} of {answer.rows:,} rows)"
    return of_rule(rule, f"{text}, {limits.said(rule, share, percent)}", count)


def _shown(value: Category | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
