"""Sample documents for tests: each factory gives a sound document of a binary task; keywords replace fields.

report = a_report(comparison=a_comparison(rules=(a_rule(outcome=Outcome.FAIL),)))
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mlgate.core.config.model import BaselineKind, Severity, Task
from mlgate.core.documents.base import BaseDocument, PolicySource
from mlgate.core.documents.comparison import (
    BaselineResult,
    ComparisonDocument,
    Confusion,
    Curve,
    Flips,
    Holdout,
    MetricDifference,
    RuleResult,
)
from mlgate.core.documents.data import Column, DataDocument, DataFinding, FindingRow, TableResult
from mlgate.core.documents.diff import ChangedCell, ColumnDiff, ColumnSummary, DiffBy, TableDiff
from mlgate.core.documents.drift import ColumnDrift, DriftBin, DriftKind, DriftMeasure, TableDrift
from mlgate.core.documents.report import PolicyReport, Provenance, ReportDocument, StepStatus
from mlgate.core.documents.shared import Failure, Reason
from mlgate.core.documents.training import Artifact, Environment, TrainingDocument, TrainingSource
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from mlgate.core.documents.shared import Document

SAMPLES = 41


def digest(character: str) -> str:
    """Return a string that looks like a sha256."""
    return character * 64


def a_failure(**fields: Any) -> Failure:
    return Failure(
        **{
            "reason": "step-failed",
            "message": "the step stopped",
            "remedy": "Follow the remedy.",
            "status": 5,
            **fields,
        }
    )


def a_base(**fields: Any) -> BaseDocument:
    """Return a `base.json` of a pull request that is judged by its base."""
    return BaseDocument(
        **{
            "event": "pull_request",
            "pull_request": 17,
            "commit": "c" * 40,
            "tree": "7" * 40,
            "head": "d" * 40,
            "base": "b" * 40,
            "base_source": "merge-commit",
            "merge_base": "b" * 40,
            "policy": PolicySource.BASE,
            "config_digest": digest("1"),
            "base_config_digest": digest("1"),
            "inputs_digest": digest("2"),
            "base_inputs_digest": digest("3"),
            **fields,
        }
    )


def a_finding(**fields: Any) -> DataFinding:
    return DataFinding(
        **{
            "check": "/row/properties/carrier/enum",
            "column": "carrier",
            "severity": Severity.FAIL,
            "count": 3,
            "rows": (
                FindingRow(row=40, line=42, value="XX"),
                FindingRow(row=99, line=101, value="??"),
                FindingRow(row=1040, line=1042, value=""),
            ),
            "message": "3 values are not one of AA, B6, DL, UA",
            **fields,
        }
    )


def a_table(**fields: Any) -> TableResult:
    return TableResult(
        **{
            "name": "train",
            "path": "data/train.csv",
            "digest": digest("4"),
            "rows": 12_000,
            "outcome": Outcome.PASS,
            "contract": "contracts/flights.yml",
            "contract_digests": {"new": digest("5"), "old": digest("5")},
            "columns": (Column(name="flight_id", type="string"), Column(name="carrier", type="string", nulls=2)),
            "checks": 33,
            "values_shown": True,
            **fields,
        }
    )


def a_column_diff(**fields: Any) -> ColumnDiff:
    """Return a column that moved in every way."""
    return ColumnDiff(
        **{
            "name": "dep_delay",
            "changed": 12,
            "examples": (ChangedCell(key=("20130101-AA1",), before="12", after="13"),),
            "before": ColumnSummary(nulls=252, distinct=300, mean=12.1, deviation=40.0, quantiles={"0.5": -2.0}),
            "after": ColumnSummary(nulls=317, distinct=900, mean=14.6, deviation=41.0, quantiles={"0.5": 4.0}),
            "new_categories": ("ZZ",),
            "new_categories_count": 1,
            **fields,
        }
    )


def a_diff(**fields: Any) -> TableDiff:
    """Return the difference of a table whose rows were added, removed and changed."""
    return TableDiff(
        **{
            "by": DiffBy.KEY,
            "key": ("flight_id",),
            "rows_before": 12_000,
            "rows_after": 13_197,
            "added": 1_200,
            "removed": 3,
            "changed": 17,
            "unchanged": 11_980,
            "columns": (a_column_diff(),),
            **fields,
        }
    )


def a_column_drift(**fields: Any) -> ColumnDrift:
    """Return a column that drifted past its threshold."""
    return ColumnDrift(
        **{
            "column": "dep_delay",
            "kind": DriftKind.NUMBER,
            "n": 12_000,
            "m": 4_000,
            "effect": DriftMeasure(name="psi", value=0.31, low=0.25, high=0.37),
            "nulls": DriftMeasure(name="null-rate", value=0.02, low=0.01, high=0.03),
            "bins": (
                DriftBin(label="1", reference=0.5, current=0.2),
                DriftBin(label="2", reference=0.5, current=0.8),
            ),
            "alarms": ("values",),
            **fields,
        }
    )


def a_drift(**fields: Any) -> TableDrift:
    """Return the drift of a table from `train`."""
    return TableDrift(
        **{
            "reference": "train",
            "is_profile": False,
            "reference_rows": 12_000,
            "rows": 4_000,
            "threshold": 0.1,
            "null_threshold": 0.05,
            "columns": (a_column_drift(), a_column_drift(column="origin", alarms=(), bins=(), reason="constant")),
            **fields,
        }
    )


def a_data(**fields: Any) -> DataDocument:
    """Return a `data.json` with two clean tables."""
    tables = (a_table(), a_table(name="holdout", path="data/holdout.csv", digest=digest("6"), rows=4_000))
    return DataDocument(**{"tables": tables, **fields})


def a_broken_data(**fields: Any) -> DataDocument:
    """Return a `data.json` with one broken table."""
    table = a_table(outcome=Outcome.FAIL, findings=(a_finding(),))
    reason = Reason(id="contract-broken", message="data/train.csv: 1 check fails", step="validate-data")
    return a_data(**{"outcome": Outcome.FAIL, "tables": (table,), "reasons": (reason,), **fields})


def a_training(**fields: Any) -> TrainingDocument:
    """Return a `training.json` of a command that ended well."""
    return TrainingDocument(
        **{
            "source": TrainingSource.RUN,
            "command": "python train.py",
            "exit_status": 0,
            "duration_seconds": 83.4,
            "peak_memory_bytes": 412_000_000,
            "environment": Environment(
                python="3.12.4", platform="Linux 6.8 x86_64", packages={"numpy": "2.1.0", "scikit-learn": "1.6.0"}
            ),
            "commit": "c" * 40,
            "tree": "7" * 40,
            "artifacts": (
                Artifact(name="model", path="model.skops", digest=digest("8"), size=1_250_000),
                Artifact(name="predictions", path="predictions.parquet", digest=digest("9"), size=64_000),
            ),
            **fields,
        }
    )


def a_rule(**fields: Any) -> RuleResult:
    """Return a rule against `promoted` that passes."""
    return RuleResult(
        **{
            "id": "roc_auc vs promoted",
            "metric": "roc_auc",
            "against": "promoted",
            "n": 4_000,
            "baseline": 0.7521,
            "candidate": 0.7584,
            "difference": 0.0063,
            "interval": (0.0011, 0.0115),
            "margin": 0.005,
            "outcome": Outcome.PASS,
            "message": "roc_auc is 0.0063 higher than promoted (95 % interval +0.0011 to +0.0115)",
            "method": "delong",
            "p_value": 0.9912,
            "standard_error": 0.00265,
            "detectable_drop": 0.0074,
            **fields,
        }
    )


def a_floor(**fields: Any) -> RuleResult:
    """Return a floor that holds."""
    return a_rule(
        **{
            "id": "recall >= 0.6",
            "metric": "recall",
            "against": None,
            "baseline": None,
            "candidate": 0.641,
            "difference": None,
            "interval": (0.611, 0.670),
            "margin": None,
            "at_least": 0.6,
            "message": "recall is 0.641, at least 0.6",
            "method": "clopper-pearson",
            "p_value": None,
            **fields,
        }
    )


def an_inconclusive_rule(**fields: Any) -> RuleResult:
    """Return a rule for which the holdout is too small."""
    return a_rule(
        **{
            "id": "log_loss vs promoted",
            "metric": "log_loss",
            "baseline": 0.4312,
            "candidate": 0.4335,
            "difference": -0.0023,
            "interval": (-0.0119, 0.0073),
            "outcome": Outcome.INCONCLUSIVE,
            "reasons": ("holdout-too-small",),
            "message": "the interval is wider than the margin",
            "method": "delta",
            "detectable_drop": 0.0137,
            "rows_needed": 31_500,
            **fields,
        }
    )


def a_failing_rule(**fields: Any) -> RuleResult:
    """Return a rule that shows a real drop."""
    return a_rule(
        **{
            "baseline": 0.7521,
            "candidate": 0.7183,
            "difference": -0.0338,
            "interval": (-0.0412, -0.0264),
            "outcome": Outcome.FAIL,
            "reasons": ("worse-than-margin",),
            "message": "roc_auc is 0.0338 lower than promoted (95 % interval -0.0412 to -0.0264)",
            "p_value": 0.0,
            **fields,
        }
    )


def a_holdout(**fields: Any) -> Holdout:
    return Holdout(
        **{
            "path": "data/holdout.csv",
            "rows": 4_000,
            "digest": digest("6"),
            "identity": digest("a"),
            "base_identity": digest("a"),
            "classes": ("0", "1"),
            "class_counts": (3_080, 920),
            **fields,
        }
    )


def curves(side: str, power: float) -> tuple[Curve, ...]:
    """Return an ROC and a precision-recall curve of a model as good as `power` is small."""
    x = tuple(i / (SAMPLES - 1) for i in range(SAMPLES))
    return (
        Curve(side=side, kind="roc", x=x, y=tuple(round(v**power, 6) for v in x)),
        Curve(side=side, kind="precision-recall", x=x, y=tuple(round(1 - 0.77 * v ** (1 / power), 6) for v in x)),
    )


def residuals(side: str, scale: float) -> Curve:
    x = tuple(float(i) for i in range(SAMPLES))
    return Curve(side=side, kind="residuals", x=x, y=tuple(round(scale * math.sin(1.7 * v), 6) for v in x))


def a_comparison(**fields: Any) -> ComparisonDocument:
    """Return a `comparison.json` of a binary task with one baseline and two passing rules."""
    return ComparisonDocument(
        **{
            "task": Task.BINARY,
            "holdout": a_holdout(),
            "candidate_digest": digest("9"),
            "baselines": (
                BaselineResult(name="promoted", kind=BaselineKind.PREDICTIONS, available=True, digest=digest("e")),
            ),
            "rules": (a_rule(), a_floor()),
            "metrics": (
                MetricDifference(
                    metric="roc_auc",
                    against="promoted",
                    baseline=0.7521,
                    candidate=0.7584,
                    difference=0.0063,
                    interval=(0.0011, 0.0115),
                ),
                MetricDifference(
                    metric="log_loss",
                    against="promoted",
                    baseline=0.4312,
                    candidate=0.4335,
                    difference=-0.0023,
                    interval=(-0.0119, 0.0073),
                ),
                MetricDifference(
                    metric="accuracy",
                    against="promoted",
                    baseline=0.812,
                    candidate=0.8165,
                    difference=0.0045,
                    interval=(-0.0021, 0.0111),
                ),
            ),
            "flips": (Flips(against="promoted", newly_right=91, newly_wrong=73, agreement=0.959),),
            "curves": curves("candidate", 0.38) + curves("promoted", 0.41),
            "confusions": (
                Confusion(side="candidate", classes=("0", "1"), counts=((2_677, 403), (331, 589))),
                Confusion(side="promoted", classes=("0", "1"), counts=((2_670, 410), (342, 578))),
            ),
            "power": 0.81,
            **fields,
        }
    )


def a_provenance(**fields: Any) -> Provenance:
    return Provenance(
        **{
            "commit": "c" * 40,
            "head": "d" * 40,
            "tree": "7" * 40,
            "base": "b" * 40,
            "inputs_digest": digest("2"),
            "config_digest": digest("1"),
            "contract_digests": {"contracts/flights.yml (new)": digest("5")},
            "data_digests": {"train": digest("4"), "holdout": digest("6")},
            "holdout_digest": digest("a"),
            "model_digest": digest("8"),
            "predictions_digest": digest("9"),
            **fields,
        }
    )


def a_report(**fields: Any) -> ReportDocument:
    """Return a passing `report.json`; `rules` follow the comparison unless given."""
    comparison = fields.get("comparison", a_comparison())
    return ReportDocument(
        **{
            "outcome": Outcome.PASS,
            "blocks": False,
            "status": 0,
            "model": "flight-delays",
            "event": "pull_request",
            "pull_request": 17,
            "steps": (
                StepStatus(step="validate-data", outcome=Outcome.PASS, message="2 tables, 66 checks"),
                StepStatus(step="train-model", outcome=Outcome.PASS, message="trained in 83 s"),
                StepStatus(step="compare-models", outcome=Outcome.PASS, message="2 rules"),
            ),
            "policy": PolicyReport(source=PolicySource.BASE),
            "data": a_data(),
            "training": a_training(),
            "comparison": comparison,
            "rules": comparison.rules if comparison else (),
            "provenance": a_provenance(),
            **fields,
        }
    )


def a_failing_report(**fields: Any) -> ReportDocument:
    """Return a report whose candidate is worse."""
    comparison = a_comparison(outcome=Outcome.FAIL, rules=(a_failing_rule(), a_floor()))
    reason = Reason(
        id="worse-than-margin", message=f"roc_auc vs promoted: {comparison.rules[0].message}", step="compare-models"
    )
    failing = {"outcome": Outcome.FAIL, "blocks": True, "status": 3, "reasons": (reason,), "comparison": comparison}
    return a_report(**{**failing, **fields})


ALL: tuple[Document, ...] = (a_base(), a_data(), a_training(), a_comparison(), a_report())
