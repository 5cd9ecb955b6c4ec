"""What a table rule asks of the one scan, and what it makes of the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.config.contract import RuleKind
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.query import key_is_null
from mlgate.core.data.wording import percent
from mlgate.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.sql import Cell


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What one rule asks of the one scan.

    Attributes:
        condition: SQL condition of the rows that speak against the rule: counted, and located once the rule is broken.
        aggregates: SQL aggregates over the table's columns, whose values `judge` gets in this order.
    """

    condition: str | None = None
    aggregates: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the scan answers to a `Measure`.

    Attributes:
        rows: All rows of the table.
        count: Rows for which the condition holds.
        located: The first of them; empty before they were looked for.
        values: Of the aggregates.
    """

    rows: int
    count: int = 0
    located: tuple[int, ...] = ()
    values: tuple[Any, ...] = ()


def cells_of(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> list[Cell]:
    """Return the cells of a rule's columns, all of which the table has."""
    cells = [table.cell(name, properties) for name in rule.columns]
    return [cell for cell in cells if cell is not None]


def measure(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what to ask for a rule whose columns the table has."""
    if rule.kind in (RuleKind.PRIMARY_KEY, RuleKind.NULL_FRACTION):
        return Measure(condition=key_is_null(cells_of(rule, table, properties)))
    return Measure()


def judge(rule: TableRule, answer: Answer) -> Broken | None:
    """Return what the answer shows to be broken; rules that need queries of their own are judged elsewhere too."""
    if rule.kind is RuleKind.NULL_FRACTION:
        return _null_fraction(rule, answer)
    if rule.kind is RuleKind.PRIMARY_KEY and answer.count:
        message = f"the key {listed(rule.columns)} is null in {answer.count:,} of {answer.rows:,} rows"
        return of_rule(rule, message, answer.count, answer.located)
    return None


def _null_fraction(rule: TableRule, answer: Answer) -> Broken | None:
    name, count, rows = rule.columns[0], answer.count, answer.rows
    if rows == 0:
        return of_rule(rule, f"the fraction of nulls in {name} cannot be measured: no rows", 0)
    fraction = rounded(count / rows)
    text = f"{percent(fraction)} of {name} is null ({count:,} of {rows:,} rows)"
    if rule.at_most is not None and fraction > rule.at_most:
        return of_rule(rule, f"{text}, at most {percent(rule.at_most)} is allowed", count, answer.located)
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
