"""Two values that were not measured on the same rows: all that is known of the baseline is what was recorded.

The interval is MOVER (Zou and Donner, 2008, Statistics in Medicine 27, 1693-1702) for independent values; of two
proportions with Wilson's intervals it is Newcombe's (1998, Statistics in Medicine 17, 873-890, method 10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.difference import Paired, scale_of
from mlgate.core.comparison.intervals.distributions import bisect, normal_cdf, normal_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.difference import Limits

FAR = 100.0  # standard errors: beyond any tail that a float can hold


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A value with its own uncertainty.

    Attributes:
        value: Of the metric.
        standard_error: Of the value; not read of a proportion.
        n: Of a proportion, the rows of its denominator; None for any other metric.
    """

    value: float
    standard_error: float = 0.0
    n: float | None = None

    def within(self, z: float) -> Limits:
        """Return Wilson's interval of a proportion, else plus and minus `z` standard errors."""
        if self.n is None:
            return self.value - z * self.standard_error, self.value + z * self.standard_error
        square = z * z / self.n
        reach = z * math.sqrt((self.value * (1 - self.value) + square / 4) / self.n)
        return (self.value + square / 2 - reach) / (1 + square), (self.value + square / 2 + reach) / (1 + square)


@dataclass(frozen=True, kw_only=True)
class UnpairedDifference(Paired):
    """The difference of two independent values.

    Attributes:
        candidate: Measured now.
        baseline: As recorded.
        greater: Whether a higher value is better.
        scale: What the baseline is multiplied by.
    """

    candidate: Recorded
    baseline: Recorded
    greater: bool
    scale: float = 1.0

    @property
    def method(self) -> str:  # type: ignore[override] # it follows from the values
        """Return `newcombe` for two proportions, else `unpaired-normal`."""
        return "newcombe" if self.candidate.n is not None and self.baseline.n is not None else "unpaired-normal"

    @property
    def degenerate(self) -> bool:
        """Return whether neither value has an error."""
        low, high = self._within(1.0)
        return high <= low

    @property
    def method_reason(self) -> str:
        """Return why rows are not paired."""
        return (
            "the baseline's predictions are not known row by row, only its recorded value and how certain that was, so "
            "the two errors add up: the interval is wider than a paired one"
        )

    @property
    def _estimate(self) -> float:
        ours = self.candidate.value - self.scale * self.baseline.value
        return ours if self.greater else -ours

    def limits(self, tail: float) -> Limits:
        """Return the interval of the difference."""
        return self._within(-normal_quantile(tail))

    def _within(self, z: float) -> Limits:
        (low_a, high_a), (low_b, high_b) = self.candidate.within(z), self.baseline.within(z)
        below_a, above_a = self.candidate.value - low_a, high_a - self.candidate.value
        below_b, above_b = self.scale * (self.baseline.value - low_b), self.scale * (high_b - self.baseline.value)
        down, up = math.hypot(below_a, above_b), math.hypot(above_a, below_b)
        return (
            (self._estimate - down, self._estimate + up)
            if self.greater
            else (self._estimate - up, self._estimate + down)
        )

    def p_drop(self, at: float) -> float:
        """Return the tail at which the high limit is `at`; where `at` lies below the estimate, from the low limit."""
        if self.degenerate:
            return 1.0
        if at < self._estimate:
            return 1.0 - self._tail(lambda z: self._within(z)[0] - at)
        return self._tail(lambda z: at - self._within(z)[1])

    def _tail(self, gap: Callable[[float], float]) -> float:
        return normal_cdf(-bisect(gap, 0.0, FAR))

    def contrast(self, margin: float) -> Paired:
        """Return the difference to the scaled baseline."""
        return replace(self, scale=self.scale * scale_of(margin, self.baseline.value, greater=self.greater))
