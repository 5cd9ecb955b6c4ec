"""Metrics of a confusion table as averages over classes of a ratio of two counts that are linear in the table.

One derivative so serves precision, recall, specificity, F-beta, Jaccard and balanced accuracy, with all of
scikit-learn's averages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.metrics.margins import Slopes, TableScore
from mlgate.core.comparison.metrics.stacked import Averaged, Stacked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.margins import Margins
    from mlgate.core.comparison.metrics.ratios import Ratio

    Array = NDArray[np.float64]


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
        kinds = [Averaged(ratio=metric.ratio, average=metric.average, positive=metric.positive) for metric in metrics]
        return Stacked.of(kinds, classes)

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
