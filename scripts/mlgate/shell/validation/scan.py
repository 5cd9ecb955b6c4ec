"""The scan of one table against the versions of its contract. Runs in the child process that `scanner` starts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from mlgate.core.data import json_lines, structure
from mlgate.core.data.request import ContractPart, ScanRequest, ScanResult
from mlgate.core.data.source import Format
from mlgate.core.documents import Column, ContractSide, DataFinding, FindingRow
from mlgate.shell.tables import engine
from mlgate.shell.tables import layout as table_layout
from mlgate.shell.tables.files import Unreadable, header, inspect, read_blocks
from mlgate.shell.validation.diffing import diff
from mlgate.shell.validation.opened import Opened
from mlgate.shell.validation.reading import Reading
from mlgate.shell.validation.side import scan_side

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlgate.core.data.query import Table
    from mlgate.core.data.structure import Structure


def scan(request: ScanRequest) -> ScanResult:
    """Check one table. Whatever is wrong with the file is a finding."""
    path = Path(request.source.files[0])
    try:
        form = inspect(path)
        reading = Reading(partial(_structure, path, form))
        return _strictly(reading, partial(_scan, request, path, form, reading))
    except Unreadable as error:
        message = f"{error.message.removeprefix(f'{path.name} ')}. {error.remedy}"  # the finding names the file already
        return ScanResult(findings=(unreadable(message, error.line, error.reason),))
    except duckdb.Error as error:
        return ScanResult(findings=_engine_failure(error, path, show=request.show_values))


def _strictly(reading: Reading, work: Callable[[], ScanResult]) -> ScanResult:
    """Return what an engine's scan comes to, unless the strict reading beside it finds a fault: then it means nothing.

    Raises:
        Unreadable: As `work`, where the strict reading has nothing to say.
        duckdb.Error: The same.
    """
    try:
        result = work()
    except (Unreadable, duckdb.Error):
        found = reading.result()
        if found is None or not found.faults:
            raise
    else:
        found = reading.result()
        if found is None or not found.faults:
            return result
    return ScanResult(findings=faults(found))


def unreadable(message: str, line: int | None = None, reason: str = "data-unreadable") -> DataFinding:
    """Return the finding that a file cannot be read."""
    rows = (FindingRow(row=None, line=line),) if line is not None else ()
    return DataFinding(check="", count=1, rows=rows, reason=reason, message=message)


def faults(found: Structure) -> tuple[DataFinding, ...]:
    """Return the faults of a file's structure as findings."""
    shown = [unreadable(fault.message, fault.line) for fault in found.faults]
    more = found.count - len(shown)
    return (*shown, *([unreadable(f"{more:,} more lines like these")] if more else []))


def _structure(path: Path, form: Format) -> Structure | None:
    if form is Format.PARQUET:
        return None
    if form is Format.JSON_LINES:
        return json_lines.examine(read_blocks(path))
    return structure.examine(read_blocks(path), form.delimiter)


