"""The candidate and its opponents on one holdout: every difference is computed once, whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison.intervals.difference import Identical
from mlgate.core.comparison.metrics.measures import measure_of
from mlgate.core.comparison.metrics.usable import unusable
from mlgate.core.comparison.sides import Side
from mlgate.core.comparison.slices.cutting import cut
from mlgate.core.comparison.slices.parts import Parts
from mlgate.core.config.model import SlicePolicy
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlgate.core.comparison.metrics.asked import Asked
    from mlgate.core.comparison.metrics.protocols import Difference, Measure
    from mlgate.core.comparison.sides import Predictions, Truth
    from mlgate.core.comparison.slices.cutting import Cut, Slice
    from mlgate.core.config.model import SliceBy
    from mlgate.core.documents.comparison import BaselineResult


@dataclass(frozen=True, kw_only=True)
class Opponent:
    """One baseline.

    Attributes:
        result: How it could be had.
        predictions: One entry, or those of which the better one counts (the dummies); empty where there are none.
        same_model: Whether it is the candidate's model, byte for byte. What the model is fed with, or a threshold
            after it, can still differ, so it is identical only where it also predicts the same.
    """

    result: BaselineResult
    predictions: tuple[Predictions, ...] = ()
    same_model: bool = False


@dataclass(frozen=True, kw_only=True)
class Duel:
    """One metric of candidate and baseline; all numbers rounded.

    Attributes:
        side: Which predictions of the baseline counted.
        candidate: Its value.
        baseline: Its value.
        estimate: The difference, positive where the candidate is better.
        low: Its low limit.
        high: Its high limit.
        difference: For p-values.
        carriers: Independent rows (or clusters) that carry a difference.
    """

    side: str
    candidate: float
    baseline: float
    estimate: float
    low: float
    high: float
    difference: Difference
    carriers: int


@dataclass(frozen=True, kw_only=True)
class _Match:
    """Two sides on one metric, before anything is asked of their difference; the values are rounded."""

    side: Side
    candidate: float
    baseline: float
    difference: Difference
    identical: bool


@dataclass(frozen=True, kw_only=True)
class Part:
    """A slice of the holdout, and the comparison on its rows."""

    slice: Slice
    arena: Arena


class Arena:
    """The sides of one comparison, on all rows of the holdout or on a slice of it.

    Args:
        candidate: Its predictions beside the truth.
        opponents: The baselines by name.
        sides: Their predictions beside the truth.
        tail: The probability on each side of every interval.
        at_least: Slices with fewer rows are merged.
    """

    def __init__(
        self,
        candidate: Side,
        opponents: Mapping[str, Opponent],
        sides: Mapping[str, Sequence[Side]],
        tail: float,
        at_least: int = SlicePolicy().at_least,
    ) -> None:
        self.truth = candidate.truth
        self.tail = tail
        self.candidate = candidate
        self.opponents = opponents
        self.sides = sides
        self.at_least = at_least
        self._matches: dict[tuple[Asked, str], _Match | Reason] = {}
        self._duels: dict[tuple[Asked, str], Duel | Reason] = {}
        self._parts: dict[SliceBy, tuple[Part, ...] | Reason] = {}

    @classmethod
    def of(
        cls,
        truth: Truth,
        candidate: Predictions,
        opponents: Sequence[Opponent],
        tail: float,
        at_least: int = SlicePolicy().at_least,
    ) -> Arena:
        """Return the arena of all rows."""
        named = {opponent.result.name: opponent for opponent in opponents}
        sides = {name: [Side(truth, p) for p in o.predictions] for name, o in named.items()}
        return cls(Side(truth, candidate), named, sides, tail, at_least)

    def parts(self, by: SliceBy) -> tuple[Part, ...] | Reason:
        """Return the arena of each slice of a column, or why there are none."""
        if by not in self._parts:
            divided = cut(self.truth.columns, by, self.at_least)
            self._parts[by] = divided if isinstance(divided, Reason) else tuple(self.divided(divided))
        return self._parts[by]

    def divided(self, divided: Cut) -> Iterator[Part]:
        """Yield the arena of each slice of a cut; all of them share one order of the rows."""
        truth = self.truth.within(divided.order)
        own = Parts(self.candidate, divided)
        others = {name: [Parts(side, divided) for side in sides] for name, sides in self.sides.items()}
        for part in divided.slices:
            mine = truth.within(slice(part.start, part.stop))
            sides = {name: [parts.side_of(part, mine) for parts in found] for name, found in others.items()}
            yield Part(slice=part, arena=Arena(own.side_of(part, mine), self.opponents, sides, self.tail))

    def value(self, side: Side, asked: Asked) -> float | Reason:
        """Return the rounded metric of one side, or why it has none."""
        problem = unusable(side, asked)
        return problem if problem is not None else rounded(self.measure(asked).value(side))

    def measure(self, asked: Asked) -> Measure:
        """Return how the metric is computed for this task."""
        return measure_of(asked, self.truth.task)

    def duel(self, asked: Asked, against: str) -> Duel | Reason:
        """Return the paired difference against an available baseline, or why there is none."""
        key = (asked, against)
        if key not in self._duels:
            self._duels[key] = self._duel(*key)
        return self._duels[key]

    def match(self, asked: Asked, against: str) -> _Match | Reason:
        """Return the two sides with their difference, of which nothing has been asked yet, or why there is none."""
        key = (asked, against)
        if key not in self._matches:
            self._matches[key] = self._match(*key)
        return self._matches[key]

    def _match(self, asked: Asked, against: str) -> _Match | Reason:
        own = self.value(self.candidate, asked)
        best = self._best(asked, against)
        if isinstance(own, Reason) or isinstance(best, Reason):
            return own if isinstance(own, Reason) else best  # type: ignore[return-value] # one of them is
        side, value = best
        identical = self.opponents[against].same_model and self.candidate.predictions.equals(side.predictions)
        difference = Identical() if identical else self.measure(asked).difference(self.candidate, side)
        return _Match(side=side, candidate=own, baseline=value, difference=difference, identical=identical)

    def _duel(self, asked: Asked, against: str) -> Duel | Reason:
        match = self.match(asked, against)
        if isinstance(match, Reason):
            return match
        low, high = match.difference.limits(self.tail)
        carriers = 0
        if not match.identical:
            carriers = self.truth.sampling.count(self.measure(asked).carriers(self.candidate, match.side))
        return Duel(
            side=match.side.predictions.name,
            candidate=match.candidate,
            baseline=match.baseline,
            estimate=0.0 if match.identical else rounded(asked.sign * (match.candidate - match.baseline)),
            low=rounded(low),
            high=rounded(high),
            difference=match.difference,
            carriers=carriers,
        )

    def _best(self, asked: Asked, against: str) -> tuple[Side, float] | Reason:
        """Return the baseline's better side on this metric."""
        values = [(side, self.value(side, asked)) for side in self.sides[against]]
        defined = [(side, value) for side, value in values if not isinstance(value, Reason)]
        if not defined:
            return next(value for _, value in values if isinstance(value, Reason))
        return max(defined, key=lambda pair: asked.sign * pair[1])
