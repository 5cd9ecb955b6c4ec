"""Sums of squared means without their bias: the error of a second-order U-statistic, alone and between two sides.

The square of a mean of n rows is too large by the mean's variance. The mean of the products of all pairs of different
rows is not (Hoeffding, 1948, Annals of Mathematical Statistics 19, 293-325). Its variance has a part that the rows'
influence gives, and one that is left where the true mean is zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from mlgate.core.comparison.intervals.difference import Paired
from mlgate.core.comparison.intervals.distributions import student_cdf
from mlgate.core.comparison.intervals.means import TInterval
from mlgate.core.comparison.intervals.spread import Error, described, error_of

if TYPE_CHECKING:
    from mlgate.core.comparison.intervals.difference import Limits
    from mlgate.core.comparison.intervals.spread import Array, Sampling


class Quadratic(Protocol):
    """One side's sum of squared means, without bias: it can be negative.

    Attributes:
        value: The sum.
    """

    value: float

    def influence(self) -> Array:
        """Return that of each row, shape (n,), up to a constant."""
        ...

    def noise(self) -> float:
        """Return the variance that is left where all means are zero."""
        ...


def alone(side: Quadratic, sampling: Sampling) -> TInterval:
    """Return one side's value plus and minus t standard errors."""
    error = _with_noise(sampling, side.influence(), side.noise())
    return TInterval(estimate=side.value, error=error, method="u-statistic-t")


@dataclass(frozen=True, kw_only=True)
class QuadraticDifference(Paired):
    """The difference of two values of which lower is better: the baseline's minus the candidate's.

    What is left of the variance where the means are zero is counted for both sides in full, though the sides share
    rows: squares of what goes together go together, so the true variance is smaller.

    Attributes:
        sampling: How the rows were drawn.
        candidate: Its value.
        baseline: Its value.
        scale: What the baseline is multiplied by.
    """

    sampling: Sampling
    candidate: Quadratic
    baseline: Quadratic
    scale: float = 1.0
    method: str = "u-statistic-t"

    @property
    def estimate(self) -> float:
        """Return the difference."""
        return self.scale * self.baseline.value - self.candidate.value

    @cached_property
    def error(self) -> Error:
        """Return its standard error."""
        influence = self.scale * self.baseline.influence() - self.candidate.influence()
        noise = self.scale**2 * self.baseline.noise() + self.candidate.noise()
        return _with_noise(self.sampling, influence, noise)

    @property
    def degenerate(self) -> bool:
        """Return whether there is no standard error."""
        return self.error.standard == 0

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of t."""
        return self.error.degrees

    @property
    def method_reason(self) -> str:
        """Return why not the delta method alone."""
        return (
            "the metric is a sum of squared means with their bias taken out, whose error does not vanish where the "
            f"means do, so that of pairs of rows is added to what each of {described(self.sampling)} does"
        )

    def limits(self, tail: float) -> Limits:
        """Return the interval with t."""
        return TInterval(estimate=self.estimate, error=self.error).limits(tail)

    def p_drop(self, at: float) -> float:
        """Return the tail of t."""
        if self.degenerate:
            return 1.0
        return student_cdf((self.estimate - at) / self.error.standard, self.error.degrees)

    def contrast(self, margin: float) -> Paired:
        """Return the difference to the scaled baseline."""
        return replace(self, scale=self.scale * (1 + margin))


def _with_noise(sampling: Sampling, influence: Array, noise: float) -> Error:
    error = error_of(sampling, influence)
    return Error(standard=math.hypot(error.standard, math.sqrt(noise)), degrees=error.degrees)
