"""Calibration: parts that add up, an error without bias, and limits that hold."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve
from tests.unit.comparison.sides import side, truth

from mlgate.core.comparison.calibrated import calibrated
from mlgate.core.comparison.intervals.spread import Sampling
from mlgate.core.comparison.metrics import calibration
from mlgate.core.comparison.metrics.asked import Asked
from mlgate.core.comparison.metrics.measures import measure_of
from mlgate.core.comparison.metrics.usable import unusable
from mlgate.core.config.model import Task

ROUNDS = 200
MISSES = 13  # of 200 at 2.5 %: more than these have probability 0.0007
OURS = measure_of(Asked(metric="calibration_error"), Task.BINARY)


def told(probability: Any, hit: Any, weight: Any = None, group: Any = None) -> calibration.Forecast:
    probability, hit = np.asarray(probability, dtype=float), np.asarray(hit, dtype=float)
    return calibration.Forecast(
        probability=probability, hit=hit, sampling=Sampling(n=len(hit), weight=weight, group=group)
    )


FORECASTS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]) | st.floats(0, 1), st.integers(0, 1), st.floats(0.1, 5)),
    min_size=2,
    max_size=80,
)


@settings(max_examples=100, deadline=None)
@given(rows=FORECASTS, weighted=st.booleans())
def test_the_parts_of_the_brier_score_add_up(rows: list[tuple[float, int, float]], weighted: bool) -> None:
    probability, hit, weight = (np.array(x) for x in zip(*rows, strict=True))
    forecast = told(probability, hit, weight if weighted else None)
    parts = calibration.brier_parts(forecast, calibration.reliability(forecast))
    score = np.average((probability - hit) ** 2, weights=weight if weighted else None)
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert math.isclose(whole, score, rel_tol=1e-10, abs_tol=1e-12)
    assert min(parts.reliability, parts.resolution) >= 0


@settings(max_examples=100, deadline=None)
@given(rows=FORECASTS)
def test_equal_probabilities_share_a_bin_and_no_bin_is_empty(rows: list[tuple[float, int, float]]) -> None:
    probability = np.array([row[0] for row in rows])
    codes = calibration.equal_bins(probability)
    assert set(codes.tolist()) == set(range(int(codes.max()) + 1))
    for value in np.unique(probability):
        assert len(set(codes[probability == value].tolist())) == 1


def test_the_expected_error_is_over_bins_of_equal_width() -> None:
    draw = np.random.default_rng(0)
    probability = draw.random(500)
    hit = (draw.random(500) < probability**2).astype(int)
    shares, means = calibration_curve(hit, probability, n_bins=15)
    counts = np.histogram(probability, bins=np.linspace(0, 1, 16))[0]
    expected = (np.abs(shares - means) * counts[counts > 0]).sum() / 500
    assert math.isclose(calibration.expected_calibration_error(told(probability, hit)), expected, rel_tol=1e-10)


def test_by_hand() -> None:
    # One bin of four rows: gaps 0.5, 0.5, -0.5, 0.5; the mean product of pairs is (3 - 3) / 6 x 0.25 = 0.
    assert calibration.CalibrationError(told([0.5] * 4, [0, 0, 1, 0])).value == pytest.approx(0.0)
    assert calibration.CalibrationError(told([0.5] * 4, [0, 0, 0, 0])).value == pytest.approx(0.25)


def test_weights_are_repeated_rows_but_for_pairs_with_themselves() -> None:
    once = calibration.CalibrationError(told([0.2, 0.2, 0.2], [1, 0, 0], weight=np.array([2.0, 1.0, 1.0])))
    gaps = np.array([-0.8, 0.2, 0.2])
    weight = np.array([2.0, 1.0, 1.0])
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    top = sum(weight[i] * weight[j] * gaps[i] * gaps[j] for i, j in pairs)
    assert once.value == pytest.approx(top / sum(weight[i] * weight[j] for i, j in pairs))


def test_rows_of_one_cluster_are_no_pair() -> None:
    hit, group = [1, 1, 0, 0], np.array([0, 0, 1, 1])
    value = calibration.CalibrationError(told([0.5] * 4, hit, group=group)).value
    assert value == pytest.approx(-0.25)  # all pairs of different clusters: -0.5 x 0.5


@pytest.mark.parametrize("n", [60, 400])
def test_a_calibrated_model_has_no_error_on_average_and_the_expected_error_has(n: int) -> None:
    values, expected = [], []
    for seed in range(ROUNDS):
        draw = np.random.default_rng(seed)
        probability = draw.random(n)
        forecast = told(probability, draw.random(n) < probability)
        values.append(calibration.CalibrationError(forecast).value)
        expected.append(calibration.expected_calibration_error(forecast))
    spread = np.std(values) / math.sqrt(ROUNDS)
    assert abs(np.mean(values)) < 3.5 * spread
    assert np.mean(expected) > 0.02


@pytest.mark.parametrize(("n", "sharp"), [(200, 1.0), (1_000, 1.0), (1_000, 2.0)])
def test_limits_miss_no_more_often_than_they_say(n: int, sharp: float) -> None:
    """Both models are equally wrong by construction: their scores are exchangeable."""
    misses = np.zeros(2)
    for seed in range(ROUNDS):
        draw = np.random.default_rng(seed)
        shared, noise = draw.normal(size=n), draw.normal(size=(2, n))
        labels = (draw.random(n) < 1 / (1 + np.exp(-shared))).astype(int)
        labels[:2] = 0, 1
        known = truth(labels, task=Task.BINARY)
        candidate, baseline = (side(known, scores=1 / (1 + np.exp(-sharp * (shared + e)))) for e in noise)
        low, high = OURS.difference(candidate, baseline).limits(0.025)
        misses += [low > 0, high < 0]
    assert misses.max() <= MISSES


def test_the_standard_error_of_a_calibrated_model_is_that_of_its_estimates() -> None:
    """Nearly all of it is the noise of pairs, as the bins' true means are zero."""
    values, reaches = [], []
    for seed in range(ROUNDS):
        draw = np.random.default_rng(seed)
        probability = draw.random(300)
        labels = (draw.random(300) < probability).astype(int)
        ours = side(truth(labels, task=Task.BINARY), scores=probability)
        values.append(OURS.value(ours))
        low, high = OURS.alone(ours).limits(0.1587)
        reaches.append((high - low) / 2)
    assert 0.9 < np.mean(reaches) / np.std(values) < 2


