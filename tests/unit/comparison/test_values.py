"""Every metric equals scikit-learn's to 1e-10 relative, or is named as undefined."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk
from tests.unit.comparison.sides import side, truth

from mlgate.core.comparison.metrics.measures import measure
from mlgate.core.config.model import Task

LABELS = {
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "f1": sk.f1_score,
}
REGRESSION = {
    "mean_absolute_error": sk.mean_absolute_error,
    "mean_squared_error": sk.mean_squared_error,
    "root_mean_squared_error": sk.root_mean_squared_error,
    "r2": sk.r2_score,
}


def same(ours: float, theirs: float) -> bool:
    return math.isclose(ours, theirs, rel_tol=1e-10, abs_tol=1e-12)


@st.composite
def classified(draw: st.DrawFn) -> tuple[int, Any, Any, Any]:
    k = draw(st.integers(2, 5))
    n = draw(st.integers(k, 60))
    labels = [*range(k), *draw(st.lists(st.integers(0, k - 1), min_size=n - k, max_size=n - k))]
    predictions = draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n))
    weights = draw(st.none() | st.lists(st.floats(0.1, 9), min_size=n, max_size=n))
    return k, np.array(labels), np.array(predictions), None if weights is None else np.array(weights)


@settings(max_examples=150, deadline=None)
@given(case=classified(), metric=st.sampled_from([*LABELS, "accuracy", "balanced_accuracy"]), data=st.data())
def test_label_metrics(case: tuple[int, Any, Any, Any], metric: str, data: st.DataObject) -> None:
    k, labels, predictions, weights = case
    known = truth(labels, weight=weights)
    ours = side(known, predictions)
    averages = ["macro", "micro", "weighted", *(["binary"] if k == 2 else [])]
    average = data.draw(st.sampled_from(averages)) if metric in LABELS else None
    how = measure(metric, average, known.task)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if metric in LABELS:
            expected = LABELS[metric](labels, predictions, average=average, sample_weight=weights)
        else:
            function = sk.accuracy_score if metric == "accuracy" else sk.balanced_accuracy_score
            expected = function(labels, predictions, sample_weight=weights)
    if how.undefined(ours) is None:
        assert same(how.value(ours), expected)
    else:
        assert caught, "we call a metric undefined where scikit-learn warns of a division by zero"


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]) | st.floats(0, 1)), max_size=50
    ),
    weighted=st.booleans(),
)
def test_score_metrics(rows: list[tuple[int, float]], weighted: bool) -> None:
    labels, scores = (np.array(x) for x in zip(*[(0, 0.3), (1, 0.3), *rows], strict=True))
    weights = np.linspace(0.5, 2.0, len(labels)) if weighted else None
    known = truth(labels, task=Task.BINARY, weight=weights)
    ours = side(known, scores=scores)
    expected = {
        "roc_auc": sk.roc_auc_score(labels, scores, sample_weight=weights),
        "average_precision": sk.average_precision_score(labels, scores, sample_weight=weights),
        "log_loss": sk.log_loss(labels, scores, sample_weight=weights),
        "brier_score": sk.brier_score_loss(labels, scores, sample_weight=weights),
    }
    for name, value in expected.items():
        assert same(measure(name, None, known.task).value(ours), value), name


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), k=st.integers(3, 6), n=st.integers(10, 80))
def test_multiclass_scores(seed: int, k: int, n: int) -> None:
    draw = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(k), draw.integers(0, k, n)])
    scores = draw.dirichlet(np.ones(k), len(labels))
    known = truth(labels)
    ours = side(known, scores=scores)
    classes = list(range(k))
    expected = {
        "roc_auc": sk.roc_auc_score(labels, scores, multi_class="ovr"),
        "log_loss": sk.log_loss(labels, scores, labels=classes),
        "brier_score": sk.brier_score_loss(labels, scores, labels=classes),
    }
    for name, value in expected.items():
        assert same(measure(name, None, known.task).value(ours), value), name


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=3, max_size=50),
    weighted=st.booleans(),
)
def test_regression_metrics(rows: list[tuple[float, float]], weighted: bool) -> None:
    labels, predictions = (np.array(x) for x in zip(*[(0.0, 1.0), (10.0, 8.0), *rows], strict=True))
    weights = np.linspace(0.5, 2.0, len(labels)) if weighted else None
    known = truth(labels, task=Task.REGRESSION, weight=weights)
    ours = side(known, predictions)
    for name, function in REGRESSION.items():
        expected = function(labels, predictions, sample_weight=weights)
        got = measure(name, None, known.task).value(ours)
        assert math.isclose(got, expected, rel_tol=1e-10, abs_tol=1e-10), name


def test_log_loss_of_a_certain_error_is_clipped_as_scikit_learn_does() -> None:
    ours = side(truth([0, 1], task=Task.BINARY), scores=[1.0, 0.0])
    assert same(measure("log_loss", None, Task.BINARY).value(ours), sk.log_loss([0, 1], [1.0, 0.0]))


@pytest.mark.parametrize(
    ("metric", "labels", "predictions", "words"),
    [
        ("precision", [0, 1, 1], [0, 0, 0], "class 1 is never predicted"),
        ("f1", [0, 0, 0], [0, 0, 0], "one class only"),
        ("balanced_accuracy", [0, 0], [0, 0], "one class only"),
        ("recall", [0, 0], [0, 0], "one class only"),
    ],
)
def test_what_divides_by_zero_is_undefined(metric: str, labels: list[int], predictions: list[int], words: str) -> None:
    ours = side(truth(labels, task=Task.BINARY), predictions)
    assert words in str(measure(metric, None, Task.BINARY).undefined(ours))


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision", "log_loss", "brier_score"])
def test_scores_of_one_class_are_undefined(metric: str) -> None:
    ours = side(truth([0, 0], task=Task.BINARY), scores=[0.1, 0.2])
    assert measure(metric, None, Task.BINARY).undefined(ours) == "the holdout has one class only"


def test_f1_without_a_hit_is_zero_and_defined() -> None:
    ours = side(truth([1, 1, 0], task=Task.BINARY), [0, 0, 0])
    how = measure("f1", None, Task.BINARY)
    assert how.undefined(ours) is None
    assert how.value(ours) == 0


def test_r2_of_a_constant_label_is_undefined() -> None:
    ours = side(truth([2.0, 2.0], task=Task.REGRESSION), [1.0, 2.0])
    assert measure("r2", None, Task.REGRESSION).undefined(ours) == "the label does not vary"
