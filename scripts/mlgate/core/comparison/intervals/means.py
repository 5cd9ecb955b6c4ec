"""Means and smooth functions of means: estimate plus and minus t standard errors from the rows' influence values.

Squares are skewed to the right, and a sample without the rare large ones shows too small a mean and too small an error
together: a candidate that is worse by the margin would pass too often (4 to 6 % at 50 to 200 rows). So their low limit
is also sought under the hypothesis, as a score test does: a candidate as bad as that has rows that are larger in the
same proportion, and so is their part of the error. The lower of the two limits counts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.difference import Paired, scale_of
from mlgate.core.comparison.intervals.distributions import bisect, student_cdf, student_quantile
from mlgate.core.comparison.intervals.spread import described, error_from, freedom_of, units_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.difference import Limits
    from mlgate.core.comparison.intervals.spread import Array, Error, Sampling

ROUNDING = 1e-13  # a standard error this small beside the value is the rounding of its sum
LEAST_SURE = 0.05  # below it the candidate's loss is hardly told from none, and the limit would be infinite


@dataclass(frozen=True, kw_only=True)
class TInterval:
    """One side's value plus and minus t standard errors."""

    estimate: float
    error: Error
    method: str = "delta-t"

    def limits(self, tail: float) -> Limits:
        """Return the interval."""
        reach = -student_quantile(tail, self.error.degrees) * self.error.standard
        return self.estimate - reach, self.estimate + reach


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """One side's value and what each row does to it.

    Attributes:
        value: Of the metric.
        influence: Gives the rows' influence on it, shape (n,), up to a constant: of a mean, the rows themselves. Called
            when it is needed, so that no array is kept for it.
    """

    value: float
    influence: Callable[[], Array]


@dataclass(frozen=True, kw_only=True)
class _Moments:
    """The error of a difference, and what it would be for a candidate of another size.

    Attributes:
        error: Of the difference.
        own: The candidate's variance.
        leaning: The candidate's covariance with its own difference to the baseline.
    """

    error: Error
    own: float
    leaning: float

    def standard_at(self, growth: float) -> float:
        """Return the standard error if the candidate's rows were larger by `growth` of themselves."""
        return math.sqrt(self.error.standard**2 + max(2 * growth * self.leaning + growth * growth * self.own, 0.0))

    def reach(self, t: float, size: float) -> float:
        """Return how far below the estimate the statistic under the hypothesis is `t`, for a candidate of this size."""
        sure = max(1 - t * t * self.own / (size * size), LEAST_SURE)
        slope = t * t * self.leaning / size
        return (slope + math.sqrt(slope * slope + sure * t * t * self.error.standard**2)) / sure


@dataclass(frozen=True, kw_only=True)
class InfluenceDifference(Paired):
    """The difference of two values, with t: the delta method on the rows' differences of influence.

    Attributes:
        sampling: How the rows were drawn.
        candidate: Its value and influence.
        baseline: Its value and influence.
        greater: Whether a higher value is better.
        scale: What the baseline is multiplied by.
        perfect: Of a mean of squares, the value of a model without a fault: 0, or 1 of R2. None for other means: their
            low limit is the plain one.
    """

    sampling: Sampling
    candidate: Estimated
    baseline: Estimated
    greater: bool
    scale: float = 1.0
    perfect: float | None = None
    method: str = "delta-t"

    @property
    def estimate(self) -> float:
        """Return the difference."""
        ours = self.candidate.value - self.scale * self.baseline.value
        return ours if self.greater else -ours

    @property
    def error(self) -> Error:
        """Return its standard error."""
        return self._moments.error

    @cached_property
    def _moments(self) -> _Moments:
        own = self.candidate.influence()
        units = units_of(self.sampling, own - self.scale * self.baseline.influence())
        error = error_from(self.sampling, units)
        if not self._size:
            return _Moments(error=error, own=0.0, leaning=0.0)
        alone = units_of(self.sampling, own)
        return _Moments(error=error, own=float(alone @ alone), leaning=float(alone @ units))

    @property
    def _size(self) -> float:
        """Return how far the candidate is from perfect; 0 where that means nothing."""
        return 0.0 if self.perfect is None else abs(self.candidate.value - self.perfect)

    @property
    def degenerate(self) -> bool:
        """Return whether the standard error is nothing beside the values' own rounding."""
        return self.error.standard <= ROUNDING * max(abs(self.candidate.value), abs(self.baseline.value))

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of the standard error."""
        return self.error.degrees

    @property
    def method_reason(self) -> str:
        """Return why the delta method."""
        skewed = "; squares are skewed, so the low limit is sought under the hypothesis too" if self._size else ""
        return (
            "the metric is a mean over rows or a smooth function of means, so its error follows from what each row "
            f"adds to the difference, over {described(self.sampling)}{skewed}"
        )

    def limits(self, tail: float) -> Limits:
        """Return the Wald interval with t; of squares, its low limit as far down as the hypothesis asks."""
        reach = below = -student_quantile(tail, self.error.degrees) * self.error.standard
        if self._size and reach > 0:
            t = -student_quantile(tail, freedom_of(self.sampling))
            below = max(reach, self._moments.reach(t, self._size))
        return self.estimate - below, self.estimate + reach

    def p_drop(self, at: float) -> float:
        """Return the tail of t at which a limit is `at`."""
        if self.degenerate:
            return 1.0
        gap = self.estimate - at
        plain = student_cdf(gap / self.error.standard, self.error.degrees)
        if gap <= 0 or not self._size:
            return plain
        under = gap / self._moments.standard_at(gap / self._size)
        return min(plain, student_cdf(under, freedom_of(self.sampling)))

    def contrast(self, margin: float) -> Paired:
        """Return the difference to the scaled baseline, with the baseline's own error."""
        return replace(self, scale=self.scale * scale_of(margin, self.baseline.value, greater=self.greater))


