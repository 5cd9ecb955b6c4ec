"""Vega-Lite specifications to SVG, by vl-convert: no browser, and no network."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlgate.core.report.plots import Figure

# Vega draws with these alone; a picture with anything else is not shown.
ELEMENTS = frozenset({"svg", "g", "path", "line", "rect", "text", "tspan", "circle", "defs", "clipPath"})
_ELEMENT = re.compile(r"<\s*([^\s/>!?]+)")
_REFERENCE = re.compile(r'(\bid="|url\(#)([\w-]+)')
_LOADING = re.compile(r"\bhref\s*=|\bon\w+\s*=|url\((?!#)", re.IGNORECASE)
_NAMESPACE = re.compile(r'\s(?:xmlns(?::\w+)?|version)="[^"]*"')


def render(figures: Iterable[Figure], log: Callable[[str], None]) -> dict[str, str]:
    """Return SVG by figure id, ready to stand in one HTML page.

    A plot never decides anything, so one that cannot be drawn is left out, and `log` says so.
    """
    wanted = list(figures)
    if not wanted:
        return {}
    try:
        import vl_convert  # noqa: PLC0415 - 80 MB that only plots need
    except ImportError:
        log("vl-convert-python is not installed: the report has no plots (`plots: none` says so on purpose)")
        return {}
    drawn = {}
    for figure in wanted:
        try:
            svg = vl_convert.vegalite_to_svg(figure.spec, allowed_base_urls=[])
            drawn[figure.id] = inline(svg, name=figure.id)
        except ValueError as error:
            log(f"the plot {figure.id} could not be drawn: {error!s:.200}")
    return drawn


def inline(svg: str, *, name: str) -> str:
    """Return a picture so that it can stand inside HTML beside others: its ids are its own, and it loads nothing.

    Raises:
        ValueError: If the picture holds an element or attribute that a drawing has no need of.
    """
    unknown = set(_ELEMENT.findall(svg)) - ELEMENTS
    if unknown:
        raise ValueError(f"unexpected element {min(unknown)!r}")
    if any(_LOADING.search(tag) for tag in re.findall(r"<[^>]*>", svg)):
        raise ValueError("unexpected reference or handler")
    # Vega counts its ids up over the life of the process; here they start anew, so that equal reports have equal bytes.
    names = list(dict.fromkeys(match[2] for match in _REFERENCE.finditer(svg)))
    own = _REFERENCE.sub(lambda match: f"{match[1]}{name}-{names.index(match[2])}", svg)
    return re.sub(r"<svg[^>]*>", lambda match: _opening(match[0]), own, count=1)


def _opening(tag: str) -> str:
    """Return the picture's first tag without namespaces, hidden from screen readers: the figure around it has words."""
    return _NAMESPACE.sub("", tag).replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
