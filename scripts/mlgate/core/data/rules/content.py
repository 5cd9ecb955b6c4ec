"""Rows by what is in them: repeated rows, labels that contradict each other, and values that are counted."""

# ruff: noqa: S608 - names in a file never reach a query: columns go by position, texts through `literal`

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.ir import Storage
from mlgate.core.data.query import LOCATED, ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.query import Table
    from mlgate.core.data.sql import Cell

_EXACT = 2**53  # whole numbers below it are exact in a double


def content(cell: Cell) -> str:
    """Return a cell as text in one form for all files: `5.0` and `05` of a number are `5`; NULL where it is null."""
    match cell.storage:
        case Storage.STRING:
            return cell.value
        case Storage.TIMESTAMP:
            return cell.text or cell.value
        case Storage.FLOAT:  # 0.1 is written so in 32 and in 64 bits
            text = f"CAST({cell.value} AS VARCHAR)"
            return _number(f"CAST({cell.value} AS DOUBLE)", text, fraction=text)
        case Storage.DECIMAL:
            text = _number(f"CAST({cell.value} AS DOUBLE)", f"CAST({cell.value} AS VARCHAR)")
            is_lost = f"{cell.value} <> trunc({cell.value}) AND {cell.number} = trunc({cell.number})"
            digits = f"CASE WHEN {is_lost} THEN CAST({cell.value} AS VARCHAR) END"  # a double has no room for them
            return f"coalesce(CAST({cell.whole} AS VARCHAR), {digits}, {text})"
        case Storage.JSON:
            text = f"CASE WHEN {cell.json_type} <> 'NULL' THEN CAST({cell.value} AS VARCHAR) END"
            return f"coalesce({cell.text}, {_number(cell.number or 'NULL::DOUBLE', text)})"
        case Storage.TEXT if cell.number is not None:
            text = f"coalesce(CAST({cell.boolean} AS VARCHAR), {cell.value})" if cell.boolean else cell.value
            return _number(cell.number, text)
        case Storage.TEXT if cell.boolean is not None:
            return f"coalesce(CAST({cell.boolean} AS VARCHAR), {cell.value})"
        case Storage.TEXT:
            return cell.value
    return f"CAST({cell.value} AS VARCHAR)"


def own_content(cell: Cell) -> str:
    """Return a cell in a form that is the same for the same content inside one table: typed columns as they are."""
    return content(cell) if cell.storage in (Storage.TEXT, Storage.JSON) else cell.value


def _number(number: str, text: str, fraction: str | None = None) -> str:
    is_whole = f"abs({number}) < {_EXACT} AND {number} = trunc({number})"
    is_fraction = f"abs({number}) < {_EXACT} AND {number} <> trunc({number})"
    whole, part = f"CAST(CAST({number} AS BIGINT) AS VARCHAR)", fraction or f"CAST({number} AS VARCHAR)"
    return f"CASE WHEN {is_whole} THEN {whole} WHEN {is_fraction} THEN {part} ELSE {text} END"


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
