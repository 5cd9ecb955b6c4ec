"""Two values that were not measured on the same rows: all that is known of the baseline is what was recorded.

The interval is MOVER (Zou and Donner, 2008, Statistics in Medicine 27, 1693-1702) for independent values; of two
proportions with Wilson's intervals it is Newcombe's (1998, Statistics in Medicine 17, 873-890, method 10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.difference import scale_of
from mlgate.core.comparison.intervals.widening import Widening

if TYPE_CHECKING:
    from mlgate.core.comparison.intervals.difference import Limits, Paired


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
class UnpairedDifference(Widening):
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
        low, high = self.within(1.0)
        return high <= low

    @property
    def method_reason(self) -> str:
        """Return why rows are not paired."""
        return (
            "the baseline's predictions are not known row by row, only its recorded value and how certain that was, so "
            "the two errors add up: the interval is wider than a paired one"
        )

    @property
    def estimate(self) -> float:
        """Return the difference."""
        ours = self.candidate.value - self.scale * self.baseline.value
        return ours if self.greater else -ours

    def within(self, t: float) -> Limits:
        """Return MOVER's interval for independent values, from the normal: there are no degrees of freedom."""
        (low_a, high_a), (low_b, high_b) = self.candidate.within(t), self.baseline.within(t)
        below_a, above_a = self.candidate.value - low_a, high_a - self.candidate.value
        below_b, above_b = self.scale * (self.baseline.value - low_b), self.scale * (high_b - self.baseline.value)
        down, up = math.hypot(below_a, above_b), math.hypot(above_a, below_b)
        return (
            (self.estimate - down, self.estimate + up) if self.greater else (self.estimate - up, self.estimate + down)
        )

    def contrast(self, margin: float) -> Paired:
        """Return the difference to the scaled baseline."""
        return replace(self, scale=self.scale * scale_of(margin, self.baseline.value, greater=self.greater))