def test_multiclass_is_of_the_likeliest_class() -> None:
    labels, scores = np.array([0, 1, 2, 0]), np.eye(3)[[0, 1, 1, 2]] * 0.7 + 0.1
    forecast = calibration.forecast(side(truth(labels), scores=scores))
    assert forecast.hit.tolist() == [1, 1, 0, 0]
    assert np.allclose(forecast.probability, 0.8)


def test_the_shown_error_decides_nothing() -> None:
    ours = side(truth([0, 1], task=Task.BINARY), scores=[0.2, 0.8])
    reason = unusable(ours, Asked(metric="expected_calibration_error"))
    assert reason is not None
    assert reason.id == "metric-vanished"
    assert "calibration_error" in reason.message


def test_equal_scores_are_no_proof_on_few_rows() -> None:
    ours = side(truth([0, 1] * 30, task=Task.BINARY), scores=[0.2, 0.8] * 30)
    low, high = OURS.difference(ours, ours).limits(0.025)
    assert low < -0.2
    assert high > 0.2


def test_what_the_report_shows() -> None:
    draw = np.random.default_rng(5)
    probability = draw.random(300)
    labels = (draw.random(300) < probability).astype(int)
    ours = side(truth(labels, task=Task.BINARY), scores=probability)
    shown = calibrated(ours)
    assert shown is not None
    assert sum(shown.rows) == 300
    assert len(shown.rows) == len(shown.probability) == len(shown.hit) == 15
    score = shown.reliability - shown.resolution + shown.uncertainty + shown.within
    assert math.isclose(score, sk.brier_score_loss(labels, probability), rel_tol=1e-8)
    assert math.isclose(shown.calibration_error, OURS.value(ours), rel_tol=1e-8, abs_tol=1e-12)
    assert calibrated(side(truth([1.0, 2.0], task=Task.REGRESSION), [1.0, 2.0])) is None
