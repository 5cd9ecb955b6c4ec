"""HTML from Python: a plain string given to `tag` is escaped; only what `tag` made goes in as it is."""

from __future__ import annotations

from mlgate.core.report.untrusted import html_text

VOID = frozenset({"br", "hr", "meta", "circle", "line", "path", "rect"})


class Markup(str):
    """HTML that is ready: made by `tag` or `join`, never from data."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | None) -> Markup:
    """Return an element; `class_` is `class`, `data_label` is `data-label`, and None leaves an attribute out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html_text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{written}>" if name in ("br", "hr", "meta") else f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: str) -> Markup:
    """Return the children one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else html_text(child) for child in children))


def lines(*children: str) -> Markup:
    """Return the children, each on a line of its own."""
    return Markup("\n".join(join(child) for child in children if child))
