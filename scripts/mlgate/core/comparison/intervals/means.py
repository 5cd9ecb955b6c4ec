"""Means and smooth functions of means: estimate plus and minus t standard errors from the rows' influence values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.difference import Paired, scale_of
from mlgate.core.comparison.intervals.distributions import bisect, student_cdf, student_quantile
from mlgate.core.comparison.intervals.spread import described, error_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.difference import Limits
    from mlgate.core.comparison.intervals.spread import Array, Error, Sampling

ROUNDING = 1e-13  # a standard error this small beside the value is the rounding of its sum


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
class InfluenceDifference(Paired):
    """The difference of two values, with t: the delta method on the rows' differences of influence.

    Attributes:
        sampling: How the rows were drawn.
        candidate: Its value and influence.
        baseline: Its value and influence.
        greater: Whether a higher value is better.
        scale: What the baseline is multiplied by.
    """

    sampling: Sampling
    candidate: Estimated
    baseline: Estimated
    greater: bool
    scale: float = 1.0
    method: str = "delta-t"

    @property
    def estimate(self) -> float:
        """Return the difference."""
        ours = self.candidate.value - self.scale * self.baseline.value
        return ours if self.greater else -ours

    @cached_property
    def error(self) -> Error:
        """Return its standard error."""
        return error_of(self.sampling, self.candidate.influence() - self.scale * self.baseline.influence())

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
        return (
            "the metric is a mean over rows or a smooth function of means, so its error follows from what each row "
            f"adds to the difference, over {described(self.sampling)}"
        )

    def limits(self, tail: float) -> Limits:
        """Return the Wald interval with t."""
        return TInterval(estimate=self.estimate, error=self.error).limits(tail)

    def p_drop(self, at: float) -> float:
        """Return the tail of t."""
        if self.degenerate:
            return 1.0
        return student_cdf((self.estimate - at) / self.error.standard, self.error.degrees)

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
