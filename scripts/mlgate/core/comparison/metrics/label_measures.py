"""Metrics of predicted classes: accuracy, recall of a class, and functions of the confusion table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.means import Estimated, InfluenceDifference
from mlgate.core.comparison.intervals.proportions import Proportion, paired_proportions
from mlgate.core.comparison.intervals.ranks import Bounded
from mlgate.core.comparison.intervals.spread import error_of
from mlgate.core.comparison.intervals.tables import table_difference
from mlgate.core.comparison.metrics.confusion import RATIOS, TableMetric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.protocols import Difference, HasLimits
    from mlgate.core.comparison.sides import Side, Truth

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

MOST_CLASSES = 16  # the joint table has classes^3 cells; past this the delta method serves


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """The share of rows that are right; also micro averages, and recall weighted by class."""

    def undefined(self, side: Side) -> str | None:
        """Return nothing: a share of at least one row always has a value."""
        return None if side.truth.n else "the holdout has no rows"

    def value(self, side: Side) -> float:
        """Return the (weighted) share."""
        return side.truth.sampling.mean(side.right.astype(np.float64))

    def alone(self, side: Side) -> HasLimits:
        """Return Clopper and Pearson's interval; by influence where rows are weighted or in groups."""
        if side.truth.sampling.plain:
            return Proportion(k=int(side.right.sum()), n=side.truth.n)
        return _bounded(side, self.value(side), side.right.astype(np.float64) - self.value(side))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return Tango's difference."""
        return paired_proportions(candidate.truth.sampling, candidate.right, baseline.right)

    def carriers(self, candidate: Side, baseline: Side) -> Flags:
        """Return the rows that one side alone has right."""
        return np.asarray(candidate.right != baseline.right)


@dataclass(frozen=True, kw_only=True)
class ClassRecall:
    """Recall of the positive class: accuracy on its rows."""

    def undefined(self, side: Side) -> str | None:
        """Return why, if no row is positive."""
        return _absent_class(side.truth)

    def value(self, side: Side) -> float:
        """Return the share of positive rows that are right."""
        mine = _positive(side.truth)
        return side.truth.sampling.within(mine).mean(side.right[mine].astype(np.float64))

    def alone(self, side: Side) -> HasLimits:
        """Return Clopper and Pearson's interval on the positive rows."""
        mine, value = _positive(side.truth), self.value(side)
        if side.truth.sampling.plain:
            return Proportion(k=int(side.right[mine].sum()), n=int(mine.sum()))
        error = error_of(side.truth.sampling.within(mine), side.right[mine].astype(np.float64) - value)
        return Bounded(value=value, error=error, trials=int(mine.sum()))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return Tango's difference on the positive rows."""
        mine = _positive(candidate.truth)
        rows = candidate.truth.sampling.within(mine)
        return paired_proportions(rows, candidate.right[mine], baseline.right[mine])

    def carriers(self, candidate: Side, baseline: Side) -> Flags:
        """Return the positive rows that one side alone has right."""
        return np.asarray((candidate.right != baseline.right) & _positive(candidate.truth))


@dataclass(frozen=True, kw_only=True)
class OfTable:
    """Precision, F1, balanced accuracy and averages of recall: functions of the confusion table."""

    ratio: str
    average: str

    def _metric(self, truth: Truth) -> TableMetric:
        return TableMetric(ratio=RATIOS[self.ratio], average=self.average, positive=truth.positive)

    def undefined(self, side: Side) -> str | None:
        """Return why, if a ratio divides by zero."""
        truth = side.truth
        if len(truth.classes) < 2:
            return "the holdout has one class only"
        return self._metric(truth).undefined(side.table, truth.names)

    def value(self, side: Side) -> float:
        """Return the metric of the table."""
        return float(self._metric(side.truth).value(side.table))

    def alone(self, side: Side) -> HasLimits:
        """Return the score interval of one side's table."""
        if len(side.truth.classes) <= MOST_CLASSES:
            cells, metric = side.table[:, :, None], self._metric(side.truth)
            return table_difference(side.truth.sampling, metric, cells, partial(self._influence, side))
        return _bounded(side, self.value(side), self._influence(side))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the score difference of the joint table; by influence for very many classes."""
        truth, k = candidate.truth, len(candidate.truth.classes)
        sampling, metric = truth.sampling, self._metric(truth)
        if k > MOST_CLASSES:
            sides = [
                Estimated(value=self.value(s), influence=partial(self._influence, s)) for s in (candidate, baseline)
            ]
            return InfluenceDifference(
                sampling=sampling, candidate=sides[0], baseline=sides[1], greater=True, method="influence-t"
            )
        codes = (truth.codes * k + candidate.codes) * k + baseline.codes
        cells = np.bincount(codes, weights=sampling.weight, minlength=k**3).reshape(k, k, k).astype(np.float64)
        return table_difference(sampling, metric, cells, lambda: self._influence(candidate) - self._influence(baseline))

    def carriers(self, candidate: Side, baseline: Side) -> Flags:
        """Return the rows that the sides predict differently."""
        return np.asarray(candidate.codes != baseline.codes)

    def _influence(self, side: Side) -> Array:
        shares = side.table / side.table.sum()
        gradient = self._metric(side.truth).gradient(shares)
        return np.asarray(gradient[side.truth.codes, side.codes] - (shares * gradient).sum())


def _positive(truth: Truth) -> Flags:
    return np.asarray(truth.codes == truth.positive)


def _absent_class(truth: Truth) -> str | None:
    if len(truth.classes) < 2:
        return "the holdout has one class only"
    return None


def _bounded(side: Side, value: float, influence: Array) -> Bounded:
    error = error_of(side.truth.sampling, influence)
    return Bounded(value=value, error=error, trials=side.truth.sampling.clusters or side.truth.n)
