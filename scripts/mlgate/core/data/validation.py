"""From what the scans found to `data.json`: severities by the policy, outcomes, and which tables are gone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.config.model import OnChange
from mlgate.core.documents.data import ContractSide, DataDocument, TableResult
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome, Severity, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.config.model import Config, Table
    from mlgate.core.data.request import ScanResult
    from mlgate.core.documents.data import DataFinding

STEP = "validate-data"


def table_result(
    table: Table,
    scanned: ScanResult,
    *,
    digest: str | None,
    contract_digests: Mapping[str, str],
    on_contract_change: OnChange,
    values_shown: bool,
    private: bool = False,
) -> TableResult:
    """Return what is recorded of one table.

    Args:
        table: Its entry in the working copy's configuration.
        scanned: What the scan found.
        digest: sha256 of the file.
        contract_digests: sha256 of each version of the contract that was applied.
        on_contract_change: What it comes to when only the base's contract is broken.
        values_shown: Whether findings may carry values.
        private: Whether those are values that whoever reads the repository does not know.
    """
    findings = judged(scanned.findings, on_contract_change)
    return TableResult(
        name=table.name,
        path=table.path,
        digest=digest,
        rows=scanned.rows,
        outcome=worst(Outcome(finding.severity.value) for finding in findings),
        contract=table.contract,
        contract_digests=dict(contract_digests),
        columns=scanned.columns,
        checks=scanned.checks,
        fallback=scanned.fallback,
        values_shown=values_shown,
        private=private,
        findings=findings,
        diff=scanned.diff,
        drift=scanned.drift,
        profile=scanned.profile and replace(scanned.profile, digest=digest),
        fingerprint=scanned.fingerprint and replace(scanned.fingerprint, content=digest),
    )


def judged(findings: Sequence[DataFinding], on_contract_change: OnChange) -> tuple[DataFinding, ...]:
    """Return findings worst first. What breaks the base's contract alone is `contract-old-broken`, by the policy."""
    new = [finding for finding in findings if finding.contract is ContractSide.NEW]
    known = {(finding.check, finding.message) for finding in new}
    old = [
        _of_old(finding, on_contract_change)
        for finding in findings
        if finding.contract is ContractSide.OLD and (finding.check, finding.message) not in known
    ]
    return tuple(sorted((*new, *old), key=lambda finding: finding.severity is Severity.WARN))


def _of_old(finding: DataFinding, on_contract_change: OnChange) -> DataFinding:
    severity = Severity.WARN if on_contract_change is OnChange.WARN else finding.severity
    reason = "contract-old-broken" if finding.reason == "contract-broken" else finding.reason
    return replace(finding, severity=severity, reason=reason)


def removed_tables(judging: Config, working: Config) -> tuple[Reason, ...]:
    """Return a reason for each table with a contract that the working copy's configuration no longer has."""
    names = {table.name for table in working.tables}
    return tuple(
        Reason(
            id="table-removed",
            message=f"the table {table.name} ({table.path}), which has a contract, is gone from the configuration",
            step=STEP,
        )
        for table in judging.tables
        if table.contract is not None and table.name not in names
    )


def reread_tables(judging: Config, working: Config) -> tuple[Reason, ...]:
    """Return a reason for each table that the working copy's configuration reads in another way than the base's.

    The base's contract was written for cells as the base reads them: with `nulls: ["3"]` no 3 would be too large.
    """
    here = {table.name: table for table in working.tables}
    return tuple(
        Reason(
            id="table-reading-changed",
            message=f"how the table {table.name} ({table.path}) is read changed: {', '.join(changed)}",
            step=STEP,
        )
        for table in judging.tables
        if table.name in here and (changed := _read_otherwise(table, here[table.name]))
    )


def _read_otherwise(one: Table, other: Table) -> list[str]:
    names = ("format", "compression", "dialect")
    return [f"`{name}`" for name in names if getattr(one, name) != getattr(other, name)]


def data_document(
    tables: Sequence[TableResult], removed: Sequence[Reason], on_contract_change: OnChange, reads: dict[str, str]
) -> DataDocument:
    """Return `data.json` of these tables: the worst of them decides, and a removed one by the policy."""
    gone = [Outcome(on_contract_change.value)] if removed else []
    return DataDocument(
        outcome=worst([*(table.outcome for table in tables), *gone]),
        reasons=(*removed, *reasons_of(tables)),
        tables=tuple(tables),
        reads=reads,
    )


def reasons_of(tables: Iterable[TableResult]) -> tuple[Reason, ...]:
    """Return one reason for each table with findings: its first finding, which is its worst."""
    return tuple(reason_of(table, table.findings[0]) for table in tables if table.findings)


def reason_of(table: TableResult, first: DataFinding) -> Reason:
    """Return a table's worst finding as reason: with its first place and value, and what to change."""
    more = len(table.findings) - 1
    rest = f"; and {more:,} more finding{'s' if more > 1 else ''}" if more else ""
    message = f"{_where(table, first)}: {first.message or first.check}{_first_value(table, first)}{rest}"
    return Reason(id=first.reason, message=message, step=STEP, remedy=_remedy(table, first))


def _where(table: TableResult, finding: DataFinding) -> str:
    row = finding.rows[0] if finding.rows else None
    path = (row and row.file) or table.path
    return f"{path}:{row.line}" if row and row.line is not None else path


def _first_value(table: TableResult, finding: DataFinding) -> str:
    """Return the first value that is wrong; none of a table whose values not everybody knows who reads a verdict."""
    value = finding.rows[0].value if finding.rows and table.values_shown and not table.private else None
    return "" if value is None else f", first {value!r}"


def _remedy(table: TableResult, finding: DataFinding) -> str:
    if finding.reason != "contract-broken" or table.contract is None:
        return ""
    return f"Correct the data, or, if it is right, change `{table.contract}` in a pull request of its own."
