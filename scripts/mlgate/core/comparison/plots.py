"""What the report draws of both sides: curves of at most 200 points and confusion tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.codec import rounded
from mlgate.core.config.model import Task
from mlgate.core.documents.comparison import Confusion, Curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Side

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

POINTS = 200
ROWS_A_POINT = 10  # fewer would show single rows where values are not shown
MOST_CLASSES = 50


def curves(side: Side, *, show_values: bool) -> tuple[Curve, ...]:
    """Return the ROC and precision-recall curves of a binary label, or the residuals of a regression."""
    if side.truth.task is Task.REGRESSION:
        return _residuals(side, show_values=show_values) if side.predictions.values is not None else ()
    if side.truth.task is not Task.BINARY or side.predictions.scores is None or len(side.truth.classes) < 2:
        return ()
    alarms, hits, precision = side.rankings[0].curves()
    picked = _along(alarms + hits)
    start = np.concatenate(([0.0], alarms[picked])), np.concatenate(([0.0], hits[picked]))
    return (
        _curve(side, "roc", *start),
        _curve(side, "precision-recall", hits[picked], precision[picked]),
    )


def _along(length: Array) -> Indices:
    """Return indices of at most 199 points, evenly spread over a rising quantity; the first and last are kept."""
    if len(length) < POINTS:
        return np.arange(len(length))
    aims = np.linspace(length[0], length[-1], POINTS - 1)
    return np.unique(np.clip(np.searchsorted(length, aims), 0, len(length) - 1))


def _residuals(side: Side, *, show_values: bool) -> tuple[Curve, ...]:
    predicted = side.truth.values - side.residuals
    order = np.lexsort((side.residuals, predicted))
    n = len(order)
    if show_values or n < ROWS_A_POINT:
        picked = order[np.linspace(0, n - 1, min(n, POINTS)).astype(np.int64)] if show_values else order[:0]
        return (_curve(side, "residuals", predicted[picked], side.residuals[picked]),)
    starts = np.linspace(0, n, min(POINTS, n // ROWS_A_POINT) + 1).astype(np.int64)[:-1]
    sizes = np.diff(np.append(starts, n))
    means = (np.add.reduceat(values[order], starts) / sizes for values in (predicted, side.residuals))
    return (_curve(side, "residuals", *means),)


def _curve(side: Side, kind: str, x: Array, y: Array) -> Curve:
    return Curve(side=side.predictions.name, kind=kind, x=_floats(x), y=_floats(y))


def _floats(values: Array) -> tuple[float, ...]:
    return tuple(rounded(float(v)) for v in values)


def confusion(side: Side) -> Confusion | None:
    """Return the confusion table in rows, or None where there are no classes or very many."""
    k = len(side.truth.classes)
    if side.predictions.codes is None or not 0 < k <= MOST_CLASSES:
        return None
    cells = np.bincount(side.truth.codes * k + side.codes, minlength=k * k).reshape(k, k)
    counts = tuple(tuple(int(c) for c in row) for row in cells)
    return Confusion(side=side.predictions.name, classes=side.truth.names, counts=counts)
