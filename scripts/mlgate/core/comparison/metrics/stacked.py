"""Many ratio metrics, one a table, evaluated in one go: `TableMetric` with its numbers as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.metrics.margins import Margins, Slopes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.ratios import Count, Ratio

    Array = NDArray[np.float64]

PARTS = ("hits", "rows", "predicted", "everything")


@dataclass(frozen=True, kw_only=True)
class Averaged:
    """One ratio metric, as of `confusion.TableMetric`; never averaged as `micro`."""

    ratio: Ratio
    average: str
    positive: int


@dataclass(frozen=True, kw_only=True)
class Stacked:
    """Ratio metrics of as many tables: each an average over classes of a ratio of two counts.

    Attributes:
        above: Shape (4, tables, 1), what the counts of `PARTS` are multiplied by above the line.
        below: The same below it.
        weights: Shape (tables, k), of each class; one in every class where they are the shares of the rows.
        weighted: Shape (tables, 1), whether they are.
    """

    above: Array
    below: Array
    weights: Array
    weighted: NDArray[np.bool_]

    @classmethod
    def of(cls, metrics: Sequence[Averaged], classes: int) -> Stacked:
        """Return the metrics of as many tables in their order."""
        return cls(
            above=np.array([_numbers(metric.ratio.above) for metric in metrics]).T[:, :, None],
            below=np.array([_numbers(metric.ratio.below) for metric in metrics]).T[:, :, None],
            weights=np.array([_weights(metric, classes) for metric in metrics]),
            weighted=np.array([[metric.average == "weighted"] for metric in metrics]),
        )

    def value(self, table: Array) -> Array:
        """Return the values of tables of shape (tables, k, k), true class first."""
        above, below, weights = self._parts(Margins.of(table))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(weights > 0, weights * above / below, 0.0).sum(axis=-1))

    def gradient(self, table: Array) -> Array:
        """Return the derivative by every cell up to a constant, for tables of shares."""
        above, below, weights = self._parts(Margins.of(table))
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(weights > 0, above / below, 0.0)
            steep = np.where(weights > 0, weights / below, 0.0)
        by = {name: steep * (top - value * low) for name, top, low in zip(PARTS, self.above, self.below, strict=True)}
        by["rows"] += np.where(self.weighted, value, 0.0)
        return Slopes(by_row=by["rows"], by_predicted=by["predicted"], by_hit=by["hits"]).of_cells()

    def _parts(self, margins: Margins) -> tuple[Array, Array, Array]:
        """Return what stands above and below the line of each class, and its weight."""
        counts = (margins.hits, margins.rows, margins.predicted, margins.everything)
        above, below = (sum(n * count for n, count in zip(by, counts, strict=True)) for by in (self.above, self.below))
        return np.asarray(above), np.asarray(below), np.where(self.weighted, margins.shares.rows, self.weights)


def _numbers(count: Count) -> list[float]:
    return [getattr(count, name) for name in PARTS]


def _weights(metric: Averaged, classes: int) -> list[float]:
    if metric.average == "binary":
        return [float(index == metric.positive) for index in range(classes)]
    return [1.0 if metric.average == "weighted" else 1.0 / classes] * classes
