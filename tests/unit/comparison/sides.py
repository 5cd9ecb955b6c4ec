"""Builders of truths and predictions for the tests of the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.comparison.intervals.spread import Sampling
from mlgate.core.comparison.metrics.asked import Asked
from mlgate.core.comparison.metrics.measures import measure_of
from mlgate.core.comparison.sides import Predictions, Side, Truth
from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from mlgate.core.comparison.metrics.protocols import Measure


def truth(labels: Any, *, task: Task | None = None, weight: Any = None, group: Any = None) -> Truth:
    """Build a truth from whole numbers (classes 0 to k - 1), or from numbers where `task` is regression."""
    labels = np.asarray(labels)
    sampling = Sampling(n=len(labels), weight=weight, group=group)
    if task is Task.REGRESSION:
        return Truth(task=task, sampling=sampling, values=labels.astype(float))
    k = int(labels.max(initial=0)) + 1
    task = task or (Task.BINARY if k <= 2 else Task.MULTICLASS)
    classes = tuple(str(c) for c in range(k))
    return Truth(task=task, sampling=sampling, classes=classes, codes=labels.astype(np.int64))


def side(labels: Truth, predictions: Any = None, scores: Any = None, name: str = "candidate") -> Side:
    """Build one side's predictions: classes or numbers, and scores."""
    given = None if predictions is None else np.asarray(predictions)
    regression = labels.task is Task.REGRESSION
    return Side(
        labels,
        Predictions(
            name=name,
            codes=None if given is None or regression else given.astype(np.int64),
            values=given.astype(float) if given is not None and regression else None,
            scores=None if scores is None else np.asarray(scores, dtype=float),
        ),
    )


def binary(seed: int, n: int, shift: float = 0.0, rate: float = 0.3) -> tuple[Side, Side]:
    """Build two correlated binary models, the candidate's scores blurred more where `shift` is larger."""
    draw = np.random.default_rng(seed)
    labels = (draw.random(n) < rate).astype(int)
    shared = draw.normal(size=n)
    scores = [
        1 / (1 + np.exp(-(-1 + 2 * labels + shared + (0.6 + extra) * draw.normal(size=n)))) for extra in (shift, 0.0)
    ]
    known = truth(labels, task=Task.BINARY)
    candidate, baseline = (side(known, s > 0.5, s, name) for s, name in zip(scores, ("candidate", "base"), strict=True))
    return candidate, baseline


def measure(metric: str, average: str | None, task: Task) -> Measure:
    """Return the measure of a metric without other parameters."""
    return measure_of(Asked(metric=metric, average=average), task)
