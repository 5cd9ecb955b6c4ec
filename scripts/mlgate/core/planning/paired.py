"""The exact power of the paired test of two proportions: Tango's interval over every table that can come up.

Of n pairs a number D disagrees (one model right, one wrong), and of these B are gained. D is binomial, and so is B for
each D. The test passes from some B on, so that its power is a sum over D of binomial tails. Left out are only those D
whose probability together is below 1e-12.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals import tango
from mlgate.core.comparison.intervals.distributions import incomplete_beta, normal_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

REACH = 8.0  # standard deviations of D to each side, and a few more
MOST_ROWS = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """What is known of two models, or supposed.

    Attributes:
        disagreement: Share of pairs that one model alone has right, from 0 to 1.
        difference: True difference, candidate minus baseline; no larger than the disagreement.
    """

    disagreement: float
    difference: float = 0.0

    @property
    def gained(self) -> float:
        """Return the probability that a pair that disagrees is the candidate's."""
        return (1 + self.difference / self.disagreement) / 2 if self.disagreement > 0 else 0.5


def passes(pairs: Pairs, n: int, *, margin: float, tail: float) -> float:
    """Return the probability that the low limit of the difference is `-margin` or more.

    Args:
        pairs: The two models.
        n: Pairs: the rows of the holdout, or for recall those of the class.
        margin: The largest accepted drop, strictly between -1 and 1.
        tail: The probability on each side of the interval.
    """
    z = -normal_quantile(tail)
    first, shares = _disagreeing(n, pairs.disagreement)
    many = first + np.arange(len(shares))
    least = _first_gained(many, lambda gained: tango.score(gained, many - gained, n, -margin) >= z)
    return math.fsum(s * t for s, t in zip(shares, _tails(first, least.tolist(), pairs.gained), strict=True))


def fails(pairs: Pairs, n: int, *, margin: float, tail: float) -> float:
    """Return the probability that the rule fails: high limit below zero (or `-margin`), estimate below `-margin`."""
    z = -normal_quantile(tail)
    first, shares = _disagreeing(n, pairs.disagreement)
    many, at = first + np.arange(len(shares)), max(0.0, -margin)

    def holds(gained: Counts) -> NDArray[np.bool_]:
        lost = many - gained
        return np.asarray((tango.score(gained, lost, n, at) > -z) | (gained - lost >= -margin * n))

    least = _first_gained(many, holds)
    return math.fsum(s * (1 - t) for s, t in zip(shares, _tails(first, least.tolist(), pairs.gained), strict=True))


def rows_needed(pairs: Pairs, *, margin: float, tail: float, power: float) -> int | None:
    """Return the pairs on which the test passes with at least `power`; None where no number up to ten million does.

    The power rises with n but for a ripple below a point, as counts are whole; the answer is a size at which it is
    reached, and one pair fewer does not reach it.
    """
    if pairs.difference <= -margin:
        return None
    high = 1
    while passes(pairs, high, margin=margin, tail=tail) < power:
        high *= 2
        if high > MOST_ROWS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(pairs, middle, margin=margin, tail=tail) >= power else (middle, high)
    return high


def detectable_drop(disagreement: float, n: int, *, margin: float, tail: float, power: float) -> float | None:
    """Return the smallest true drop that fails with `power`; None where even a drop on every row would not.

    A drop that exceeds the disagreement raises it.
    """

    def chance(drop: float) -> float:
        pairs = Pairs(disagreement=max(disagreement, drop), difference=-drop)
        return fails(pairs, n, margin=margin, tail=tail)

    low, high = 0.0, 1.0
    if chance(high) < power:
        return None
    for _ in range(25):
        middle = (low + high) / 2
        low, high = (low, middle) if chance(middle) >= power else (middle, high)
    return high


def _disagreeing(n: int, share: float) -> tuple[int, list[float]]:
    """Return the first number of disagreeing pairs that matters, and the probability of each from there on."""
    spread = REACH * math.sqrt(n * share * (1 - share)) + REACH
    first, last = max(0, math.floor(n * share - spread)), min(n, math.ceil(n * share + spread))
    if share <= 0 or share >= 1:
        return (0 if share <= 0 else n), [1.0]
    weights = [math.exp(_log_binomial(k, n, share)) for k in range(first, last + 1)]
    total = math.fsum(weights)
    return first, [weight / total for weight in weights]


def _log_binomial(k: int, n: int, share: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * math.log(share) + (n - k) * math.log1p(-share)


def _first_gained(many: Counts, holds: Callable[[Counts], NDArray[np.bool_]]) -> Counts:
    """Return for each number of disagreeing pairs the fewest gained ones from which `holds`; one too many if none."""
    low, high = np.full_like(many, -1), many + 1  # it does not hold at `low`, and does at `high`
    while (high - low).max() > 1:
        middle = (low + high) // 2
        inside = (middle >= 0) & (middle <= many)
        ok = holds(np.clip(middle, 0, many)) & inside
        low, high = np.where((high - low > 1) & ~ok, middle, low), np.where((high - low > 1) & ok, middle, high)
    return np.asarray(high)


def _tails(first: int, least: list[int], share: float) -> list[float]:
    """Return P(B >= k) for D = first, first + 1, ... and each one's k.

    Each follows from the one before: one more pair, then a threshold moved by a few.
    """
    tails = [_tail(least[0], first, share)]
    for i, k in enumerate(least[1:], start=1):
        before, many = least[i - 1], first + i
        value = tails[-1] + share * _binomial(before - 1, many - 1, share)
        value -= math.fsum(_binomial(j, many, share) for j in range(before, k))
        value += math.fsum(_binomial(j, many, share) for j in range(k, before))
        tails.append(min(1.0, max(0.0, value)))
    return tails


def _tail(k: int, n: int, share: float) -> float:
    if k <= 0 or k > n:
        return 1.0 if k <= 0 else 0.0
    return incomplete_beta(share, k, n - k + 1)


def _binomial(k: int, n: int, share: float) -> float:
    if k < 0 or k > n:
        return 0.0
    if share <= 0 or share >= 1:
        return float(k == (0 if share <= 0 else n))
    return math.exp(_log_binomial(k, n, share))
