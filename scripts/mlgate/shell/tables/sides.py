"""A table as profiles and drift read it. Text is copied into the engine: what it holds is found by looking at it."""

# ruff: noqa: S608 - names of our own, and positions

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.data.drift.side import LOOSE, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from mlgate.core.data.query import Table

SAMPLE = 2000  # rows that tell which columns of text may hold numbers alone


def side_of(
    connection: duckdb.DuckDBPyConnection, table: Table, name: str, columns: Iterable[str] | None = None
) -> Side:
    """Return how the columns of a table are read.

    Args:
        connection: May read it.
        table: The table.
        name: Of its copy in the engine, where it takes one.
        columns: Those that will be read; all, where none are named.

    Raises:
        duckdb.Error: The table cannot be read.
    """
    wanted = None if columns is None else set(columns)
    positions = [i for i, column in enumerate(table.columns) if wanted is None or column.name in wanted]
    if not any(table.columns[index].storage in LOOSE for index in positions):
        return Side(table=table, item=table.relation())
    item = table.relation() if table.numbered else copied(connection, table, name, positions)
    side = Side(table=table, item=item)
    looks = side.looks(positions)
    first = _true(connection, looks, f"(SELECT * FROM {item} LIMIT {SAMPLE})")
    return replace(side, numeric=frozenset(_true(connection, {name: looks[name] for name in first}, item)))


def copied(connection: duckdb.DuckDBPyConnection, table: Table, name: str, positions: Iterable[int]) -> str:
    """Copy some columns of a table into one of the engine's own, in the order of its rows, and return its name."""
    columns = ", ".join(f"c{index}" for index in positions)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {columns} FROM {table.relation()}")
    return name


def _true(connection: duckdb.DuckDBPyConnection, conditions: Mapping[str, str], item: str) -> list[str]:
    """Return the columns of which a condition is true; of those without values, it is not."""
    if not conditions:
        return []
    found = connection.execute(f"SELECT {', '.join(conditions.values())} FROM {item}").fetchone() or ()
    return [name for name, is_so in zip(conditions, found, strict=True) if is_so]
