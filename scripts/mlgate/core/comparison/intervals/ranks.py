"""ROC-AUC and average precision: values in [0, 1] whose errors come from placements or influence values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.difference import scale_of
from mlgate.core.comparison.intervals.distributions import student_cdf, student_quantile
from mlgate.core.comparison.intervals.widening import Widening, reach

if TYPE_CHECKING:
    from mlgate.core.comparison.intervals.difference import Limits, Paired
    from mlgate.core.comparison.intervals.spread import Error


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
        far = t * self.error.standard / (self.value * (1 - self.value))
        centre = math.log(self.value) - math.log1p(-self.value)
        return _expit(centre - far), _expit(centre + far)


@dataclass(frozen=True, kw_only=True)
class RankDifference(Widening):
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
        return self.error.standard <= 1e-13 * abs(self.estimate)

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
    def estimate(self) -> float:
        """Return the difference."""
        return self.candidate.value - self.scale * self.baseline.value

    def within(self, t: float) -> Limits:
        """Return at each end the farther of the two methods' limits."""
        a, b = self.candidate, self.baseline
        (low_a, high_a), (low_b, high_b) = a.within(t), b.within(t)
        down = reach(a.value - low_a, self.scale * (high_b - b.value), self.correlation)
        up = reach(high_a - a.value, self.scale * (b.value - low_b), self.correlation)
        wald = t * self.error.standard
        return self.estimate - max(wald, down), self.estimate + max(wald, up)

    def contrast(self, margin: float) -> Paired:
        """Return the difference to the scaled baseline."""
        scale = self.scale * scale_of(margin, 1.0, greater=True)
        own, other = self.candidate.error.standard, scale * self.baseline.error.standard
        error = replace(self.error, standard=reach(own, other, self.correlation))
        return replace(self, scale=scale, error=error)


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
