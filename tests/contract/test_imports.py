"""Imports point one way, and core decides without acting. `TYPE_CHECKING` imports count: they are dependencies, too."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlgate.main import COMMANDS
from mlgate.steps import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPTS = Path(__file__).parents[2] / "scripts"
PACKAGE = SCRIPTS / "mlgate"
RUNNABLES = sorted(SCRIPTS.glob("*.py"))
MODULES = sorted(PACKAGE.rglob("*.py"))
LEAVES = {"errors", "options", "__init__"}  # what everybody may import
ALLOWED = {
    "runnable": {"main"},
    "main": {"steps", "shell", "core"},
    "steps": {"steps", "shell", "core"},
    "shell": {"shell", "core"},
    "core": {"core"},
    "leaf": {"core"},
}
OUTSIDE = {
    *("os", "io", "pathlib", "shutil", "tempfile", "glob", "fcntl", "mmap"),
    *("subprocess", "multiprocessing", "threading", "asyncio", "concurrent", "resource", "platform"),
    *("logging", "sys", "argparse", "getpass", "locale", "importlib", "ctypes"),
    *("time", "random", "secrets", "uuid"),
    *("socket", "ssl", "http", "requests", "urllib.request"),
    *("duckdb", "vl_convert", "pandas", "scipy", "sklearn", "skops", "pickle", "sqlite3"),
}
ACTS = {"print", "open", "input", "exec", "eval", "__import__", "breakpoint"}
CLOCKS = {"now", "today", "utcnow", "getsignal", "raise_signal", "alarm"}


@dataclass(frozen=True, kw_only=True)
class Import:
    """One import statement's module, in full."""

    place: str
    name: str


def imports(path: Path) -> Iterator[Import]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        place = f"{path.relative_to(SCRIPTS)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            yield from (Import(place=place, name=alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{place}: relative import"
            yield Import(place=place, name=node.module or "")
            if node.module == "mlgate":
                yield from (Import(place=place, name=f"mlgate.{alias.name}") for alias in node.names)


def layer(path: Path) -> str:
    parts = path.relative_to(SCRIPTS).parts
    if len(parts) == 1:
        return "runnable"
    if len(parts) > 2:
        return parts[1]
    return "leaf" if path.stem in LEAVES else path.stem


def target(name: str) -> str | None:
    """Return the layer that an import of `name` reaches; None for what is not ours or is a leaf."""
    first, _, rest = name.partition(".")
    head = rest.split(".")[0]
    return head if first == "mlgate" and head and head not in LEAVES | {"__version__"} else None


@pytest.mark.parametrize("path", [*RUNNABLES, *MODULES], ids=lambda path: str(path.relative_to(SCRIPTS)))
def test_imports_point_one_way(path: Path) -> None:
    allowed = ALLOWED[layer(path)]
    wrong = [
        f"{i.place} imports {i.name}" for i in imports(path) if (target(i.name) or next(iter(allowed))) not in allowed
    ]
    assert wrong == []


def test_a_leaf_imports_no_room_of_core() -> None:
    """Options and errors may use a plain module of core, such as words; never a room, which would come to everybody."""
    rooms = {path.parent.name for path in (PACKAGE / "core").glob("*/__init__.py")}
    leaves = [path for path in MODULES if layer(path) == "leaf"]
    assert [
        i for path in leaves for i in imports(path) if len(parts := i.name.split(".")) > 2 and parts[2] in rooms
    ] == []


def core() -> list[Path]:
    return [path for path in MODULES if layer(path) == "core"]


@pytest.mark.parametrize("path", core(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_core_reaches_nothing_outside(path: Path) -> None:
    wrong = [
        f"{i.place} imports {i.name}" for i in imports(path) if i.name in OUTSIDE or i.name.split(".")[0] in OUTSIDE
    ]
    assert wrong == []


@pytest.mark.parametrize("path", core(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_core_does_nothing_but_compute(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call)]
    acts = [f"line {c.lineno}: {c.func.id}" for c in calls if isinstance(c.func, ast.Name) and c.func.id in ACTS]
    clocks = [
        f"line {c.lineno}: {c.func.attr}" for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr in CLOCKS
    ]
    assert acts + clocks == []


@pytest.mark.parametrize("path", core(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_numpy_stays_in_its_rooms(path: Path) -> None:
    uses = [i.place for i in imports(path) if i.name.split(".")[0] == "numpy"]
    assert not uses or {"comparison", "planning", "report"} & set(path.relative_to(PACKAGE).parts)


def test_there_is_one_runnable_for_each_action() -> None:
    assert {path.stem.replace("_", "-") for path in RUNNABLES} == set(COMMANDS) - {
        "init",
        "contract",
        "data",
        "explain",
        "plan",
    }  # for people


@pytest.mark.parametrize("path", RUNNABLES, ids=lambda path: path.stem)
def test_a_runnable_only_calls_its_command(path: Path) -> None:
    command = path.stem.replace("_", "-")
    assert path.read_text() == (
        f'"""Run `mlgate {command}` by path, with no install."""\n\n'
        "from mlgate.main import script\n\n"
        'if __name__ == "__main__":\n'
        "    script(__file__)\n"
    )


def test_every_command_has_its_step() -> None:
    steps = {path.stem.replace("_", "-") for path in (PACKAGE / "steps").glob("[!_]*")}
    assert steps == set(COMMANDS)
    assert {path.stem for path in (PACKAGE / "steps" / "registry").glob("[!_]*.py")} == {*registry.COMMANDS, "inputs"}
