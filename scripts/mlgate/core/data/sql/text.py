"""Names and values as SQL."""

from __future__ import annotations

from typing import Any


def identifier(name: str) -> str:
    """Return `name` quoted as SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """Return a string, number or boolean as SQL literal; fractions as DOUBLE, never as DECIMAL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value!r}::DOUBLE"
    return "'" + str(value).replace("'", "''") + "'"