@dataclass(frozen=True, kw_only=True)
class RootDifference(Paired):
    """The difference of two root mean squared errors, tested on squares and never on roots.

    For a hypothetical difference d the contrast (R_b - d)^2 - MSE_c is zero; its standard error comes from the rows'
    squares, with the baseline's scaled by (R_b - d) / R_b.

    Attributes:
        candidate: Mean squared error.
        baseline: Mean squared error.
        covariance: Of the two means: the candidate's variance, their covariance, the baseline's variance.
        freedom: Degrees of freedom of t.
        rows: In words, what the means are over.
    """

    candidate: float
    baseline: float
    covariance: tuple[float, float, float]
    freedom: float
    rows: str
    method: str = "squares-t"

    @property
    def degenerate(self) -> bool:
        """Return whether the standard error at the estimate is nothing."""
        return self._standard(math.sqrt(self.candidate)) <= ROUNDING * max(self.candidate, self.baseline)

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of t."""
        return self.freedom

    @property
    def method_reason(self) -> str:
        """Return why squares."""
        return (
            "a root of a mean is skewed on few rows while the mean of squares is not, so the squares are compared, "
            f"over {self.rows}"
        )

    def _standard(self, root: float) -> float:
        scale = root / math.sqrt(self.baseline) if self.baseline > 0 else 1.0
        own, both, other = self.covariance
        return math.sqrt(max(own - 2 * scale * both + scale * scale * other, 0.0))

    def _statistic(self, root: float) -> float:
        """Return t of "the candidate's root is `root`": rises with it."""
        standard = self._standard(root)
        gap = root * root - self.candidate
        return gap / standard if standard > 0 else math.copysign(math.inf, gap)

    def limits(self, tail: float) -> Limits:
        """Return the differences at which t reaches its quantile."""
        t, top = -student_quantile(tail, self.freedom), 2 * math.sqrt(max(self.candidate, self.baseline)) + 1e-300
        while self._statistic(top) < t and top < 1e150:
            top *= 2
        estimate = math.sqrt(self.candidate)
        worst = bisect(lambda root: t - self._statistic(root), estimate, top)
        best = bisect(lambda root: -t - self._statistic(root), 0.0, estimate)
        own = math.sqrt(self.baseline)
        return own - worst, own - best

    def p_drop(self, at: float) -> float:
        """Return the tail of t at the candidate's root that `at` means."""
        root = math.sqrt(self.baseline) - at
        if self.degenerate:
            return 1.0
        return 0.0 if root < 0 else student_cdf(self._statistic(root), self.freedom)

    def contrast(self, margin: float) -> Paired:
        """Return the difference to a baseline whose squares are scaled: (1 + m)^2 MSE_b against MSE_c."""
        square = scale_of(margin, 1.0, greater=False) ** 2
        own, both, other = self.covariance
        scaled = (own, square * both, square * square * other)
        return replace(self, baseline=square * self.baseline, covariance=scaled)
