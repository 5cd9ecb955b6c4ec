"""Metrics that are means of a number of each row, or smooth functions of means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.means import Estimated, InfluenceDifference, RootDifference, TInterval
from mlgate.core.comparison.intervals.spread import described, error_of
from mlgate.core.comparison.intervals.unseen import Unseen, of_losses, of_root
from mlgate.core.comparison.metrics.losses import defined

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.protocols import Difference, HasLimits
    from mlgate.core.comparison.sides import Side, Truth

    Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class OfMeans:
    """The mean of a number of each row.

    Attributes:
        rows: Gives the numbers of a side, shape (n,).
        greater: Whether a higher one is better.
        squares: Whether they are squares of errors.
        undefined: Says why a side has none.
    """

    rows: Callable[[Side], Array]
    greater: bool = False
    squares: bool = False
    undefined: Callable[[Side], str | None] = defined

    def value(self, side: Side) -> float:
        """Return the mean."""
        return side.truth.sampling.mean(self.rows(side))

    def alone(self, side: Side) -> HasLimits:
        """Return the mean with t."""
        return TInterval(estimate=self.value(side), error=error_of(side.truth.sampling, self.rows(side)))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the mean of the rows' differences, with t."""
        own, sampling = self.rows(candidate), candidate.truth.sampling
        if np.array_equal(own, self.rows(baseline)):
            reach = of_losses(float(own.min()), float(own.max()))
            return Unseen(n=sampling.units_seen, reach=reach, value=self.value(candidate))
        sides = [Estimated(value=self.value(s), influence=partial(self.rows, s)) for s in (candidate, baseline)]
        return InfluenceDifference(
            sampling=sampling,
            candidate=sides[0],
            baseline=sides[1],
            greater=self.greater,
            perfect=0.0 if self.squares else None,
        )

    def carriers(self, candidate: Side, baseline: Side) -> NDArray[np.bool_]:
        """Return the rows whose numbers differ."""
        return np.asarray(self.rows(candidate) != self.rows(baseline))


@dataclass(frozen=True, kw_only=True)
class RootOfMeans:
    """The root of a mean of squares.

    Attributes:
        squares: Gives those of a side, shape (n,).
        undefined: Says why a side has none.
    """

    squares: Callable[[Side], Array]
    undefined: Callable[[Side], str | None] = defined

    def value(self, side: Side) -> float:
        """Return the root."""
        return math.sqrt(side.truth.sampling.mean(self.squares(side)))

    def alone(self, side: Side) -> HasLimits:
        """Return the delta method's interval."""
        value, squares = self.value(side), self.squares(side)
        influence = (squares - value * value) / (2 * value) if value > 0 else squares
        return TInterval(estimate=value, error=error_of(side.truth.sampling, influence))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the difference tested on squares."""
        sampling, squares, others = candidate.truth.sampling, self.squares(candidate), self.squares(baseline)
        if np.array_equal(squares, others):
            reach = of_root(sampling.mean(squares), float(squares.min()), float(squares.max()))
            return Unseen(n=sampling.units_seen, reach=reach, value=self.value(candidate))
        means = sampling.mean(squares), sampling.mean(others)
        own, other = squares - means[0], others - means[1]
        scale = math.sqrt(means[0] / means[1]) if means[1] > 0 else 1.0
        variances = [error_of(sampling, rows).standard ** 2 for rows in (own, other, own - other)]
        return RootDifference(
            candidate=means[0],
            baseline=means[1],
            covariance=(variances[0], (variances[0] + variances[1] - variances[2]) / 2, variances[1]),
            freedom=error_of(sampling, scale * other - own).degrees,
            rows=described(sampling),
        )

    def carriers(self, candidate: Side, baseline: Side) -> NDArray[np.bool_]:
        """Return the rows whose squares differ."""
        return np.asarray(self.squares(candidate) != self.squares(baseline))


@dataclass(frozen=True, kw_only=True)
class Determination:
    """R2, the coefficient of determination, and the explained variance, which forgives a constant error.

    Attributes:
        squares: Gives a side's squared residuals, or their squared distances from their mean, shape (n,).
    """

    squares: Callable[[Side], Array]

    def undefined(self, side: Side) -> str | None:
        """Return why, if the label does not vary."""
        return "the label does not vary" if np.ptp(side.truth.values) == 0 else None

    def value(self, side: Side) -> float:
        """Return one minus the share of the label's variance that is left."""
        return 1 - side.truth.sampling.mean(self.squares(side)) / self._variance(side.truth)

    def alone(self, side: Side) -> HasLimits:
        """Return the delta method's interval."""
        return TInterval(estimate=self.value(side), error=error_of(side.truth.sampling, self._influence(side)))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the delta method's difference."""
        squares, sampling = self.squares(candidate), candidate.truth.sampling
        if np.array_equal(squares, self.squares(baseline)):
            variance = self._variance(candidate.truth)
            reach = of_losses(float(squares.min()) / variance, float(squares.max()) / variance)
            return Unseen(n=sampling.units_seen, reach=reach, value=self.value(candidate))
        sides = [Estimated(value=self.value(s), influence=partial(self._influence, s)) for s in (candidate, baseline)]
        return InfluenceDifference(sampling=sampling, candidate=sides[0], baseline=sides[1], greater=True, perfect=1.0)

    def carriers(self, candidate: Side, baseline: Side) -> NDArray[np.bool_]:
        """Return the rows whose squares differ."""
        return np.asarray(self.squares(candidate) != self.squares(baseline))

    def _variance(self, truth: Truth) -> float:
        return truth.sampling.mean(self._spread(truth))

    def _spread(self, truth: Truth) -> Array:
        return np.asarray((truth.values - truth.sampling.mean(truth.values)) ** 2)

    def _influence(self, side: Side) -> Array:
        left = 1 - self.value(side)
        return np.asarray((left * self._spread(side.truth) - self.squares(side)) / self._variance(side.truth))
