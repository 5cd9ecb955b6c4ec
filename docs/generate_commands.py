"""Makes `docs/reference/commands.md`, one section a command, from the options that the commands declare.

`pages()` is what `docs/generate.py` writes and what a test compares with the committed file.
"""

from __future__ import annotations

import dataclasses
import importlib
from typing import TYPE_CHECKING, Any

from mlgate.main import COMMANDS
from mlgate.options import Common, kebab, variable
from mlgate.steps.registry.inputs import Reading, Writing

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "docs/reference/commands.md"
HEAD = """\
<!-- Made by docs/generate.py from the commands' own options: edit those, and run `make docs`. -->

# Commands

`pip install .` in a clone of mlgate gives the command `mlgate`; `python scripts/<command>.py` is the same without it.
Every [action](actions/index.md) runs the command of its name, so an action's input, an option and a variable are one
thing: `run-dir` is `--run-dir` and `MLGATE_RUN_DIR`. The command line comes before the variable. A list is written as
several words, in a variable as several lines. Secrets have a variable alone.

`mlgate COMMAND --help` says the same as this page, and [exit statuses](exit-statuses.md) are the same for all.
"""
SHARED = {  # options of many commands, told once
    Common: "Options of every command",
    Reading: "Options of every command that reads the registry",
    Writing: "Options of every command that writes to the registry by hand",
}


def pages() -> dict[str, str]:
    """Return the page by its path in the repository."""
    return {PATH: "\n".join(_lines())}


def commands() -> Iterator[tuple[str, str, type]]:
    """Yield each command as it is typed, what it does, and the class of its options."""
    for name, summary in COMMANDS.items():
        step = importlib.import_module(f"mlgate.steps.{name.replace('-', '_')}")
        for sub, what in getattr(step, "COMMANDS", {}).items():
            part = importlib.import_module(f"{step.__name__}.{sub.replace('-', '_')}")
            yield f"{name} {sub}", what, part.Inputs
        if not hasattr(step, "COMMANDS"):
            yield name, summary, step.Inputs


def _lines() -> Iterator[str]:
    found = list(commands())
    yield HEAD
    yield "| command | what it does |"
    yield "|---|---|"
    for name, summary, _ in found:
        yield f"| [`mlgate {name}`](#mlgate-{name.replace(' ', '-')}) | {_cell(summary)} |"
    for shared, title in SHARED.items():
        yield f"\n## {title}\n"
        yield from _table(_own(shared))
    for name, _, cls in found:
        yield f"\n## mlgate {name}\n"
        yield _cell((cls.__doc__ or "").split("\n", maxsplit=1)[0]) + _more(cls)
        if own := _own(cls):
            yield ""
            yield from _table(own)
    yield ""


def _more(cls: type) -> str:
    """Return where the rest of a command's options is told, if not in the table for all."""
    anchors = [SHARED[base].lower().replace(" ", "-") for base in cls.__mro__[1:] if base in (Reading, Writing)]
    return "".join(f" [More options](#{anchor})." for anchor in anchors)


def _own(cls: Any) -> list[dataclasses.Field[Any]]:
    """Return the options that a class adds to those of the class that it is made from, or says otherwise."""
    base = cls.__mro__[1]
    there = {item.name: item for item in dataclasses.fields(base)} if dataclasses.is_dataclass(base) else {}
    return [item for item in dataclasses.fields(cls) if not _same(item, there.get(item.name))]


def _same(item: dataclasses.Field[Any], other: dataclasses.Field[Any] | None) -> bool:
    return other is not None and (item.default, item.metadata) == (other.default, other.metadata)


def _table(items: list[dataclasses.Field[Any]]) -> Iterator[str]:
    yield "| option | variable | default | |"
    yield "|---|---|---|---|"
    for item in items:
        name = _option(item) + (" (required)" if item.default is dataclasses.MISSING else "")
        yield f"| {name} | `{variable(item.name)}` | {_default(item)} | {_cell(item.metadata['help'])} |"


def _option(item: dataclasses.Field[Any]) -> str:
    if item.metadata["secret"]:
        return "(variable only)"
    name = kebab(item.name)
    return f"`{name.upper()}`" if item.metadata["positional"] else f"`--{name}`"


def _default(item: dataclasses.Field[Any]) -> str:
    value = item.default
    if value is dataclasses.MISSING or value is None or value in ("", ()):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else getattr(value, 'value', value)}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
