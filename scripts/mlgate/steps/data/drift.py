"""`mlgate data drift`: how far a table has moved from a reference."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path  # noqa: TC003 - options reads the annotations at run time
from typing import TYPE_CHECKING

from mlgate.core.data.drift import wording
from mlgate.core.data.drift.measure import NULL_THRESHOLD, THRESHOLD
from mlgate.core.data.drift.request import DriftRequest
from mlgate.core.data.request import ScanRequest
from mlgate.core.documents import DataDocument, TableResult
from mlgate.core.outcome import Outcome, worst
from mlgate.errors import InputError
from mlgate.options import Common, option
from mlgate.shell.tables.files import one_file
from mlgate.shell.validation.references import with_profile
from mlgate.shell.validation.scanner import Scanner, processors
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.core.data.request import ScanResult
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Tell how far a table has moved from a reference. Judges nothing: the status is 0 whatever is found."""

    reference: Path = option("A table, or a profile that ends with `.json`.", positional=True)
    current: Path = option("The table.", positional=True)
    columns: str = option("The columns to compare, with commas between; default: all.", default="")
    threshold: float = option("What an alarm must exceed.", default=THRESHOLD, least=0)
    null_threshold: float = option("The same for the change of the share of nulls.", default=NULL_THRESHOLD, least=0)
    binned: bool = option("Leave out distances of the values themselves: quicker.", default=False, flag=True)


def run(inputs: Inputs, world: World) -> Result:
    """Compare, and print the table.

    Raises:
        InputError: One of the two cannot be read.
    """
    with Scanner(world.env) as scanner, tempfile.TemporaryDirectory(prefix="mlgate-spill-") as spill:
        request = ScanRequest(
            source=one_file(world.cwd / inputs.current, inputs.current.as_posix()),
            drift=_asked(inputs, world),
            drift_alone=True,
            spill=str(spill),
            threads=processors(),
        )
        scanned, digest = scanner.scan(request)
    document = _document(inputs, scanned, digest)
    drift = document.tables[0].drift
    return Result(text="\n".join(wording.lines(drift)) if drift else "", document=document)


def _asked(inputs: Inputs, world: World) -> DriftRequest:
    path, name = world.cwd / inputs.reference, inputs.reference.as_posix()
    request = DriftRequest(
        reference=name,
        columns=tuple(column.strip() for column in inputs.columns.split(",") if column.strip()),
        threshold=inputs.threshold,
        null_threshold=inputs.null_threshold,
        exact=not inputs.binned,
        show_values=True,
    )
    if path.suffix != ".json":
        return replace(request, source=one_file(path, name))
    try:
        return with_profile(request, path.read_bytes())
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}", remedy="Correct the path.") from None


def _document(inputs: Inputs, scanned: ScanResult, digest: str | None) -> DataDocument:
    name = inputs.current.as_posix()
    drift = scanned.drift
    if drift is None or drift.reason:
        message = drift.reason if drift else f"{name}: {scanned.findings[0].message}"
        raise InputError(message, remedy="Correct the file that it names, or the path.")
    outcome = worst(Outcome(finding.severity.value) for finding in scanned.findings)
    table = TableResult(
        name=name,
        path=name,
        digest=digest,
        rows=drift.rows,
        outcome=outcome,
        values_shown=True,
        findings=scanned.findings,
        drift=drift,
    )
    return DataDocument(outcome=outcome, tables=(table,))
