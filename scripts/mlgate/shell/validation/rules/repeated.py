"""duplicate-rows, conflicting-labels and sorted: rows that are judged beside other rows of the table."""

# ruff: noqa: S608 - own expressions

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.rules import content, limits, ordering
from mlgate.core.data.rules.answers import is_tolerated, unmeasured
from mlgate.core.data.sql import own_content
from mlgate.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Plan
    from mlgate.core.data.rules.answers import Answer
    from mlgate.shell.validation.opened import Opened

_SUSPECTS = "suspects"


def duplicate_rows(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Return the rows that equal an earlier one in all columns that count."""
    names = _counting(opened, rule)
    reason = _cannot_judge(opened, rule, names, answer.rows)
    if reason:
        return [reason]
    parts = _contents(opened, names, plan)
    if not _suspects(opened, content.repeated_hashes(opened.table, parts)):
        return []
    count, located = opened.one(content.repeated_rows(opened.table, parts, _SUSPECTS))
    if is_tolerated(rule, count, answer.rows):
        return []
    message = f"{count:,} of {answer.rows:,} rows are the same as an earlier one{limits.tolerated(rule)}"
    return [of_rule(rule, message, count, located)]


def conflicting_labels(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Return the rows whose features occur with another label too."""
    label, *features = rule.columns
    names = features or [name for name in _counting(opened, rule) if name != label]
    reason = _cannot_judge(opened, rule, names, answer.rows)
    if reason:
        return [reason]
    parts = _contents(opened, names, plan)
    (marked,) = _contents(opened, [label], plan)
    if not _suspects(opened, content.contradicted_hashes(opened.table, parts, marked)):
        return []
    count, located = opened.one(content.contradicting_rows(opened.table, parts, marked, _SUSPECTS))
    if is_tolerated(rule, count, answer.rows):
        return []
    message = f"{count:,} of {answer.rows:,} rows have features that occur with another {label} too"
    return [of_rule(rule, message + limits.tolerated(rule), count, located)]


def unsorted(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Return the rows that do not follow on the one before."""
    values, count, located = opened.one(ordering.unsorted_query(rule, opened.table, plan.properties))
    broken = ordering.judge_sorted(rule, values, count, tuple(located or ()), answer.rows)
    return [broken] if broken else []


def _counting(opened: Opened, rule: TableRule) -> list[str]:
    return [column.name for column in opened.table.columns if column.name not in rule.ignored]


def _cannot_judge(opened: Opened, rule: TableRule, names: Sequence[str], rows: int) -> Broken | None:
    if not rows:
        return unmeasured(rule, "the table has no rows")
    unknown = [name for name in rule.ignored if opened.table.index(name) is None]
    if unknown:
        return unmeasured(rule, f"the file has no column {listed(unknown)}, which `ignore` names")
    return None if names else unmeasured(rule, "no column is left to compare")


def _contents(opened: Opened, names: Sequence[str], plan: Plan) -> list[str]:
    cells = [opened.table.cell(name, plan.properties) for name in names]
    return [own_content(cell) for cell in cells if cell is not None]


def _suspects(opened: Opened, query: str) -> int:
    """Keep the hashes that a query gives; return how many there are."""
    opened.connection.execute(f"CREATE OR REPLACE TEMP TABLE {_SUSPECTS} AS {query}")
    return int(opened.one(f"SELECT count(*) FROM {_SUSPECTS}")[0])
