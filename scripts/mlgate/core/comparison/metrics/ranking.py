"""ROC-AUC and average precision with each row's influence, from one sort of the scores.

ROC-AUC: DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845, by placements as Sun and Xu (2014) compute
them. Average precision: its infinitesimal jackknife, by two cumulative sums after the same sort.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A metric's value and each row's influence on it.

    Attributes:
        value: Of the metric.
        make_influence: Gives `influence`; called at most once, and not at all where placements serve.
        placements: For ROC-AUC, the share of the other class that each row is ranked rightly against.
    """

    value: float
    make_influence: Callable[[], Array]
    placements: Array | None = None

    @cached_property
    def influence(self) -> Array:
        """Return shape (n,), in the order of the rows given; its weighted mean is zero."""
        return self.make_influence()


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
        self.weight = None if weight is None else weight[self.order]
        fresh = np.concatenate(([True], self.sorted[1:] != self.sorted[:-1]))
        # Where each distinct score starts, and the next one; without ties that is everywhere, which costs no copies.
        self.tie: Indices | None = None if fresh.all() else np.cumsum(fresh) - 1
        self.first: Indices | slice = slice(0, n) if self.tie is None else np.flatnonzero(fresh)
        self.stop: Indices | slice = slice(1, n + 1)
        if not isinstance(self.first, slice):
            self.stop = np.append(self.first[1:], n)

    @cached_property
    def below(self) -> tuple[Array, Array]:
        """Return the weight of positives and of negatives before each position, with the totals at the end."""
        if self.weight is None:
            positives = _from_zero(self.positive)
            return positives, np.arange(len(positives)) - positives
        own = np.where(self.positive, self.weight, 0.0)
        return _from_zero(own), _from_zero(self.weight - own)

    def _mean_of_positives(self, values: Array) -> float:
        """Return the (weighted) mean over the positive rows."""
        mine = values[self.positive]
        weighted = mine if self.weight is None else mine * self.weight[self.positive]
        return float(weighted.sum() / self.below[0][-1])

    def _spread(self, by_tie: Array) -> Array:
        return by_tie if self.tie is None else np.asarray(by_tie[self.tie])

    def _unsorted(self, values: NDArray[T]) -> NDArray[T]:
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
        value = self._mean_of_positives(placement)
        placements = self._unsorted(placement)

        def influence() -> Array:
            every = positives[-1] + negatives[-1]
            share = np.where(self._unsorted(self.positive), every / positives[-1], every / negatives[-1])
            return np.asarray((placements - value) * share)

        return Ranked(value=value, make_influence=influence, placements=placements)

    def average_precision(self) -> Ranked:
        """Return the mean precision over positives, each at its own score as threshold."""
        positives, negatives = self.below
        hits = self._spread(positives[-1] - positives[self.first])
        above = self._spread(positives[-1] + negatives[-1] - positives[self.first] - negatives[self.first])
        precision = hits / above
        value = self._mean_of_positives(precision)

        def influence() -> Array:
            own = np.where(self.positive, (1.0 if self.weight is None else self.weight) / above, 0.0)
            missed = own * precision
            by_positive = self._spread(_from_zero(own - missed)[self.stop])
            by_negative = self._spread(_from_zero(missed)[self.stop])
            gain = np.where(self.positive, precision - value + by_positive, -by_negative)
            return self._unsorted(gain * ((positives[-1] + negatives[-1]) / positives[-1]))

        return Ranked(value=value, make_influence=influence)

    def curves(self) -> tuple[Array, Array, Array]:
        """Return false positive rate, true positive rate and precision at each threshold, the highest score first."""
        positives, negatives = self.below
        hits = positives[-1] - positives[self.first][::-1]
        alarms = negatives[-1] - negatives[self.first][::-1]
        return alarms / negatives[-1], hits / positives[-1], hits / (hits + alarms)


def _from_zero(values: Array | Flags) -> Array:
    """Return the sums before each value, and of all at the end."""
    sums = np.zeros(len(values) + 1)
    np.cumsum(values, out=sums[1:])
    return sums


def delong_variance(placements: Array, positive: Flags) -> float:
    """Return DeLong's variance of an area, or of a difference of areas where `placements` is the difference."""
    return float(
        placements[positive].var(ddof=1) / positive.sum() + placements[~positive].var(ddof=1) / (~positive).sum()
    )
