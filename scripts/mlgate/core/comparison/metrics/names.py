"""The metrics that a rule can name: scikit-learn's scorer names without `neg_`; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlgate.core.config.model import Task

AVERAGES = ("binary", "macro", "micro", "weighted")
CLASSIFICATION = frozenset({Task.BINARY, Task.MULTICLASS})
REGRESSION = frozenset({Task.REGRESSION})


class Needs(StrEnum):
    """Which columns of a predictions file a metric is computed from."""

    PREDICTION = "prediction"
    SCORE = "score"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What a metric is, apart from its formula.

    Attributes:
        tasks: What the label may be.
        greater_is_better: Whether a higher value is better.
        needs: The class or number predicted (`prediction`), or probabilities (`score`, `score_<class>`).
        averaged: Whether a rule may say `average`.
        proportion: Whether its values lie in [0, 1] and 1 is best.
    """

    tasks: frozenset[Task]
    greater_is_better: bool
    needs: Needs
    averaged: bool = False
    proportion: bool = False


def _labels(*, averaged: bool = False) -> Metric:
    return Metric(
        tasks=CLASSIFICATION, greater_is_better=True, needs=Needs.PREDICTION, averaged=averaged, proportion=True
    )


def _ranking(tasks: frozenset[Task]) -> Metric:
    return Metric(tasks=tasks, greater_is_better=True, needs=Needs.SCORE, proportion=True)


def _loss(tasks: frozenset[Task], needs: Needs) -> Metric:
    return Metric(tasks=tasks, greater_is_better=False, needs=needs)


METRICS: dict[str, Metric] = {
    "accuracy": _labels(),
    "balanced_accuracy": _labels(),
    "precision": _labels(averaged=True),
    "recall": _labels(averaged=True),
    "f1": _labels(averaged=True),
    "roc_auc": _ranking(CLASSIFICATION),
    "average_precision": _ranking(frozenset({Task.BINARY})),
    "log_loss": _loss(CLASSIFICATION, Needs.SCORE),
    "brier_score": _loss(CLASSIFICATION, Needs.SCORE),
    "mean_absolute_error": _loss(REGRESSION, Needs.PREDICTION),
    "mean_squared_error": _loss(REGRESSION, Needs.PREDICTION),
    "root_mean_squared_error": _loss(REGRESSION, Needs.PREDICTION),
    "r2": Metric(tasks=REGRESSION, greater_is_better=True, needs=Needs.PREDICTION),
}
