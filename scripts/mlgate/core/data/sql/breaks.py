"""Checks as SQL conditions: for each, what a row must be to break it. The dialect is DuckDB's.

Every condition is false or NULL for a row that satisfies the check; a filter counts neither. That is quicker than two
values, which `holds` gives where conditions are put together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data import nulls
from mlgate.core.data.ir import (
    Absent,
    Bound,
    Finite,
    Formatted,
    Length,
    Matches,
    MultipleOf,
    Never,
    OneOf,
    OnlyColumns,
    Present,
    Storage,
    TypeIs,
)
from mlgate.core.data.sql.holds import YES, holds
from mlgate.core.data.sql.leaf import breaks_leaf
from mlgate.core.data.sql.row import Row

if TYPE_CHECKING:
    from mlgate.core.data.ir import Test
    from mlgate.core.data.sql.cell import Cell


def breaks(test: Test, place: Cell | Row | None) -> str | None:
    """Return the condition that a row breaks `test`; None where no row can.

    Args:
        test: Of a check.
        place: The column, or the row; None for a column that the file does not have.
    """
    match test:
        case Never():
            return "true"
        case OnlyColumns():
            return None  # compared with the header once, or with each JSON line's keys: `query` does it
        case Present():
            return _lacks(place)
    if place is None:
        return None
    if isinstance(place, Row):
        return _unless(holds(test, place))
    broken = _breaks_cell(test, place)
    if place.storage is Storage.JSON or not place.accepts_null or nulls.passes(test):
        return broken
    # Null is a value here, as another schema of this property accepts it.
    return f"({place.value} IS NULL OR {broken})" if broken else f"{place.value} IS NULL"


def _breaks_cell(test: Test, cell: Cell) -> str | None:
    match test:
        case Absent():
            return f"{cell.json_type} IS NOT NULL" if cell.storage is Storage.JSON else f"{cell.value} IS NOT NULL"
        case TypeIs() | Finite() | OneOf() | Bound() | MultipleOf() | Length() | Matches() | Formatted():
            return breaks_leaf(test, cell)
    condition = _unless(holds(test, cell))
    return condition and f"{cell.is_there} AND {condition}"


def _lacks(place: Cell | Row | None) -> str | None:
    return "true" if place is None or isinstance(place, Row) else place.is_absent


def _unless(condition: str) -> str | None:
    return None if condition == YES else f"NOT {condition}"


def suspects(test: Test | None, place: Cell | Row | None) -> str:
    """Return the condition that a row has to go the second path for a keyword with these candidates."""
    if place is None:
        return "false"
    there = "true" if isinstance(place, Row) else place.is_there
    return there if test is None else f"{there} AND {holds(test, place)}"
