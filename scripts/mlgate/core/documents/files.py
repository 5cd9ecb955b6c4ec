"""Which file of the run folder each document is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents.base import BaseDocument
from mlgate.core.documents.comparison import ComparisonDocument
from mlgate.core.documents.data import DataDocument
from mlgate.core.documents.promotion import PromotionDocument
from mlgate.core.documents.report import ReportDocument
from mlgate.core.documents.training import TrainingDocument

if TYPE_CHECKING:
    from mlgate.core.documents.shared import Document

FILES: dict[type[Document], str] = {
    document: document.file_name()
    for document in (
        BaseDocument,
        DataDocument,
        TrainingDocument,
        ComparisonDocument,
        ReportDocument,
        PromotionDocument,
    )
}
