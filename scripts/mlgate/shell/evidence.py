"""The documents of a run as build-report finds them: present, absent, damaged, or written from another version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from mlgate.core.documents.base import BaseDocument
from mlgate.core.documents.comparison import ComparisonDocument
from mlgate.core.documents.data import DataDocument
from mlgate.core.documents.files import FILES
from mlgate.core.documents.report import ReportDocument
from mlgate.core.documents.shared import Document, Reason
from mlgate.core.documents.training import TrainingDocument
from mlgate.errors import MlgateError
from mlgate.shell.run_folder import STEP_OF

if TYPE_CHECKING:
    from mlgate.shell.run_folder import RunFolder

D = TypeVar("D", bound=Document)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the run folder holds.

    Attributes:
        base: `base.json`, if fetch-base wrote it.
        data: `data.json`, if it is there and sound; so are the next two.
        training: `training.json`.
        comparison: `comparison.json`.
        problems: What is wrong with the documents themselves; one that is only absent is no problem here.
    """

    base: BaseDocument | None
    data: DataDocument | None
    training: TrainingDocument | None
    comparison: ComparisonDocument | None
    problems: tuple[Reason, ...]


def gather(folder: RunFolder) -> Evidence:
    """Read every document before the report."""
    problems: list[Reason] = []
    found = Evidence(
        base=_find(folder, BaseDocument, problems),
        data=_find(folder, DataDocument, problems),
        training=_find(folder, TrainingDocument, problems),
        comparison=_find(folder, ComparisonDocument, problems),
        problems=(),
    )
    documents = (found.base, found.data, found.training, found.comparison)
    stale = [reason for document in documents if document for reason in _stale(folder, document)]
    return Evidence(
        base=found.base,
        data=found.data,
        training=found.training,
        comparison=found.comparison,
        problems=(*problems, *stale),
    )


def _find(folder: RunFolder, cls: type[D], problems: list[Reason]) -> D | None:
    try:
        return folder.find(cls)
    except MlgateError as error:
        problems.append(Reason(id=error.reason, message=error.message, step=STEP_OF[FILES[cls]]))
        return None


def _stale(folder: RunFolder, document: Document) -> list[Reason]:
    """Return the documents that this one was made from and that are not those in the folder now."""
    name = FILES[type(document)]
    earlier = [file for cls, file in FILES.items() if cls is not ReportDocument and file != name]
    return [
        Reason(
            id="document-stale",
            message=f"{name} was made from another {read} than the one in the run folder",
            step=STEP_OF[name],
        )
        for read, digest in sorted(document.reads.items())
        if read in earlier and digest != _digest(folder, read)
    ]


def _digest(folder: RunFolder, name: str) -> str | None:
    if name in folder.reads:
        return folder.reads[name]
    try:
        return hashlib.sha256((folder.path / name).read_bytes()).hexdigest()
    except OSError:
        return None
