"""The table rules that need queries of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.shell.validation.rules.moments import exact_moments
from mlgate.shell.validation.rules.overlap import overlap
from mlgate.shell.validation.rules.primary_key import duplicates

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


_JUDGES: dict[RuleKind, Judge] = {
    RuleKind.PRIMARY_KEY: _repeated_keys,
    RuleKind.NO_OVERLAP: overlap,
    RuleKind.MEAN: exact_moments,
    RuleKind.SUM: exact_moments,
    RuleKind.STDDEV: exact_moments,
}
