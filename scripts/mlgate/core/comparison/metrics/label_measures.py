"""Metrics of predicted classes: shares of rows that are right, and functions of the confusion table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.means import Estimated, InfluenceDifference, TInterval
from mlgate.core.comparison.intervals.proportions import Proportion, paired_proportions
from mlgate.core.comparison.intervals.ranks import Bounded
from mlgate.core.comparison.intervals.spread import error_of
from mlgate.core.comparison.intervals.tables import table_difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mlgate.core.comparison.intervals.spread import Sampling
    from mlgate.core.comparison.metrics.margins import TableScore
    from mlgate.core.comparison.metrics.protocols import Difference, HasLimits
    from mlgate.core.comparison.sides import Side, Truth

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]

MOST_CLASSES = 16  # the joint table has classes^3 cells; past this the delta method serves
ONE_CLASS = "the holdout has one class only"


def predicted_rightly(side: Side) -> Flags:
    """Return the rows whose class is predicted."""
    return side.right


@dataclass(frozen=True, kw_only=True)
class Share:
    """The share of rows that are right: accuracy, and all that is accuracy on some of the rows.

    Attributes:
        right: Which rows of a side are.
        of_positive: True for the rows of the positive class (recall), False for the others (specificity), None for all.
        least: How many classes it needs to say anything.
    """

    right: Callable[[Side], Flags] = predicted_rightly
    of_positive: bool | None = None
    least: int = 1

    def undefined(self, side: Side) -> str | None:
        """Return why, if no row is counted."""
        truth = side.truth
        if len(truth.classes) < self.least:
            return f"the holdout has {len(truth.classes)} classes, and it means something from {self.least} on"
        if self.of_positive is None:
            return None if truth.n else "the holdout has no rows"
        if len(truth.classes) < 2:
            return ONE_CLASS
        wanted = "no row is of class" if self.of_positive else "every row is of class"
        name = truth.names[truth.positive]
        return None if self._rows(truth).any() else f"{wanted} {name}, and it divides by the {self._counted}"

    @property
    def _counted(self) -> str:
        return "rows of that class" if self.of_positive else "others"

    def value(self, side: Side) -> float:
        """Return the (weighted) share."""
        sampling, right = self._part(side)
        return sampling.mean(right.astype(np.float64))

    def alone(self, side: Side) -> HasLimits:
        """Return Clopper and Pearson's interval; by influence where rows are weighted or in groups."""
        sampling, right = self._part(side)
        if sampling.plain:
            return Proportion(k=int(right.sum()), n=sampling.n)
        return _bounded(sampling, self.value(side), right.astype(np.float64))

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return Tango's difference."""
        sampling, right = self._part(candidate)
        return paired_proportions(sampling, right, self._part(baseline)[1])

    def carriers(self, candidate: Side, baseline: Side) -> Flags:
        """Return the rows that one side alone has right."""
        differ = self.right(candidate) != self.right(baseline)
        return np.asarray(differ if self.of_positive is None else differ & self._rows(candidate.truth))

    def _rows(self, truth: Truth) -> Flags:
        return np.asarray((truth.codes == truth.positive) == self.of_positive)

    def _part(self, side: Side) -> tuple[Sampling, Flags]:
        """Return the rows that are counted, and which of them are right."""
        if self.of_positive is None:
            return side.truth.sampling, self.right(side)
        mine = self._rows(side.truth)
        return side.truth.sampling.within(mine), self.right(side)[mine]


@dataclass(frozen=True, kw_only=True)
class OfTable:
    """Precision, F-beta, balanced accuracy, Matthews' correlation and others: functions of the confusion table.

    Attributes:
        score: Makes the function for an index of the positive class.
    """

    score: Callable[[int], TableScore]

    def _score(self, truth: Truth) -> TableScore:
        return self.score(truth.positive)

    def undefined(self, side: Side) -> str | None:
        """Return why, if it divides by zero."""
        truth = side.truth
        if len(truth.classes) < 2:
            return ONE_CLASS
        return self._score(truth).undefined(side.margins, truth.names)

    def value(self, side: Side) -> float:
        """Return the metric of the table."""
        return float(self._score(side.truth).of_margins(side.margins))

    def alone(self, side: Side) -> HasLimits:
        """Return the score interval of one side's table."""
        truth, influence = side.truth, partial(self._influence, side)
        if len(truth.classes) <= MOST_CLASSES:
            return table_difference(truth.sampling, self._score(truth), side.table[:, :, None], influence)
        if self._score(truth).least < 0:
            return TInterval(estimate=self.value(side), error=error_of(truth.sampling, influence()))
        return _bounded(truth.sampling, self.value(side), influence())

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the score difference of the joint table; by influence for very many classes."""
        truth, k = candidate.truth, len(candidate.truth.classes)
        if k > MOST_CLASSES:
            return self._by_influence(candidate, baseline)
        return table_difference(
            truth.sampling,
            self._score(truth),
            candidate.joint(baseline),
            lambda: self._influence(candidate) - self._influence(baseline),
        )

    def _by_influence(self, candidate: Side, baseline: Side) -> Difference:
        own, other = (
            Estimated(value=self.value(s), influence=partial(self._influence, s)) for s in (candidate, baseline)
        )
        return InfluenceDifference(
            sampling=candidate.truth.sampling, candidate=own, baseline=other, greater=True, method="influence-t"
        )

    def carriers(self, candidate: Side, baseline: Side) -> Flags:
        """Return the rows that the sides predict differently."""
        return np.asarray(candidate.codes != baseline.codes)

    def _influence(self, side: Side) -> Array:
        slopes = self._score(side.truth).slopes(side.margins.shares)
        rows = slopes.of_rows(side.truth.codes, side.codes)
        return np.asarray(rows - side.truth.sampling.mean(rows))


def _bounded(sampling: Sampling, value: float, influence: Array) -> Bounded:
    return Bounded(value=value, error=error_of(sampling, influence), trials=sampling.clusters or sampling.n)
