"""The three-way decision of a rule, Holm's correction of its fail side, and what the holdout could have told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison.intervals.distributions import normal_cdf, normal_quantile
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

POWER = 0.80
FEW_ROWS = 10
SMALL_CLASS = 200


def decide(*, estimate: float, low: float, high: float, margin: float) -> tuple[Outcome, str | None]:
    """Return what a rule against a baseline comes to alone, and why unless it passes.

    Args:
        estimate: The difference, positive where the candidate is better; rounded, as are all of these.
        low: Its low limit.
        high: Its high limit.
        margin: The largest accepted drop; negative asks for an improvement.
    """
    if low >= -margin:
        return Outcome.PASS, None
    if high < max(0.0, -margin) and estimate < -margin:
        return Outcome.FAIL, "worse-than-margin" if high < -margin else "drop"
    return Outcome.INCONCLUSIVE, "holdout-too-small"


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted by Holm's step-down procedure, valid under any dependence."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, so_far = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        so_far = max(so_far, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = so_far
    return tuple(adjusted)


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """What a holdout can tell about one rule, from the width of its interval alone and never from the difference seen.

    Attributes:
        standard: Half the interval's width over the normal quantile: the standard error that decides.
        margin: The rule's.
        tail: The probability on each side of the interval.
    """

    standard: float
    margin: float
    tail: float

    @property
    def detectable_drop(self) -> float:
        """Return the smallest true drop (shortfall, for a negative margin) that fails the rule with 80 % power.

        Failing asks for a high limit below zero and for an estimate below the margin: the harder of the two counts.
        """
        quantile, power = -normal_quantile(self.tail), normal_quantile(POWER)
        return rounded(max((quantile + power) * self.standard, self.margin + power * self.standard))

    def rows_needed(self, n: int) -> int | None:
        """Return the rows on which an unchanged candidate passes with 80 % power; None where no number does it."""
        if self.margin <= 0:
            return None
        reach = (-normal_quantile(self.tail) + normal_quantile(POWER)) * self.standard
        return math.ceil(rounded(n * (reach / self.margin) ** 2))

    @property
    def passes_unchanged(self) -> float:
        """Return the probability that a candidate without a true difference passes."""
        if self.standard == 0:
            return 1.0 if self.margin >= 0 else 0.0
        return normal_cdf(self.margin / self.standard + normal_quantile(self.tail))


def power(each: Sequence[Sensitivity]) -> float | None:
    """Return the probability that an unchanged candidate passes every rule, as though the rules were independent.

    Rules on the same rows mostly agree, so the true probability is between this product and the smallest factor.
    """
    return rounded(math.prod(s.passes_unchanged for s in each)) if each else None
