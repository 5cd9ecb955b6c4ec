"""Aligned tables for a terminal or a log: one line a row, whatever the cells hold. Pure."""

from __future__ import annotations

import itertools
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDEST = 60  # columns of one cell
LONGEST = 8  # characters that are looked at for a column: spaces and combining marks take none
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # controls, and what turns or hides text


def cell(text: str | None, widest: int = WIDEST) -> str:
    """Return a text on one line, cut, and without characters that a terminal would not show as they are."""
    given = text or ""
    words = " ".join(given[: widest * LONGEST].split())  # a record may say more than anybody could measure
    shown = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in HIDDEN else c for c in words)
    fits = len(given) <= widest * LONGEST and width(shown) <= widest
    return shown if fits else _cut(shown, widest - 3) + "..."


def width(text: str) -> int:
    """Return how many columns a terminal gives to a text."""
    return sum(map(_columns, text))


def table(head: Sequence[str], rows: Iterable[Sequence[str | None]], *, widest: int = WIDEST) -> str:
    """Return a table with its columns aligned to the left; columns without any content are left out."""
    lines = [[cell(text, widest) for text in row] for row in rows]
    kept = [index for index in range(len(head)) if any(line[index] for line in lines)]
    shown = [[head[index] for index in kept], *([line[index] for index in kept] for line in lines)]
    widths = [max(width(line[index]) for line in shown) for index in range(len(kept))]
    return "\n".join("  ".join(_padded(*pair) for pair in zip(line, widths, strict=True)).rstrip() for line in shown)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _columns(character: str) -> int:
    return 0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")


def _cut(text: str, columns: int) -> str:
    ends = itertools.accumulate(map(_columns, text))
    return text[: sum(end <= columns for end in ends)]
