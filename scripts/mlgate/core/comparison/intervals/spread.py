"""The standard error of a weighted mean: rows, weights and clusters handled once for all metrics.

Rows that move together, such as one customer's, are a cluster. The variance is CR2 (Bell and McCaffrey, 2002, Survey
Methodology 28, 169-181; Pustejovsky and Tipton, 2018, Journal of Business & Economic Statistics 36, 672-683), which
expects the right value where rows are in truth independent, and t has Bell and McCaffrey's degrees of freedom. For a
weighted mean both have a closed form in the clusters' shares of the weight, h = W_g / W. The working model takes a
weight for the precision of its row, so with rows for clusters this is HC2.
"""

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
        return None if self.group is None else int(np.count_nonzero(np.bincount(self.group)))

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

    def within(self, rows: NDArray[np.bool_] | Indices | slice) -> Sampling:
        """Return how `rows` were drawn, with groups numbered anew."""
        weight = None if self.weight is None else self.weight[rows]
        group = None if self.group is None else np.unique(self.group[rows], return_inverse=True)[1]
        return Sampling(n=self._count(rows), weight=weight, group=group)

    def _count(self, rows: NDArray[np.bool_] | Indices | slice) -> int:
        if isinstance(rows, slice):
            return len(range(*rows.indices(self.n)))
        return int(np.count_nonzero(rows)) if rows.dtype == np.bool_ else len(rows)

    def shares(self) -> Array:
        """Return each cluster's share of the weight; each row's where rows are independent and have weights."""
        weight = np.ones(self.n) if self.weight is None else self.weight
        sums = weight if self.group is None else np.bincount(self.group, weights=weight)
        return np.asarray(sums[sums > 0] / weight.sum())

    def sums(self, values: Array) -> Array:
        """Return what each unit of `shares` adds to the weighted mean of `values`."""
        parts = values / self.n if self.weight is None else values * (self.weight / self.weight.sum())
        if self.group is None:
            return np.asarray(parts)
        return np.asarray(np.bincount(self.group, weights=parts)[np.bincount(self.group) > 0])


@dataclass(frozen=True, kw_only=True)
class Error:
    """A standard error and the degrees of freedom of its t."""

    standard: float
    degrees: float


def error_of(sampling: Sampling, influence: Array) -> Error:
    """Return the standard error of a value whose rows have this influence on it.

    t has Bell and McCaffrey's degrees of freedom, or 2 units / (kurtosis - 1) where these are fewer, as a variance
    estimated from heavy tails is worth fewer rows.

    Args:
        sampling: How the rows were drawn.
        influence: Shape (n,), up to a constant.
    """
    return error_from(sampling, units_of(sampling, influence))


def units_of(sampling: Sampling, influence: Array) -> Array:
    """Return what each independent unit (row or cluster) adds to the error: the variance is the sum of their squares.

    That of products of two values' units is their covariance. With one unit only nothing is known of the error: zero.
    """
    centred = influence - sampling.mean(influence)
    if sampling.plain:
        return np.asarray(centred / math.sqrt(max(sampling.n * (sampling.n - 1), 1)))
    shares = sampling.shares()
    if len(shares) < 2:
        return np.zeros(1)
    return np.asarray(sampling.sums(centred) / np.sqrt(1 - shares))


def error_from(sampling: Sampling, units: Array) -> Error:
    """Return the standard error that these units make up."""
    if len(units) < 2:
        return Error(standard=0.0, degrees=1.0)
    return Error(standard=math.sqrt(float((units * units).sum())), degrees=_fewer(units, freedom_of(sampling)))


def freedom_of(sampling: Sampling) -> float:
    """Return the degrees of freedom of t where tails are not heavy."""
    return float(max(sampling.n - 1, 1)) if sampling.plain else degrees_of(sampling.shares())


def _fewer(units: Array, degrees: float) -> float:
    """Return the degrees of freedom, fewer where the units' tails are heavy."""
    squares = units * units
    second = float(squares.mean())
    if second == 0:
        return float(degrees)
    kurtosis = float((squares * squares).mean()) / second**2
    return float(min(degrees, 2 * len(units) / (kurtosis - 1))) if kurtosis > 1 else float(degrees)


def degrees_of(shares: Array) -> float:
    """Return Bell and McCaffrey's degrees of freedom of a weighted mean; units - 1 where all weigh alike.

    They are (tr M)^2 / tr M^2 of the matrix M of the quadratic form, here M_gg = h_g and
    M_gh = h_g h_h (1 - h_g)^(-1/2) (1 - h_h)^(-1/2), up to sign: its traces need only sums over units.

    Args:
        shares: Shape (units,), each unit's share of the weight.
    """
    crossed = shares * shares / (1 - shares)
    trace = float((shares * shares).sum()) + float(crossed.sum()) ** 2 - float((crossed * crossed).sum())
    return 1 / trace


@dataclass(frozen=True, kw_only=True)
class Design:
    """What weights and clusters make of a holdout.

    Attributes:
        rows: Independent rows of equal weight that would know the value as well; never more than there are.
        degrees: Degrees of freedom of t.
    """

    rows: float
    degrees: float


def design_of(sampling: Sampling, influence: Array) -> Design:
    """Return what the holdout is worth for a value with this influence.

    The design effect is the CR2 variance over the variance that independent rows of equal weight would have; without
    any spread it is the most that weights and clusters can do.
    """
    shares = sampling.shares()
    if len(shares) < 2:
        return Design(rows=1.0, degrees=1.0)
    centred = influence - sampling.mean(influence)
    alone = sampling.mean(centred * centred) / max(sampling.n - 1, 1)
    degrees = degrees_of(shares)
    if alone == 0:
        return Design(rows=sampling.units_seen, degrees=degrees)
    effect = max(1.0, error_of(sampling, influence).standard ** 2 / alone)
    return Design(rows=sampling.n / effect, degrees=degrees)


def described(sampling: Sampling, design: Design | None = None) -> str:
    """Return in words what was counted."""
    weighted = "" if sampling.weight is None else "weighted "
    text = f"{sampling.n:,} {weighted}rows"
    if sampling.clusters is not None:
        text += f" in {sampling.clusters:,} groups"
    return text if design is None else f"{text}, worth {design.rows:,.0f} independent ones"
