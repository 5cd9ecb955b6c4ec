"""Two values in order: as numbers, as times or as text, whichever both of them are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.config.contract import Comparison, Order
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.ir import Kind, Storage
from mlgate.core.data.query import LOCATED, ROW
from mlgate.core.data.rules import limits
from mlgate.core.data.rules.answers import Measure, is_tolerated, unmeasured
from mlgate.core.data.rules.digits import by_digits
from mlgate.core.data.rules.reading import instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.rules.answers import Answer
    from mlgate.core.data.sql import Cell

_SQL = {Comparison.EQUAL: "=", Comparison.OTHER: "<>"}
_WAYS = ("number", "instant", "text", "boolean")
_TYPED = {Storage.INTEGER, Storage.DECIMAL, Storage.FLOAT}


@dataclass(frozen=True, kw_only=True)
class Value:
    """A cell in each way that it can be compared; NULL where it cannot be read so, None where it never is.

    Attributes:
        present: Condition that it is not null.
        exact: As whole part and fraction, of columns that hold more digits than a double.
        digits: What orders numbers that are the same double, see `digits`.
    """

    present: str
    exact: str | None = None
    digits: str | None = None
    number: str | None
    instant: str | None
    text: str | None
    boolean: str | None


def value_of(name: str, table: Table, properties: Mapping[str, Property]) -> Value:
    """Return a column's cell; one that the contract does not declare is a number where it looks like one."""
    cell = table.cell(name, properties)
    if cell is None:
        raise KeyError(name)
    if name not in properties:
        cell = replace(cell, kinds=frozenset({Kind.NUMBER, Kind.STRING}))
    declared = next(column.type for column in table.columns if column.name == name)
    number, moment = cell.number, instant(cell, declared)
    is_loose = cell.storage in (Storage.FLOAT, Storage.TEXT, Storage.JSON)
    return Value(
        present=f"({cell.is_present})",
        exact=_exact(cell),
        digits=by_digits(cell),
        number=f"CASE WHEN isfinite({number}) THEN {number} END" if number and is_loose else number,
        instant=None if moment == "NULL::BIGINT" else moment,
        text=cell.text,
        boolean=cell.boolean,
    )


def _exact(cell: Cell) -> str | None:
    """Return whole part and fraction: decimals of different scales have no common type that holds all of both."""
    if cell.storage not in (Storage.INTEGER, Storage.DECIMAL):
        return None
    whole = f"trunc({cell.value})" if cell.storage is Storage.DECIMAL else cell.value
    rest = f"{cell.value} - {whole}" if cell.storage is Storage.DECIMAL else "0"
    return f"CASE WHEN {cell.is_present} THEN row(CAST({whole} AS HUGEINT), CAST({rest} AS DECIMAL(38, 38))) END"


def _exactly(left: Value, right: Value) -> tuple[Value, Value]:
    """Return both so that their numbers are compared without loss, if both columns hold such."""
    if left.exact is None or right.exact is None:
        return left, right
    return replace(left, number=left.exact), replace(right, number=right.exact)


def is_broken(left: Value, comparison: Comparison, right: Value) -> str:
    """Return the condition that two values are there and not so ordered, or cannot be compared."""
    cases = []
    for way in _WAYS:
        one, other = getattr(left, way), getattr(right, way)
        if one is None or other is None:
            continue
        both = f"({one}) IS NOT NULL AND ({other}) IS NOT NULL"
        if way == "text":  # a time beside a text that is none has no place in an order
            times = [f"({item.instant}) IS NULL" for item in (left, right) if item.instant is not None]
            both = " AND ".join([both, *times])
        operator = _SQL.get(comparison, comparison.value)
        if way == "number" and left.digits is not None and right.digits is not None:
            same = f"{both} AND ({one}) = ({other}) AND ({left.digits}) IS NOT NULL AND ({right.digits}) IS NOT NULL"
            cases.append(f"WHEN {same} THEN NOT (({left.digits}) {operator} ({right.digits}))")
        cases.append(f"WHEN {both} THEN NOT (({one}) {operator} ({other}))")
    broken = f"CASE {' '.join(cases)} ELSE true END" if cases else "true"
    return f"{left.present} AND {right.present} AND {broken}"


