"""The metrics that a rule can name: scikit-learn's scorer names without `neg_`; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlgate.core.config.model import Task

AVERAGES = ("binary", "macro", "micro", "weighted")
BINARY = frozenset({Task.BINARY})
MULTICLASS = frozenset({Task.MULTICLASS})
CLASSIFICATION = BINARY | MULTICLASS
REGRESSION = frozenset({Task.REGRESSION})


class Needs(StrEnum):
    """Which columns of a predictions file a metric is computed from."""

    PREDICTION = "prediction"
    SCORE = "score"
    OWN = "own"  # the number of each row that a user's metric is the mean of


class Parameter(StrEnum):
    """The key that a rule must have beside a metric's name."""

    BETA = "beta"
    ALPHA = "alpha"
    BY = "by"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What a metric is, apart from its formula.

    Attributes:
        tasks: What the label may be.
        greater_is_better: Whether a higher value is better.
        needs: The class or number predicted (`prediction`), or probabilities (`score`, `score_<class>`).
        averages: What a rule may say as `average`; none for a metric without averages.
        parameter: The key that a rule needs beside the name.
        probabilities: Whether its scores must be probabilities, and not only rank the rows.
        summary: Whether a comparison shows it though no rule names it.
        instead: For a metric that is shown and never judged by: the one to name in a rule.
    """

    tasks: frozenset[Task]
    greater_is_better: bool
    needs: Needs
    averages: tuple[str, ...] = ()
    parameter: Parameter | None = None
    probabilities: bool = False
    summary: bool = False
    instead: str | None = None


def _labels(*, averages: tuple[str, ...] = (), parameter: Parameter | None = None, summary: bool = False) -> Metric:
    return Metric(
        tasks=CLASSIFICATION,
        greater_is_better=True,
        needs=Needs.PREDICTION,
        averages=averages,
        parameter=parameter,
        summary=summary,
    )


def _ranks() -> Metric:
    averages = ("macro", "micro", "weighted")
    return Metric(tasks=CLASSIFICATION, greater_is_better=True, needs=Needs.SCORE, averages=averages, summary=True)


def _probabilities(*, summary: bool = False, instead: str | None = None) -> Metric:
    return Metric(
        tasks=CLASSIFICATION,
        greater_is_better=False,
        needs=Needs.SCORE,
        probabilities=True,
        summary=summary,
        instead=instead,
    )


def _numbers(*, greater: bool = False, parameter: Parameter | None = None, summary: bool = False) -> Metric:
    return Metric(
        tasks=REGRESSION, greater_is_better=greater, needs=Needs.PREDICTION, parameter=parameter, summary=summary
    )


def _fairness() -> Metric:
    return Metric(tasks=BINARY, greater_is_better=False, needs=Needs.PREDICTION, parameter=Parameter.BY)


METRICS: dict[str, Metric] = {
    "accuracy": _labels(summary=True),
    "balanced_accuracy": _labels(summary=True),
    "precision": _labels(averages=AVERAGES, summary=True),
    "recall": _labels(averages=AVERAGES, summary=True),
    "specificity": _labels(averages=AVERAGES),
    "f1": _labels(averages=AVERAGES, summary=True),
    "fbeta": _labels(averages=AVERAGES, parameter=Parameter.BETA),
    "jaccard": _labels(averages=AVERAGES),
    "matthews_corrcoef": _labels(),
    "cohen_kappa": _labels(),
    "top_k_accuracy": Metric(tasks=MULTICLASS, greater_is_better=True, needs=Needs.SCORE),
    "roc_auc": _ranks(),
    "average_precision": _ranks(),
    "log_loss": _probabilities(summary=True),
    "brier_score": _probabilities(summary=True),
    "calibration_error": _probabilities(),
    "expected_calibration_error": _probabilities(instead="calibration_error"),
    "mean_absolute_error": _numbers(summary=True),
    "mean_squared_error": _numbers(summary=True),
    "root_mean_squared_error": _numbers(summary=True),
    "mean_squared_log_error": _numbers(),
    "root_mean_squared_log_error": _numbers(),
    "median_absolute_error": _numbers(),
    "mean_absolute_percentage_error": _numbers(),
    "mean_pinball_loss": _numbers(parameter=Parameter.ALPHA),
    "r2": _numbers(greater=True, summary=True),
    "explained_variance": _numbers(greater=True),
    "demographic_parity_difference": _fairness(),
    "equal_opportunity_difference": _fairness(),
    "equalized_odds_difference": _fairness(),
}

# Names that people know a metric by, where scikit-learn's scorer (or Fairlearn's function) is called otherwise.
ALSO_KNOWN = {
    "auc": "roc_auc",
    "auroc": "roc_auc",
    "rocauc": "roc_auc",
    "roc_auc_ovr": "roc_auc",
    "roc_auc_score": "roc_auc",
    "ap": "average_precision",
    "auprc": "average_precision",
    "pr_auc": "average_precision",
    "logloss": "log_loss",
    "cross_entropy": "log_loss",
    "brier": "brier_score",
    "brier_score_loss": "brier_score",
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "msle": "mean_squared_log_error",
    "rmsle": "root_mean_squared_log_error",
    "mape": "mean_absolute_percentage_error",
    "medae": "median_absolute_error",
    "pinball": "mean_pinball_loss",
    "pinball_loss": "mean_pinball_loss",
    "quantile_loss": "mean_pinball_loss",
    "r2_score": "r2",
    "explained_variance_score": "explained_variance",
    "f1_score": "f1",
    "f2": "fbeta",
    "f_beta": "fbeta",
    "fbeta_score": "fbeta",
    "accuracy_score": "accuracy",
    "balanced_accuracy_score": "balanced_accuracy",
    "precision_score": "precision",
    "recall_score": "recall",
    "sensitivity": "recall",
    "true_positive_rate": "recall",
    "tpr": "recall",
    "true_negative_rate": "specificity",
    "tnr": "specificity",
    "jaccard_score": "jaccard",
    "iou": "jaccard",
    "mcc": "matthews_corrcoef",
    "matthews": "matthews_corrcoef",
    "kappa": "cohen_kappa",
    "cohen_kappa_score": "cohen_kappa",
    "top_k": "top_k_accuracy",
    "ece": "expected_calibration_error",
    "squared_calibration_error": "calibration_error",
    "demographic_parity": "demographic_parity_difference",
    "statistical_parity_difference": "demographic_parity_difference",
    "equal_opportunity": "equal_opportunity_difference",
    "equalized_odds": "equalized_odds_difference",
    "equalised_odds_difference": "equalized_odds_difference",
}
