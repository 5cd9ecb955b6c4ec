"""Aligned tables for a terminal or a log: one line a row, whatever the cells hold. Pure."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDEST = 60  # columns of one cell
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # controls, and what turns or hides text


def cell(text: str | None, widest: int = WIDEST) -> str:
    """Return a text on one line, cut, and without characters that a terminal would not show as they are."""
    words = " ".join((text or "").split())
    shown = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in HIDDEN else c for c in words)
    return shown if width(shown) <= widest else _cut(shown, widest - 3) + "..."


def width(text: str) -> int:
    """Return how many columns a terminal gives to a text."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def table(head: Sequence[str], rows: Iterable[Sequence[str | None]], *, widest: int = WIDEST) -> str:
    """Return a table with its columns aligned to the left; columns without any content are left out."""
    lines = [[cell(text, widest) for text in row] for row in rows]
    kept = [index for index in range(len(head)) if any(line[index] for line in lines)]
    shown = [[head[index] for index in kept], *([line[index] for index in kept] for line in lines)]
    widths = [max(width(line[index]) for line in shown) for index in range(len(kept))]
    return "\n".join("  ".join(_padded(*pair) for pair in zip(line, widths, strict=True)).rstrip() for line in shown)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _cut(text: str, columns: int) -> str:
    while width(text) > columns:
        text = text[:-1]
    return text
