"""Markdown as GitHub reads it, taken apart for assertions."""

from __future__ import annotations

from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options


class Page(HTMLParser):
    """Elements with their attributes, tables of cell texts, and the text of an HTML page."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[object, ...]] = []
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self._cell = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *attrs))
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell:
            self.tables[-1][-1][-1] += data


def page(markdown: str) -> Page:
    """Return `markdown` rendered with the extensions of GitHub, raw HTML included."""
    extensions = ["table", "autolink", "strikethrough", "tagfilter"]
    options = Options.CMARK_OPT_UNSAFE
    return Page(cmarkgfm.markdown_to_html_with_extensions(markdown, options=options, extensions=extensions))
