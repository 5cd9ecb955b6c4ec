"""Metrics that are a quantile of the rows' losses: the median absolute error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.quantiles import Quantile, QuantileDifference
from mlgate.core.comparison.intervals.unseen import Unseen
from mlgate.core.comparison.metrics.losses import defined

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.protocols import Difference, HasLimits
    from mlgate.core.comparison.sides import Side

    Array = NDArray[np.float64]

HALF = 0.5
ROUNDING = 1e-12  # of the share of the weight below a row


@dataclass(frozen=True, kw_only=True)
class MedianOfRows:
    """The median of a loss of each row.

    Attributes:
        rows: Gives the losses of a side, shape (n,).
    """

    rows: Callable[[Side], Array]

    def undefined(self, side: Side) -> str | None:
        """Return nothing: numbers have a median."""
        return defined(side)

    def value(self, side: Side) -> float:
        """Return the median: halfway between the two rows that half of the weight lies between."""
        rows, weight = self.rows(side), side.truth.sampling.weight
        return float(np.median(rows)) if weight is None else _weighted_median(rows, weight)

    def alone(self, side: Side) -> HasLimits:
        """Return Woodruff's interval."""
        return self._quantile(side)

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the difference of the two medians from their order statistics."""
        own, sampling = self._quantile(candidate), candidate.truth.sampling
        if np.array_equal(own.rows, self.rows(baseline)):
            return Unseen(n=sampling.units_seen, reach=own.reach, value=own.value)
        return QuantileDifference(candidate=own, baseline=self._quantile(baseline))

    def carriers(self, candidate: Side, baseline: Side) -> NDArray[np.bool_]:
        """Return the rows whose losses differ."""
        return np.asarray(self.rows(candidate) != self.rows(baseline))

    def _quantile(self, side: Side) -> Quantile:
        return Quantile(sampling=side.truth.sampling, rows=self.rows(side), level=HALF, value=self.value(side))


def _weighted_median(rows: Array, weight: Array) -> float:
    order = np.argsort(rows, kind="stable")
    shares = np.cumsum(weight[order]) / weight.sum()
    at = int(np.searchsorted(shares, HALF - ROUNDING))
    following = min(at + (abs(shares[at] - HALF) <= ROUNDING), len(rows) - 1)
    return float((rows[order[at]] + rows[order[following]]) / 2)
