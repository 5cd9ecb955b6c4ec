"""Every metric equals scikit-learn's to 1e-10 relative, or is named as undefined."""

from __future__ import annotations

import math
import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk
from tests.unit.comparison.sides import measure, side, truth

from mlgate.core.comparison.metrics.asked import Asked
from mlgate.core.comparison.metrics.measures import measure_of
from mlgate.core.comparison.metrics.names import METRICS
from mlgate.core.comparison.metrics.usable import unusable
from mlgate.core.comparison.sides import Predictions, Side
from mlgate.core.config.model import OwnMetric, Task
from mlgate.core.documents.shared import Reason


def specificity(labels: Any, predictions: Any, average: str, sample_weight: Any = None) -> float:
    """scikit-learn's counts of one class against the rest, in the ratio that it has no function for."""
    counts = sk.multilabel_confusion_matrix(labels, predictions, sample_weight=sample_weight).astype(float)
    right, wrong = counts[:, 0, 0], counts[:, 0, 1]
    if average == "micro":
        return float(right.sum() / (right.sum() + wrong.sum()))
    with np.errstate(divide="ignore", invalid="ignore"):
        each = right / (right + wrong)
    if not np.isfinite(each).all():
        warnings.warn("a class has every row", stacklevel=1)
        return math.nan
    if average == "binary":
        return float(each[1])
    return float(np.average(each, weights=counts[:, 1].sum(axis=1) if average == "weighted" else None))


LABELS = {
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "specificity": specificity,
    "f1": sk.f1_score,
    "fbeta": partial(sk.fbeta_score, beta=2.5),
    "jaccard": sk.jaccard_score,
}
OF_TABLES = {
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "matthews_corrcoef": sk.matthews_corrcoef,
    "cohen_kappa": sk.cohen_kappa_score,
}
REGRESSION = {
    "median_absolute_error": sk.median_absolute_error,
    "explained_variance": sk.explained_variance_score,
    "mean_pinball_loss": partial(sk.mean_pinball_loss, alpha=0.9),
    "mean_absolute_error": sk.mean_absolute_error,
    "mean_squared_error": sk.mean_squared_error,
    "root_mean_squared_error": sk.root_mean_squared_error,
    "r2": sk.r2_score,
}


POSITIVE = {
    "mean_squared_log_error": sk.mean_squared_log_error,
    "root_mean_squared_log_error": sk.root_mean_squared_log_error,
    "mean_absolute_percentage_error": sk.mean_absolute_percentage_error,
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


@pytest.mark.parametrize("metric", [*LABELS, *OF_TABLES])
@settings(max_examples=25, deadline=None)
@given(case=classified())
def test_label_metrics(metric: str, case: tuple[int, Any, Any, Any]) -> None:
    k, labels, predictions, weights = case
    known = truth(labels, weight=weights)
    ours = side(known, predictions)
    averages = ("macro", "micro", "weighted", "binary")[: 4 if k == 2 else 3] if metric in LABELS else (None,)
    for average in averages:
        how = measure_of(Asked(metric=metric, average=average, beta=2.5), known.task)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            if metric in LABELS:
                expected = LABELS[metric](labels, predictions, average=average, sample_weight=weights)
            else:
                expected = OF_TABLES[metric](labels, predictions, sample_weight=weights)
        if how.undefined(ours) is None:
            assert same(how.value(ours), expected), average
        elif metric == "matthews_corrcoef":
            assert expected == 0.0, "scikit-learn says 0 without a warning where a constant has no correlation"
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
    scores = np.round(scores, 1) if seed % 2 else scores  # ties
    weights = draw.uniform(0.2, 3, len(labels)) if seed % 3 else None
    known = truth(labels, weight=weights)
    ours = side(known, scores=scores)
    kept = {"labels": list(range(k)), "sample_weight": weights}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rounded scores do not add up to 1
        expected = {
            "log_loss": sk.log_loss(labels, scores, **kept),
            "brier_score": sk.brier_score_loss(labels, scores, **kept) if seed % 2 == 0 else None,
            "top_k_accuracy": sk.top_k_accuracy_score(labels, scores, k=2, **kept),
        }
    for name, value in expected.items():
        assert value is None or same(measure(name, None, known.task).value(ours), value), name


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), k=st.integers(3, 6), n=st.integers(10, 80), data=st.data())
def test_averages_of_rankings(seed: int, k: int, n: int, data: st.DataObject) -> None:
    draw = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(k), draw.integers(0, k, n)])
    scores = draw.dirichlet(np.ones(k), len(labels))
    weights = draw.uniform(0.2, 3, len(labels)) if data.draw(st.booleans()) else None
    average = data.draw(st.sampled_from(["macro", "micro", "weighted"]))
    known = truth(labels, weight=weights)
    ours = side(known, scores=scores)
    area = sk.roc_auc_score(labels, scores, multi_class="ovr", average=average, sample_weight=weights)
    precision = sk.average_precision_score(labels, scores, average=average, sample_weight=weights)
    assert same(measure("roc_auc", average, known.task).value(ours), area)
    assert same(measure("average_precision", average, known.task).value(ours), precision)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.floats(0.01, 1e6), st.floats(0, 1e6)), min_size=1, max_size=50),
    weighted=st.booleans(),
)
def test_metrics_of_positive_numbers(rows: list[tuple[float, float]], weighted: bool) -> None:
    labels, predictions = (np.array(x) for x in zip(*rows, strict=True))
    weights = np.linspace(0.5, 2.0, len(labels)) if weighted else None
    known = truth(labels, task=Task.REGRESSION, weight=weights)
    ours = side(known, predictions)
    for name, function in POSITIVE.items():
        how = measure(name, None, known.task)
        assert how.undefined(ours) is None
        assert same(how.value(ours), function(labels, predictions, sample_weight=weights)), name


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)), min_size=1, max_size=30))
def test_weighted_medians_with_ties(rows: list[tuple[int, int]]) -> None:
    errors, weights = (np.array(x, dtype=float) for x in zip(*rows, strict=True))
    known = truth(np.zeros(len(errors)), task=Task.REGRESSION, weight=weights)
    expected = sk.median_absolute_error(np.zeros(len(errors)), errors, sample_weight=weights)
    assert measure("median_absolute_error", None, known.task).value(side(known, errors)) == expected


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
        got = measure_of(Asked(metric=name, alpha=0.9), known.task).value(ours)
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
        ("specificity", [0, 0], [0, 0], "one class only"),
        ("jaccard", [0, 0], [0, 0], "one class only"),
        ("matthews_corrcoef", [0, 1, 1], [1, 1, 1], "every row is predicted as class 1"),
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


