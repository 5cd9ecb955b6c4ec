"""`mlgate data drift`: one table and its reference, and nothing else asked of the child."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.data.drift.request import DriftRequest
from mlgate.core.data.request import ScanRequest
from mlgate.core.documents.data import DataDocument, TableResult
from mlgate.core.outcome import Outcome, worst
from mlgate.errors import InputError
from mlgate.shell.validation.references import with_profile
from mlgate.shell.validation.scanner import processors, said_and_remedy

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.data.request import ScanResult
    from mlgate.core.data.source import TableSource
    from mlgate.shell.validation.scanner import Scanner


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is compared.

    Attributes:
        reference: A table, or a profile that ends with `.json`, as somebody names it.
        current: A table, the same.
        cwd: What the profile's path is relative to.
        table: Finds a table by its name; what is remote goes into the folder that it is given.
        columns: Which are compared; none named means all.
        redact: Columns whose values are not shown.
        threshold: Of the effect.
        null_threshold: Of the change of the null rate.
        exact: Whether distances are those of the values.
    """

    reference: str
    current: str
    cwd: Path
    table: Callable[[str, Path], TableSource]
    columns: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()
    threshold: float
    null_threshold: float
    exact: bool = True

    def measured(self, scanner: Scanner) -> DataDocument:
        """Return a document of the one table.

        Raises:
            InputError: One of the two cannot be read.
        """
        with tempfile.TemporaryDirectory(prefix="mlgate-spill-") as spill:
            downloads = Path(spill) / "downloads"
            request = ScanRequest(
                source=self.table(self.current, downloads / "current"),
                drift=self._asked(downloads / "reference"),
                drift_alone=True,
                redact=self.redact,
                spill=spill,
                threads=processors(),
            )
            scanned, _ = scanner.scan(request)
        return _document(self.current, scanned)

    def _asked(self, downloads: Path) -> DriftRequest:
        request = DriftRequest(
            reference=self.reference,
            columns=self.columns,
            threshold=self.threshold,
            null_threshold=self.null_threshold,
            exact=self.exact,
            show_values=True,
        )
        if not self.reference.endswith(".json"):
            return replace(request, source=self.table(self.reference, downloads))
        try:
            return with_profile(request, (self.cwd / self.reference).read_bytes())
        except OSError as error:
            message = f"{self.reference} cannot be read: {error.strerror}"
            raise InputError(message, remedy="Correct the path.") from None


def _document(name: str, scanned: ScanResult) -> DataDocument:
    drift = scanned.drift
    if drift is None:
        said, remedy = said_and_remedy(scanned)
        raise InputError(f"{name}: {said}", remedy=remedy or "Correct the file that it names, or the path.")
    if drift.reason:
        raise InputError(drift.reason, remedy="Correct the file or the column that it names.")
    outcome = worst(Outcome(finding.severity.value) for finding in scanned.findings)
    table = TableResult(
        name=name,
        path=name,
        rows=drift.rows,
        outcome=outcome,
        values_shown=True,
        findings=scanned.findings,
        drift=drift,
    )
    return DataDocument(outcome=outcome, tables=(table,))
