"""The scan of one table against the versions of its contract. Runs in the child process that `scanner` starts."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from mlgate.core.data import json_lines, structure
from mlgate.core.data.dialect import declared_by
from mlgate.core.data.request import ContractPart, ScanRequest, ScanResult
from mlgate.core.data.source import Format, SourceProblem, TableSource
from mlgate.core.documents.data import Column, ContractSide, DataFinding, FindingRow
from mlgate.shell.tables import engine
from mlgate.shell.tables import layout as table_layout
from mlgate.shell.tables.files import Unreadable, header, read_blocks
from mlgate.shell.tables.preparing import prepared
from mlgate.shell.validation.copies import read_once
from mlgate.shell.validation.opened import Opened
from mlgate.shell.validation.reading import Reading
from mlgate.shell.validation.side import scan_side
from mlgate.shell.validation.wide import WIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlgate.core.data.structure import Structure


PATIENCE_SECONDS = 1.0  # for an engine that was told to stop


def scan(request: ScanRequest, *, give_up: Callable[[ScanResult], None] | None = None) -> ScanResult:
    """Check one table. Whatever is wrong with its files is a finding.

    Args:
        request: The table.
        give_up: Takes the answer from a thread beside, and ends the process, where the engine does not stop in time: in
            the middle of a line it looks for nothing but its end.
    """
    source = request.source
    try:
        request = _prepared(request)
        source = request.source
        reading = Reading(partial(_structure, source))
        if give_up:
            threading.Thread(target=_give_up_late, args=(reading, source, give_up), daemon=True).start()
        return _strictly(source, reading, partial(_scan, request, reading))
    except Unreadable as error:
        message = f"{error.message.removeprefix(f'{_only_name(source)} ')}. {error.remedy}"
        return ScanResult(findings=(unreadable(message, error.line, error.reason),))
    except duckdb.Error as error:
        return ScanResult(findings=_engine_failure(error, source, show=request.show_values))


def _give_up_late(reading: Reading, source: TableSource, give_up: Callable[[ScanResult], None]) -> None:
    with contextlib.suppress(Exception):  # whoever waits in the main thread is told of it
        found = reading.result()
        if found and found.faults:
            time.sleep(PATIENCE_SECONDS)
            give_up(ScanResult(findings=faults(found, source)))


def _only_name(source: TableSource) -> str:
    """Return the name of a table's one file, which a finding need not repeat; of several, none."""
    return Path(source.files[0]).name if len(source.files) == 1 else ""


def _prepared(request: ScanRequest) -> ScanRequest:
    """Make the files of all tables readable as they lie.

    Raises:
        Unreadable: One of the scanned table cannot be; of another, whoever reads it says so.
    """
    spill = Path(request.spill)
    others = {
        name: _if_readable(source, spill / f"other-{index}")
        for index, (name, source) in enumerate(request.others.items())
    }
    base = request.base and _if_readable(request.base, spill / "base")
    drift = request.drift
    if drift and drift.source:
        drift = replace(drift, source=_if_readable(drift.source, spill / "reference"))
    return replace(request, source=prepared(request.source, spill / "own"), others=others, base=base, drift=drift)


def _if_readable(source: TableSource, spill: Path) -> TableSource:
    try:
        return prepared(source, spill)
    except Unreadable as error:
        problem = SourceProblem(message=error.message, remedy=error.remedy, reason=error.reason)
        return replace(source, files=(), names=(), problem=problem)


def _strictly(source: TableSource, reading: Reading, work: Callable[[], ScanResult]) -> ScanResult:
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
    return ScanResult(findings=faults(found, source))


def unreadable(
    message: str, line: int | None = None, reason: str = "data-unreadable", file: str | None = None
) -> DataFinding:
    """Return the finding that a file cannot be read."""
    rows = (FindingRow(row=None, line=line, file=file),) if line is not None or file is not None else ()
    return DataFinding(check="", count=1, rows=rows, reason=reason, message=message)


def faults(found: Structure, source: TableSource) -> tuple[DataFinding, ...]:
    """Return the faults of a table's structure as findings."""
    shown = [unreadable(fault.message, fault.line, file=source.name_of(fault.file)) for fault in found.faults]
    more = found.count - len(shown)
    return (*shown, *([unreadable(f"{more:,} more lines like these")] if more else []))


def _structure(source: TableSource) -> Structure | None:
    if source.format is Format.PARQUET:
        return None
    return structure.joined([_structure_of(Path(file), source) for file in source.files])


def _structure_of(path: Path, source: TableSource) -> Structure:
    if source.format is Format.JSON_LINES:
        return json_lines.examine(read_blocks(path))
    return structure.examine(read_blocks(path), source.delimiter, source.dialect)


def _every_line(source: TableSource) -> tuple[DataFinding, ...]:
    """Return what a strict reading of every line of JSON finds."""
    strict = [json_lines.examine(read_blocks(Path(file)), every_line=True) for file in source.files]
    return faults(structure.joined(strict), source)