@pytest.mark.parametrize(
    ("metric", "average", "labels", "predictions", "words"),
    [
        ("recall", "binary", [0, 0], [0, 1], "no row is of class 1"),
        ("specificity", "binary", [1, 1], [0, 1], "every row is of class 1"),
        ("f1", "binary", [0, 0], [0, 0], "no row is of class 1"),
        ("jaccard", "binary", [0, 0], [0, 0], "no row is of class 1"),
        ("specificity", "macro", [1, 1], [0, 1], "every row is of class 1"),
        ("balanced_accuracy", None, [0, 0], [0, 1], "no row is of class 1"),
        ("matthews_corrcoef", None, [0, 0], [0, 1], "every row is of class 0"),
        ("cohen_kappa", None, [0, 0], [0, 1], "every row is of class 0"),
    ],
)
def test_a_slice_without_a_class_is_named(
    metric: str, average: str | None, labels: list[int], predictions: list[int], words: str
) -> None:
    known = truth([0, 1, *labels], task=Task.BINARY)
    part = side(known, [0, 1, *predictions]).within(np.arange(2, 4))
    assert words in str(measure(metric, average, Task.BINARY).undefined(part))


@pytest.mark.parametrize("metric", ["roc_auc", "average_precision"])
def test_a_slice_without_a_class_has_no_ranking(metric: str) -> None:
    part = side(truth([0, 1, 1], task=Task.BINARY), scores=[0.1, 0.2, 0.3]).within(np.arange(1, 3))
    assert "no row is of class 0" in str(measure(metric, None, Task.BINARY).undefined(part))


def test_a_class_of_no_weight_counts_for_nothing() -> None:
    known = truth([0, 1, 2, 0, 1], task=Task.MULTICLASS)
    part = side(known, [0, 1, 2, 0, 0]).within(np.array([0, 1, 3, 4]))
    how = measure("f1", "weighted", Task.MULTICLASS)
    assert how.undefined(part) is None
    assert same(how.value(part), sk.f1_score([0, 1, 0, 1], [0, 1, 0, 0], average="weighted"))


@pytest.mark.parametrize(
    ("metric", "labels", "predictions", "words"),
    [
        ("mean_squared_log_error", [-1.0, 2.0], [1.0, 2.0], "the label of 1 rows is -1 or less"),
        ("root_mean_squared_log_error", [1.0, 2.0], [1.0, -3.0], "the prediction of 1 rows is -1 or less"),
        ("mean_absolute_percentage_error", [0.0, 2.0], [1.0, 2.0], "the label of 1 rows is 0"),
        ("explained_variance", [2.0, 2.0], [1.0, 2.0], "the label does not vary"),
    ],
)
def test_numbers_without_a_value_are_named(
    metric: str, labels: list[float], predictions: list[float], words: str
) -> None:
    ours = side(truth(labels, task=Task.REGRESSION), predictions)
    assert words in str(measure(metric, None, Task.REGRESSION).undefined(ours))


