"""The verdict that a promotion found, wherever it came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlgate.core.documents.promotion import Origin

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.registry.log.record import Run
    from mlgate.core.registry.promotion.decision import Absence


@dataclass(frozen=True, kw_only=True)
class Found:
    """The verdict, or why there is none.

    Attributes:
        origin: Where it came from.
        report: The verdict.
        data: The report's bytes.
        absence: Why there is none.
        files: Files beside it whose bytes are those that the report names, by digest.
        dirty: What differed from the commit when it was judged, where that is known.
        run: The run that judged.
        pull_request: Its number.
    """

    origin: Origin = Origin.CI
    report: ReportDocument | None = None
    data: bytes = b""
    absence: Absence | None = None
    files: dict[str, Path] = field(default_factory=dict)
    dirty: tuple[str, ...] = ()
    run: Run | None = None
    pull_request: int | None = None

    @property
    def report_digest(self) -> str | None:
        """Return the sha256 of the report."""
        return hashlib.sha256(self.data).hexdigest() if self.report else None
