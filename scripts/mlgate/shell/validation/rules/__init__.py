"""The table rules that need queries of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.core.data.rules import limits
from mlgate.core.data.rules.answers import is_tolerated, unmeasured
from mlgate.shell.validation.rules.change import rows_change
from mlgate.shell.validation.rules.moments import exact_moments
from mlgate.shell.validation.rules.overlap import match_other
from mlgate.shell.validation.rules.primary_key import duplicates
from mlgate.shell.validation.rules.repeated import conflicting_labels, duplicate_rows, unsorted
from mlgate.shell.validation.rules.values import distinct_count, fresh, label_balance, quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.broken import Broken
    from mlgate.core.data.ir import Plan
    from mlgate.core.data.rules.answers import Answer
    from mlgate.shell.validation.opened import Opened

    Judge = Callable[[Opened, TableRule, Plan, Answer], list[Broken]]


def judge_rule(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Return what queries of its own show to be broken about a rule.

    Args:
        opened: The table.
        rule: The rule.
        plan: The compiled row schema, which says how columns are read.
        answer: What the one scan said to the rule; of a rule that asked nothing, how many rows there are.
    """
    judge = _JUDGES.get(rule.kind)
    if judge is None or any(opened.table.index(name) is None for name in rule.columns):
        return []
    return judge(opened, rule, plan, answer)


def _repeated_keys(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    return duplicates(opened, rule, plan, answer.rows)


def _unique(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """As a primary key, but rows with a null in it are not compared, and some may repeat."""
    if not answer.values[0]:
        why = "no row has a value in each of its columns" if answer.rows else "the table has no rows"
        return [unmeasured(rule, why)]
    found = duplicates(opened, rule, plan, answer.rows)
    return [
        replace(item, message=item.message + limits.tolerated(rule))
        for item in found
        if not is_tolerated(rule, item.count, answer.rows)
    ]


_JUDGES: dict[RuleKind, Judge] = {
    RuleKind.PRIMARY_KEY: _repeated_keys,
    RuleKind.UNIQUE: _unique,
    RuleKind.ROWS_CHANGE: lambda opened, rule, _plan, answer: rows_change(opened, rule, answer),
    RuleKind.DISTINCT_COUNT: distinct_count,
    RuleKind.MEAN: exact_moments,
    RuleKind.SUM: exact_moments,
    RuleKind.STDDEV: exact_moments,
    RuleKind.QUANTILE: quantile,
    RuleKind.SORTED: unsorted,
    RuleKind.DUPLICATE_ROWS: duplicate_rows,
    RuleKind.CONFLICTING_LABELS: conflicting_labels,
    RuleKind.LABEL_BALANCE: label_balance,
    RuleKind.FRESHNESS: lambda opened, rule, _plan, answer: fresh(opened, rule, answer),
    RuleKind.FOREIGN_KEY: match_other,
    RuleKind.NO_OVERLAP: match_other,
}
