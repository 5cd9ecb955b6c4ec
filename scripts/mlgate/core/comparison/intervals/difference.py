"""The paired difference of a metric and its interval: one small class a method of `docs/explanation/statistics.md`.

Differences are candidate minus baseline, turned so that positive is better.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals import table_score, tango
from mlgate.core.comparison.intervals.distributions import (
    beta_quantile,
    bisect,
    incomplete_beta,
    normal_cdf,
    normal_quantile,
    student_cdf,
    student_quantile,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.spread import Error

Limits = tuple[float, float]
FAR = 100.0  # standard errors: beyond any tail that a float can hold for the normal


@dataclass(frozen=True, kw_only=True)
class Identical:
    """Both sides are the same model: no difference, by identity."""

    method: str = "identity"
    degenerate: bool = False

    def limits(self, tail: float) -> Limits:  # noqa: ARG002 - the same at any confidence
        """Return zero twice."""
        return 0.0, 0.0

    def p_drop(self, at: float) -> float:
        """Return 1 where no drop is claimed, else 0."""
        return 1.0 if at <= 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class PairedProportions:
    """Tango's score interval.

    Attributes:
        gained: Pairs that only the candidate has right.
        lost: Pairs that only the baseline has right.
        n: All pairs; the counts may be divided by a design effect.
        degrees: Of t in place of the normal; infinite for independent rows.
    """

    gained: float
    lost: float
    n: float
    degrees: float = math.inf
    method: str = "tango"
    degenerate: bool = False

    def limits(self, tail: float) -> Limits:
        """Return where the score statistic reaches the quantile."""
        z = -student_quantile(tail, self.degrees)
        low, high = tango.limits(self.gained, self.lost, self.n, z)
        return float(low), float(high)

    def p_drop(self, at: float) -> float:
        """Return the tail of the score statistic."""
        return student_cdf(float(tango.score(self.gained, self.lost, self.n, at)), self.degrees)


@dataclass(frozen=True, kw_only=True)
class TableDifference:
    """Score interval of the refitted joint table."""

    joint: table_score.Joint
    method: str = "multinomial-score"
    degenerate: bool = False

    def limits(self, tail: float) -> Limits:
        """Return where the score statistic reaches the normal quantile."""
        low, high = table_score.limits(self.joint, -normal_quantile(tail))
        return float(low[0]), float(high[0])

    def p_drop(self, at: float) -> float:
        """Return the normal tail of the score statistic."""
        return normal_cdf(float(table_score.score(self.joint, np.array([at]))[0]))


@dataclass(frozen=True, kw_only=True)
class MeanDifference:
    """Estimate plus and minus t standard errors (Wald)."""

    estimate: float
    error: Error
    method: str = "delta-t"

    @property
    def degenerate(self) -> bool:
        """Return whether the standard error is nothing beside the estimate's own rounding."""
        return self.error.standard <= 1e-13 * abs(self.estimate)

    def limits(self, tail: float) -> Limits:
        """Return the Wald interval with t."""
        reach = -student_quantile(tail, self.error.degrees) * self.error.standard
        return self.estimate - reach, self.estimate + reach

    def p_drop(self, at: float) -> float:
        """Return the tail of t."""
        if self.degenerate:
            return 1.0
        return student_cdf((self.estimate - at) / self.error.standard, self.error.degrees)


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """A value in [0, 1] with a t interval on the logit scale, which never leaves [0, 1].

    Attributes:
        value: Of the metric.
        error: Its standard error, 0 at a perfect value, and the degrees of freedom.
        trials: Rows of the smaller class: what the limit of a perfect value is reckoned from.
    """

    value: float
    error: Error
    trials: int
    method: str = "logit-t"

    def limits(self, tail: float) -> Limits:
        """Return the interval; at 0 or 1 exactly, that of as many trials without one failure (Clopper-Pearson)."""
        return self.within(-student_quantile(tail, self.error.degrees))

    def within(self, t: float) -> Limits:
        """Return the interval of plus and minus `t` standard errors on the logit scale."""
        if not 0 < self.value < 1:
            far = student_cdf(-t, self.error.degrees) ** (1 / self.trials)
            return (far, 1.0) if self.value >= 1 else (0.0, 1 - far)
        reach = t * self.error.standard / (self.value * (1 - self.value))
        centre = math.log(self.value) - math.log1p(-self.value)
        return _expit(centre - reach), _expit(centre + reach)


