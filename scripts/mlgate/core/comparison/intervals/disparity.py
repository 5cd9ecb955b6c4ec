"""The largest difference between groups' rates, one side alone and between two sides.

The true largest difference lies between two groups that nobody knows, but that do not depend on the sample. So the
highest of every pair's high limits, each at the whole tail, is one of the largest (an intersection-union argument,
Berger and Hsu, 1996, Statistical Science 11, 283-319), while a low limit has to share the tail among the pairs. The
limits of a pair come from its groups' by MOVER (Zou and Donner, 2008, Statistics in Medicine 27, 1693-1702). So the
limits are never too narrow for having looked at many groups, and often wider than they need be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals import tango
from mlgate.core.comparison.intervals.difference import Paired
from mlgate.core.comparison.intervals.distributions import normal_cdf, student_quantile
from mlgate.core.comparison.intervals.proportions import PairedProportions, Proportion

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.difference import Limits

Pair = tuple[int, int]
SEARCHED = 0.1  # the share of a tail that is spent on which pairs could be the farthest apart
STEPS = 45  # of halving FAR: twelve digits, as every step takes the limits of all groups
FAR = 30.0  # standard errors: a tail beyond it has no float for its tenth


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The share of a group's rows that are selected.

    Attributes:
        value: The share.
        rows: Independent rows of equal weight that would know it as well.
        degrees: Of t in place of the normal.
    """

    value: float
    rows: float
    degrees: float = math.inf

    def exact(self, tail: float) -> Limits:
        """Return Clopper and Pearson's limits."""
        z = student_quantile(tail, self.degrees)
        return Proportion(k=self.value * self.rows, n=self.rows).limits(normal_cdf(z))

    def score(self, tail: float) -> Limits:
        """Return Wilson's limits."""
        z, n = student_quantile(tail, self.degrees), self.rows
        centre = (self.value + z * z / (2 * n)) / (1 + z * z / n)
        reach = -z / (1 + z * z / n) * math.sqrt(self.value * (1 - self.value) / n + z * z / (4 * n * n))
        return max(0.0, centre - reach), min(1.0, centre + reach)


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The rates of one side.

    Attributes:
        rates: Of each group; of several kinds of rate where several are compared.
        pairs: Which of them are compared, each in both directions.
        independent: Whether no cluster of rows lies in two groups; else their errors may add up.
    """

    rates: tuple[Rate, ...]
    pairs: tuple[Pair, ...]
    independent: bool = True
    method: str = "mover-farthest-pair"

    def apart(self, pair: Pair) -> float:
        """Return by how much the first of a pair is higher."""
        return self.rates[pair[0]].value - self.rates[pair[1]].value

    @property
    def value(self) -> float:
        """Return the largest difference."""
        return max(self.apart(pair) for pair in self.pairs)

    def limits(self, tail: float) -> Limits:
        """Return the limits of the largest difference, from exact ones of each group."""
        return self._largest(tail, cache(lambda index, share: self.rates[index].exact(share)))

    def roughly(self, tail: float) -> Limits:
        """Return the limits from Wilson's of each group, which cost next to nothing."""
        return self._largest(tail, cache(lambda index, share: self.rates[index].score(share)))

    def _largest(self, tail: float, of_rate: Callable[[int, float], Limits]) -> Limits:
        low = max(self._limits(pair, tail / len(self.pairs), of_rate)[0] for pair in self.pairs)
        return max(0.0, low), max(self._limits(pair, tail, of_rate)[1] for pair in self.pairs)

    def farthest(self, tail: float) -> list[Pair]:
        """Return the pairs that could be the farthest apart; that it is none of them has probability `tail` at most."""
        share = tail / (len(self.pairs) + 1)
        score = cache(lambda index, part: self.rates[index].score(part))
        limits = {pair: self._limits(pair, share, score) for pair in self.pairs}
        bar = max(low for low, _ in limits.values())
        return [pair for pair, (_, high) in limits.items() if high >= bar]

    def _limits(self, pair: Pair, tail: float, of_rate: Callable[[int, float], Limits]) -> Limits:
        first, second = of_rate(pair[0], tail), of_rate(pair[1], tail)
        return mover(self._around(pair[0], first), self._around(pair[1], second), independent=self.independent)

    def _around(self, index: int, limits: Limits) -> tuple[float, Limits]:
        return self.rates[index].value, limits


