"""The documents of a run folder: what each step writes and the next ones read.

One frozen class a document. `core.codec` writes and reads them; `schemas/` is generated from them (`make schemas`), so
the attribute descriptions here are the reference. Machine JSON is snake_case. A field, once released, keeps its name.

Shared by all: `schema` names the shape and its version, `mlgate` the version that wrote it, `reads` holds the sha256 of
every document that the step read, `error` says why the step could not finish.
"""

from __future__ import annotations

from mlgate.core.documents.base import BaseDocument, PolicySource, RegistrySeen, RegistryState
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
from mlgate.core.documents.data import Column, ContractSide, DataDocument, DataFinding, FindingRow, TableResult
from mlgate.core.documents.diff import (
    ChangedCell,
    ColumnDiff,
    ColumnSummary,
    DiffBy,
    DiffState,
    RetypedColumn,
    SchemaDiff,
    TableDiff,
)
from mlgate.core.documents.promotion import Origin, PromotionDocument
from mlgate.core.documents.report import PolicyReport, Provenance, ReportDocument, StepStatus
from mlgate.core.documents.shared import Document, Failure, Reason
from mlgate.core.documents.training import Artifact, Environment, TrainingDocument, TrainingSource

FILES: dict[type[Document], str] = {
    BaseDocument: "base.json",
    DataDocument: "data.json",
    TrainingDocument: "training.json",
    ComparisonDocument: "comparison.json",
    ReportDocument: "report.json",
    PromotionDocument: "promotion.json",
}

__all__ = [
    "FILES",
    "Artifact",
    "BaseDocument",
    "BaselineResult",
    "ChangedCell",
    "Column",
    "ColumnDiff",
    "ColumnSummary",
    "ComparisonDocument",
    "Confusion",
    "ContractSide",
    "Curve",
    "DataDocument",
    "DataFinding",
    "DiffBy",
    "DiffState",
    "Document",
    "Environment",
    "Failure",
    "FindingRow",
    "Flips",
    "Holdout",
    "MetricDifference",
    "Origin",
    "PolicyReport",
    "PolicySource",
    "PromotionDocument",
    "Provenance",
    "Reason",
    "RegistrySeen",
    "RegistryState",
    "ReportDocument",
    "RetypedColumn",
    "RuleResult",
    "SchemaDiff",
    "StepStatus",
    "TableDiff",
    "TableResult",
    "TrainingDocument",
    "TrainingSource",
]