@dataclass(frozen=True, kw_only=True)
class RankDifference:
    """The wider of Wald with t and of MOVER from the two sides' logit intervals.

    MOVER: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702, with the sides' correlation.

    Attributes:
        candidate: The candidate's value.
        baseline: The baseline's value.
        error: Standard error of the difference, with the degrees of freedom of all three.
        correlation: Of the two values' errors.
        method: `delong` or `influence`.
    """

    candidate: Bounded
    baseline: Bounded
    error: Error
    correlation: float
    method: str

    @property
    def degenerate(self) -> bool:
        """Return whether the standard error of the difference is zero."""
        return self.error.standard <= 1e-13 * abs(self.candidate.value - self.baseline.value)

    def limits(self, tail: float) -> Limits:
        """Return at each end the farther of the two methods' limits."""
        return self._within(-student_quantile(tail, self.error.degrees))

    def _within(self, t: float) -> Limits:
        a, b = self.candidate, self.baseline
        (low_a, high_a), (low_b, high_b) = a.within(t), b.within(t)
        down = _combined(a.value - low_a, high_b - b.value, self.correlation)
        up = _combined(high_a - a.value, b.value - low_b, self.correlation)
        wald = t * self.error.standard
        estimate = a.value - b.value
        return estimate - max(wald, down), estimate + max(wald, up)

    def p_drop(self, at: float) -> float:
        """Return the tail at which the high limit is `at`; where `at` lies below the estimate, from the low limit."""
        if self.degenerate:
            return 1.0
        if at < self.candidate.value - self.baseline.value:
            return 1.0 - self._tail(lambda t: self._within(t)[0] - at)
        return self._tail(lambda t: at - self._within(t)[1])

    def _tail(self, gap: Callable[[float], float]) -> float:
        return student_cdf(-bisect(gap, 0.0, FAR), self.error.degrees)


@dataclass(frozen=True, kw_only=True)
class RootDifference:
    """The difference of two root mean squared errors, tested on squares and never on roots.

    For a hypothetical difference d the contrast (R_b - d)^2 - MSE_c is zero; its standard error comes from the rows'
    squares, with the baseline's scaled by (R_b - d) / R_b.

    Attributes:
        candidate: Mean squared error.
        baseline: Mean squared error.
        covariance: Of the two means: the candidate's variance, their covariance, the baseline's variance.
        degrees: Of t.
    """

    candidate: float
    baseline: float
    covariance: tuple[float, float, float]
    degrees: float
    method: str = "squares-t"

    @property
    def degenerate(self) -> bool:
        """Return whether the standard error at the estimate is nothing."""
        return self._standard(math.sqrt(self.candidate)) <= 1e-13 * max(self.candidate, self.baseline)

    def _standard(self, root: float) -> float:
        scale = root / math.sqrt(self.baseline) if self.baseline > 0 else 1.0
        own, both, other = self.covariance
        return math.sqrt(max(own - 2 * scale * both + scale * scale * other, 0.0))

    def _statistic(self, root: float) -> float:
        """Return t of "the candidate's root is `root`": rises with it."""
        standard = self._standard(root)
        contrast = root * root - self.candidate
        return contrast / standard if standard > 0 else math.copysign(math.inf, contrast)

    def limits(self, tail: float) -> Limits:
        """Return the differences at which t reaches its quantile."""
        t, top = -student_quantile(tail, self.degrees), 2 * math.sqrt(max(self.candidate, self.baseline)) + 1e-300
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
        return 0.0 if root < 0 else student_cdf(self._statistic(root), self.degrees)


@dataclass(frozen=True, kw_only=True)
class Proportion:
    """Clopper and Pearson's exact interval of `k` in `n`."""

    k: int
    n: int
    method: str = "clopper-pearson"

    def limits(self, tail: float) -> Limits:
        """Return the exact limits."""
        low = beta_quantile(tail, self.k, self.n - self.k + 1) if self.k > 0 else 0.0
        high = beta_quantile(1 - tail, self.k + 1, self.n - self.k) if self.k < self.n else 1.0
        return low, high


def mcnemar(gained: int, lost: int) -> float:
    """Return McNemar's exact two-sided p-value of `gained` against `lost` rows; 1 where there are none."""
    fewer, n = min(gained, lost), gained + lost
    if n == 0:
        return 1.0
    return min(1.0, 2 * incomplete_beta(0.5, n - fewer, fewer + 1))


def _combined(own: float, other: float, correlation: float) -> float:
    return math.sqrt(max(own * own - 2 * correlation * own * other + other * other, 0.0))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
