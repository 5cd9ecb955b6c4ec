"""Repeated training: what the recipe comes to against each model that rules name; it is told, and never decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.codec import rounded
from mlgate.core.comparison.intervals.repeats import FEWEST_SEEDS, repeated
from mlgate.core.comparison.metrics.asked import asked
from mlgate.core.comparison.metrics.label_measures import Share
from mlgate.core.comparison.metrics.mean_measures import OfMeans
from mlgate.core.comparison.metrics.measures import measure_of
from mlgate.core.comparison.metrics.usable import unusable
from mlgate.core.comparison.sides import Side
from mlgate.core.config.model import BaselineKind
from mlgate.core.documents.comparison import Repeats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from mlgate.core.comparison.arena import Opponent
    from mlgate.core.comparison.metrics.asked import Asked
    from mlgate.core.comparison.metrics.protocols import Measure
    from mlgate.core.comparison.sides import Predictions, Truth
    from mlgate.core.config.model import Rule

    Array = NDArray[np.float64]


def repeats(
    truth: Truth, trainings: Sequence[Predictions], opponents: Iterable[Opponent], rules: Iterable[Rule], tail: float
) -> tuple[Repeats, ...]:
    """Return what several trainings come to, for each metric that rules hold against a model.

    Left out are metrics that are no mean of a number of each row, and what has no value on some training.

    Args:
        truth: The holdout's labels.
        trainings: The predictions of each, in the order of their seeds.
        opponents: The baselines, available or not.
        rules: Those that judge.
        tail: The probability on each side of every interval.
    """
    if len(trainings) < FEWEST_SEEDS:
        return ()
    sides = [Side(truth, predictions) for predictions in trainings]
    models = {
        opponent.result.name: Side(truth, opponent.predictions[0])
        for opponent in opponents
        if opponent.predictions and opponent.result.kind is not BaselineKind.DUMMY
    }
    pairs = dict.fromkeys((asked(rule), against) for rule in rules if (against := rule.against) in models)
    found = (_told(metric, sides, models[against], tail) for metric, against in pairs)
    return tuple(each for each in found if each is not None)


def _told(metric: Asked, sides: Sequence[Side], baseline: Side, tail: float) -> Repeats | None:
    if metric.about is None or any(unusable(side, metric) for side in (*sides, baseline)):
        return None
    rows = _rows_of(measure_of(metric, baseline.truth.task))
    if rows is None:
        return None
    sampling, other = baseline.truth.sampling, rows(baseline)
    differences = np.array([metric.sign * (rows(side) - other) for side in sides])
    values = np.array([sampling.mean(difference) for difference in differences])
    told = repeated(sampling, values, differences)
    low, high = told.limits(tail)
    return Repeats(
        metric=metric.metric,
        against=baseline.predictions.name,
        parameter=metric.alpha,
        seeds=told.seeds,
        difference=rounded(told.estimate),
        interval=(rounded(low), rounded(high)),
        seed_share=rounded(told.seed_share),
    )


def _rows_of(measure: Measure) -> Callable[[Side], Array] | None:
    """Return what gives a side's numbers, shape (n,), whose mean the metric is; None if it is no mean over all rows."""
    if isinstance(measure, OfMeans):
        return measure.rows
    if isinstance(measure, Share) and measure.of_positive is None:
        right = measure.right
        return lambda side: right(side).astype(np.float64)
    return None
