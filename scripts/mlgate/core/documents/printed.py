"""The documents that commands print by `--json`, and that lie in no run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents.explanation import ExplanationDocument
from mlgate.core.documents.plan import PlanDocument
from mlgate.core.documents.registry import RegistryDocument

if TYPE_CHECKING:
    from mlgate.core.documents.shared import Document

PRINTED: dict[type[Document], str] = {
    RegistryDocument: "registry.json",
    PlanDocument: "plan.json",
    ExplanationDocument: "explanation.json",
}
