"""The three-way decision of a rule, and what the holdout could have told."""

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


@dataclass(frozen=True, kw_only=True)
class Held:
    """How far a candidate keeps within a margin; all numbers rounded.

    Attributes:
        estimate: By how much it does: below zero where the drop is estimated to exceed the margin.
        low: Its low limit.
        high: Its high limit.
        high_of_drop: The high limit of the difference itself or, where an improvement is asked for, `high`: below zero
            where a drop (a shortfall) is shown.
    """

    estimate: float
    low: float
    high: float
    high_of_drop: float


def held(*, estimate: float, low: float, high: float, margin: float) -> Held:
    """Return how far a difference keeps within a margin in the same units."""
    return Held(
        estimate=estimate + margin,
        low=low + margin,
        high=high + margin,
        high_of_drop=high if margin >= 0 else high + margin,
    )


def decide(*, estimate: float, low: float, high: float, margin: float) -> tuple[Outcome, str | None]:
    """Return what a rule against a baseline comes to alone, with a margin in the metric's units.

    Args:
        estimate: The difference, positive where the candidate is better; rounded, as are all of these.
        low: Its low limit.
        high: Its high limit.
        margin: The largest accepted drop; negative asks for an improvement.
    """
    return verdict(held(estimate=estimate, low=low, high=high, margin=margin))


def verdict(seen: Held) -> tuple[Outcome, str | None]:
    """Return what a rule against a baseline comes to alone, and why unless it passes."""
    if seen.low >= 0:
        return Outcome.PASS, None
    if seen.high_of_drop < 0 and seen.estimate < 0:
        return Outcome.FAIL, "worse-than-margin" if seen.high < 0 else "drop"
    return Outcome.INCONCLUSIVE, "holdout-too-small"


def read(
    *, value: float, low: float, high: float, at_least: float | None, at_most: float | None, proven: bool
) -> tuple[Outcome, str | None]:
    """Return what a floor or ceiling comes to, and why; `floor-not-proven` is a note on a pass that is read literally.

    Args:
        value: Of the candidate; rounded, as are its limits.
        low: The value's low limit.
        high: The value's high limit.
        at_least: The floor.
        at_most: The ceiling.
        proven: Whether the whole interval must be on the right side.
    """
    if at_least is not None and value < at_least:
        return Outcome.FAIL, "below-floor"
    if at_most is not None and value > at_most:
        return Outcome.FAIL, "above-ceiling"
    if (at_least is None or low >= at_least) and (at_most is None or high <= at_most):
        return Outcome.PASS, None
    return Outcome.INCONCLUSIVE if proven else Outcome.PASS, "floor-not-proven"


def rows_to_prove(*, n: int, value: float, end: float, limit: float) -> int | None:
    """Return the rows on which the interval would keep to the limit, if the value stayed; None where none would do.

    Args:
        n: The rows there are.
        value: Of the candidate.
        end: The end of its interval that lies on the wrong side.
        limit: The floor or ceiling.
    """
    if value == limit:
        return None
    return math.ceil(rounded(n * ((value - end) / (value - limit)) ** 2))


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """What a holdout can tell about one rule, from the width of its interval alone and never from the difference seen.

    Attributes:
        standard: Half the interval's width over the normal quantile: the standard error that decides.
        margin: The rule's, in units of the difference.
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
    def margin_needed(self) -> float:
        """Return the margin with which an unchanged candidate passes with 80 % power."""
        return rounded((-normal_quantile(self.tail) + normal_quantile(POWER)) * self.standard)

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
