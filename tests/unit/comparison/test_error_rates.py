"""Error rates and coverage over seeded simulated holdouts, with the true difference known by construction.

Compact: `benchmarks/statistics.py` has more rounds and situations. A limit is what a method with the promised rate
exceeds once in about 1,000 runs of that many rounds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.unit.comparison.rates import at_least, at_most, rates, simulated
from tests.unit.comparison.sides import binary, measure
from tests.unit.comparison.worlds import Classes, Numbers, Rows

from mlgate.core.comparison.intervals import tango
from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.comparison.intervals.table_score import Joint, limits
from mlgate.core.comparison.metrics.confusion import TableMetric
from mlgate.core.comparison.metrics.ratios import RATIOS
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


OF_NUMBERS = (
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2",
    "mean_pinball_loss",
    "median_absolute_error",
)
BELOW = (
    (Classes(candidate=1.5), ("accuracy", "recall", "roc_auc", "average_precision", "log_loss", "brier_score")),
    (Numbers(candidate=1.15, correlation=0.9), OF_NUMBERS),
)
EQUAL = ((Classes(), BELOW[0][1]), (Numbers(), OF_NUMBERS))


@pytest.mark.parametrize(("world", "metrics"), BELOW, ids=["classes", "numbers"])
def test_a_candidate_worse_by_exactly_the_margin_passes_rarely(world: Any, metrics: tuple[str, ...]) -> None:
    rounds = 300
    for metric, seen in simulated(world, Rows(n=200), metrics, rounds).items():
        found = rates(seen, world.difference(metric))
        assert found.passed <= at_most(0.035 if metric in ("average_precision", "log_loss") else 0.03, rounds), metric
        assert found.covered >= at_least(0.94, rounds), metric


@pytest.mark.parametrize(("world", "metrics"), BELOW, ids=["classes", "numbers"])
def test_a_relative_margin_is_kept_too(world: Any, metrics: tuple[str, ...]) -> None:
    rounds = 250
    contrasts = simulated(
        world,
        Rows(n=200),
        metrics,
        rounds,
        lambda metric, difference: difference.at_margin(world.relative(metric), relative=True),
    )
    for metric, seen in contrasts.items():
        found = rates(seen, 0.0)
        assert found.passed <= at_most(0.035, rounds), metric
        assert found.covered >= at_least(0.94, rounds), metric


@pytest.mark.parametrize(("world", "metrics"), EQUAL, ids=["classes", "numbers"])
def test_clusters_of_unequal_sizes_block_no_equal_model(world: Any, metrics: tuple[str, ...]) -> None:
    rounds = 250
    for metric, seen in simulated(world, Rows(n=200, size=5, shared=0.5), metrics, rounds).items():
        assert rates(seen, 0.0).blocked <= at_most(0.03, rounds), metric
