"""mean, sum and stddev, where the sums of the one scan leave open what holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.core.data.ir import Kind
from mlgate.core.data.rules import moments
from mlgate.core.data.rules.answers import unmeasured
from mlgate.core.data.rules.reading import column, numbers
from mlgate.core.words import counted

if TYPE_CHECKING:
    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.broken import Broken
    from mlgate.core.data.ir import Plan
    from mlgate.core.data.rules.answers import Answer
    from mlgate.shell.validation.opened import Opened


def exact_moments(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Take the sums exactly, if they have to be."""
    if not isinstance(moments.verdict(rule, answer), moments.Unsure):
        return []
    value = numbers(rule.columns[0], opened.table, plan.properties).value
    rows = opened.connection.execute(moments.exact_query(opened.table.relation(), value)).fetchall()
    query = moments.lost_query(
        opened.table.relation(), column(rule.columns[0], opened.table, plan.properties, Kind.NUMBER)
    )
    lost, unknown = opened.one(query) if query and rule.kind is RuleKind.SUM else (0, 0)
    if unknown:
        return [unmeasured(rule, f"{counted(unknown, 'cell')} of more than 127 bits", unknown)]
    broken = moments.exactly(rule, rows, int(lost))
    return [broken] if broken else []
