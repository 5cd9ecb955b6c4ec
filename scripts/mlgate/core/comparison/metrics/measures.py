"""Which measure computes which metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.asked import Asked
from mlgate.core.comparison.metrics.label_measures import Accuracy, ClassRecall, OfTable
from mlgate.core.comparison.metrics.mean_measures import Determination, OfMeans, RootOfMeans
from mlgate.core.comparison.metrics.rank_measures import OfRanks
from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from mlgate.core.comparison.metrics.protocols import Measure

SCORED: dict[str, Measure] = {
    "roc_auc": OfRanks(auc=True),
    "average_precision": OfRanks(auc=False),
    "log_loss": OfMeans(loss=lambda side: side.log_losses),
    "brier_score": OfMeans(loss=lambda side: side.brier_losses),
    "mean_absolute_error": OfMeans(loss=lambda side: side.distances),
    "mean_squared_error": OfMeans(loss=lambda side: side.squares),
    "root_mean_squared_error": RootOfMeans(),
    "r2": Determination(),
}


def measure(metric: str, average: str | None, task: Task) -> Measure:
    """Return the measure of a metric without other parameters."""
    return measure_of(Asked(metric=metric, average=average), task)


def measure_of(asked: Asked, task: Task) -> Measure:
    """Return the measure of what is asked for; the metric is one that `names.METRICS` lists for `task`, or an own."""
    metric = asked.metric
    if metric in SCORED:
        return SCORED[metric]
    average = asked.average or ("binary" if task is Task.BINARY else "macro")
    if metric == "accuracy" or average == "micro" or (metric, average) == ("recall", "weighted"):
        return Accuracy()
    if metric == "recall" and average == "binary":
        return ClassRecall()
    return OfTable(ratio=metric, average="macro" if metric == "balanced_accuracy" else average)
