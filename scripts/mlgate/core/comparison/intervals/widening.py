"""Differences whose interval widens around the estimate as t grows: the p-value is found by inverting it."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.difference import Paired
from mlgate.core.comparison.intervals.distributions import bisect, student_cdf, student_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.difference import Limits

FAR = 100.0  # standard errors: beyond any tail that a float can hold for the normal


class Widening(Paired):
    """A difference with an interval for every t."""

    @property
    @abstractmethod
    def estimate(self) -> float:
        """Return the difference."""

    @abstractmethod
    def within(self, t: float) -> Limits:
        """Return the interval of plus and minus `t` standard errors."""

    def limits(self, tail: float) -> Limits:
        """Return the interval at the quantile of t."""
        return self.within(-student_quantile(tail, self.degrees))

    def p_drop(self, at: float) -> float:
        """Return the tail at which the high limit is `at`; where `at` lies below the estimate, from the low limit."""
        if self.degenerate:
            return 1.0
        if at < self.estimate:
            return 1.0 - self._tail(lambda t: self.within(t)[0] - at)
        return self._tail(lambda t: at - self.within(t)[1])

    def _tail(self, gap: Callable[[float], float]) -> float:
        return student_cdf(-bisect(gap, 0.0, FAR), self.degrees)


def reach(own: float, other: float, correlation: float) -> float:
    """Return how far the difference of two values goes to one side, from how far each value does (MOVER)."""
    return math.sqrt(max(own * own - 2 * correlation * own * other + other * other, 0.0))
