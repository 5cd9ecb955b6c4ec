"""Rows for a tolerance, a reliability and a number of reuses, whatever the data: bounds of Hoeffding and of Bennett.

Renggli et al. (2019), "Continuous integration of machine learning models with ease.ml/ci", MLSys. One-sided, as there;
`docs/explanation/statistics.md` says what the figures with adaptivity assume.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlgate.core.codec import rounded

MOST_REUSES = 1_000_000  # "or more": nobody reuses a holdout more often


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What is asked of a holdout.

    Attributes:
        tolerance: The largest error of the estimate that is accepted, above 0.
        failure: Probability that any of the estimates errs by more: 1 - reliability, strictly between 0 and 1.
        reuses: How many estimates are made on the same rows, at least 1.
        both_sides: Whether an error in either direction counts.
    """

    tolerance: float
    failure: float
    reuses: int = 1
    both_sides: bool = False

    def burden(self, *, adaptive: bool) -> float:
        """Return the logarithm of how many questions must all be right, over the probability that one is not."""
        questions = self.reuses * math.log(2) if adaptive else math.log(self.reuses)
        return questions + self._doubt

    @property
    def _doubt(self) -> float:
        return -math.log(self.failure) + (math.log(2) if self.both_sides else 0.0)

    def reuses_within(self, budget: float, *, adaptive: bool) -> int:
        """Return how many reuses a `budget` (rows times what each is worth) bears, at most `MOST_REUSES`."""
        left = rounded(budget) - rounded(self._doubt)
        if left < 0:
            return 0
        if adaptive:
            return min(MOST_REUSES, math.floor(rounded(left / math.log(2))))
        return MOST_REUSES if left > math.log(MOST_REUSES) else math.floor(rounded(math.exp(left)))


@dataclass(frozen=True, kw_only=True)
class Hoeffding:
    """A condition on the mean of one model's rows: n = r^2 (ln H - ln d) / 2 e^2.

    Attributes:
        spread: r: the largest value of a row minus the smallest, e.g. 1 for right or wrong.
    """

    spread: float = 1.0

    def worth(self, tolerance: float) -> float:
        """Return what one row adds to the logarithm of the bound."""
        return 2 * (tolerance / self.spread) ** 2

    def share(self, demand: Demand) -> Demand:
        """Return the part of the demand that the estimate itself must keep: all of it."""
        return demand


@dataclass(frozen=True, kw_only=True)
class HoeffdingDifference:
    """A condition on a difference of two means, each with half the tolerance and half the failure probability."""

    spread: float = 1.0

    def worth(self, tolerance: float) -> float:
        """Return what one row adds to the logarithm of each half's bound."""
        return Hoeffding(spread=self.spread).worth(tolerance / 2)

    def share(self, demand: Demand) -> Demand:
        """Return what each of the two means must keep of the failure probability."""
        return Demand(
            tolerance=demand.tolerance,
            failure=demand.failure / 2,
            reuses=demand.reuses,
            both_sides=demand.both_sides,
        )


@dataclass(frozen=True, kw_only=True)
class Bennett:
    """A condition on a difference of two models that disagree on few rows: n = (ln H - ln d) / (p h(e / p)).

    Attributes:
        disagreement: p: the share of rows that only one of the two has right is at most this, above 0 and up to 1.
    """

    disagreement: float

    def worth(self, tolerance: float) -> float:
        """Return p h(e / p) with h(u) = (1 + u) ln(1 + u) - u."""
        u = tolerance / self.disagreement
        return self.disagreement * ((1 + u) * math.log1p(u) - u)

    def share(self, demand: Demand) -> Demand:
        """Return the part of the demand that the difference must keep: all of it, as the bound on p is given."""
        return demand


Bound = Hoeffding | HoeffdingDifference | Bennett


def rows(bound: Bound, demand: Demand, *, adaptive: bool) -> int:
    """Return the rows that keep the demand.

    Args:
        bound: Which inequality, and on what.
        demand: What is asked.
        adaptive: Whether each model may be made knowing all verdicts so far (H ln 2 in place of ln H).
    """
    return math.ceil(rounded(bound.share(demand).burden(adaptive=adaptive) / bound.worth(demand.tolerance)))


def reuses(bound: Bound, demand: Demand, n: int, *, adaptive: bool) -> int:
    """Return how many estimates `n` rows bear with the demand's tolerance and reliability; at most a million."""
    return bound.share(demand).reuses_within(n * bound.worth(demand.tolerance), adaptive=adaptive)
