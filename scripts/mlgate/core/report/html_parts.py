"""What the sections of the HTML report are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.report.tags import Markup, join, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.outcome import Outcome

    Part = tuple[str, str, Markup]  # id, title and content of a section


def badge(outcome: Outcome | None, text: str = "") -> Markup:
    """Return an outcome in its colour, under its own name unless it has a `text`."""
    name = outcome.value if outcome else "missing"
    return tag("span", Markup('<i class="dot"></i>'), text or name, class_=f"badge {name}")


def table(head: Sequence[str], rows: Iterable[Markup], *, class_: str) -> Markup:
    """Return a table in a box that scrolls; a title that starts with `>` is a column of numbers."""
    titles = [tag("th", t.removeprefix(">"), scope="col", class_="n" if t[:1] == ">" else None) for t in head]
    body = Markup("\n").join(rows)
    content = join(tag("thead", tag("tr", *titles)), tag("tbody", Markup(body)))
    return tag("div", tag("table", content, class_=class_), class_="scroll")


def lead(text: str) -> Markup:
    """Return the sentence under a section's title."""
    return tag("p", text, class_="lead")


def note(*parts: str) -> Markup:
    """Return a remark."""
    return tag("p", *parts, class_="note")
