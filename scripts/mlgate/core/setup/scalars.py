"""Values as YAML that every reader of YAML 1.1 and 1.2 understands alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_/-]*(?:\.[A-Za-z0-9_/-]+)*")
# Words that some readers turn into booleans or null.
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def scalar(value: str | float | bool) -> str:
    """Return one value as YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return '"' + "".join(map(_escaped, value)) + '"'


def command(value: str) -> str:
    """Return a shell command as YAML: unquoted where that is safe, as people write it."""
    words = value.split(" ")
    plain = re.fullmatch(r"[A-Za-z0-9_./ =-]+", value) and words[0].lower() not in _WORDS and value.strip() == value
    return value if plain and re.match(r"[A-Za-z]", value) and "  " not in value else scalar(value)


def flow(values: Iterable[str | int | float | bool]) -> str:
    """Return values as a list on one line."""
    return "[" + ", ".join(map(scalar, values)) + "]"


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
