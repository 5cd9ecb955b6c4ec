"""Paired proportions by Tango's score interval, one proportion by Clopper and Pearson, and McNemar's p-value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals import tango
from mlgate.core.comparison.intervals.difference import Paired, scale_of
from mlgate.core.comparison.intervals.distributions import (
    beta_quantile,
    incomplete_beta,
)
from mlgate.core.comparison.intervals.scored import Scored
from mlgate.core.comparison.intervals.spread import described, design_of
from mlgate.core.comparison.intervals.table_score import Joint
from mlgate.core.comparison.intervals.tables import TableDifference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.intervals.difference import Limits
    from mlgate.core.comparison.intervals.spread import Array, Sampling

    Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class PairedProportions(Scored):
    """Tango's score interval.

    Attributes:
        gained: Pairs that only the candidate has right.
        lost: Pairs that only the baseline has right.
        both: Pairs that both have right.
        n: All pairs; the counts may be divided by a design effect.
    """

    gained: float
    lost: float
    both: float
    n: float
    method: str = "tango"

    @property
    def method_reason(self) -> str:
        """Return why Tango's interval."""
        return (
            f"the metric is a share of {self.rows}, paired row by row; Tango's score interval keeps its promise on few "
            "rows and where no row differs"
        )

    def between(self, z: float) -> Limits:
        """Return Tango's limits."""
        low, high = tango.limits(self.gained, self.lost, self.n, z)
        return float(low), float(high)

    def statistic(self, at: float) -> float:
        """Return Tango's statistic."""
        return float(tango.score(self.gained, self.lost, self.n, at))

    def contrast(self, margin: float) -> Paired:
        """Return the score difference to the scaled baseline: the score test of a ratio."""
        neither = self.n - self.gained - self.lost - self.both
        counts = np.array([[[[neither, self.lost], [self.gained, self.both]]]])
        joint = Joint(metric=_Share(), counts=counts, scale=scale_of(margin, 1.0, greater=True))
        return TableDifference(joint=joint, rows=self.rows, freedom=self.freedom, method=self.method)


@dataclass(frozen=True)
class _Share:
    """The share of the second column: of a table (wrong, right), what is right."""

    def value(self, table: Array) -> Array:
        return np.asarray(table[..., 0, 1])

    def gradient(self, table: Array) -> Array:
        return np.broadcast_to(np.array([[0.0, 1.0]]), table.shape)


def paired_proportions(sampling: Sampling, candidate: Flags, baseline: Flags) -> PairedProportions:
    """Return Tango's difference of the shares of rows that are right.

    With weights or groups, shares are multiplied by the number of independent rows of equal weight that would know the
    difference as well: the rows divided by the design effect, which is never below 1 (Rao and Scott, 1981).

    Args:
        sampling: How the rows were drawn.
        candidate: Shape (n,), which rows the candidate has right.
        baseline: The same of the baseline.
    """
    flags = (candidate & ~baseline, baseline & ~candidate, candidate & baseline)
    if sampling.plain:
        gained, lost, both = (float(np.count_nonzero(f)) for f in flags)
        return PairedProportions(gained=gained, lost=lost, both=both, n=sampling.n, rows=described(sampling))
    gained, lost, both = (sampling.mean(f.astype(np.float64)) for f in flags)
    design = design_of(sampling, candidate.astype(np.float64) - baseline)
    return PairedProportions(
        gained=gained * design.rows,
        lost=lost * design.rows,
        both=both * design.rows,
        n=design.rows,
        rows=described(sampling, design),
        freedom=design.degrees,
        method="tango-clustered" if sampling.group is not None else "tango-weighted",
    )


@dataclass(frozen=True, kw_only=True)
class Proportion:
    """Clopper and Pearson's exact interval of `k` in `n`; counts divided by a design effect need not be whole."""

    k: float
    n: float
    method: str = "clopper-pearson"

    def limits(self, tail: float) -> Limits:
        """Return the exact limits."""
        low = beta_quantile(tail, self.k, self.n - self.k + 1) if self.k > 0 else 0.0
        high = beta_quantile(1 - tail, self.k + 1, self.n - self.k) if self.k < self.n else 1.0
        return low, high


def mcnemar(gained: int, lost: int) -> float:
    """Return McNemar's exact two-sided p-value of `gained` against `lost` rows; 1 where there are none."""
    fewer, n = min(gained, lost), gained + lost
    if n == 0:
        return 1.0
    return min(1.0, 2 * incomplete_beta(0.5, n - fewer, fewer + 1))