def _engine_failure(error: duckdb.Error, path: Path, *, show: bool) -> tuple[DataFinding, ...]:
    """Return what the engine could not do; its words may quote cells, so they are kept where values are not shown."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return (unreadable("the scan needs more memory than its limit"),)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        strict = json_lines.examine(read_blocks(path), every_line=True)
        if strict.faults:
            return faults(strict)
    message, line = engine.cause(error, path)
    if not show and path.suffix.lower() != ".parquet":
        message = message.split(":", maxsplit=1)[0]
    return (unreadable(f"the engine cannot read the file: {message}", line),)


def _scan(request: ScanRequest, path: Path, form: Format, reading: Reading) -> ScanResult:
    beside = [*request.others.values(), *([request.base] if request.base else [])]
    files = [path, *(Path(file) for other in beside for file in other.files)]
    spill = Path(request.spill)
    connection = engine.connect(files, spill=spill, memory_limit=request.memory_limit, threads=request.threads)
    reading.when_faulty(connection.interrupt)
    present: dict[str, tuple[str, int]] = {}
    if form is Format.JSON_LINES:
        found = reading.result()
        if found and found.faults:
            return ScanResult()  # `_strictly` says what they are
        strict = _refused_objects(connection, path)
        if strict:
            return ScanResult(findings=strict)
        present = table_layout.json_properties(connection, path)
    names = _json_names(request, present) if form is Format.JSON_LINES else _names(path, form, reading)
    table = _table(connection, path, form, names)
    opened = Opened(request=request, connection=connection, table=table, reading=reading)
    result = ScanResult()
    for name, part in (request.sides or {"new": ContractPart()}).items():
        result = _joined(result, scan_side(opened, part), ContractSide(name))
    lost = _other_names(opened, names) or _lost_rows(opened, result.rows or 0)
    if lost:
        return ScanResult(findings=(lost,))
    result = replace(result, diff=diff(opened, result))
    return replace(result, columns=_json_columns(result, present)) if form is Format.JSON_LINES else result


def _names(path: Path, form: Format, reading: Reading) -> Sequence[str]:
    """Return the columns' names from the head of a file, or where that is not enough, when the whole has been read."""
    try:
        return header(path, form) if form.is_text else ()
    except Unreadable:
        found = reading.result()
        return found.columns if found else ()


def _other_names(opened: Opened, names: Sequence[str]) -> DataFinding | None:
    found = opened.structure
    if found is None or opened.form is Format.JSON_LINES or tuple(names) == found.columns:
        return None
    return unreadable("the header is longer than 1 MiB", line=1)


def _joined(result: ScanResult, more: ScanResult, side: ContractSide) -> ScanResult:
    findings = tuple(replace(finding, contract=side) for finding in more.findings)
    return replace(
        more,
        checks=result.checks + more.checks,
        fallback=tuple(dict.fromkeys((*result.fallback, *more.fallback))),
        findings=(*result.findings, *findings),
    )


def _table(connection: duckdb.DuckDBPyConnection, path: Path, form: Format, names: Sequence[str]) -> Table:
    if form is Format.PARQUET:
        return table_layout.parquet_table(connection, path)
    return (
        table_layout.json_table(path, names) if form is Format.JSON_LINES else table_layout.csv_table(path, form, names)
    )


def _json_names(request: ScanRequest, present: Iterable[str]) -> list[str]:
    """Return all properties that a row or a contract has: in JSON Lines, a property that no row has is no column."""
    names = list(present)
    for part in request.sides.values():
        names += [*part.row.get("properties", {}), *part.row.get("required", [])]
    return list(dict.fromkeys(names))


def _refused_objects(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[DataFinding, ...]:
    """Return the lines that are JSON and no objects, or have a key twice."""
    item = table_layout.json_table(path, ()).source
    shapes = f"SELECT DISTINCT json_type(json) AS t, json_keys(json) AS k FROM {item}"  # noqa: S608 - a quoted literal
    odd = "t <> 'OBJECT' OR len(k) <> len(list_distinct(k))"
    row = connection.execute(f"SELECT count(*) FROM ({shapes}) WHERE {odd}").fetchone()  # noqa: S608 - quoted
    if not row or not row[0]:
        return ()
    return faults(json_lines.examine(read_blocks(path), every_line=True)) or (unreadable("lines that are no objects"),)


def _lost_rows(opened: Opened, rows: int) -> DataFinding | None:
    """Return a finding if the engine saw another number of rows than the file has: no reader may lose one silently."""
    if opened.structure is not None:
        expected = opened.structure.records
    else:
        name = engine.literal(str(opened.path))
        row = opened.connection.execute(f"SELECT sum(num_rows) FROM parquet_file_metadata({name})").fetchone()  # noqa: S608 - quoted
        expected = int(row[0] or 0) if row else 0
    if rows == expected:
        return None
    return unreadable(f"the engine reads {rows:,} rows where the file has {expected:,}")


def _json_columns(result: ScanResult, present: dict[str, tuple[str, int]]) -> tuple[Column, ...]:
    rows = result.rows or 0
    return tuple(Column(name=name, type=kind, nulls=rows - filled) for name, (kind, filled) in present.items())