def test_top_k_needs_more_classes_than_count() -> None:
    ours = side(truth([0, 1], task=Task.MULTICLASS), scores=[[0.5, 0.5], [0.1, 0.9]])
    assert "has 2 classes" in str(measure("top_k_accuracy", None, Task.MULTICLASS).undefined(ours))


@pytest.mark.parametrize("greater", [True, False])
def test_an_own_metric_is_the_mean_of_its_numbers(greater: bool) -> None:
    own = OwnMetric(column="cost", greater_is_better=greater)
    known = truth([0, 1, 0], task=Task.BINARY, weight=np.array([1.0, 1.0, 2.0]))
    candidate, baseline = (
        Side(known, Predictions(name=name, own={"cost": np.array(rows)}))
        for name, rows in (("candidate", [1.0, 2.0, 3.0]), ("base", [1.0, 2.0, 4.0]))
    )
    asked = Asked(metric="cost", own=own)
    how = measure_of(asked, known.task)
    assert how.value(candidate) == 9 / 4
    low, high = how.difference(candidate, baseline).limits(0.025)
    assert math.isclose((low + high) / 2, -0.5 if greater else 0.5)
    assert unusable(candidate, asked) is None


def test_an_own_metric_without_numbers_says_why() -> None:
    asked = Asked(metric="cost", own=OwnMetric(column="cost"))
    why = Reason(id="predictions-invalid", message="1 row has no cost")
    known = truth([0, 1], task=Task.BINARY)
    assert unusable(Side(known, Predictions(name="candidate", own={"cost": why})), asked) == why
    reason = unusable(Side(known, Predictions(name="candidate")), asked)
    assert reason is not None
    assert reason.id == "predictions-column-missing"


@pytest.mark.parametrize(
    ("asked", "task", "reason"),
    [
        (Asked(metric="no_such"), Task.BINARY, "metric-vanished"),
        (Asked(metric="r2"), Task.BINARY, "metric-vanished"),
        (Asked(metric="precision", average="binary"), Task.MULTICLASS, "metric-vanished"),
        (Asked(metric="roc_auc"), Task.BINARY, "predictions-column-missing"),
        (Asked(metric="demographic_parity_difference", by="sex"), Task.BINARY, "metric-undefined"),
        (Asked(metric="precision"), Task.BINARY, "metric-undefined"),
    ],
)
def test_what_cannot_be_measured_is_a_reason(asked: Asked, task: Task, reason: str) -> None:
    found = unusable(side(truth([0, 1, 1], task=task), [0, 0, 0]), asked)
    assert found is not None
    assert found.id == reason


@pytest.mark.parametrize("task", list(Task))
def test_every_name_has_a_measure(task: Task) -> None:
    for name, about in METRICS.items():
        if task in about.tasks and about.instead is None:
            assert callable(measure_of(Asked(metric=name, by="g", alpha=0.5, beta=1.0), task).difference)


def test_very_many_classes_take_no_square_of_them() -> None:
    k = 100_000
    draw = np.random.default_rng(0)
    labels = np.concatenate([np.arange(k), draw.integers(0, k, 1_000)])
    known = truth(labels)
    candidate = side(known, np.where(draw.random(len(labels)) < 0.9, labels, draw.permutation(labels)))
    baseline = side(known, np.where(draw.random(len(labels)) < 0.9, labels, draw.permutation(labels)), name="base")
    for metric in ("recall", "matthews_corrcoef", "cohen_kappa"):
        how = measure(metric, None, known.task)
        assert how.undefined(candidate) is None
        low, high = how.difference(candidate, baseline).limits(0.025)
        assert low < how.value(candidate) - how.value(baseline) < high


def test_ties_among_the_top_are_broken_as_scikit_learn_does() -> None:
    scores = np.array([[0.5, 0.5, 0.5], [0.2, 0.4, 0.4], [0.4, 0.4, 0.2]])
    for labels in ([0, 1, 2], [1, 2, 0], [2, 0, 1]):
        ours = side(truth(labels), scores=scores)
        expected = sk.top_k_accuracy_score(labels, scores, k=2, labels=[0, 1, 2])
        assert measure("top_k_accuracy", None, Task.MULTICLASS).value(ours) == expected
