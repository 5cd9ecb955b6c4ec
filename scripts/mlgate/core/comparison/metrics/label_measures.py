"""Metrics of predicted classes: accuracy, recall of a class, and functions of the confusion table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.difference import (
    Bounded,
    MeanDifference,
    PairedProportions,
    Proportion,
    TableDifference,
)
from mlgate.core.comparison.intervals.spread import Sampling, error_of
from mlgate.core.comparison.intervals.table_score import Joint
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
        return _proportions(candidate, baseline, candidate.truth.sampling, slice(None))

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
        return _rows(side.truth.sampling, mine).mean(side.right[mine].astype(np.float64))

    def alone(self, side: Side) -> HasLimits:
        """Return Clopper and Pearson's interval on the positive rows."""
        mine, value = _positive(side.truth), self.value(side)
        if side.truth.sampling.plain:
            return Proportion(k=int(side.right[mine].sum()), n=int(mine.sum()))
        error = error_of(_rows(side.truth.sampling, mine), side.right[mine].astype(np.float64) - value)
        return Bounded(value=value, error=error, trials=int(mine.sum()))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return Tango's difference on the positive rows."""
        mine = _positive(candidate.truth)
        return _proportions(candidate, baseline, _rows(candidate.truth.sampling, mine), mine)

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
        if self._by_score(side.truth):
            return TableDifference(joint=Joint(metric=self._metric(side.truth), counts=side.table[None, :, :, None]))
        return _bounded(side, self.value(side), self._influence(side))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the score difference of the joint table; by influence for weights, groups and very many classes."""
        truth = candidate.truth
        if not self._by_score(truth):
            influence = self._influence(candidate) - self._influence(baseline)
            return MeanDifference(
                estimate=self.value(candidate) - self.value(baseline),
                error=error_of(truth.sampling, influence),
                method="influence-t",
            )
        k = len(truth.classes)
        cells = np.bincount((truth.codes * k + candidate.codes) * k + baseline.codes, minlength=k**3)
        counts = cells.reshape(1, k, k, k).astype(np.float64)
        return TableDifference(joint=Joint(metric=self._metric(truth), counts=counts))

    def carriers(self, candidate: Side, baseline: Side) -> Flags:
        """Return the rows that the sides predict differently."""
        return np.asarray(candidate.codes != baseline.codes)

    def _by_score(self, truth: Truth) -> bool:
        return truth.sampling.plain and len(truth.classes) <= MOST_CLASSES

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


def _rows(sampling: Sampling, mine: Flags) -> Sampling:
    """Return how the rows `mine` were drawn, with groups numbered anew."""
    group = None if sampling.group is None else np.unique(sampling.group[mine], return_inverse=True)[1]
    return Sampling(n=int(mine.sum()), weight=None if sampling.weight is None else sampling.weight[mine], group=group)


def _bounded(side: Side, value: float, influence: Array) -> Bounded:
    error = error_of(side.truth.sampling, influence)
    return Bounded(value=value, error=error, trials=side.truth.sampling.clusters or side.truth.n)


def _proportions(candidate: Side, baseline: Side, sampling: Sampling, rows: Flags | slice) -> Difference:
    """Return Tango's difference; with groups on counts divided by the design effect; with weights the delta method."""
    gains = candidate.right[rows].astype(np.float64) - baseline.right[rows]
    gained, lost = float((gains > 0).sum()), float((gains < 0).sum())
    if sampling.weight is not None:
        estimate = sampling.mean(gains)
        return MeanDifference(estimate=estimate, error=error_of(sampling, gains - estimate), method="influence-t")
    if sampling.group is None:
        return PairedProportions(gained=gained, lost=lost, n=sampling.n)
    effect, units = sampling.design_effect(gains), sampling.clusters or 1
    return PairedProportions(
        gained=gained / effect,
        lost=lost / effect,
        n=sampling.n / effect,
        degrees=float(max(units - 1, 1)),
        method="tango-clustered",
    )
