"""Differences between groups in how often the positive class is predicted, by Fairlearn's names and definitions.

Demographic parity: among all rows. Equal opportunity: among rows of the positive class (Hardt, Price and Srebro, 2016).
Equalised odds: the larger of that and of the same among the other rows. Each is the largest rate of a group minus the
smallest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.disparity import Rate, Spread, SpreadDifference
from mlgate.core.comparison.intervals.proportions import paired_proportions
from mlgate.core.comparison.intervals.spread import design_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mlgate.core.comparison.columns import Column
    from mlgate.core.comparison.intervals.disparity import Pair
    from mlgate.core.comparison.intervals.proportions import PairedProportions
    from mlgate.core.comparison.metrics.protocols import Difference, HasLimits
    from mlgate.core.comparison.sides import Side, Truth

    Indices = NDArray[np.int64]
    Flags = NDArray[np.bool_]

MOST_GROUPS = 50
NOTHING = "(no value)"


def everyone(truth: Truth) -> Flags:
    """Return all rows."""
    return np.ones(truth.n, dtype=np.bool_)


def positives(truth: Truth) -> Flags:
    """Return the rows of the positive class."""
    return np.asarray(truth.codes == truth.positive)


def negatives(truth: Truth) -> Flags:
    """Return the other rows."""
    return np.asarray(truth.codes != truth.positive)


Rows = tuple["Callable[[Truth], Flags]", ...]
AMONG: dict[str, Rows] = {
    "demographic_parity_difference": (everyone,),
    "equal_opportunity_difference": (positives,),
    "equalized_odds_difference": (positives, negatives),
}


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The groups of a column that have rows.

    Attributes:
        names: As they may be shown.
        codes: Shape (n,), the group of each row.
    """

    names: tuple[str, ...]
    codes: Indices


def groups_of(column: Column) -> Groups:
    """Return the groups of a column; rows without a value are one."""
    if column.codes is not None:
        values, names = np.where(column.missing, len(column.names), column.codes), [*column.names, NOTHING]
    else:
        numbers = np.asarray(column.values, dtype=np.float64)
        different, values = np.unique(numbers, return_inverse=True)  # every NaN is one value
        names = [f"{value:g}" if np.isfinite(value) else NOTHING for value in different]
        names = [f"value {k + 1}" for k in range(len(names))] if column.hidden else names
    there, codes = np.unique(values, return_inverse=True)
    return Groups(names=tuple(names[k] for k in there), codes=codes)


@dataclass(frozen=True, kw_only=True)
class OfGroups:
    """The largest difference between groups in how often the positive class is predicted.

    Attributes:
        by: The column of the holdout that says the groups.
        among: Which rows count: for each kind of rate that is compared, its own.
    """

    by: str
    among: Rows

    def undefined(self, side: Side) -> str | None:
        """Return why, if there is one group, too many, or one without a rate."""
        truth, groups = side.truth, self._groups(side.truth)
        if len(truth.classes) < 2:
            return "the holdout has one class only"
        if len(groups.names) < 2:
            return f"every row is in one group of {self.by!r}"
        if len(groups.names) > MOST_GROUPS:
            return f"{self.by!r} has {len(groups.names)} groups, and at most {MOST_GROUPS} are compared"
        for among in self.among:
            counts = np.bincount(groups.codes[among(truth)], minlength=len(groups.names))
            if not counts.all():
                name, kind = groups.names[int(counts.argmin())], _class_of(among, truth)
                return f"group {name} of {self.by!r} has no row {kind}, and its rate divides by them"
        return None

    def value(self, side: Side) -> float:
        """Return the largest rate minus the smallest."""
        return self._spread(side).value

    def alone(self, side: Side) -> HasLimits:
        """Return limits that hold whichever groups are the farthest apart."""
        return self._spread(side)

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the change of the largest difference, from the sides' paired rates within each group."""
        return SpreadDifference(
            candidate=self._spread(candidate),
            baseline=self._spread(baseline),
            gains=tuple(_gain(candidate, baseline, rows) for rows in self._rows(candidate.truth)),
        )

    def carriers(self, candidate: Side, baseline: Side) -> Flags:
        """Return the counted rows that the sides predict differently."""
        counted = np.logical_or.reduce([among(candidate.truth) for among in self.among])
        return np.asarray((_selected(candidate) != _selected(baseline)) & counted)

    def _groups(self, truth: Truth) -> Groups:
        return groups_of(truth.columns[self.by])

    def _rows(self, truth: Truth) -> list[Indices]:
        """Return the rows of each rate: kind by kind, and of each kind group by group."""
        groups = self._groups(truth)
        return [
            np.flatnonzero(among(truth) & (groups.codes == k)) for among in self.among for k in range(len(groups.names))
        ]

    def _spread(self, side: Side) -> Spread:
        groups = self._groups(side.truth)
        return Spread(
            rates=tuple(_rate(side, rows) for rows in self._rows(side.truth)),
            pairs=_pairs(len(self.among), len(groups.names)),
            independent=_nested(side.truth.sampling.group, groups.codes),
        )


def of_groups(metric: str, by: str) -> OfGroups:
    """Return the measure of a fairness metric."""
    return OfGroups(by=by, among=AMONG[metric])


def _pairs(kinds: int, groups: int) -> tuple[Pair, ...]:
    """Return every two rates of the same kind, in both directions."""
    return tuple(
        (kind * groups + i, kind * groups + j) for kind in range(kinds) for i, j in permutations(range(groups), 2)
    )


def _selected(side: Side) -> Flags:
    return np.asarray(side.codes == side.truth.positive)


def _rate(side: Side, rows: Indices) -> Rate:
    sampling, selected = side.truth.sampling.within(rows), _selected(side)[rows].astype(np.float64)
    if sampling.plain:
        return Rate(value=sampling.mean(selected), rows=float(sampling.n))
    design = design_of(sampling, selected)
    return Rate(value=sampling.mean(selected), rows=design.rows, degrees=design.degrees)


def _gain(candidate: Side, baseline: Side, rows: Indices) -> PairedProportions:
    sampling = candidate.truth.sampling.within(rows)
    return paired_proportions(sampling, _selected(candidate)[rows], _selected(baseline)[rows])


def _nested(clusters: Indices | None, groups: Indices) -> bool:
    """Return whether every cluster of rows lies in one group."""
    if clusters is None:
        return True
    both = np.unique(clusters * (int(groups.max()) + 1) + groups)
    return len(both) == len(np.unique(clusters))


def _class_of(among: Callable[[Truth], Flags], truth: Truth) -> str:
    if among is everyone:
        return ""
    name = truth.names[truth.positive]
    return f"of class {name}" if among is positives else f"of another class than {name}"
