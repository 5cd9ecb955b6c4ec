"""How far probabilities are from shares: calibration error, the parts of the Brier score, and reliability bins.

For a binary label the probability is that of the positive class, and a row is a hit if it is of that class. For more
classes it is that of the likeliest class, and a row is a hit if that is right (Guo et al., 2017, ICML, 1321-1330).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.intervals.spread import Sampling
    from mlgate.core.comparison.sides import Side

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

MOST_BINS = 15
ROWS_A_BIN = 10


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What was foretold and what came.

    Attributes:
        probability: Shape (n,), within [0, 1].
        hit: Shape (n,), 1 or 0.
        sampling: How the rows were drawn.
    """

    probability: Array
    hit: Array
    sampling: Sampling

    @cached_property
    def bins(self) -> Indices:
        """Return each row's bin."""
        return equal_bins(self.probability)

    @cached_property
    def gap(self) -> Array:
        """Return probability minus hit."""
        return np.asarray(self.probability - self.hit)

    @cached_property
    def weight(self) -> Array:
        """Return each row's share of the weight."""
        weight = np.ones(self.sampling.n) if self.sampling.weight is None else self.sampling.weight
        return np.asarray(weight / weight.sum())


def forecast(side: Side) -> Forecast:
    """Return a side's probabilities and hits."""
    codes, scores = side.truth.codes, side.scores
    if side.truth.task is Task.BINARY:
        probability, hit = scores, codes == side.truth.positive
    else:
        likeliest = scores.argmax(axis=1)
        probability, hit = scores[np.arange(len(codes)), likeliest], likeliest == codes
    return Forecast(probability=probability, hit=hit.astype(np.float64), sampling=side.truth.sampling)


def in_order(side: Side) -> Forecast:
    """Return a binary side's probabilities and hits in ascending order, which its ROC-AUC is computed from as well."""
    ranking = side.rankings[0]
    return Forecast(
        probability=ranking.sorted,
        hit=ranking.positive.astype(np.float64),
        sampling=side.truth.sampling.within(ranking.order),
    )


