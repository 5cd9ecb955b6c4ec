"""Checks as SQL conditions. The dialect is DuckDB's."""

from mlgate.core.data.sql.breaks import breaks, suspects
from mlgate.core.data.sql.cell import JSON_NUMBERS, NUMBER, STRICT_NUMBER, Cell
from mlgate.core.data.sql.content import content, own_content
from mlgate.core.data.sql.row import Row
from mlgate.core.data.sql.text import identifier, literal

__all__ = [
    "JSON_NUMBERS",
    "NUMBER",
    "STRICT_NUMBER",
    "Cell",
    "Row",
    "breaks",
    "content",
    "identifier",
    "literal",
    "own_content",
    "suspects",
]
