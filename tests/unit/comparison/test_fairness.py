"""Differences between groups: Fairlearn's definitions, undefined cases, and limits that hold whichever pair it is."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.comparison.sides import side, truth

from mlgate.core.comparison.columns import Column
from mlgate.core.comparison.metrics.asked import Asked
from mlgate.core.comparison.metrics.fairness import AMONG
from mlgate.core.comparison.metrics.measures import measure_of
from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from mlgate.core.comparison.sides import Side, Truth

ROUNDS = 120
MISSES = 10  # of 120 at 2.5 %: more than these have probability 0.0003


def measure(metric: str) -> Any:
    return measure_of(Asked(metric=metric, by="g"), Task.BINARY)


def grouped(labels: Any, groups: Any, **kept: Any) -> Truth:
    names = tuple("abcdefgh"[: int(np.max(groups)) + 1])
    column = Column(names=names, codes=np.asarray(groups))
    return dataclasses.replace(truth(labels, task=Task.BINARY, **kept), columns={"g": column})


def rate(labels: Any, predictions: Any, weights: Any, among: Any) -> float:
    chosen = np.asarray(among)
    return float(np.average(np.asarray(predictions)[chosen], weights=np.asarray(weights)[chosen]))


def by_hand(labels: Any, predictions: Any, weights: Any, groups: Any, wanted: int | None) -> float:
    """Fairlearn's definition: of each group its selection, true positive or false positive rate; the largest gap."""
    labels, groups = np.asarray(labels), np.asarray(groups)
    counted = [(groups == g) & (True if wanted is None else labels == wanted) for g in np.unique(groups)]
    rates = [rate(labels, predictions, weights, among) for among in counted]
    return max(rates) - min(rates)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(0, 2), st.floats(0.1, 5)), max_size=40),
    weighted=st.booleans(),
)
def test_values_are_the_definitions(rows: list[tuple[int, int, int, float]], weighted: bool) -> None:
    every = [(y, y, g, 1.0) for y in (0, 1) for g in (0, 1, 2)]
    labels, predictions, groups, weights = (np.array(x) for x in zip(*every, *rows, strict=True))
    if not weighted:
        weights = np.ones(len(labels))
    ours = side(grouped(labels, groups, weight=weights if weighted else None), predictions)
    parity, opportunity, alarms = (by_hand(labels, predictions, weights, groups, w) for w in (None, 1, 0))
    expected = {
        "demographic_parity_difference": parity,
        "equal_opportunity_difference": opportunity,
        "equalized_odds_difference": max(opportunity, alarms),
    }
    for metric, value in expected.items():
        assert measure(metric).undefined(ours) is None
        assert math.isclose(measure(metric).value(ours), value, rel_tol=1e-10, abs_tol=1e-12), metric
        low, high = measure(metric).alone(ours).limits(0.025)
        assert low - 1e-9 <= value <= high + 1e-9


@pytest.mark.parametrize(
    ("metric", "labels", "groups", "words"),
    [
        ("demographic_parity_difference", [0, 1, 1], [0, 0, 0], "every row is in one group of 'g'"),
        ("equal_opportunity_difference", [0, 1, 0], [0, 0, 1], "group b of 'g' has no row of class 1"),
        ("equalized_odds_difference", [0, 1, 1], [0, 0, 1], "group b of 'g' has no row of another class than 1"),
        ("demographic_parity_difference", [0, 0], [0, 1], "one class only"),
    ],
)
def test_a_group_without_a_rate_is_named(metric: str, labels: list[int], groups: list[int], words: str) -> None:
    assert words in str(measure(metric).undefined(side(grouped(labels, groups), labels)))


def test_more_groups_than_are_compared_are_refused() -> None:
    column = Column(values=np.arange(60.0))
    known = dataclasses.replace(truth([0, 1] * 30, task=Task.BINARY), columns={"g": column})
    assert "has 60 groups" in str(measure("demographic_parity_difference").undefined(side(known, [0, 1] * 30)))


def test_rows_without_a_value_are_a_group() -> None:
    column = Column(values=np.array([1.0, 1.0, np.nan, np.nan]))
    known = dataclasses.replace(truth([0, 1, 0, 1], task=Task.BINARY), columns={"g": column})
    assert measure("demographic_parity_difference").value(side(known, [0, 0, 1, 1])) == 1.0


def drawn(seed: int, n: int, own: Any, other: Any) -> tuple[Side, Side]:
    """Two models that agree on most rows, with these shares of positive predictions by group."""
    draw = np.random.default_rng(seed)
    groups = draw.integers(0, len(own), n)
    first = draw.random(n)
    second = np.where(draw.random(n) < 0.7, first, draw.random(n))
    labels = (draw.random(n) < 0.4).astype(int)
    labels[:2] = 0, 1
    known = grouped(labels, groups)
    return side(known, first < np.array(own)[groups]), side(known, second < np.array(other)[groups], name="base")


@pytest.mark.parametrize(
    ("n", "own", "other"),
    [(200, [0.5, 0.5], [0.5, 0.5]), (400, [0.3, 0.5], [0.3, 0.4]), (400, [0.4] * 5, [0.4, 0.4, 0.4, 0.4, 0.5])],
)
def test_limits_miss_no_more_often_than_they_say(n: int, own: list[float], other: list[float]) -> None:
    how = measure("demographic_parity_difference")
    value, change = np.ptp(own), np.ptp(other) - np.ptp(own)
    misses = np.zeros(4)
    for seed in range(ROUNDS):
        candidate, baseline = drawn(seed, n, own, other)
        low, high = how.alone(candidate).limits(0.025)
        down, up = how.difference(candidate, baseline).limits(0.025)
        misses += [value < low, value > high, change < down, change > up]
    assert misses.max() <= MISSES


def test_a_clear_improvement_is_seen() -> None:
    candidate, baseline = drawn(1, 4_000, [0.4, 0.42], [0.3, 0.6])
    low, high = measure("demographic_parity_difference").difference(candidate, baseline).limits(0.025)
    assert 0.1 < low < 0.28 < high


def test_the_p_value_is_the_tail_of_the_limits() -> None:
    candidate, baseline = drawn(2, 500, [0.3, 0.5], [0.3, 0.4])
    difference = measure("demographic_parity_difference").difference(candidate, baseline)
    for tail in (0.01, 0.2):
        assert math.isclose(difference.p_drop(difference.limits(tail)[1]), tail, rel_tol=1e-6)


def test_clusters_across_groups_widen_the_limits() -> None:
    draw = np.random.default_rng(3)
    labels, groups, clusters = draw.integers(0, 2, 400), draw.integers(0, 2, 400), np.repeat(np.arange(100), 4)
    predictions = draw.integers(0, 2, 400)
    alone = measure("demographic_parity_difference").alone(side(grouped(labels, groups), predictions)).limits(0.025)
    how = measure("demographic_parity_difference").alone(side(grouped(labels, groups, group=clusters), predictions))
    assert how.limits(0.025)[1] > alone[1]


def test_a_relative_contrast_scales_the_baseline() -> None:
    candidate, baseline = drawn(4, 500, [0.3, 0.5], [0.3, 0.4])
    difference = measure("demographic_parity_difference").difference(candidate, baseline)
    low, high = difference.contrast(0.5).limits(0.025)
    values = [measure("demographic_parity_difference").value(s) for s in (candidate, baseline)]
    assert low < 1.5 * values[1] - values[0] < high
    assert set(AMONG) == {
        "demographic_parity_difference",
        "equal_opportunity_difference",
        "equalized_odds_difference",
    }
