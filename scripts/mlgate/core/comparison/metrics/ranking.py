"""ROC-AUC and average precision with each row's influence, from one sort of the scores.

ROC-AUC: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845, by placements as Sun and Xu (2014) compute
them. Average precision: its infinitesimal jackknife, by two cumulative sums after the same sort.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A metric's value and each row's influence on it.

    Attributes:
        value: Of the metric.
        influence: Shape (n,), in the order of the rows given; its weighted mean is zero.
        placements: For ROC-AUC, the share of the other class that each row is ranked rightly against.
    """

    value: float
    influence: Array
    placements: Array | None = None


class Ranking:
    """The rows in ascending order of score, with ties.

    Args:
        positive: Shape (n,), at least one of each kind.
        score: Shape (n,), finite.
        weight: Shape (n,), positive; None for equal weights.
        order: The rows in ascending order of score, where it is known already.
    """

    def __init__(
        self, positive: Flags, score: Array, weight: Array | None = None, order: Indices | None = None
    ) -> None:
        self.order = np.argsort(score) if order is None else order
        self.positive = positive[self.order]
        self.sorted = score[self.order]
        n = len(score)
        self.weight = np.ones(n) if weight is None else weight[self.order]
        fresh = np.concatenate(([True], self.sorted[1:] != self.sorted[:-1]))
        self.first = np.flatnonzero(fresh)  # where each distinct score starts, and the next one
        self.stop = np.append(self.first[1:], n)
        self.tie: Indices | None = None if len(self.first) == n else np.cumsum(fresh) - 1

    @cached_property
    def below(self) -> tuple[Array, Array]:
        """Return the weight of positives and of negatives before each position, with the totals at the end."""
        own = np.where(self.positive, self.weight, 0.0)
        return _from_zero(own), _from_zero(self.weight - own)

    def _spread(self, by_tie: Array) -> Array:
        return by_tie if self.tie is None else np.asarray(by_tie[self.tie])

    def _unsorted(self, values: Array) -> Array:
        result = np.empty_like(values)
        result[self.order] = values
        return result

    def roc_auc(self) -> Ranked:
        """Return the area under the ROC curve; ties count half."""
        positives, negatives = self.below
        middle_positive = self._spread(0.5 * (positives[self.first] + positives[self.stop]))
        middle_negative = self._spread(0.5 * (negatives[self.first] + negatives[self.stop]))
        placement = np.where(
            self.positive, middle_negative / negatives[-1], (positives[-1] - middle_positive) / positives[-1]
        )
        share = np.where(self.positive, positives[-1], negatives[-1])
        value = float((placement * self.weight)[self.positive].sum() / positives[-1])
        influence = (placement - value) * ((positives[-1] + negatives[-1]) / share)
        return Ranked(value=value, influence=self._unsorted(influence), placements=self._unsorted(placement))

    def average_precision(self) -> Ranked:
        """Return the mean precision over positives, each at its own score as threshold."""
        positives, negatives = self.below
        hits = self._spread(positives[-1] - positives[self.first])
        above = self._spread(positives[-1] + negatives[-1] - positives[self.first] - negatives[self.first])
        precision = hits / above
        value = float((precision * self.weight)[self.positive].sum() / positives[-1])
        own = np.where(self.positive, self.weight / above, 0.0)
        by_positive = self._spread(_from_zero(own * (1 - precision))[self.stop])
        by_negative = self._spread(_from_zero(own * precision)[self.stop])
        gain = np.where(self.positive, precision - value + by_positive, -by_negative)
        influence = gain * ((positives[-1] + negatives[-1]) / positives[-1])
        return Ranked(value=value, influence=self._unsorted(influence))

    def curves(self) -> tuple[Array, Array, Array]:
        """Return false positive rate, true positive rate and precision at each threshold, the highest score first."""
        positives, negatives = self.below
        hits = positives[-1] - positives[self.first][::-1]
        alarms = negatives[-1] - negatives[self.first][::-1]
        return alarms / negatives[-1], hits / positives[-1], hits / (hits + alarms)


def _from_zero(values: Array) -> Array:
    return np.concatenate(([0.0], np.cumsum(values)))


def delong_variance(placements: Array, positive: Flags) -> float:
    """Return DeLong's variance of an area, or of a difference of areas where `placements` is the difference."""
    return float(
        placements[positive].var(ddof=1) / positive.sum() + placements[~positive].var(ddof=1) / (~positive).sum()
    )
