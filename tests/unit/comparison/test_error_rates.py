"""Error rates and coverage over seeded simulated holdouts, with the true difference known by construction.

Compact: `benchmarks/statistics.py` has more rounds and situations. A limit is what a method with the promised rate
exceeds once in about 1,000 runs of that many rounds.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.unit.comparison.sides import binary, side, truth

from mlgate.core.comparison.intervals import tango
from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.comparison.intervals.table_score import Joint, limits
from mlgate.core.comparison.metrics.confusion import RATIOS, TableMetric
from mlgate.core.comparison.metrics.measures import measure
from mlgate.core.config.model import Task

Z = normal_quantile(0.975)
# True class x candidate's x baseline's prediction; symmetric in the two models, so that no metric differs.
ALIKE = np.array([[[0.62, 0.05], [0.05, 0.08]], [[0.04, 0.02], [0.02, 0.12]]])
# The candidate loses more than it gains.
WORSE = np.array([[[0.60, 0.03], [0.09, 0.08]], [[0.04, 0.05], [0.01, 0.10]]])
METRICS = {
    "precision": TableMetric(ratio=RATIOS["precision"], average="binary"),
    "f1": TableMetric(ratio=RATIOS["f1"], average="binary"),
    "balanced_accuracy": TableMetric(ratio=RATIOS["recall"], average="macro"),
    "macro f1": TableMetric(ratio=RATIOS["f1"], average="macro"),
}


def at_most(rate: float, rounds: int) -> float:
    return rate + 3.1 * math.sqrt(rate * (1 - rate) / rounds)


def tables(shares: Any, n: int, rounds: int) -> Any:
    """Draw joint tables; those where a model predicts nothing, or a class is absent, leave the metric undefined."""
    drawn = np.random.default_rng(n).multinomial(n, shares.ravel(), size=rounds).reshape(-1, 2, 2, 2).astype(float)
    whole = (drawn.sum(axis=(2, 3)) > 0).all(axis=1)
    whole &= (drawn.sum(axis=(1, 3)) > 0).all(axis=1) & (drawn.sum(axis=(1, 2)) > 0).all(axis=1)
    return drawn[whole]


@pytest.mark.parametrize("n", [50, 1000])
@pytest.mark.parametrize("name", METRICS)
def test_confusion_metrics(name: str, n: int) -> None:
    rounds, metric = 300 if n == 50 else 600, METRICS[name]
    low, high = limits(Joint(metric=metric, counts=tables(ALIKE, n, rounds)), Z)
    assert (high < 0).mean() <= at_most(0.025 if n > 50 else 0.032, rounds), "an equal model is blocked too often"
    assert ((low <= 0) & (high >= 0)).mean() >= (0.93 if n == 50 else 0.94) - 0.02
    true = float(Joint(metric=metric, counts=WORSE[None]).difference(WORSE[None])[0])
    low, _ = limits(Joint(metric=metric, counts=tables(WORSE, n, rounds)), Z)
    assert (low >= true).mean() <= at_most(0.026, rounds), "a model worse by the margin passes too often"


@pytest.mark.parametrize("n", [50, 200, 1000])
def test_accuracy_and_recall(n: int) -> None:
    rounds = 4000
    drawn = np.random.default_rng(n).multinomial(n, [0.08, 0.08, 0.84], size=rounds).T
    low, high = tango.limits(drawn[0], drawn[1], n, Z)
    assert (high < 0).mean() <= at_most(0.029, rounds)
    drawn = np.random.default_rng(n).multinomial(n, [0.05, 0.10, 0.85], size=rounds).T
    low, _ = tango.limits(drawn[0], drawn[1], n, Z)
    assert (low >= -0.05 - 1e-12).mean() <= at_most(0.025, rounds)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision", "log_loss", "brier_score"])
def test_score_metrics(name: str) -> None:
    rounds, blocked, covered = 500, 0, 0
    for seed in range(rounds):
        candidate, baseline = binary(seed, 200)
        low, high = measure(name, None, Task.BINARY).difference(candidate, baseline).limits(0.025)
        blocked += high < 0
        covered += low <= 0 <= high
    assert blocked / rounds <= at_most(0.028, rounds)
    assert covered / rounds >= 0.94 - 0.02


@pytest.mark.parametrize(("name", "drop"), [("root_mean_squared_error", 0.1), ("mean_absolute_error", 0.1)])
def test_a_regression_worse_by_exactly_the_margin(name: str, drop: float) -> None:
    rounds, n, passed, blocked = 800, 200, 0, 0
    scale = 1.0 if name == "root_mean_squared_error" else math.sqrt(math.pi / 2)
    for seed in range(rounds):
        draw = np.random.default_rng(seed)
        labels, shared = draw.normal(size=n), draw.normal(size=n)
        known = truth(labels, task=Task.REGRESSION)
        own, other = (scale * (0.6 * shared + 0.8 * draw.normal(size=n)) for _ in range(2))
        baseline = side(known, labels + other)
        worse, alike = side(known, labels + (1 + drop) * own), side(known, labels + own)
        how = measure(name, None, Task.REGRESSION)
        passed += how.difference(worse, baseline).limits(0.025)[0] >= -drop
        blocked += how.difference(alike, baseline).limits(0.025)[1] < 0
    assert passed / rounds <= at_most(0.034, rounds)
    assert blocked / rounds <= at_most(0.025, rounds)


def test_clusters_do_not_block_an_equal_model() -> None:
    """Rows of a customer move together: ten alike rows are one piece of evidence."""
    rounds, clusters, size, blocked = 400, 40, 10, {"accuracy": 0, "log_loss": 0}
    for seed in range(rounds):
        draw = np.random.default_rng(seed)
        group = np.repeat(np.arange(clusters), size)
        labels = (draw.random(clusters) < 0.4).astype(int)[group]
        known = truth(labels, task=Task.BINARY, group=group)
        scores = [1 / (1 + np.exp(-(2 * labels - 1 + 1.5 * draw.normal(size=clusters)[group]))) for _ in range(2)]
        own, other = (side(known, s > 0.5, s) for s in scores)
        for name in blocked:
            blocked[name] += measure(name, None, Task.BINARY).difference(own, other).limits(0.025)[1] < 0
    assert all(count / rounds <= at_most(0.03, rounds) for count in blocked.values()), blocked
