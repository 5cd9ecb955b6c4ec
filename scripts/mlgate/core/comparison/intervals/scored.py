"""Score intervals: the limits are where a statistic, taken under each hypothetical difference, reaches the quantile."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field

from mlgate.core.comparison.intervals.difference import Limits, Paired
from mlgate.core.comparison.intervals.distributions import student_cdf, student_quantile


@dataclass(frozen=True, kw_only=True)
class Known:
    """Answers of a difference that were found together with others (see `together`), and need not be looked for again.

    Attributes:
        limits: By the probability on each side.
        drops: p-values, by the difference that they are about.
    """

    limits: dict[float, Limits] = field(default_factory=dict)
    drops: dict[float, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scored(Paired):
    """A difference with a score statistic.

    Attributes:
        rows: In words, what was counted.
        freedom: Degrees of freedom of t in place of the normal; infinite for independent rows of equal weight.
        known: What was found together with others.
    """

    rows: str = "rows"
    freedom: float = math.inf
    known: Known = field(default_factory=Known, compare=False, repr=False)

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of t."""
        return self.freedom

    @abstractmethod
    def between(self, z: float) -> Limits:
        """Return the differences at which the statistic is plus and minus `z`."""

    @abstractmethod
    def statistic(self, at: float) -> float:
        """Return the statistic of the hypothesis that the difference is `at`."""

    def z(self, tail: float) -> float:
        """Return the quantile that the statistic is held against."""
        return -student_quantile(tail, self.freedom)

    def p_of(self, statistic: float) -> float:
        """Return the tail of a statistic."""
        return student_cdf(statistic, self.freedom)

    def limits(self, tail: float) -> Limits:
        """Return where the score statistic reaches the quantile."""
        found = self.known.limits.get(tail)
        return self.between(self.z(tail)) if found is None else found

    def p_drop(self, at: float) -> float:
        """Return the tail of the score statistic."""
        found = self.known.drops.get(at)
        return self.p_of(self.statistic(at)) if found is None else found
