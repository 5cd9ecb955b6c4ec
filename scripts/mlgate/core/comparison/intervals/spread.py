"""The standard error of a mean of influence values: rows, weights and clusters handled once for all metrics."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the rows were drawn.

    Attributes:
        n: Rows.
        weight: Shape (n,), positive; None for equal weights.
        group: Shape (n,), 0-based numbers of clusters of rows that move together; None where rows are independent.
    """

    n: int
    weight: Array | None = None
    group: Indices | None = None

    @property
    def plain(self) -> bool:
        """Return whether rows are independent and count alike."""
        return self.weight is None and self.group is None

    def mean(self, values: Array) -> float:
        """Return the weighted mean over rows."""
        if self.weight is None:
            return float(values.mean())
        return float((values * self.weight).sum() / self.weight.sum())

    @property
    def clusters(self) -> int | None:
        """Return the number of clusters, or None where rows are independent."""
        return None if self.group is None else int(self.group.max()) + 1

    @property
    def units_seen(self) -> float:
        """Return how many independent rows of equal weight this holdout is worth at most (Kish), or its clusters."""
        rows = float(self.n)
        if self.weight is not None:
            rows = float(self.weight.sum() ** 2 / (self.weight * self.weight).sum())
        return rows if self.clusters is None else min(rows, float(self.clusters))

    def count(self, rows: NDArray[np.bool_]) -> int:
        """Return how many independent units (rows or clusters) hold one of `rows`."""
        return int(rows.sum()) if self.group is None else len(np.unique(self.group[rows]))

    def design_effect(self, values: Array) -> float:
        """Return how much larger the variance of the mean of `values` is for the clusters; never below 1.

        Without any spread it is the mean size of a cluster: the most that clusters can do.
        """
        centred = values - self.mean(values)
        alone = error_of(Sampling(n=self.n), centred).standard
        if alone == 0:
            return self.n / (self.clusters or self.n)
        return max(1.0, (error_of(self, centred).standard / alone) ** 2)

    def units(self, values: Array) -> Array:
        """Return what each independent unit (row or cluster) adds to the mean's error, scaled so that means are means.

        Args:
            values: Shape (n,), with weighted mean zero.
        """
        parts = values if self.weight is None else values * (self.weight / self.weight.mean())
        if self.group is None:
            return parts
        sums = np.bincount(self.group, weights=parts)
        return np.asarray(sums * (len(sums) / self.n))


@dataclass(frozen=True, kw_only=True)
class Error:
    """A standard error and the degrees of freedom of its t."""

    standard: float
    degrees: float


def error_of(sampling: Sampling, influence: Array) -> Error:
    """Return the standard error of a mean whose rows have these influence values.

    Rows: t with the smaller of n - 1 and 2n / (kurtosis - 1) degrees of freedom, as a variance estimated from heavy
    tails is worth fewer rows. Clusters: influence summed within each, t with (clusters - 1) or fewer by the same rule.

    Args:
        sampling: How the rows were drawn.
        influence: Shape (n,), with weighted mean zero.
    """
    units = sampling.units(influence)
    units = units - units.mean()
    n = len(units)
    if n < 2:
        return Error(standard=0.0, degrees=1.0)
    squares = units * units
    second = float(squares.mean())
    if second == 0:
        return Error(standard=0.0, degrees=float(n - 1))
    kurtosis = float((squares * squares).mean()) / second**2
    degrees = min(n - 1, 2 * n / (kurtosis - 1)) if kurtosis > 1 else n - 1
    return Error(standard=math.sqrt(second / (n - 1)), degrees=float(degrees))
