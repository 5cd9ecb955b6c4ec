"""What a cell has in it, as text: cells with the same content have the same text, however their files write it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.ir import Storage
from mlgate.core.data.sql.normal import normal
from mlgate.core.numbers import EXACT

if TYPE_CHECKING:
    from mlgate.core.data.sql.cell import Cell

_MARK = "'\"' || "  # before a text: `1` is a number, `"1` is a text


def content(cell: Cell, *, marked: bool = False) -> str:
    """Return a cell as text in one form for all files: `5.0` and `05` of a number are `5`; NULL where it is null.

    Args:
        cell: The cell.
        marked: Whether a text differs from the number or boolean that is written like it.
    """
    mark = _MARK if marked else ""
    match cell.storage:
        case Storage.STRING:
            return f"{mark}{cell.value}"
        case Storage.DATE | Storage.TIMESTAMP:
            return f"{mark}{cell.text}"
        case Storage.INTEGER | Storage.BOOLEAN:
            return f"CAST({cell.value} AS VARCHAR)"
        case Storage.FLOAT:  # 0.1 is written so in 32 and in 64 bits
            text = f"CAST({cell.value} AS VARCHAR)"
            return _number(cell, text, fraction=text)
        case Storage.DECIMAL:
            return _decimal(cell)
        case Storage.TEXT:
            return _text(cell, mark)
        case Storage.JSON:
            return _json(cell, mark)
    nested = cell.as_json()
    whole = f"CAST({cell.value} AS VARCHAR)" if nested is None else normal(nested)
    return f"CASE WHEN {cell.value} IS NOT NULL THEN {whole} END"


def own_content(cell: Cell) -> str:
    """Return a cell in a form that is the same for the same content inside one table: typed columns as they are."""
    if cell.storage is Storage.JSON:
        return content(cell, marked=True)
    return content(cell) if cell.storage is Storage.TEXT else cell.value


def _number(cell: Cell, text: str, fraction: str | None = None) -> str:
    """Return a number's form; `text` where it is none, or has more digits than any type of the engine."""
    number = f"CAST({cell.number} AS DOUBLE)"
    whole, part = f"CAST(CAST({number} AS BIGINT) AS VARCHAR)", fraction or f"CAST({number} AS VARCHAR)"
    small = f"CASE WHEN {number} = trunc({number}) THEN {whole} ELSE {part} END"
    return f"CASE WHEN abs({number}) < {EXACT} THEN {small} ELSE coalesce(CAST({cell.whole} AS VARCHAR), {text}) END"


def _decimal(cell: Cell) -> str:
    is_lost = f"{cell.value} <> trunc({cell.value}) AND {cell.number} = trunc({cell.number})"
    digits = f"CASE WHEN {is_lost} THEN CAST({cell.value} AS VARCHAR) END"  # a double has no room for them
    fraction = f"CAST({cell.number} AS VARCHAR)"
    return f"coalesce(CAST({cell.whole} AS VARCHAR), {digits}, {fraction})"


def _text(cell: Cell, mark: str) -> str:
    """Return a CSV cell as what it may be read as."""
    found = f"{mark}{cell.value}"
    if cell.boolean is not None:
        found = f"CASE WHEN {cell.is_boolean} THEN lower({cell.value}) ELSE {found} END"
    return found if cell.number is None else _number(cell, found)


def _json(cell: Cell, mark: str) -> str:
    text = f"({cell.value}->>'$')"
    return (
        f"CASE {cell.json_type} WHEN 'VARCHAR' THEN {mark}{text} WHEN 'NULL' THEN NULL "
        f"WHEN 'DOUBLE' THEN {_number(cell, text)} WHEN 'ARRAY' THEN {normal(cell)} WHEN 'OBJECT' THEN {normal(cell)} "
        f"ELSE {text} END"
    )
