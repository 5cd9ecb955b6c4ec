"""`mlgate data drift`: one table and its reference, and nothing else asked of the child."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.data.drift.request import DriftRequest
from mlgate.core.data.request import ScanRequest
from mlgate.core.documents.data import DataDocument, TableResult
from mlgate.core.outcome import Outcome, worst
from mlgate.errors import InputError
from mlgate.shell.tables.files import one_file
from mlgate.shell.validation.references import with_profile
from mlgate.shell.validation.scanner import processors

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.data.request import ScanResult
    from mlgate.shell.validation.scanner import Scanner


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is compared; paths are relative to `cwd`."""

    cwd: Path
    reference: Path
    current: Path
    columns: tuple[str, ...] = ()
    threshold: float
    null_threshold: float
    exact: bool = True

    def measured(self, scanner: Scanner) -> DataDocument:
        """Return a document of the one table.

        Raises:
            InputError: One of the two cannot be read.
        """
        name = self.current.as_posix()
        with scanner, tempfile.TemporaryDirectory(prefix="mlgate-spill-") as spill:
            request = ScanRequest(
                source=one_file(self.cwd / self.current, name),
                drift=self._asked(),
                drift_alone=True,
                spill=str(spill),
                threads=processors(),
            )
            scanned, _ = scanner.scan(request)
        return _document(name, scanned)

    def _asked(self) -> DriftRequest:
        path, name = self.cwd / self.reference, self.reference.as_posix()
        request = DriftRequest(
            reference=name,
            columns=self.columns,
            threshold=self.threshold,
            null_threshold=self.null_threshold,
            exact=self.exact,
            show_values=True,
        )
        if path.suffix != ".json":
            return replace(request, source=one_file(path, name))
        try:
            return with_profile(request, path.read_bytes())
        except OSError as error:
            raise InputError(f"{name} cannot be read: {error.strerror}", remedy="Correct the path.") from None


def _document(name: str, scanned: ScanResult) -> DataDocument:
    drift = scanned.drift
    if drift is None:
        # The message of a file that is not there has a remedy of its own.
        said, _, remedy = scanned.findings[0].message.partition(". ")
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
