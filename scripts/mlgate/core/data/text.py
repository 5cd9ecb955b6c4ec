"""Validation for people: a block for each table, a line for each place, and annotations at lines of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.annotation import Annotation
from mlgate.core.data.diff import notable
from mlgate.core.data.drift.wording import lines as drift_lines
from mlgate.core.documents.data import ContractSide
from mlgate.core.documents.diff import DiffState
from mlgate.core.outcome import Outcome, Severity
from mlgate.core.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.data import DataDocument, DataFinding, FindingRow, TableResult
    from mlgate.core.documents.diff import TableDiff

SHOWN_ROWS = 5
SHOWN_COLUMNS = 5
ANNOTATED_ROWS = 3
_LEVEL = {Severity.FAIL: "error", Severity.WARN: "warning"}


def text_of(document: DataDocument) -> str:
    """Return the document as lines for a terminal."""
    lines: list[str] = []
    for table in document.tables:
        lines += _table(table)
    shown = {row.file or table.path for table in document.tables for f in table.findings for row in f.rows[:1]}
    shown |= {table.path for table in document.tables if table.findings}
    lines += [
        f"{reason.message} [{reason.id}]"
        for reason in document.reasons
        if not any(reason.message.startswith(f"{path}:") for path in shown)
    ]
    if document.error is None:
        lines.append(f"validate-data: {document.outcome.value}")
    return "\n".join(lines)


def _table(table: TableResult) -> Iterator[str]:
    rows = "not read" if table.rows is None else counted(table.rows, "row")
    name = table.path if table.name == table.path else f"{table.name} ({table.path})"
    yield f"{name}: {table.outcome.value}, {rows}, {counted(table.checks, 'check')}"
    for finding in table.findings:
        yield from (f"  {line}" for line in _finding(table, finding))
    if table.diff is not None:
        yield from (f"  {line}" for line in _diff(table.diff))
    if table.drift:
        yield from (f"  {line}" for line in drift_lines(table.drift, are_alarms_told=True))
    if table.fallback:
        yield f"  row by row, with no compiled form: {', '.join(table.fallback)}"


def _diff(found: TableDiff) -> Iterator[str]:
    note = f" ({found.message})" if found.state is DiffState.COMPARED and found.message else ""
    yield f"against the base: {notable.headline(found)}{note}"
    moved = notable.moved(found)
    for column in moved[:SHOWN_COLUMNS]:
        yield f"  {column.name}: {', '.join(notable.sentences(column, found))}"
    if len(moved) > SHOWN_COLUMNS:
        yield f"  ... and {len(moved) - SHOWN_COLUMNS:,} more columns"


def _finding(table: TableResult, finding: DataFinding) -> Iterator[str]:
    where = _place(table.path, finding.rows[0]) if finding.rows else table.path
    yield f"{where}: {_sentence(finding)}{_value(finding.rows[0]) if finding.rows else ''}"
    for row in finding.rows[1:SHOWN_ROWS]:
        yield f"{_place(table.path, row)}{_value(row)}"
    more = finding.count - min(len(finding.rows), SHOWN_ROWS)
    if finding.rows and more > 0:
        yield f"... and {more:,} more"


def _sentence(finding: DataFinding) -> str:
    warning = "warning: " if finding.severity is Severity.WARN else ""
    old = " (the base's contract)" if finding.contract is ContractSide.OLD else ""
    return f"{warning}{finding.message}{old}"


def _place(path: str, row: FindingRow) -> str:
    path = row.file or path
    if row.line is not None:
        return f"{path}:{row.line}"
    return path if row.row is None else f"{path} row {row.row}"


def _value(row: FindingRow) -> str:
    return "" if row.value is None else f": {row.value!r}"


def annotations_of(document: DataDocument, prefix: str) -> tuple[Annotation, ...]:
    """Return annotations, worst first: the first lines of each finding.

    Args:
        document: What validation found.
        prefix: The configuration's folder in the repository; empty at its root.
    """
    found = [
        annotation
        for table in document.tables
        for finding in table.findings
        for annotation in _annotations(table, finding, prefix)
    ]
    level = "error" if document.outcome is Outcome.FAIL else "warning"
    found += [Annotation(level=level, message=r.message) for r in document.reasons if r.id == "table-removed"]
    return tuple(sorted(found, key=lambda annotation: annotation.level != "error"))


def _annotations(table: TableResult, finding: DataFinding, prefix: str) -> Iterator[Annotation]:
    for row in finding.rows[:ANNOTATED_ROWS] or (None,):
        named = (row.file if row else None) or table.path
        value = _value(row) if row else ""
        yield Annotation(
            level=_LEVEL[finding.severity],
            message=f"{_sentence(finding)}{value}",
            title=f"mlgate: {finding.check or finding.reason}",
            file=f"{prefix}/{named}" if prefix else named,
            line=row.line if row else None,
        )
