"""Metrics of scores by rank: ROC-AUC and average precision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.ranks import Bounded, RankDifference
from mlgate.core.comparison.intervals.spread import Error, error_of
from mlgate.core.comparison.intervals.unseen import Unseen, of_area, of_precision
from mlgate.core.comparison.metrics.ranking import delong_variance
from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.protocols import Difference
    from mlgate.core.comparison.metrics.ranking import Ranked
    from mlgate.core.comparison.sides import Side, Truth

    Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class OfRanks:
    """ROC-AUC and average precision; for more than two classes an average of each one against the rest.

    Attributes:
        auc: Whether it is ROC-AUC.
        average: `macro`, `weighted` (by the rows of each class) or `micro` (of all pairs of a row and a class); for two
            classes all are one.
    """

    auc: bool
    average: str = "macro"

    def _ranked(self, side: Side) -> tuple[Ranked, ...]:
        if self._pooled(side):
            return (side.pooled.roc_auc() if self.auc else side.pooled.average_precision(),)
        return side.areas if self.auc else side.precisions

    def _pooled(self, side: Side) -> bool:
        return self.average == "micro" and side.truth.task is not Task.BINARY

    def undefined(self, side: Side) -> str | None:
        """Return why, if a class has no rows."""
        if len(side.truth.classes) < 2:
            return "the holdout has one class only"
        empty = [name for name, rows in zip(side.truth.names, side.truth.class_counts, strict=True) if not rows]
        return f"no row is of class {empty[0]}, so that nothing can be ranked above or below it" if empty else None

    def value(self, side: Side) -> float:
        """Return the area, or the mean precision."""
        return math.fsum(
            share * ranked.value for share, ranked in zip(self._shares(side), self._ranked(side), strict=True)
        )

    def _shares(self, side: Side) -> tuple[float, ...]:
        """Return how much each ranking counts."""
        if self.average != "weighted":
            count = len(self._ranked(side))
            return (1 / count,) * count
        if side.truth.task is Task.BINARY:
            return (1.0,)
        return side.truth.class_shares

    def alone(self, side: Side) -> Bounded:
        """Return the interval on the logit scale."""
        return self._bounded(side, self._error(side, self._rows(side)))

    def _bounded(self, side: Side, error: Error) -> Bounded:
        return Bounded(value=self.value(side), error=error, trials=side.truth.smaller_class)

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the wider of Wald and MOVER, from DeLong's covariance or from influence values."""
        own, other = self._rows(candidate), self._rows(baseline)
        if np.array_equal(own, other):
            truth = candidate.truth
            seen = min(float(truth.smaller_class), truth.sampling.units_seen)
            reach = of_area if self.auc else of_precision(seen)
            return Unseen(n=seen, reach=reach, value=self.value(candidate))
        errors = [self._error(candidate, rows) for rows in (own, other, own - other)]
        product = 2 * errors[0].standard * errors[1].standard
        shared = errors[0].standard ** 2 + errors[1].standard ** 2 - errors[2].standard ** 2
        return RankDifference(
            candidate=self._bounded(candidate, errors[0]),
            baseline=self._bounded(baseline, errors[1]),
            error=errors[2],
            correlation=min(1.0, max(-1.0, shared / product)) if product > 0 else 0.0,
            method="delong" if self._by_placements(candidate.truth) else "influence",
        )

    def carriers(self, candidate: Side, baseline: Side) -> NDArray[np.bool_]:
        """Return the rows whose influence differs."""
        return np.asarray(self._rows(candidate) != self._rows(baseline))

    def _by_placements(self, truth: Truth) -> bool:
        return self.auc and truth.task is Task.BINARY and truth.sampling.plain

    def _rows(self, side: Side) -> Array:
        ranked = self._ranked(side)
        if self._by_placements(side.truth):
            return ranked[0].placements if ranked[0].placements is not None else ranked[0].influence
        if self._pooled(side):
            return np.asarray(ranked[0].influence.reshape(side.truth.n, -1).mean(axis=1))
        rows = sum(share * r.influence for share, r in zip(self._shares(side), ranked, strict=True))
        if self.average != "weighted" or side.truth.task is Task.BINARY:
            return np.asarray(rows)
        by_share = np.array([r.value for r in ranked])[side.truth.codes]  # the classes' shares are estimated too
        return np.asarray(rows + by_share - self.value(side))

    def _error(self, side: Side, rows: Array) -> Error:
        truth = side.truth
        degrees = float(max(truth.smaller_class - 1, 1))
        if self._by_placements(truth):
            if truth.smaller_class < 2:
                return Error(standard=0.0, degrees=1.0)
            return Error(standard=math.sqrt(delong_variance(rows, truth.codes == truth.positive)), degrees=degrees)
        error = error_of(truth.sampling, rows)
        units = truth.sampling.clusters
        return Error(standard=error.standard, degrees=degrees if units is None else min(degrees, float(units - 1)))
