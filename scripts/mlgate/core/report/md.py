"""The pieces of a Markdown report: tables, folded sections, and what fits in a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Measure = Callable[[str], int]

LINE = 1  # every joined line costs its line end


def utf16(text: str) -> int:
    """Return how long a forge counts `text`: UTF-16 code units."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def utf8(text: str) -> int:
    """Return how long the runner counts a job summary: bytes."""
    return len(text.encode())


@dataclass(frozen=True, kw_only=True)
class Space:
    """How much a part may take, in the units of `measure`."""

    limit: int
    measure: Measure

    def share(self, fraction: float) -> Space:
        """Return a part of this space."""
        return Space(limit=int(self.limit * fraction), measure=self.measure)

    def less(self, *texts: str) -> Space:
        """Return what is left beside `texts`, each on lines of its own."""
        used = sum(self.measure(text) + LINE for text in texts)
        return Space(limit=self.limit - used, measure=self.measure)

    def first(self, lines: Iterable[str], *, most: int) -> list[str]:
        """Return the first `lines` that fit, at most `most` of them."""
        left, kept = self.limit, list[str]()
        for line in lines:
            left -= self.measure(line) + LINE
            if left < 0 or len(kept) == most:
                break
            kept.append(line)
        return kept


@dataclass(frozen=True, kw_only=True)
class Section:
    """A folded part of the report, kept or cut as a whole.

    Attributes:
        title: In words of ours, or escaped.
        body: Markdown.
        priority: Of two that do not both fit, the lower number stays.
        unfolded: Whether it is open when the page is.
    """

    title: str
    body: str
    priority: int
    unfolded: bool = False

    def text(self) -> str:
        """Return the section as Markdown."""
        start = "<details open>" if self.unfolded else "<details>"
        return f"{start}<summary><b>{self.title}</b></summary>\n\n{self.body}\n\n</details>"


def fitting(sections: Sequence[Section], space: Space) -> tuple[list[Section], list[Section]]:
    """Return which sections fit, in the order given, and which are cut."""
    left, kept = space.limit, list[Section]()
    for section in sorted(sections, key=lambda item: item.priority):
        cost = space.measure(section.text()) + 2 * LINE
        if cost <= left:
            left -= cost
            kept.append(section)
    return [s for s in sections if s in kept], [s for s in sections if s not in kept]


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, space: Space, most: int = 1_000) -> tuple[str, int]:
    """Return a table with the first rows that fit, and how many rows it holds.

    Args:
        head: Titles; one that starts with `>` is a column of numbers.
        rows: Escaped cells, as many as titles.
        space: What the table may take.
        most: The most rows.
    """
    titles = _line([title.removeprefix(">") for title in head])
    rule = _line(["--:" if title.startswith(">") else ":--" for title in head])
    lines = space.less(titles, rule).first((_line(row) for row in rows), most=most)
    return "\n".join([titles, rule, *lines]), len(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def paragraphs(*parts: str) -> str:
    """Return the parts that are not empty, with blank lines between them."""
    return "\n\n".join(part for part in parts if part)