def mover(first: tuple[float, Limits], second: tuple[float, Limits], *, independent: bool) -> Limits:
    """Return the limits of the first minus the second of two estimates with limits.

    Where they are not independent, as though their errors always added up.
    """
    (a, (low_a, high_a)), (b, (low_b, high_b)) = first, second
    combined = math.hypot if independent else _sum
    return a - b - combined(a - low_a, high_b - b), a - b + combined(high_a - a, b - low_b)


def _sum(first: float, second: float) -> float:
    return first + second


@dataclass(frozen=True, kw_only=True)
class SpreadDifference(Paired):
    """By how much the candidate's groups are nearer to each other than the baseline's.

    The baseline's largest difference is at least that of the candidate's farthest pair of groups, so the change within
    that pair bounds the change of the largest from below; with the baseline's farthest pair, from above. Within a group
    the sides are paired row by row (Tango's limits). Which pairs could be the farthest is decided with a tenth of the
    tail (Berger and Boos, 1994, Journal of the American Statistical Association 89, 1012-1016). Where the groups have
    changed places that says little, so another tenth is spent on the limits of each side alone, and the nearer bound
    counts.

    Attributes:
        candidate: Its rates.
        baseline: Its rates, of the same groups.
        gains: Of each rate, the candidate's minus the baseline's; none where only the sides alone are to count.
        scale: What the baseline's difference is multiplied by.
    """

    candidate: Spread
    baseline: Spread
    gains: tuple[PairedProportions, ...]
    scale: float = 1.0
    method: str = "tango-mover-farthest-pair"

    @property
    def method_reason(self) -> str:
        """Return why bounds over pairs."""
        return (
            f"the largest of {len(self.candidate.pairs) // 2} differences between groups has no simple error, so it is "
            "bounded by the pairs of groups that could be the farthest apart, each from its groups' paired shares"
        )

    @property
    def _estimate(self) -> float:
        return self.scale * self.baseline.value - self.candidate.value

    def limits(self, tail: float) -> Limits:
        """Return the nearer of the two bounds at each end."""
        if not self.gains:
            return self._apart(tail / 2)
        low, high = self._within_pairs(tail)
        least, most = self._apart(tail * SEARCHED / 2)
        return max(low, least), min(high, most)

    def _apart(self, tail: float) -> Limits:
        """Return the limits of the one minus those of the other."""
        (low, high), (least, most) = self.baseline.roughly(tail), self.candidate.roughly(tail)
        return self.scale * low - most, self.scale * high - least

    def _within_pairs(self, tail: float) -> Limits:
        """Return the farthest limits among the pairs that could be the farthest apart."""
        gained = self._gained(tail * (1 - 2 * SEARCHED))
        lows = [self._change(pair, gained)[0] for pair in self.candidate.farthest(tail * SEARCHED)]
        highs = [self._change(pair, gained)[1] for pair in self.baseline.farthest(tail * SEARCHED)]
        return min(lows), max(highs)

    def _gained(self, tail: float) -> list[tuple[float, Limits]]:
        """Return each rate's gain with its limits, all at once."""
        counts = np.array([(gain.gained, gain.lost, gain.n) for gain in self.gains])
        z = np.array([-student_quantile(tail, gain.freedom) for gain in self.gains])
        lows, highs = tango.limits(counts[:, 0], counts[:, 1], counts[:, 2], z)
        found = zip(self.gains, lows.tolist(), highs.tolist(), strict=True)
        return [((gain.gained - gain.lost) / gain.n, (low, high)) for gain, low, high in found]

    def _change(self, pair: Pair, gained: list[tuple[float, Limits]]) -> Limits:
        """Return the limits of how much nearer a pair of groups is: what the second gained more than the first."""
        return mover(gained[pair[1]], gained[pair[0]], independent=self.candidate.independent)

    def p_drop(self, at: float) -> float:
        """Return the tail at which the high limit is `at`; where `at` lies below the estimate, from the low limit."""
        if at < self._estimate:
            return 1.0 - self._tail(lambda z: self.limits(normal_cdf(-z))[0] - at)
        return self._tail(lambda z: at - self.limits(normal_cdf(-z))[1])

    def _tail(self, gap: Callable[[float], float]) -> float:
        low, high = 0.0, FAR
        for _ in range(STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if gap(middle) > 0 else (low, middle)
        return normal_cdf(-(low + high) / 2)

    def contrast(self, margin: float) -> Paired:
        """Return the difference to the scaled baseline, from the sides alone."""
        return replace(self, gains=(), scale=self.scale * (1 + margin))
