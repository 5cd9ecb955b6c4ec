"""min and max: of numbers, or of dates and times. Rows beyond a limit are named; no message has a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.core.config.instant import last_microsecond, microseconds
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.ir import Bound, Kind, Operator, Storage
from mlgate.core.data.rules.answers import Measure, unreadable
from mlgate.core.data.rules.digits import by_digits, of_limit
from mlgate.core.data.rules.reading import Reading, column, instants, numbers
from mlgate.core.data.sql import breaks, literal
from mlgate.core.numbers import EXACT, WIDEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.contract import Limit, TableRule
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.rules.answers import Answer
    from mlgate.core.data.sql import Cell

_BROKEN_BY = {"<": Operator.AT_LEAST, "<=": Operator.ABOVE, ">": Operator.AT_MOST, ">=": Operator.BELOW}


def ask(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what the scan counts: rows beyond the limit, values, odd cells, and values that reach the other limit."""
    reading = reading_of(rule, table, properties)
    beyond, reached = _conditions(rule, reading.value, column(rule.columns[0], table, properties, Kind.NUMBER))
    speaking = [condition for condition in (beyond, reading.odd) if condition]
    return Measure(
        condition=" OR ".join(speaking) or None,
        aggregates=(f"count({reading.value})", *(_counted(item) for item in (reading.odd, beyond, reached))),
    )


def _counted(condition: str | None) -> str:
    return f"count_if({condition})" if condition else "0"


def reading_of(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Reading:
    """Return the column as numbers, or where a limit is a date as times."""
    return (instants if is_about_time(rule) else numbers)(rule.columns[0], table, properties)


def is_about_time(rule: TableRule) -> bool:
    """Return whether a rule's limits are dates or times."""
    return isinstance(rule.at_least, str) or isinstance(rule.at_most, str)


def _conditions(rule: TableRule, value: str, cell: Cell) -> tuple[str | None, str | None]:
    """Return when a value is beyond the limit that all must keep, and when it reaches the one that some must."""
    below, above = ("<", "<=") if rule.kind is RuleKind.MIN else (">=", ">")
    low = None if rule.at_least is None else _compared(value, below, rule.at_least, cell, is_upper=False)
    high = None if rule.at_most is None else _compared(value, above, rule.at_most, cell, is_upper=True)
    return (low, high) if rule.kind is RuleKind.MIN else (high, low)


def _compared(value: str, sign: str, limit: Limit, cell: Cell, *, is_upper: bool) -> str | None:
    is_typed = cell.storage in (Storage.INTEGER, Storage.DECIMAL)
    if is_typed and isinstance(limit, int) and abs(limit) < WIDEST:
        return breaks(Bound(operator=_BROKEN_BY[sign], limit=limit), cell)
    as_double = f"{value} {sign} {_limit(limit, is_upper=is_upper)}"
    digits = by_digits(cell)
    if is_typed or digits is None or isinstance(limit, str) or abs(limit) < EXACT:
        return as_double
    same = f"{value} = {_limit(limit, is_upper=is_upper)}"
    return f"CASE WHEN {same} THEN {digits} {sign} {of_limit(int(limit))} ELSE {as_double} END"


def _limit(limit: Limit, *, is_upper: bool) -> str:
    if not isinstance(limit, str):
        return literal(float(limit))
    return literal((last_microsecond(limit) if is_upper else microseconds(limit)) or 0)


def verdict(rule: TableRule, answer: Answer) -> Broken | None:
    """Return what the counts say."""
    filled, odd, beyond, reached = answer.values
    name, kind = rule.columns[0], rule.kind.value
    broken = unreadable(rule, answer, filled, odd, "dates or times" if is_about_time(rule) else "finite numbers")
    if broken:
        return broken
    all_must, one_must = ("at-least", "at-most") if rule.kind is RuleKind.MIN else ("at-most", "at-least")
    kept, reach = (rule.at_least, rule.at_most) if rule.kind is RuleKind.MIN else (rule.at_most, rule.at_least)
    if beyond:
        side = "below" if rule.kind is RuleKind.MIN else "above"
        message = f"{name} is {side} {kept} in {beyond:,} of {answer.rows:,} rows, {kind} asks for {all_must} {kept}"
        return of_rule(rule, message, beyond, answer.located)
    if reach is not None and not reached:
        side = "above" if rule.kind is RuleKind.MIN else "below"
        return of_rule(rule, f"every value of {name} is {side} {reach}, {kind} asks for {one_must} {reach}", 0)
    return None
