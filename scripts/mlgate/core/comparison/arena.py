"""The candidate and its opponents on one holdout: every difference is computed once, whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison.intervals.difference import Identical
from mlgate.core.comparison.metrics.measures import measure
from mlgate.core.comparison.metrics.names import METRICS, Needs
from mlgate.core.comparison.sides import Side
from mlgate.core.config.model import Task
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.comparison.metrics.protocols import Difference, Measure
    from mlgate.core.comparison.sides import Predictions, Truth
    from mlgate.core.documents.comparison import BaselineResult

PROBABILITIES = frozenset({"log_loss", "brier_score"})


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


class Arena:
    """The sides of one comparison.

    Args:
        truth: The holdout.
        candidate: Its predictions.
        opponents: The baselines.
        tail: The probability on each side of every interval.
    """

    def __init__(self, truth: Truth, candidate: Predictions, opponents: Sequence[Opponent], tail: float) -> None:
        self.truth = truth
        self.tail = tail
        self.candidate = Side(truth, candidate)
        self.opponents = {opponent.result.name: opponent for opponent in opponents}
        self.sides = {name: [Side(truth, p) for p in o.predictions] for name, o in self.opponents.items()}
        self._duels: dict[tuple[str, str | None, str], Duel | Reason] = {}

    def value(self, side: Side, metric: str, average: str | None) -> float | Reason:
        """Return the rounded metric of one side, or why it has none."""
        problem = self._unusable(side, metric, average)
        if problem is not None:
            return problem
        how = self.measure(metric, average)
        undefined = how.undefined(side)
        if undefined is not None:
            return Reason(id="metric-undefined", message=f"{metric} of {side.predictions.name}: {undefined}")
        return rounded(how.value(side))

    def measure(self, metric: str, average: str | None) -> Measure:
        """Return how the metric is computed for this task."""
        return measure(metric, average, self.truth.task)

    def _unusable(self, side: Side, metric: str, average: str | None) -> Reason | None:
        known = METRICS.get(metric)
        if known is None or self.truth.task not in known.tasks:
            return Reason(id="metric-vanished", message=f"{metric} is no metric of a {self.truth.task} label")
        if average == "binary" and self.truth.task is not Task.BINARY:
            return Reason(id="metric-vanished", message=f"{metric} with average binary needs a label of two classes")
        if (problem := side.predictions.problem(known.needs)) is not None:
            return problem
        if known.needs is Needs.SCORE and metric in PROBABILITIES:
            return side.predictions.not_probabilities
        return None

    def duel(self, metric: str, average: str | None, against: str) -> Duel | Reason:
        """Return the paired difference against an available baseline, or why there is none."""
        key = (metric, average, against)
        if key not in self._duels:
            self._duels[key] = self._duel(*key)
        return self._duels[key]

    def _duel(self, metric: str, average: str | None, against: str) -> Duel | Reason:
        own = self.value(self.candidate, metric, average)
        best = self._best(metric, average, against)
        if isinstance(own, Reason) or isinstance(best, Reason):
            return own if isinstance(own, Reason) else best  # type: ignore[return-value] # one of them is
        side, value = best
        how = self.measure(metric, average)
        identical = self.opponents[against].same_model and self.candidate.predictions.equals(side.predictions)
        difference = Identical() if identical else how.difference(self.candidate, side)
        low, high = difference.limits(self.tail)
        sign = 1 if METRICS[metric].greater_is_better else -1
        return Duel(
            side=side.predictions.name,
            candidate=own,
            baseline=value,
            estimate=0.0 if identical else rounded(sign * (own - value)),
            low=rounded(low),
            high=rounded(high),
            difference=difference,
            carriers=0 if identical else self.truth.sampling.count(how.carriers(self.candidate, side)),
        )

    def _best(self, metric: str, average: str | None, against: str) -> tuple[Side, float] | Reason:
        """Return the baseline's better side on this metric."""
        values = [(side, self.value(side, metric, average)) for side in self.sides[against]]
        defined = [(side, value) for side, value in values if not isinstance(value, Reason)]
        if not defined:
            return next(value for _, value in values if isinstance(value, Reason))
        sign = 1 if METRICS[metric].greater_is_better else -1
        return max(defined, key=lambda pair: sign * pair[1])
