"""What a rule measures: a metric that mlgate knows, one of the user's own, or a budget."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import ALSO_KNOWN, AVERAGES, METRICS
from mlgate.core.config import grammar
from mlgate.core.config.model import Budget, BudgetKind, OwnMetric
from mlgate.core.words import did_you_mean, listed, shown

if TYPE_CHECKING:
    from mlgate.core.config.cursor import Cursor

OWN = ("name", "column", "file", "function", "greater-is-better")
BUDGET = ("file", "pointer")
OWN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
FUNCTION = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
POINTER = re.compile(r"(/([^~/\x00-\x1f\x7f]|~[01])*)*")
MEASURED = tuple(kind.value for kind in BudgetKind if kind is not BudgetKind.FILE)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a rule measures; `name` is what results call it."""

    name: str
    own: OwnMetric | None = None
    budget: Budget | None = None


def parse_metric(cursor: Cursor) -> Subject | None:
    """Return a metric by its name, or one of the user's own by what it is computed from."""
    if isinstance(cursor.value, dict):
        return _own(cursor)
    name = cursor.text("a metric's name")
    if name is None:
        return None
    if name in METRICS:
        return Subject(name=name)
    remedy = f"Known metrics: {', '.join(METRICS)}. One of your own is written `{{name: cost, column: cost}}`."
    cursor.problem(f"unknown metric {shown(name)}{_close(name)}", remedy)
    return None


def _close(name: str) -> str:
    """Return what the name of a metric was probably meant to be."""
    stem, _, average = name.rpartition("_")
    if name.removeprefix("neg_") in METRICS:
        return f", did you mean {name.removeprefix('neg_')!r}?"
    if stem in METRICS and average in AVERAGES:
        return f", did you mean `metric: {stem}, average: {average}`?"
    known = ALSO_KNOWN.get(name.lower())
    return f", did you mean {known!r}?" if known else did_you_mean(name, METRICS)


def _own(cursor: Cursor) -> Subject | None:
    entries = cursor.mapping(OWN, required=("name",))
    name = entries["name"].text("a name", OWN_NAME, "Use letters, digits, `_` and `-`.") if "name" in entries else None
    if name in METRICS:
        entries["name"].problem(f"{shown(name)} is a metric that mlgate has", "Give yours another name.")
    _check_source(cursor, entries)
    greater = entries["greater-is-better"].flag() if "greater-is-better" in entries else None
    own = OwnMetric(
        column=entries["column"].text("a column's name") if "column" in entries else None,
        file=_python_file(entries["file"]) if "file" in entries else None,
        function=_function(entries["function"]) if "function" in entries else None,
        greater_is_better=bool(greater),
    )
    return Subject(name=name, own=own) if name else None


def _check_source(cursor: Cursor, entries: dict[str, Cursor]) -> None:
    function = [key for key in ("file", "function") if key in entries]
    if "column" in entries and function:
        cursor.problem(f"there are both `column` and `{function[0]}`", "Keep one: the number of a row has one source.")
    elif "column" not in entries and len(function) < 2:
        cursor.problem(
            "nothing says where the number of a row comes from",
            "Add `column: ...`, a column of the predictions; or `file: metric.py` and `function: row_cost`.",
        )


def _python_file(cursor: Cursor) -> str | None:
    path = grammar.path(cursor)
    if path is None or path.endswith(".py"):
        return path
    cursor.expected("a Python file", "Name the file that has the function, as in `metric.py`.")
    return None


def _function(cursor: Cursor) -> str | None:
    return cursor.text("a function's name", FUNCTION, "Write the name of a function of the file, without brackets.")


def parse_budget(cursor: Cursor) -> Subject | None:
    """Return a budget by its name, or by the file and pointer of a number that training leaves."""
    if isinstance(cursor.value, dict):
        return _file_budget(cursor)
    if isinstance(cursor.value, str) and cursor.value in MEASURED:
        return Subject(name=cursor.value, budget=Budget(kind=BudgetKind(cursor.value)))
    close = did_you_mean(cursor.value, MEASURED) if isinstance(cursor.value, str) else ""
    cursor.problem(
        f"expected {listed((*MEASURED, 'a mapping'))}, got {shown(cursor.node.plain())}{close}",
        "A number that training leaves in a JSON file is written `{file: metrics.json, pointer: /parameters}`.",
    )
    return None


def _file_budget(cursor: Cursor) -> Subject | None:
    entries = cursor.mapping(BUDGET, required=BUDGET)
    file = grammar.output_path(entries["file"]) if "file" in entries else None
    pointer = None
    if "pointer" in entries and entries["pointer"].value != "":  # the empty one means the whole file
        remedy = "Write the way to the number, as in `/parameters` or `/layers/0/size`."
        pointer = entries["pointer"].text("a JSON pointer", POINTER, remedy)
    if file is None:
        return None
    budget = Budget(kind=BudgetKind.FILE, file=file, pointer=pointer or "")
    return Subject(name=f"{file}#{budget.pointer}", budget=budget)
