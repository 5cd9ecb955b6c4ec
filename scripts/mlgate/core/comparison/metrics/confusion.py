"""Metrics of a confusion table as sums of ratios, with their gradients.

Every metric here is a weighted sum over classes of a ratio of two counts that are linear in the table, so one gradient
serves accuracy, precision, recall, F1 and balanced accuracy with all of scikit-learn's averages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """For each class: `hits` x true positives / (`rows` x rows of the class + `predicted` x rows predicted as it)."""

    hits: float
    rows: float
    predicted: float


RATIOS = {
    "precision": Ratio(hits=1, rows=0, predicted=1),
    "recall": Ratio(hits=1, rows=1, predicted=0),
    "f1": Ratio(hits=2, rows=1, predicted=1),
    "balanced_accuracy": Ratio(hits=1, rows=1, predicted=0),
}


@dataclass(frozen=True, kw_only=True)
class TableMetric:
    """One metric of a table with classes 0 to k - 1.

    Attributes:
        ratio: Its form for one class.
        average: `binary`, `macro` or `weighted`. (`micro` is accuracy, as each row has one class.)
        positive: The class of `binary`.
    """

    ratio: Ratio
    average: str
    positive: int = 1

    def weights(self, rows: Array) -> Array:
        """Return each class's weight; the last axis is the class."""
        if self.average == "binary":
            weights = np.zeros_like(rows)
            weights[..., self.positive] = 1.0
            return weights
        if self.average == "weighted":
            return np.asarray(rows / rows.sum(axis=-1, keepdims=True))
        return np.full_like(rows, 1.0 / rows.shape[-1])

    def undefined(self, table: Array, classes: tuple[str, ...]) -> str | None:
        """Return in plain words why the metric has no value on one table, or None."""
        rows, below = table.sum(axis=1), self._below(table)
        for index, name in enumerate(classes):
            if below[index] == 0 and (self.average != "binary" or index == self.positive):
                return f"class {name} is never predicted" if rows[index] > 0 else f"no row is of class {name}"
        return None

    def value(self, table: Array) -> Array:
        """Return the metric of tables of shape (..., k, k), true class first; NaN where a ratio has no value."""
        above = self.ratio.hits * np.diagonal(table, axis1=-2, axis2=-1)
        weights = self.weights(table.sum(axis=-1))
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(weights > 0, weights * above / self._below(table), 0.0)
        return np.asarray(terms.sum(axis=-1))

    def gradient(self, table: Array) -> Array:
        """Return the derivative by every cell, for tables of shares (their sum is 1)."""
        rows, below = table.sum(axis=-1), self._below(table)
        weights = self.weights(rows)
        with np.errstate(divide="ignore", invalid="ignore"):
            by_hit = np.where(weights > 0, self.ratio.hits * weights / below, 0.0)
            value = np.where(weights > 0, self.ratio.hits * np.diagonal(table, axis1=-2, axis2=-1) / below, 0.0)
            by_below = np.where(weights > 0, -weights * value / below, 0.0)
        by_row = self.ratio.rows * by_below
        if self.average == "weighted":
            by_row = by_row + value
        classes = table.shape[-1]
        cells = by_row[..., :, None] + self.ratio.predicted * by_below[..., None, :]
        return np.asarray(cells + np.eye(classes) * by_hit[..., :, None])

    def _below(self, table: Array) -> Array:
        bottom = self.ratio.rows * table.sum(axis=-1) + self.ratio.predicted * table.sum(axis=-2)
        return np.asarray(bottom)
