"""A rule's column as what the rule is about: numbers, times, or values to put in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.config.instant import INSTANT, OFFSET
from mlgate.core.data.ir import Kind, Storage
from mlgate.core.data.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.sql import Cell


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A column read in one way.

    Attributes:
        value: Expression of the value; NULL for null cells and for those that cannot be read so.
        odd: Condition that the cell is not null and cannot be read so; None where that cannot be.
    """

    value: str
    odd: str | None


def column(name: str, table: Table, properties: Mapping[str, Property], otherwise: Kind = Kind.STRING) -> Cell:
    """Return the cell of a column that the table has; one that the contract does not declare is read as `otherwise`.

    Raises:
        KeyError: The table does not have it.
    """
    cell = table.cell(name, properties)
    if cell is None:
        raise KeyError(name)
    return cell if name in properties else replace(cell, kinds=frozenset({otherwise}))


def numbers(name: str, table: Table, properties: Mapping[str, Property]) -> Reading:
    """Return a column as finite numbers. What a rule measures is a number unless the contract declares otherwise."""
    cell = column(name, table, properties, Kind.NUMBER)
    number, present = cell.number, f"({cell.is_present})"
    if number is None:
        return Reading(value="NULL::DOUBLE", odd=present)
    if cell.storage in (Storage.INTEGER, Storage.DECIMAL):
        return Reading(value=f"CAST({number} AS DOUBLE)", odd=None)
    if cell.storage is Storage.TEXT and name not in properties and cell.is_number:
        number = f"CASE WHEN {cell.is_number} THEN {number} END"  # no type check of the row's looks at these cells
    odd = f"({present} AND NOT coalesce(isfinite({number}), false))"
    return Reading(value=f"CAST({number} AS DOUBLE)", odd=odd)


def instants(name: str, table: Table, properties: Mapping[str, Property]) -> Reading:
    """Return a column as microseconds since 1970 in UTC."""
    cell, index = column(name, table, properties), table.index(name)
    declared = next(item.type for item in table.columns if item.name == name)
    value = f"m{index}" if index in table.times else instant(cell, declared)
    return Reading(value=value, odd=f"(({cell.is_present}) AND {value} IS NULL)")


def with_times(table: Table, names: Iterable[str], properties: Mapping[str, Property]) -> Table:
    """Return the table with these columns read as times once for all that is asked about them."""
    if table.is_json:
        return table
    found = {index: name for name in names if (index := table.index(name)) is not None}
    times = {index: instants(name, table, properties).value for index, name in sorted(found.items())}
    return replace(table, times=times)


def instant(cell: Cell, declared: str) -> str:
    """Return the expression of a cell's microseconds since 1970 in UTC; NULL where it is no date and no time of one."""
    if cell.storage is Storage.TIMESTAMP or (cell.storage is Storage.DATE and declared == "date"):
        return f"epoch_us({cell.value})"
    if cell.text is None or cell.storage is Storage.DATE:
        return "NULL::BIGINT"
    written = f"CASE WHEN regexp_full_match({cell.text}, {literal(INSTANT)}) THEN upper({cell.text}) END"
    return f"(epoch_us(TRY_CAST({written} AS TIMESTAMP)) - {_offset(cell.text)})"


def _offset(text: str) -> str:
    """Return the microseconds that a text's zone is ahead of UTC: the engine's cast to TIMESTAMP skips zones."""
    hours, minutes = f"substr(right({text}, 5), 1, 2)", f"right({text}, 2)"
    clock = f"TRY_CAST({hours} AS BIGINT) * 60 + TRY_CAST({minutes} AS BIGINT)"
    sign = f"CASE WHEN substr(right({text}, 6), 1, 1) = '-' THEN -60000000 ELSE 60000000 END"
    has_zone = f"length({text}) > {len('2013-01-31T00:00:00')} AND regexp_matches({text}, {literal(OFFSET + '$')})"
    return f"CASE WHEN {has_zone} THEN ({clock}) * {sign} ELSE 0 END"
