"""A metric of the user's as a function: what it asks for by the names of its parameters, and one row's answer to each.

The file is only read here, never run: its functions are known from its syntax.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.comparison.labels import number
from mlgate.core.config.model import Task
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.comparison.columns import Column
    from mlgate.core.comparison.sides import Predictions, Truth

INVALID = "metric-function-invalid"
OF_SIDES = ("label", "prediction", "score", "weight")
BY_CLASS = "score_"


@dataclass(frozen=True, kw_only=True)
class RowFunction:
    """A function that gives a number for each row.

    Attributes:
        metric: What results call it.
        name: Of the function.
        file: As in the configuration, for messages.
        parameters: What it asks for: `label`, `prediction`, `score`, `score_<class>`, `weight`, or a holdout's column.
    """

    metric: str
    name: str
    file: str
    parameters: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns of the holdout that it asks for."""
        return tuple(p for p in self.parameters if p not in OF_SIDES and not p.startswith(BY_CLASS))


def find(metric: str, name: str, file: str, source: bytes) -> RowFunction | Reason:
    """Return the function called `name` in the source of `file`, or why it cannot serve."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        return _wrong(f"{file}{f':{line}' if line else ''} is no Python that can be read")
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not found:
        return _wrong(f"{file} defines no function {name} (not inside another, not imported)")
    arguments = found[-1].args
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
        return _wrong(f"{file}:{found[-1].lineno}: the parameters of {name} must all have names: no `*`, no `/`")
    parameters = tuple(argument.arg for argument in (*arguments.args, *arguments.kwonlyargs))
    if not parameters:
        return _wrong(f"{file}:{found[-1].lineno}: {name} has no parameters")
    return RowFunction(metric=metric, name=name, file=file, parameters=parameters)


def _wrong(message: str) -> Reason:
    return Reason(id=INVALID, message=message)


def rows(function: RowFunction, truth: Truth, predictions: Predictions) -> Iterator[dict[str, Any]] | Reason:
    """Return what the function is given for each row, by parameter; or why a parameter has no value."""
    cells: dict[str, Iterator[Any]] = {}
    for parameter in function.parameters:
        found = _cells(parameter, truth, predictions)
        if isinstance(found, str):
            return _wrong(f"{function.file}: {function.name} asks for {parameter!r}: {found}")
        cells[parameter] = found
    return (dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True))


def _cells(parameter: str, truth: Truth, predictions: Predictions) -> Iterator[Any] | str:
    classes = _typed(truth.classes)
    if parameter == "label":
        return _numbers(truth.values) if truth.task is Task.REGRESSION else (classes[c] for c in truth.codes.tolist())
    if parameter == "prediction":
        if predictions.values is not None:
            return _numbers(predictions.values)
        given = None if predictions.codes is None else (classes[c] for c in predictions.codes.tolist())
        return f"{predictions.name} has no usable column `prediction`" if given is None else given
    if parameter == "weight":
        weight = truth.sampling.weight
        return "the configuration names no `weight`" if weight is None else _numbers(weight)
    if parameter == "score" or parameter.startswith(BY_CLASS):
        return _scores(parameter, truth, predictions)
    column = truth.columns.get(parameter)
    return f"the holdout has no such column of numbers or categories{_OTHERS}" if column is None else _of(column)


_OTHERS = ", and it is none of `label`, `prediction`, `score`, `score_<class>`, `weight`"


def _scores(parameter: str, truth: Truth, predictions: Predictions) -> Iterator[Any] | str:
    scores = predictions.scores
    if scores is None:
        return f"{predictions.name} has no usable scores"
    if scores.ndim == 1:
        return _numbers(scores) if parameter == "score" else "a label of two classes has one `score`"
    name = parameter.removeprefix(BY_CLASS)
    if parameter == "score" or name not in truth.classes:
        return "a label of many classes has `score_<class>` for each"
    return _numbers(scores[:, truth.classes.index(name)])


def _numbers(values: Any) -> Iterator[float]:
    return iter(values.tolist())


def _of(column: Column) -> Iterator[Any]:
    if column.values is not None:
        return (None if value != value else value for value in column.values.tolist())  # noqa: PLR0124 - NaN
    codes = [] if column.codes is None else column.codes.tolist()
    return (None if code < 0 else column.names[code] for code in codes)


def _typed(classes: tuple[str, ...]) -> list[Any]:
    """Return the classes in their own type: all of them numbers, truth values, or text."""
    if set(classes) <= {"true", "false"}:
        return [name == "true" for name in classes]
    values = [value for name in classes if (value := number(name)) is not None]
    if len(values) < len(classes):
        return list(classes)
    return [int(value) if value.is_integer() else value for value in values]
