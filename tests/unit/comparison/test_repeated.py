"""What several trainings come to, for the metrics that rules hold against models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from mlgate.core.comparison.arena import Opponent
from mlgate.core.comparison.intervals.repeats import repeated
from mlgate.core.comparison.intervals.spread import Sampling
from mlgate.core.comparison.repeated import repeats
from mlgate.core.comparison.sides import Predictions, Truth
from mlgate.core.config.model import BaselineKind, Rule, Task
from mlgate.core.documents.comparison import BaselineResult, ComparisonDocument
from mlgate.core.report import recipe

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import Repeats

N = 80
TAIL = 0.025


def world(seeds: int, *metrics: str, kind: BaselineKind = BaselineKind.PREDICTIONS) -> tuple[Repeats, ...]:
    truth, trainings, old = regression(seeds)
    result = BaselineResult(name="old", kind=kind, available=True)
    rules = [Rule(id=metric, metric=metric, against="old", margin=0.1) for metric in metrics]
    return repeats(truth, trainings, [Opponent(result=result, predictions=(old,))], rules, TAIL)


def regression(seeds: int) -> tuple[Truth, list[Predictions], Predictions]:
    draw = np.random.default_rng(3)
    values = draw.normal(size=N)
    truth = Truth(task=Task.REGRESSION, sampling=Sampling(n=N), values=values)
    trainings = [
        Predictions(name=str(seed), values=values + 0.2 * draw.normal() + 0.5 * draw.normal(size=N))
        for seed in range(seeds)
    ]
    return truth, trainings, Predictions(name="old", values=values + draw.normal(size=N))


def test_a_lower_error_is_a_positive_difference_over_all_seeds() -> None:
    truth, trainings, old = regression(4)
    base = np.abs(truth.values - old.values)  # type: ignore[operator] # there are values
    rows = np.array([base - np.abs(truth.values - each.values) for each in trainings])  # type: ignore[operator]
    expected = repeated(truth.sampling, rows.mean(axis=1), rows)

    (told,) = world(4, "mean_absolute_error")

    assert told.difference == pytest.approx(rows.mean())
    assert told.difference > 0
    assert told.interval == pytest.approx(expected.limits(TAIL))
    assert told.seed_share == pytest.approx(expected.seed_share)
    assert told.seed_share > 0
    assert (told.metric, told.against, told.seeds) == ("mean_absolute_error", "old", 4)


def test_each_metric_is_told_once_and_those_without_rows_are_left_out() -> None:
    told = world(3, "mean_absolute_error", "r2", "mean_squared_error", "mean_absolute_error")

    assert [each.metric for each in told] == ["mean_absolute_error", "mean_squared_error"]


def test_two_seeds_and_a_dummy_say_nothing() -> None:
    assert world(2, "mean_absolute_error") == ()
    assert world(3, "mean_absolute_error", kind=BaselineKind.DUMMY) == ()


def test_the_reports_say_so_folded() -> None:
    document = ComparisonDocument(repeats=world(3, "mean_absolute_error"))

    said = recipe.sentences(document)

    assert said[0].startswith("The recipe over 3 seeds: mean_absolute_error against old differs by +")
    assert "the seed's share of the variance is" in said[0]
    assert "decides nothing" in said[-1]
    assert "<summary><b>The recipe over 3 seeds</b></summary>" in recipe.folded(document)
    assert recipe.folded(ComparisonDocument()) == ""
    assert recipe.folded(None) == ""