def equal_bins(probability: Array) -> Indices:
    """Return each row's bin of about equally many rows, at least ten where there are so many; ties are never parted."""
    n = len(probability)
    bins = max(1, min(MOST_BINS, n // ROWS_A_BIN))
    last = [n * k // bins - 1 for k in range(1, bins)]
    ends = np.unique(np.partition(probability, last)[last]) if last else np.empty(0)
    ends = ends[ends < probability.max()]
    return np.searchsorted(ends, probability, side="left")  # no bin is empty: each end is a row's probability


class CalibrationError:
    """The squared calibration error without bias: the mean over bins of (mean probability - share of hits)^2.

    The plain estimate is above zero for a perfect model too. With the variance of each bin's mean taken out it is right
    on average (Kumar, Liang and Ma, 2019, NeurIPS 32, "Verified Uncertainty Calibration"; the variance here is that of
    probability minus hit, which is theirs where a bin has one probability; Lee et al., 2023, JMLR 24, "T-Cal"). Rows of
    one cluster are no pair.

    Args:
        told: At least two independent rows.
    """

    def __init__(self, told: Forecast) -> None:
        self._told = told
        self._codes, self._cells = _cells(told)
        weighted = told.weight * told.gap
        self._share = _sums(self._codes, told.weight)
        self._mean = _sums(self._codes, weighted) / self._share
        self._pairs = _pairs(self._cells.sums(told.weight), self._cells.bins)
        self._squares = _pairs(self._cells.sums(weighted), self._cells.bins) / self._pairs
        self.value = float((self._share * self._squares).sum())

    def influence(self) -> Array:
        """Return that of each row, up to a constant; where a bin's square is not above zero, it has none."""
        known = np.sign(self._mean) * np.sqrt(np.maximum(self._squares, 0.0))
        slope = (2 * known)[self._codes]
        return np.asarray(slope * self._told.gap + (self._squares - 2 * known * self._mean)[self._codes])

    def noise(self) -> float:
        """Return the variance of the products of what is left of the pairs without the bins' means."""
        weight = self._told.weight
        left = self._cells.sums(weight * (self._told.gap - self._mean[self._codes]))
        return float((self._share**2 * 2 * _pairs(left * left, self._cells.bins) / self._pairs**2).sum())


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """The independent units within bins.

    Attributes:
        of_row: Shape (n,), each row's cell; None where each row is one.
        bins: Shape (cells,), each cell's bin.
    """

    of_row: Indices | None
    bins: Indices

    def sums(self, values: Array) -> Array:
        """Return the sum over each cell."""
        return values if self.of_row is None else _sums(self.of_row, values)


def _cells(told: Forecast) -> tuple[Indices, _Cells]:
    """Return each row's bin, and the units of each; a bin of one unit is joined to the one before, or the next."""
    codes = told.bins
    while True:
        cells = _units(codes, told.sampling)
        lonely = np.flatnonzero(np.bincount(cells.bins) < 2)
        if not len(lonely) or cells.bins.max() == 0:
            return codes, cells
        joined = max(int(lonely[0]), 1)
        codes = np.where(codes >= joined, codes - 1, codes)


def _units(codes: Indices, sampling: Sampling) -> _Cells:
    if sampling.group is None:
        return _Cells(of_row=None, bins=codes)
    width = int(sampling.group.max()) + 1
    found, of_row = np.unique(codes * width + sampling.group, return_inverse=True)
    return _Cells(of_row=of_row, bins=found // width)


def _pairs(values: Array, bins: Indices) -> Array:
    """Return for each bin the sum of products over all pairs of different units, in both orders."""
    return np.asarray(_sums(bins, values) ** 2 - _sums(bins, values * values))


def _sums(codes: Indices, values: Array) -> Array:
    return np.bincount(codes, weights=values).astype(np.float64)


def expected_calibration_error(told: Forecast) -> float:
    """Return the mean distance of probability and share over 15 bins of equal width (Guo et al., 2017)."""
    codes = np.clip(np.ceil(told.probability * MOST_BINS).astype(np.int64) - 1, 0, MOST_BINS - 1)
    return float(np.abs(_sums(codes, told.weight * told.gap)).sum())


@dataclass(frozen=True, kw_only=True)
class Bins:
    """Rows of about equal probability; every array is of shape (bins,).

    Attributes:
        rows: How many.
        share: Their share of the weight.
        probability: Their mean probability.
        hit: Their share of hits.
    """

    rows: Indices
    share: Array
    probability: Array
    hit: Array


def reliability(told: Forecast) -> Bins:
    """Return what a reliability curve is drawn of."""
    codes = told.bins
    share = _sums(codes, told.weight)
    probability, hit = (_sums(codes, told.weight * x) / share for x in (told.probability, told.hit))
    return Bins(rows=np.bincount(codes), share=share, probability=probability, hit=hit)


@dataclass(frozen=True, kw_only=True)
class BrierParts:
    """The Brier score as `reliability - resolution + uncertainty + within`.

    Murphy (1973), Journal of Applied Meteorology 12, 595-600; what probabilities vary within bins: Stephenson, Coelho
    and Jolliffe (2008), Weather and Forecasting 23, 752-757.

    Attributes:
        reliability: How far the bins' probabilities are from their shares of hits; 0 is best.
        resolution: How far these are from the share of all; higher is better.
        uncertainty: Of the hits alone: the score of whoever always foretells their share.
        within: What the bins do not tell.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float


def brier_parts(told: Forecast, bins: Bins) -> BrierParts:
    """Return the parts of the Brier score that `bins` of the same forecast tell."""
    mean = told.sampling.mean
    share = mean(told.hit)
    apart = float((bins.share * (bins.probability - bins.hit) ** 2).sum())
    resolution, uncertainty = float((bins.share * (bins.hit - share) ** 2).sum()), share * (1 - share)
    score = mean(told.gap**2)
    within = score - (apart - resolution + uncertainty)
    return BrierParts(reliability=apart, resolution=resolution, uncertainty=uncertainty, within=within)
