"""What the label is: its kind, its classes in sorted order, its task, and the class that counts as positive."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import METRICS
from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.config.model import Config, Rule

MANY_VALUES = 20  # a label with more different whole numbers than this is read as a quantity
EXACT = 2**53


class Kind(StrEnum):
    """How labels are written."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"


def kind_of(values: Iterable[str]) -> Kind:
    """Return the kind of all the different values of a label, as text."""
    seen = list(values)
    if seen and all(value.lower() in ("true", "false") for value in seen):
        return Kind.BOOLEAN
    return Kind.NUMBER if seen and all(number(value) is not None for value in seen) else Kind.TEXT


def number(text: str) -> float | None:
    """Return a finite number that `text` writes, or None; no underscores, no `nan`."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def canonical(text: str, kind: Kind) -> str:
    """Return the one way to write a class: `1`, `1.0` and, beside 0, `true` are the same number."""
    word = text.strip().lower()
    if kind is Kind.TEXT:
        return text
    if kind is Kind.BOOLEAN:
        value = number(word)
        return {"true": "true", "false": "false", 1.0: "true", 0.0: "false"}.get(word if value is None else value, text)
    value = number({"true": "1", "false": "0"}.get(word, word))
    if value is None:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)


def in_order(classes: Iterable[str], kind: Kind) -> tuple[str, ...]:
    """Return canonical classes sorted as scikit-learn sorts them: numbers as numbers, text as text."""
    return tuple(sorted(set(classes), key=(lambda name: number(name) or 0.0) if kind is Kind.NUMBER else None))


def task_of(config: Config, rules: Sequence[Rule], kind: Kind, values: Iterable[str]) -> Task:
    """Return the configured task, else what the rules' metrics, else what the label's values say."""
    if config.task is not None:
        return config.task
    seen = list(values)
    classes = Task.BINARY if len({canonical(value, kind) for value in seen}) <= 2 else Task.MULTICLASS
    possible = [METRICS[rule.metric].tasks for rule in rules if rule.metric in METRICS]
    for tasks in possible:
        if tasks == {Task.REGRESSION}:
            return Task.REGRESSION
        if Task.REGRESSION not in tasks:
            return classes
    return Task.REGRESSION if kind is Kind.NUMBER and _quantity(seen) else classes


def _quantity(values: Sequence[str]) -> bool:
    numbers = {number(value) for value in values}
    return len(numbers) > MANY_VALUES or any(n is not None and not n.is_integer() for n in numbers)


@dataclass(frozen=True, kw_only=True)
class Positive:
    """The positive class: its index, or why the configured one is none of the classes."""

    index: int = 1
    problem: str | None = None


def positive(configured: str | float | bool | None, classes: Sequence[str], kind: Kind) -> Positive:
    """Return the positive class of a binary label: the configured one, else 1 or true, else the greater."""
    if configured is None:
        preferred = [name for name in ("1", "true") if name in classes]
        return Positive(index=classes.index(preferred[0]) if preferred else len(classes) - 1)
    written = str(configured).lower() if isinstance(configured, bool) else str(configured)
    name = canonical(written, kind)
    if name not in classes:
        return Positive(problem=f"`positive: {written}` is none of the holdout's classes")
    return Positive(index=classes.index(name))
