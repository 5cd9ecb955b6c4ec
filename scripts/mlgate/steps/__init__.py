"""One module per action. Each has `Inputs`, its options, and `run(inputs, world) -> Result`: read, decide, write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlgate.shell.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.annotation import Annotation
    from mlgate.core.documents.shared import Document
    from mlgate.core.gate.enforcement import Verdict
    from mlgate.errors import MlgateError


__all__ = ["Result", "World"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a step hands back to `main`.

    Attributes:
        text: For people, on standard output.
        status: The exit status.
        document: What `--json` prints: the step's document, or the part of it that matters here.
        outputs: The action's outputs, by kebab-case name.
        annotations: Worst first.
        summary: Markdown for the job summary.
        error: An error that was recorded in the document; `main` prints it, `status` says whether it ends the job.
    """

    text: str = ""
    status: int = 0
    document: Document | Verdict | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    summary: str = ""
    error: MlgateError | None = None
