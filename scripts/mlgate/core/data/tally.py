"""From a plan and the table's rules to what the one scan counts, and from the counts back to what is broken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind, TableRule
from mlgate.core.data.broken import Broken, no_column
from mlgate.core.data.flags import Probe
from mlgate.core.data.ir import OnlyColumns, Present
from mlgate.core.data.query import condition_of
from mlgate.core.data.rules.measure import Answer, judge, measure
from mlgate.core.data.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.ir import Check, Plan
    from mlgate.core.data.query import Table


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One check or rule that the scan is asked about.

    Attributes:
        subject: The check or rule.
        probe: What is counted for it, if anything is.
        aggregates: What else is computed for it.
    """

    subject: Check | TableRule
    probe: Probe | None = None
    aggregates: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What the one scan has to answer for one version of a contract.

    Attributes:
        asked: In the contract's order.
        broken: What is known to be broken without counting: a column is not there.
    """

    asked: tuple[Asked, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Return what is counted."""
        return tuple(asked.probe for asked in self.asked if asked.probe is not None)

    @property
    def strict(self) -> tuple[Probe, ...]:
        """Return the probes that no row may answer to: a rule with a tolerance may not need its rows at all."""
        return tuple(asked.probe for asked in self.asked if asked.probe is not None and _is_strict(asked.subject))

    @property
    def aggregates(self) -> tuple[str, ...]:
        """Return what else is computed, one rule after another."""
        return tuple(aggregate for asked in self.asked for aggregate in asked.aggregates)


def _is_strict(subject: Check | TableRule) -> bool:
    return not isinstance(subject, TableRule) or subject.kind is RuleKind.PRIMARY_KEY


def tally(plan: Plan, rules: Sequence[TableRule], table: Table) -> Tally:
    """Return what to ask for a plan's checks and a contract's rules."""
    asked: list[Asked] = []
    broken: list[Broken] = []
    for check in plan.checks:
        condition = condition_of(check, table, plan.properties, plan.others)
        if condition == "true" and isinstance(check.test, Present):
            broken.append(no_column(check.pointer, check.column or ""))
        elif condition is not None:
            asked.append(Asked(subject=check, probe=Probe(id=len(asked), condition=condition)))
    for rule in rules:
        missing = [name for name in rule.columns if table.index(name) is None]
        broken += [replace(no_column(rule.pointer, name), severity=rule.severity) for name in missing]
        if missing:
            continue
        wanted = measure(rule, table, plan.properties)
        probe = None if wanted.condition is None else Probe(id=len(asked), condition=wanted.condition)
        asked.append(Asked(subject=rule, probe=probe, aggregates=wanted.aggregates))
    return Tally(asked=tuple(asked), broken=tuple(broken))


def broken_by(asked: Asked, answer: Answer) -> Broken | None:
    """Return what an answer means, or None where nothing is wrong."""
    subject = asked.subject
    if isinstance(subject, TableRule):
        return judge(subject, answer)
    if answer.count == 0:
        return None
    columns = () if subject.column is None or isinstance(subject.test, OnlyColumns) else (subject.column,)
    return Broken(
        pointer=subject.pointer,
        columns=columns,
        count=answer.count,
        rows=answer.located,
        message=sentence(subject, answer.count, answer.rows),
    )
