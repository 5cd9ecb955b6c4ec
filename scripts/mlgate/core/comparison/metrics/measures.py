"""Which measure computes which metric."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics import losses
from mlgate.core.comparison.metrics.agreement import Kappa, Matthews
from mlgate.core.comparison.metrics.calibration_measures import OfCalibration
from mlgate.core.comparison.metrics.confusion import TableMetric
from mlgate.core.comparison.metrics.fairness import AMONG, of_groups
from mlgate.core.comparison.metrics.label_measures import OfTable, Share
from mlgate.core.comparison.metrics.mean_measures import Determination, OfMeans, RootOfMeans
from mlgate.core.comparison.metrics.quantile_measures import MedianOfRows
from mlgate.core.comparison.metrics.rank_measures import OfRanks
from mlgate.core.comparison.metrics.ratios import RATIOS, Ratio, fbeta
from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from mlgate.core.comparison.metrics.asked import Asked
    from mlgate.core.comparison.metrics.margins import TableScore
    from mlgate.core.comparison.metrics.protocols import Measure

TOP = 2  # classes that count for top-k accuracy, as scikit-learn's scorer has it

WITHOUT_PARAMETERS: dict[str, Measure] = {
    "accuracy": Share(),
    "top_k_accuracy": Share(right=lambda side: side.within_top(TOP), least=TOP + 1),
    "matthews_corrcoef": OfTable(score=lambda _: Matthews()),
    "cohen_kappa": OfTable(score=lambda _: Kappa()),
    "log_loss": OfMeans(rows=lambda side: side.log_losses),
    "brier_score": OfMeans(rows=lambda side: side.brier_losses, squares=True),
    "calibration_error": OfCalibration(),
    "mean_absolute_error": OfMeans(rows=lambda side: side.distances),
    "mean_squared_error": OfMeans(rows=lambda side: side.squares, squares=True),
    "root_mean_squared_error": RootOfMeans(squares=lambda side: side.squares),
    "mean_squared_log_error": OfMeans(rows=losses.logarithmic, squares=True, undefined=losses.no_logarithm),
    "root_mean_squared_log_error": RootOfMeans(squares=losses.logarithmic, undefined=losses.no_logarithm),
    "median_absolute_error": MedianOfRows(rows=lambda side: side.distances),
    "mean_absolute_percentage_error": OfMeans(rows=losses.relative, undefined=losses.no_share),
    "r2": Determination(squares=lambda side: side.squares),
    "explained_variance": Determination(squares=losses.centred_squares),
}


def measure_of(asked: Asked, task: Task) -> Measure:
    """Return the measure of what is asked for; the metric is one that `names.METRICS` lists for `task`, or an own."""
    metric = asked.metric
    if asked.own is not None:
        return OfMeans(rows=losses.own(metric), greater=asked.own.greater_is_better, undefined=_always)
    if metric in WITHOUT_PARAMETERS:
        return WITHOUT_PARAMETERS[metric]
    if metric in ("roc_auc", "average_precision"):
        return OfRanks(auc=metric == "roc_auc", average=asked.average or "macro")
    if metric in AMONG:
        return of_groups(metric, asked.by or "")
    if metric == "mean_pinball_loss":
        return OfMeans(rows=losses.pinball(0.5 if asked.alpha is None else asked.alpha))
    return _of_labels(asked, task)


def _always(_: object) -> None:
    """Return nothing: a mean of numbers that are there has a value."""


def _of_labels(asked: Asked, task: Task) -> Measure:
    """Return a metric of the confusion table, or the share of rows that it comes to."""
    metric, average = asked.metric, asked.average or ("binary" if task is Task.BINARY else "macro")
    if metric == "balanced_accuracy":
        metric, average = "recall", "macro"
    if average == "micro" and metric in ("precision", "recall", "f1", "fbeta"):
        return Share()
    if (metric, average) == ("recall", "weighted"):
        return Share()
    if metric in ("recall", "specificity") and average == "binary":
        return Share(of_positive=metric == "recall")
    ratio = fbeta(1.0 if asked.beta is None else asked.beta) if metric == "fbeta" else RATIOS[metric]
    return OfTable(score=partial(_table_metric, ratio, average))


def _table_metric(ratio: Ratio, average: str, positive: int) -> TableScore:
    return TableMetric(ratio=ratio, average=average, positive=positive)
