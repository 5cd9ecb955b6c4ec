"""Metrics of a confusion table as averages over classes of a ratio of two counts that are linear in the table.

One derivative so serves precision, recall, specificity, F-beta, Jaccard and balanced accuracy, with all of
scikit-learn's averages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.metrics.margins import Slopes, TableScore
from mlgate.core.comparison.metrics.stacked import Stacked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.margins import Margins

    Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Count:
    """A count of one class: what its true positives, rows, predictions and all rows are multiplied by."""

    hits: float = 0
    rows: float = 0
    predicted: float = 0
    everything: float = 0

    def of(self, margins: Margins) -> Array:
        """Return the count of each class."""
        return np.asarray(
            self.hits * margins.hits
            + self.rows * margins.rows
            + self.predicted * margins.predicted
            + self.everything * margins.everything
        )


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Of one class: the count above the line, and the one below."""

    above: Count
    below: Count


def fbeta(beta: float) -> Ratio:
    """Return F-beta: (1 + beta^2) true positives of (beta^2 rows of the class + rows predicted as it)."""
    square = beta * beta
    return Ratio(above=Count(hits=1 + square), below=Count(rows=square, predicted=1))


RATIOS = {
    "precision": Ratio(above=Count(hits=1), below=Count(predicted=1)),
    "recall": Ratio(above=Count(hits=1), below=Count(rows=1)),
    "specificity": Ratio(above=Count(everything=1, rows=-1, predicted=-1, hits=1), below=Count(everything=1, rows=-1)),
    "f1": fbeta(1),
    "jaccard": Ratio(above=Count(hits=1), below=Count(rows=1, predicted=1, hits=-1)),
}


@dataclass(frozen=True, kw_only=True)
class TableMetric(TableScore):
    """One metric of a table with classes 0 to k - 1.

    Attributes:
        ratio: Its form for one class.
        average: `binary`, `macro`, `weighted` (by the rows of each class), or `micro` (one ratio of the sums).
        positive: The class of `binary`.
    """

    ratio: Ratio
    average: str
    positive: int = 1

    @property
    def stackable(self) -> bool:
        """Return whether many of its kind can be evaluated in one go."""
        return self.average != "micro"

    @classmethod
    def stacked(cls, metrics: Sequence[TableMetric], classes: int) -> Stacked:
        """Return the metrics of as many tables as one function of all."""
        return Stacked.of(metrics, classes)

    def undefined(self, margins: Margins, classes: tuple[str, ...]) -> str | None:
        """Return which class's ratio divides by zero, or None."""
        _, below, weights = self._parts(margins)
        for index in np.flatnonzero((weights > 0) & (below == 0)):
            if self.average == "micro":
                return "no row is counted"
            if margins.rows[index] == 0:
                return f"no row is of class {classes[index]}, and it divides by them"
            if margins.rows[index] == margins.everything:
                return f"every row is of class {classes[index]}, and it divides by the others"
            return f"class {classes[index]} is never predicted, and it divides by the rows that are"
        return None

    def of_margins(self, margins: Margins) -> Array:
        """Return the average of the ratios."""
        above, below, weights = self._parts(margins)
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(weights > 0, weights * above / below, 0.0)
        return np.asarray(terms.sum(axis=-1))

    def slopes(self, shares: Margins) -> Slopes:
        """Return the derivative of the average of the ratios."""
        above, below, weights = self._parts(shares)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(weights > 0, above / below, 0.0)
            steep = np.where(weights > 0, weights / below, 0.0)
        top, bottom = self.ratio.above, self.ratio.below
        by_hit = np.broadcast_to(steep * (top.hits - value * bottom.hits), shares.rows.shape)
        if self.average == "micro":  # the sums over classes of rows and of predictions do not vary
            return Slopes(by_row=np.zeros_like(by_hit), by_predicted=np.zeros_like(by_hit), by_hit=by_hit)
        by_row = steep * (top.rows - value * bottom.rows)
        by_weight = value if self.average == "weighted" else 0.0
        by_predicted = steep * (top.predicted - value * bottom.predicted)
        return Slopes(by_row=by_row + by_weight, by_predicted=by_predicted, by_hit=by_hit)

    def _parts(self, margins: Margins) -> tuple[Array, Array, Array]:
        """Return what stands above and below the line, and the weight: of each class, or of all together."""
        above, below = self.ratio.above.of(margins), self.ratio.below.of(margins)
        if self.average == "micro":
            sums = above.sum(axis=-1, keepdims=True), below.sum(axis=-1, keepdims=True)
            return *sums, np.ones_like(sums[0])
        return above, below, self._weights(margins)

    def _weights(self, margins: Margins) -> Array:
        if self.average == "weighted":
            return margins.shares.rows
        if self.average == "macro":
            return np.full_like(margins.rows, 1.0 / margins.rows.shape[-1])
        weights = np.zeros_like(margins.rows)
        weights[..., self.positive] = 1.0
        return weights