def _engine_failure(error: duckdb.Error, source: TableSource, *, show: bool) -> tuple[DataFinding, ...]:
    """Return what the engine could not do; its words may quote cells, so they are kept where values are not shown."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return (unreadable("the scan needs more memory than its limit"),)
    if source.format is Format.JSON_LINES and (strict := _every_line(source)):
        return strict
    message, line = engine.cause(error, *map(Path, source.files))
    if not show and source.format.is_text:
        message = message.split(":", maxsplit=1)[0]
    named = next((source.name_of(index) for index, file in enumerate(source.files) if file in str(error)), None)
    return (unreadable(f"the engine cannot read the file: {message}", line, file=named),)


def _scan(request: ScanRequest, reading: Reading) -> ScanResult:
    reference = request.drift and request.drift.source
    beside = [*request.others.values(), *(table for table in (request.base, reference) if table)]
    source = request.source
    files = [Path(file) for table in (source, *beside) for file in table.files]
    spill = Path(request.spill)
    is_json = source.format is Format.JSON_LINES
    names = () if is_json else _names(source, reading)
    threads = 1 if len(names) > WIDE else request.threads
    connection = engine.connect(files, spill=spill, memory_limit=request.memory_limit, threads=threads)
    reading.when_faulty(connection.interrupt)
    present: dict[str, tuple[str, int]] = {}
    if is_json:
        found = reading.result()
        if found and found.faults:
            return ScanResult()  # `_strictly` says what they are
        shapes = table_layout.json_shapes(connection, source)
        strict = _refused_objects(connection, source, shapes)
        if strict:
            return ScanResult(findings=strict)
        present = table_layout.json_properties(connection, source, shapes)
        names = _json_names(request, present)
    declared = declared_by(part.row for part in request.sides.values())
    table = table_layout.table(connection, source, names, declared)
    opened = read_once(Opened(request=request, connection=connection, table=table, reading=reading))
    if request.drift_alone:
        return _with_more(opened, ScanResult())
    result = ScanResult()
    for name, part in (request.sides or {"new": ContractPart()}).items():
        result = _joined(result, scan_side(opened, part), ContractSide(name))
    lost = _other_names(opened, names) or _lost_rows(opened, result.rows or 0)
    if lost:
        return ScanResult(findings=(lost,))
    result = _with_more(opened, result)
    return replace(result, columns=_json_columns(result, present)) if is_json else result


def _with_more(opened: Opened, result: ScanResult) -> ScanResult:
    """Return a result with profile, diff and drift, as far as the request asks for them."""
    if not opened.request.asks_more:
        return result
    from mlgate.shell.validation import describing, diffing, drifting  # noqa: PLC0415 - a contract alone needs none

    if opened.request.drift_alone:
        return drifting.drifted(opened, result)
    result = describing.described(opened, result)
    return drifting.drifted(opened, replace(result, diff=diffing.diff(opened, result)))


def _names(source: TableSource, reading: Reading) -> Sequence[str]:
    """Return the columns' names from the head of a file, or where that is not enough, when the whole has been read."""
    try:
        return header(Path(source.files[0]), source) if source.format.is_text else ()
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


def _json_names(request: ScanRequest, present: Iterable[str]) -> list[str]:
    """Return all properties that a row or a contract has: in JSON Lines, a property that no row has is no column."""
    names = list(present)
    for part in request.sides.values():
        names += [*part.row.get("properties", {}), *part.row.get("required", [])]
    return list(dict.fromkeys(names))


def _refused_objects(
    connection: duckdb.DuckDBPyConnection, source: TableSource, shapes: str
) -> tuple[DataFinding, ...]:
    """Return the lines that are JSON and no objects, or have a key twice."""
    odd = "t <> 'OBJECT' OR len(k) <> len(list_distinct(k))"
    row = connection.execute(f"SELECT count(*) FROM {shapes} WHERE {odd}").fetchone()  # noqa: S608 - own words
    if not row or not row[0]:
        return ()
    return _every_line(source) or (unreadable("lines that are no objects"),)


def _lost_rows(opened: Opened, rows: int) -> DataFinding | None:
    """Return a finding if the engine saw another number of rows than the file has: no reader may lose one silently."""
    if opened.structure is not None:
        expected = opened.structure.records
    else:
        expected = sum(table_layout.parquet_rows(opened.connection, opened.request.source))
    if rows == expected:
        return None
    return unreadable(f"the engine reads {rows:,} rows where the file has {expected:,}")


def _json_columns(result: ScanResult, present: dict[str, tuple[str, int]]) -> tuple[Column, ...]:
    rows = result.rows or 0
    return tuple(Column(name=name, type=kind, nulls=rows - filled) for name, (kind, filled) in present.items())
