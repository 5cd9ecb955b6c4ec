"""From a plan and the table's rules to what the aggregate counts, and from the counts back to what is broken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.config.contract import RuleKind, TableRule
from mlgate.core.config.model import Severity
from mlgate.core.data.ir import OnlyColumns, Present
from mlgate.core.data.query import Probe, condition_of, key_is_null
from mlgate.core.data.wording import percent, sentence
from mlgate.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.data.ir import Check, Plan, Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.sql import Cell


@dataclass(frozen=True, kw_only=True)
class Broken:
    """Something that a table does not satisfy, before lines and values are looked up.

    Attributes:
        pointer: JSON pointer into the contract.
        columns: Whose values show it; of one column, the finding is about it.
        count: Rows that break it.
        rows: The first of them.
    """

    pointer: str
    message: str
    columns: tuple[str, ...] = ()
    severity: Severity = Severity.FAIL
    count: int = 0
    rows: tuple[int, ...] = ()
    reason: str = "contract-broken"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What one aggregate has to count for one version of a contract.

    Attributes:
        probes: Each with its place in `subjects` as id.
        subjects: The check or rule that each probe belongs to.
        broken: What is known to be broken without counting: a column is not there.
    """

    probes: tuple[Probe, ...] = ()
    subjects: tuple[Check | TableRule, ...] = ()
    broken: tuple[Broken, ...] = field(default_factory=tuple)


def tally(plan: Plan, rules: Sequence[TableRule], table: Table) -> Tally:
    """Return what to count for a plan's checks and a contract's rules."""
    probes: list[Probe] = []
    subjects: list[Check | TableRule] = []
    broken: list[Broken] = []
    for check in plan.checks:
        condition = condition_of(check, table, plan.properties)
        if condition == "true" and isinstance(check.test, Present):
            broken.append(no_column(check.pointer, check.column or ""))
        elif condition is not None:
            probes.append(Probe(id=len(subjects), condition=condition))
            subjects.append(check)
    for rule in rules:
        missing = [name for name in rule.columns if table.index(name) is None]
        broken += [replace(no_column(rule.pointer, name), severity=rule.severity) for name in missing]
        condition = None if missing else _rule_condition(rule, table, plan.properties)
        if condition is not None:
            probes.append(Probe(id=len(subjects), condition=condition))
            subjects.append(rule)
    return Tally(probes=tuple(probes), subjects=tuple(subjects), broken=tuple(broken))


def no_column(pointer: str, column: str) -> Broken:
    """Return what is broken when the file lacks a column."""
    return Broken(pointer=pointer, columns=(column,), message=f"{column} is missing: the file has no such column")


def cells_of(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> list[Cell]:
    """Return the cells of a rule's columns, all of which the table has."""
    cells = [table.cell(name, properties) for name in rule.columns]
    return [cell for cell in cells if cell is not None]


def _rule_condition(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> str | None:
    if rule.kind in (RuleKind.PRIMARY_KEY, RuleKind.NULL_FRACTION):
        return key_is_null(cells_of(rule, table, properties))
    return None


def broken_by(subject: Check | TableRule, count: int, rows: int, located: Sequence[int]) -> Broken | None:
    """Return what a probe's count means, or None where nothing is wrong.

    Args:
        subject: What was counted for.
        count: Rows for which the condition held.
        rows: All rows.
        located: The first of those that break it.
    """
    if isinstance(subject, TableRule):
        return _broken_rule(subject, count, rows, located)
    if count == 0:
        return None
    columns = () if subject.column is None else (subject.column,)
    if isinstance(subject.test, OnlyColumns):
        columns = ()
    return Broken(
        pointer=subject.pointer,
        columns=columns,
        count=count,
        rows=tuple(located),
        message=sentence(subject, count, rows),
    )


def _broken_rule(rule: TableRule, count: int, rows: int, located: Sequence[int]) -> Broken | None:
    if rule.kind is RuleKind.NULL_FRACTION:
        return _null_fraction(rule, count, rows, located)
    if count == 0:
        return None
    message = f"the key {listed(rule.columns)} is null in {count:,} of {rows:,} rows"
    return of_rule(rule, message, count, located)


def of_rule(rule: TableRule, message: str, count: int, located: Sequence[int] = ()) -> Broken:
    """Return what is broken about a table rule."""
    return Broken(
        pointer=rule.pointer,
        columns=rule.columns,
        severity=rule.severity,
        count=count,
        rows=tuple(located),
        message=message,
    )


def _null_fraction(rule: TableRule, count: int, rows: int, located: Sequence[int]) -> Broken | None:
    name = rule.columns[0]
    if rows == 0:
        return of_rule(rule, f"the fraction of nulls in {name} cannot be measured: no rows", 0)
    fraction = rounded(count / rows)
    text = f"{percent(fraction)} of {name} is null ({count:,} of {rows:,} rows)"
    if rule.at_most is not None and fraction > rule.at_most:
        return of_rule(rule, f"{text}, at most {percent(rule.at_most)} is allowed", count, located)
    if rule.at_least is not None and fraction < rule.at_least:
        return of_rule(rule, f"{text}, at least {percent(rule.at_least)} is asked for", count)
    return None


def row_count(rules: Sequence[TableRule], rows: int) -> list[Broken]:
    """Judge how many rows there are. A table with none is wrong unless an `at-least` says how few will do."""
    counted = [rule for rule in rules if rule.kind is RuleKind.ROW_COUNT]
    if rows == 0 and all(rule.at_least is None for rule in counted):
        return [Broken(pointer="", message="the table has no rows", reason="table-empty")]
    broken = []
    for rule in counted:
        if rule.at_least is not None and rows < rule.at_least:
            broken.append(of_rule(rule, f"{rows:,} rows, at least {rule.at_least:,.0f} are asked for", rows))
        if rule.at_most is not None and rows > rule.at_most:
            broken.append(of_rule(rule, f"{rows:,} rows, at most {rule.at_most:,.0f} are allowed", rows))
    return broken
