"""Words for people: close matches, and values as messages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

SHOWN_CHARACTERS = 60


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `, did you mean 'x'?` for the closest known word, or nothing."""
    import difflib  # noqa: PLC0415 - only for a mistake, and every command loads this module

    close = difflib.get_close_matches(word[:200], list(known), n=1)
    return f", did you mean {close[0]!r}?" if close else ""


def shown(value: Any) -> str:
    """Return a configuration value as a message shows it, on one line and cut to 60 characters."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping" if value else "an empty mapping"
        case list():
            return "a list" if value else "an empty list"
        case str() if len(value) > SHOWN_CHARACTERS:
            return repr(value[:SHOWN_CHARACTERS]) + "..."
        case _:
            return repr(value)


def counted(number: int, word: str) -> str:
    """Return `1 record`, `12,000 records`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """Return `a, b or c`."""
    *first, last = list(words)
    return f"{', '.join(first)} or {last}" if first else last
