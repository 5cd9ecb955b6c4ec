"""ROC-AUC and average precision: values in [0, 1] whose errors come from placements or influence values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.difference import Paired, scale_of
from mlgate.core.comparison.intervals.distributions import bisect, student_cdf, student_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.difference import Limits
    from mlgate.core.comparison.intervals.spread import Error

FAR = 100.0  # standard errors: beyond any tail that a float can hold for the normal


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
class RankDifference(Paired):
    """The wider of Wald with t and of MOVER from the two sides' logit intervals.

    MOVER: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702, with the sides' correlation.

    Attributes:
        candidate: The candidate's value.
        baseline: The baseline's value.
        error: Standard error of the difference, with the degrees of freedom of all three.
        correlation: Of the two values' errors.
        scale: What the baseline is multiplied by.
        method: `delong` or `influence`.
    """

    candidate: Bounded
    baseline: Bounded
    error: Error
    correlation: float
    method: str
    scale: float = 1.0

    @property
    def degenerate(self) -> bool:
        """Return whether the standard error of the difference is zero."""
        return self.error.standard <= 1e-13 * abs(self._estimate)

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of t."""
        return self.error.degrees

    @property
    def method_reason(self) -> str:
        """Return why two intervals."""
        source = "DeLong's covariance" if self.method == "delong" else "the rows' influence values"
        return (
            f"the metric ranks rows, so its error comes from {source}; near 1 the plain interval is too short, so the "
            f"wider of it and of one on the logit scale counts, with t from {self.candidate.trials} rows of the "
            "smaller class"
        )

    @property
    def _estimate(self) -> float:
        return self.candidate.value - self.scale * self.baseline.value

    def limits(self, tail: float) -> Limits:
        """Return at each end the farther of the two methods' limits."""
        return self._within(-student_quantile(tail, self.error.degrees))

    def _within(self, t: float) -> Limits:
        a, b = self.candidate, self.baseline
        (low_a, high_a), (low_b, high_b) = a.within(t), b.within(t)
        down = _combined(a.value - low_a, self.scale * (high_b - b.value), self.correlation)
        up = _combined(high_a - a.value, self.scale * (b.value - low_b), self.correlation)
        wald = t * self.error.standard
        return self._estimate - max(wald, down), self._estimate + max(wald, up)

    def p_drop(self, at: float) -> float:
        """Return the tail at which the high limit is `at`; where `at` lies below the estimate, from the low limit."""
        if self.degenerate:
            return 1.0
        if at < self._estimate:
            return 1.0 - self._tail(lambda t: self._within(t)[0] - at)
        return self._tail(lambda t: at - self._within(t)[1])

    def _tail(self, gap: Callable[[float], float]) -> float:
        return student_cdf(-bisect(gap, 0.0, FAR), self.error.degrees)

    def contrast(self, margin: float) -> Paired:
        """Return the difference to the scaled baseline."""
        scale = self.scale * scale_of(margin, 1.0, greater=True)
        own, other = self.candidate.error.standard, scale * self.baseline.error.standard
        error = replace(self.error, standard=_combined(own, other, self.correlation))
        return replace(self, scale=scale, error=error)


def _combined(own: float, other: float, correlation: float) -> float:
    return math.sqrt(max(own * own - 2 * correlation * own * other + other * other, 0.0))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
