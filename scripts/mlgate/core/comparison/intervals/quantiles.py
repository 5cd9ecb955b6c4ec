"""The difference of a quantile of the rows' losses, such as the median absolute error, without resampling.

Each side has Woodruff's interval (1952, Journal of the American Statistical Association 47, 635-646): the share of rows
below the true quantile is a proportion whose variance is known, p (1 - p), and its limits are read off the sorted rows,
whatever the density there. The two are combined by MOVER (Zou and Donner, 2008). The correlation of two sample
quantiles is that of their indicators "this row lies below", as each quantile's influence is its indicator over a
constant (Bahadur, 1966).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.difference import scale_of
from mlgate.core.comparison.intervals.distributions import student_quantile
from mlgate.core.comparison.intervals.spread import Design, described, design_of, error_of
from mlgate.core.comparison.intervals.widening import Widening, reach

if TYPE_CHECKING:
    from mlgate.core.comparison.intervals.difference import Limits, Paired
    from mlgate.core.comparison.intervals.spread import Array, Sampling


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """One side's quantile.

    Attributes:
        sampling: How the rows were drawn.
        rows: Shape (n,), what it is a quantile of.
        level: Between 0 and 1; 0.5 for the median.
        value: The metric, as it is shown.
    """

    sampling: Sampling
    rows: Array
    level: float
    value: float
    method: str = "woodruff"

    @cached_property
    def _sorted(self) -> tuple[Array, Array]:
        """Return the rows in ascending order, and the share of the weight up to each."""
        order = np.argsort(self.rows, kind="stable")
        weight = np.ones(len(order)) if self.sampling.weight is None else self.sampling.weight[order]
        return self.rows[order], np.cumsum(weight) / weight.sum()

    @cached_property
    def below(self) -> Array:
        """Return 1 for rows up to the quantile, else 0: its influence, up to a constant factor."""
        return np.asarray((self.rows <= self.value).astype(np.float64))

    @cached_property
    def design(self) -> Design:
        """Return how many independent rows know it as well."""
        if self.sampling.plain:
            return Design(rows=self.sampling.n, degrees=math.inf)
        return design_of(self.sampling, self.below)

    def limits(self, tail: float) -> Limits:
        """Return Woodruff's interval."""
        return self.within(-student_quantile(tail, self.design.degrees))

    def within(self, t: float) -> Limits:
        """Return the rows at plus and minus `t` standard errors of the share below."""
        reach = t * math.sqrt(self.level * (1 - self.level) / self.design.rows)
        return min(self.at(self.level - reach), self.value), max(self.at(self.level + reach), self.value)

    def at(self, share: float) -> float:
        """Return the row at a share of the weight; the first or last where there is none so far out."""
        rows, shares = self._sorted
        return float(rows[min(int(np.searchsorted(shares, share - 1e-12)), len(rows) - 1)])

    def reach(self, share: float) -> float:
        """Return how far the quantile moves at most if this share of rows moves over it."""
        return max(self.at(self.level + share) - self.value, self.value - self.at(self.level - share))


@dataclass(frozen=True, kw_only=True)
class QuantileDifference(Widening):
    """The difference of two quantiles of losses: the baseline's minus the candidate's.

    Attributes:
        candidate: Its quantile.
        baseline: Its quantile.
        scale: What the baseline is multiplied by.
    """

    candidate: Quantile
    baseline: Quantile
    scale: float = 1.0
    method: str = "woodruff-mover"

    @cached_property
    def correlation(self) -> float:
        """Return the correlation of the two values' errors."""
        own, other, sampling = self.candidate.below, self.baseline.below, self.candidate.sampling
        parts = [error_of(sampling, rows).standard for rows in (own, other, own - other)]
        product = 2 * parts[0] * parts[1]
        return min(1.0, (parts[0] ** 2 + parts[1] ** 2 - parts[2] ** 2) / product) if product > 0 else 0.0

    @property
    def degenerate(self) -> bool:
        """Return whether the interval has no width."""
        low, high = self.within(2.0)
        return high <= low

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of t."""
        return self.candidate.design.degrees

    @property
    def method_reason(self) -> str:
        """Return why order statistics."""
        return (
            f"the metric is a quantile of {described(self.candidate.sampling)}, whose error is read off the sorted "
            "rows of each side (Woodruff) and combined with how far the sides agree on which rows lie below"
        )

    @property
    def estimate(self) -> float:
        """Return the difference."""
        return self.scale * self.baseline.value - self.candidate.value

    def within(self, t: float) -> Limits:
        """Return MOVER's interval of the difference."""
        own, other = self.candidate.within(t), self.baseline.within(t)
        down = reach(own[1] - self.candidate.value, self.scale * (self.baseline.value - other[0]), self.correlation)
        up = reach(self.candidate.value - own[0], self.scale * (other[1] - self.baseline.value), self.correlation)
        return self.estimate - down, self.estimate + up

    def contrast(self, margin: float) -> Paired:
        """Return the difference to the scaled baseline."""
        return replace(self, scale=self.scale * scale_of(margin, 1.0, greater=False))
