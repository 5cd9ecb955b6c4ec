"""`report.json` as the steps after the verdict read it: possibly written by an untrusted run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents import ReportDocument
from mlgate.errors import InputError

if TYPE_CHECKING:
    from mlgate.shell.run_folder import RunFolder

MAX_REPORT_BYTES = 32 * 2**20


def read_report(folder: RunFolder) -> ReportDocument:
    """Read the report.

    Raises:
        InputError: `report-missing`; `document-invalid` where it is damaged, too large or from a newer mlgate.
    """
    path = folder.file(ReportDocument)
    if path.is_file() and path.stat().st_size > MAX_REPORT_BYTES:
        raise InputError(
            f"{path} is larger than {MAX_REPORT_BYTES // 2**20} MB: mlgate writes no such report",
            remedy="Run build-report again.",
            reason="document-invalid",
        )
    report = folder.find(ReportDocument)
    if report is None:
        raise InputError(
            f"{path} is missing: build-report has not run in this folder, or was killed before it could write",
            remedy="Run build-report before, with the same `run-dir`; its log says why if it failed.",
            reason="report-missing",
        )
    return report
