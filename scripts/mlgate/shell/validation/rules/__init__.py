"""The table rules that need queries of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.shell.validation.rules.overlap import overlap
from mlgate.shell.validation.rules.primary_key import duplicates

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.broken import Broken
    from mlgate.core.data.ir import Plan
    from mlgate.shell.validation.opened import Opened

    Judge = Callable[[Opened, TableRule, Plan, int], list[Broken]]

_JUDGES: dict[RuleKind, Judge] = {RuleKind.PRIMARY_KEY: duplicates, RuleKind.NO_OVERLAP: overlap}


def judge_rule(opened: Opened, rule: TableRule, plan: Plan, rows: int) -> list[Broken]:
    """Return what queries of its own show to be broken about a rule; `rows` is how many the table has."""
    judge = _JUDGES.get(rule.kind)
    if judge is None or any(opened.table.index(name) is None for name in rule.columns):
        return []
    return judge(opened, rule, plan, rows)