def ask_compare(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what is counted for `compare`."""
    left, right = (value_of(name, table, properties) for name in rule.columns)
    storages = {column.storage for column in table.columns if column.name in rule.columns}
    if Storage.DECIMAL in storages:
        left, right = _exactly(left, right)
    elif len(storages) == 1 and storages <= _TYPED:
        left, right = replace(left, digits=None), replace(right, digits=None)  # of one type, which loses nothing
    condition = is_broken(left, rule.comparison or Comparison.EQUAL, right)
    return Measure(condition=condition, aggregates=(f"count_if({left.present} AND {right.present})",))


def judge_compare(rule: TableRule, answer: Answer) -> Broken | None:
    """Judge `compare`: of the rows that have both values."""
    both = answer.values[0]
    left, right = rule.columns
    said = f"{left} {(rule.comparison or Comparison.EQUAL).value} {right}"
    if not both:
        return unmeasured(rule, "no row has both values" if answer.rows else "the table has no rows")
    if is_tolerated(rule, answer.count, answer.rows):
        return None
    message = f"{said} does not hold in {answer.count:,} of {answer.rows:,} rows{limits.tolerated(rule)}"
    return of_rule(rule, message, answer.count, answer.located)


def unsorted_query(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> str:
    """Return the query of how many values there are, how many are out of order after the one before, and where."""
    cell = value_of(rule.columns[0], table, properties)
    index = table.index(rule.columns[0])
    if index is not None and table.columns[index].storage in _TYPED:
        cell = replace(cell, digits=None)  # neighbours are of one type, which loses nothing
    if index is not None and table.columns[index].storage is Storage.DECIMAL:
        cell = replace(cell, number=f"c{index}")
    ways = {way: getattr(cell, way) for way in (*_WAYS, "digits") if getattr(cell, way) is not None}
    items = [f"({expression}) AS {way}_now" for way, expression in ways.items()]
    inner = f"SELECT {ROW}, {', '.join([*items, 'true AS here'])} FROM {table.relation(rows=True)} WHERE {cell.present}"  # noqa: S608 - own expressions
    before = [f"lag({way}_now) OVER w AS {way}_before" for way in ways]
    lagged = (
        f"SELECT *, {', '.join([*before, 'lag(here) OVER w AS there'])} FROM ({inner}) WINDOW w AS (ORDER BY {ROW})"  # noqa: S608 - the same
    )
    condition = is_broken(_named(ways, "before", "there"), _comparison(rule), _named(ways, "now", "here"))
    judged = f"SELECT {ROW}, ({condition}) AS broken FROM ({lagged})"  # noqa: S608 - the same
    return f"SELECT count(*), count_if(broken), min({ROW}, {LOCATED}) FILTER (WHERE broken) FROM ({judged})"  # noqa: S608 - the same


def _comparison(rule: TableRule) -> Comparison:
    if rule.order is Order.ASCENDING:
        return Comparison.BELOW if rule.strictly else Comparison.AT_MOST
    return Comparison.ABOVE if rule.strictly else Comparison.AT_LEAST


def _named(ways: Mapping[str, str], suffix: str, present: str) -> Value:
    names = {way: f"{way}_{suffix}" if way in ways else None for way in (*_WAYS, "digits")}
    return Value(present=f"coalesce({present}, false)", **names)


def judge_sorted(rule: TableRule, values: int, count: int, located: tuple[int, ...], rows: int) -> Broken | None:
    """Judge `sorted`; rows without a value are passed over."""
    if not values:
        return unmeasured(rule, "no row has a value" if rows else "the table has no rows")
    if is_tolerated(rule, count, rows):
        return None
    word = f"strictly {rule.order.value}" if rule.strictly else rule.order.value
    message = f"{rule.columns[0]} is not {word}: {count:,} of {rows:,} rows do not follow on the one before"
    return of_rule(rule, message + limits.tolerated(rule), count, located)
