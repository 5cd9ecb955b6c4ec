"""Some columns of a text file as a table of the engine's own: its rows have numbers, and reading it again costs little.

Numbering the rows of a file of text takes a scan by one thread; a copy is made by all of them, and keeps the order.
"""

# ruff: noqa: S608 - names of our own, and positions

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.data.ir import Storage
from mlgate.core.data.query import Table
from mlgate.shell.tables.sides import copied, side_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.data.drift.side import Side
    from mlgate.shell.validation.opened import Opened

LARGE = 2**28  # bytes of text that the engine's memory holds
MAX_COLUMNS = 500
OWN = "own"


def read_once(opened: Opened) -> Opened:
    """Return a file of text that is read several times as a copy of it; JSON Lines are checked where they lie."""
    request, table = opened.request, opened.table
    is_read_again = request.profile is not None or request.drift is not None
    is_text = any(column.storage is Storage.TEXT for column in table.columns)
    if not is_read_again or request.drift_alone or not is_text or table.written is not None:
        return opened
    return replace(opened, table=_copy(opened, range(len(table.columns))))


def side(opened: Opened, columns: Iterable[str] | None = None) -> Side:
    """Return how profiles and drift read a table; the first to ask says which columns, if not all."""
    if OWN not in opened.sides:
        opened.sides[OWN] = side_of(opened.connection, opened.table, OWN, columns)
    return opened.sides[OWN]


def numbered(opened: Opened, names: Iterable[str]) -> Table:
    """Return a table with these columns whose rows are numbered, if that is cheap: the file's own, or a copy."""
    table = opened.table
    found = sorted({index for name in names if (index := table.index(name)) is not None})
    if table.numbered or table.is_json or not found:
        return table
    held = (
        t for (positions, plain), t in opened.copies.items() if plain == table.plain and set(found) <= set(positions)
    )
    return next(held, None) or _copy(opened, found)


def _copy(opened: Opened, positions: Sequence[int]) -> Table:
    return hold(opened, copied(opened.connection, opened.table, f"copy{len(opened.copies)}", positions), positions)


def hold(opened: Opened, name: str, positions: Sequence[int]) -> Table:
    """Return a table of the engine's own that has these columns, and remember it."""
    columns = ", ".join([*(f"c{index}" for index in positions), "rowid"])
    table = Table(
        source=f"(SELECT {columns} FROM {name})",
        columns=tuple(opened.table.columns[index] for index in positions),
        numbered=True,
        plain=frozenset(place for place, index in enumerate(positions) if index in opened.table.plain),
    )
    return opened.copies.setdefault((tuple(positions), opened.table.plain), table)
