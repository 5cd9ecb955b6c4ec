"""A slice's arena gives what a comparison of its rows alone gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.unit.comparison.sides import side, truth

from mlgate.core.comparison.arena import Arena, Duel, Opponent
from mlgate.core.comparison.columns import Column
from mlgate.core.comparison.metrics.asked import Asked
from mlgate.core.config.model import BaselineKind, SliceBy, Task
from mlgate.core.documents.comparison import BaselineResult

if TYPE_CHECKING:
    from mlgate.core.comparison.sides import Predictions, Truth

N, BY = 900, SliceBy(column="c")
BINARY = ("accuracy", "recall", "precision", "f1", "roc_auc", "average_precision", "log_loss", "brier_score")


def arena(known: Truth, candidate: Predictions, baseline: Predictions) -> Arena:
    result = BaselineResult(name="old", kind=BaselineKind.PREDICTIONS, available=True)
    return Arena.of(known, candidate, [Opponent(result=result, predictions=(baseline,))], tail=0.025)


def scene(task: Task, *, weighted: bool, clustered: bool) -> Arena:
    """Build two models with ties among their scores, and a column of three uneven slices."""
    draw = np.random.default_rng(5)
    labels = draw.integers(0, {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 50}[task], N)
    column = Column(names=("p", "q", "r"), codes=draw.choice(3, N, p=[0.6, 0.3, 0.1]))
    known = truth(
        labels,
        task=task,
        weight=draw.random(N) + 0.5 if weighted else None,
        group=draw.integers(0, 120, N) if clustered else None,
    )
    known.columns["c"] = column  # type: ignore[index] # a dict
    guesses = [side(known, *_guess(draw, task, labels), name) for name in ("candidate", "old")]
    return arena(known, guesses[0].predictions, guesses[1].predictions)


def _guess(draw: np.random.Generator, task: Task, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    if task is Task.REGRESSION:
        return labels + draw.normal(size=N), None
    if task is Task.BINARY:
        scores = np.round(1 / (1 + np.exp(-(2.0 * labels - 1 + draw.normal(size=N)))), 2)
        return scores > 0.5, scores
    raw = np.exp(draw.normal(size=(N, 3)) + 1.5 * np.eye(3)[labels])
    scores = raw / raw.sum(axis=1, keepdims=True)
    return scores.argmax(axis=1), scores


def alone(whole: Arena, rows: np.ndarray) -> Arena:
    """Return the arena of some rows, made anew from their values alone."""
    known = whole.truth.within(rows)
    return arena(known, whole.candidate.predictions.within(rows), whole.sides["old"][0].predictions.within(rows))


@pytest.mark.parametrize(("weighted", "clustered"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize(
    ("task", "metrics"),
    [
        (Task.BINARY, BINARY),
        (Task.MULTICLASS, ("accuracy", "f1", "roc_auc", "log_loss")),
        (Task.REGRESSION, ("mean_absolute_error", "root_mean_squared_error", "r2")),
    ],
)
def test_slices_are_as_if_their_rows_were_all(
    task: Task, metrics: tuple[str, ...], *, weighted: bool, clustered: bool
) -> None:
    whole = scene(task, weighted=weighted, clustered=clustered)
    parts = whole.parts(BY)
    assert isinstance(parts, tuple)
    assert [part.slice.name for part in parts] == ["c = p", "c = q", "c = r"]
    codes = whole.truth.columns["c"].codes
    for code, part in enumerate(parts):
        other = alone(whole, np.flatnonzero(codes == code))
        for metric in metrics:
            asked = Asked(metric=metric)
            mine, theirs = part.arena.duel(asked, "old"), other.duel(asked, "old")
            assert isinstance(mine, Duel)
            assert isinstance(theirs, Duel)
            numbers = [(d.candidate, d.baseline, d.estimate, d.low, d.high, d.carriers) for d in (mine, theirs)]
            assert numbers[0] == pytest.approx(numbers[1], rel=1e-9, abs=1e-12), (metric, code)


def test_the_order_of_all_rows_serves_every_slice() -> None:
    whole = scene(Task.BINARY, weighted=False, clustered=False)
    parts = whole.parts(BY)
    assert isinstance(parts, tuple)
    for part in parts:
        (ranking,) = part.arena.candidate.rankings
        assert (np.diff(part.arena.candidate.scores[ranking.order]) >= 0).all()
        assert sorted(ranking.order.tolist()) == list(range(part.slice.n))
