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
    text = "'" + str(value).replace("'", "''") + "'"
    return text if "\0" not in text else "(" + text.replace("\0", "' || chr(0) || '") + ")"


def pointer(name: str) -> str:
    """Return the JSON pointer of a property."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def pointer_of(name: str) -> str:
    """Return the JSON pointer of a property whose name is an SQL expression."""
    return f"('/' || replace(replace({name}, '~', '~0'), '/', '~1'))"
