"""Rows by what is in them: repeated rows, labels that contradict each other, and values that are counted."""

# ruff: noqa: S608 - names in a file never reach a query: columns go by position, texts through `literal`

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.query import LOCATED, ROW
from mlgate.core.data.sql import own_content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.query import Table
    from mlgate.core.data.sql import Cell


def hashed(table: Table, parts: Sequence[str], more: Sequence[str] = (), *, rows: bool = False) -> str:
    """Return a FROM item of `parts` as `k0`..., their hash `h`, `more`, and with `rows` the row's number."""
    names = [f"k{i}" for i in range(len(parts))]
    items = [f"{part} AS {name}" for part, name in zip(parts, names, strict=True)]
    inner = f"SELECT {', '.join([*items, *more, *([ROW] if rows else [])])} FROM {table.relation(rows=rows)}"
    return f"(SELECT *, hash({', '.join(names)}) AS h FROM ({inner}))"


def repeated_hashes(table: Table, parts: Sequence[str]) -> str:
    """Return the query of hashes that occur more than once: neighbours in sorted order, in bounded memory."""
    lagged = f"SELECT h, lag(h) OVER (ORDER BY h) AS before FROM {hashed(table, parts)}"
    return f"SELECT DISTINCT h FROM ({lagged}) WHERE h = before"


def repeated_rows(table: Table, parts: Sequence[str], among: str) -> str:
    """Return count and first rows that equal an earlier one, among those with a hash in the table `among`."""
    keys = ", ".join(f"k{i}" for i in range(len(parts)))
    suspects = f"SELECT * FROM {hashed(table, parts, rows=True)} SEMI JOIN {among} USING (h)"
    ranked = f"SELECT {ROW}, row_number() OVER (PARTITION BY {keys} ORDER BY {ROW}) AS nth FROM ({suspects})"
    return f"SELECT count(*), min({ROW}, {LOCATED}) FROM ({ranked}) WHERE nth > 1"


def contradicted_hashes(table: Table, parts: Sequence[str], label: str) -> str:
    """Return the query of hashes of features that occur with more than one label; no label is one, too."""
    item = hashed(table, parts, [f"hash({label}) AS label"])
    return f"SELECT h FROM {item} GROUP BY h HAVING min(label) <> max(label)"


def contradicting_rows(table: Table, parts: Sequence[str], label: str, among: str) -> str:
    """Return count and first rows whose features occur with another label, among those with a hash in `among`."""
    keys = ", ".join(f"k{i}" for i in range(len(parts)))
    item = hashed(table, parts, [f"hash({label}) AS label"], rows=True)
    ranged = (
        f"SELECT {ROW}, min(label) OVER w AS low, max(label) OVER w AS high FROM {item} SEMI JOIN {among} USING (h)"
    )
    return f"SELECT count(*), min({ROW}, {LOCATED}) FROM ({ranged} WINDOW w AS (PARTITION BY {keys})) WHERE low <> high"


def values_query(table: Table, cell: Cell) -> str:
    """Return the query of how many different values a column has, how often the rarest occurs, and how many cells."""
    cells = f"SELECT {own_content(cell)} AS v FROM {table.relation()}"
    inner = f"SELECT count(*) AS n FROM ({cells}) WHERE v IS NOT NULL GROUP BY v"
    return f"SELECT count(*), min(n), sum(n) FROM ({inner})"
