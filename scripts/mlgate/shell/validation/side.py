"""One version of a contract against an open table: count, find the rows, say where they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from mlgate.core.config.contract import RuleKind
from mlgate.core.config.model import Severity
from mlgate.core.data import json_lines, query, structure
from mlgate.core.data.compile import compile_row
from mlgate.core.data.ir import Storage
from mlgate.core.data.request import ScanResult
from mlgate.core.data.tally import Broken, broken_by, cells_of, of_rule, row_count, tally
from mlgate.core.documents import Column, DataFinding, FindingRow
from mlgate.core.words import listed
from mlgate.shell.tables import layout as table_layout
from mlgate.shell.tables.files import Format, Unreadable, header, inspect, read_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Plan
    from mlgate.core.data.query import Table
    from mlgate.core.data.request import ContractPart, ScanRequest
    from mlgate.core.data.structure import Structure
    from mlgate.core.data.tally import Tally

VALUE_CHARACTERS = 100
DENSE = 64  # a key is dense when its range is at most this many times the rows


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A table that can be queried.

    Attributes:
        request: What was asked.
        path: The file.
        form: Its format.
        connection: The engine, which may read the files of the request only.
        table: Its columns.
        structure: What the strict reading found; None for Parquet.
    """

    request: ScanRequest
    path: Path
    form: Format
    connection: duckdb.DuckDBPyConnection
    table: Table
    structure: Structure | None

    def one(self, sql: str) -> tuple[Any, ...]:
        """Return the single row that a query gives."""
        row = self.connection.execute(sql).fetchone()
        return tuple(row or ())


@dataclass(frozen=True, kw_only=True)
class _Counted:
    rows: int
    counts: tuple[int, ...]
    located: tuple[tuple[int, ...], ...]
    filled: tuple[int, ...]


def scan_side(opened: Opened, part: ContractPart) -> ScanResult:
    """Check a table against one version of its contract.

    Raises:
        duckdb.Error: The engine cannot read the file after all.
    """
    plan = compile_row(part.row, partial(_accepts_null, part.row))
    work = tally(plan, part.rules, opened.table)
    counted = _count(opened, work)
    broken = [replace(item, count=counted.rows) for item in work.broken]
    for subject, count, rows in zip(work.subjects, counted.counts, counted.located, strict=True):
        item = broken_by(subject, count, counted.rows, rows)
        broken += [item] if item else []
    broken += row_count(part.rules, counted.rows)
    broken += [item for rule in part.rules for item in _judge_rule(opened, rule, plan, counted.rows)]
    broken += _fallback(opened, plan, part)
    return ScanResult(
        rows=counted.rows,
        columns=_columns(opened.table, counted),
        checks=len(plan.checks) + len(part.rules) + len(plan.fallback),
        fallback=plan.fallback,
        findings=_findings(opened, broken),
    )


def _accepts_null(row: dict[str, Any], column: str) -> bool:
    from mlgate.shell.validation import rows  # noqa: PLC0415 - jsonschema takes 140 ms, and few contracts need it

    return rows.accepts_null(row, column)


def _count(opened: Opened, work: Tally) -> _Counted:
    """Count in one scan; only if something is broken, a second one of the columns concerned finds the rows."""
    table = opened.table
    filled = [] if table.is_json else [f"count(c{i})" for i in range(len(table.columns))]
    rows, *rest = opened.one(query.count(table, work.probes, filled))
    counts = tuple(count or 0 for count in rest[: len(work.probes)])
    located = _locate(opened, work, counts, rows)
    return _Counted(rows=rows, counts=counts, located=located, filled=tuple(rest[len(work.probes) :]))


def _locate(opened: Opened, work: Tally, counts: Sequence[int], rows: int) -> tuple[tuple[int, ...], ...]:
    counted = zip(work.probes, work.subjects, counts, strict=True)
    failing = [probe for probe, subject, count in counted if count and broken_by(subject, count, rows, ())]
    cells = opened.one(query.locate(opened.table, failing)) if failing else ()
    found = {probe.id: tuple(cell or ()) for probe, cell in zip(failing, cells, strict=True)}
    return tuple(found.get(probe.id, ()) for probe in work.probes)


def _columns(table: Table, counted: _Counted) -> tuple[Column, ...]:
    if table.is_json:
        return ()
    return tuple(
        Column(name=column.name, type=column.type, nulls=counted.rows - filled)
        for column, filled in zip(table.columns, counted.filled, strict=True)
    )


def _judge_rule(opened: Opened, rule: TableRule, plan: Plan, rows: int) -> list[Broken]:
    """Judge the rules that need more than a count."""
    if any(opened.table.index(name) is None for name in rule.columns):
        return []
    if rule.kind is RuleKind.PRIMARY_KEY:
        return _duplicates(opened, rule, plan, rows)
    return _overlap(opened, rule, plan, rows) if rule.kind is RuleKind.NO_OVERLAP else []


def _duplicates(opened: Opened, rule: TableRule, plan: Plan, rows: int) -> list[Broken]:
    cells = cells_of(rule, opened.table, plan.properties)
    if _is_dense_and_unique(opened, rule, rows):
        return []
    opened.connection.execute(f"CREATE OR REPLACE TEMP TABLE doubled AS {query.doubled_hashes(opened.table, cells)}")
    if opened.one("SELECT count(*) FROM doubled")[0] == 0:
        return []
    count, found = opened.one(query.doubled_rows(opened.table, cells, "doubled"))
    if count == 0:
        return []
    message = f"{count:,} of {rows:,} rows repeat the key {listed(rule.columns)} of an earlier row"
    return [of_rule(rule, message, count, found)]


def _is_dense_and_unique(opened: Opened, rule: TableRule, rows: int) -> bool:
    """Return whether one bit for each possible value shows that an integer key has no duplicate."""
    index = opened.table.index(rule.columns[0])
    if len(rule.columns) != 1 or index is None or opened.table.columns[index].storage is not Storage.INTEGER:
        return False
    sql = f"SELECT min(c{index}), max(c{index}), count(c{index}) FROM {opened.table.relation()}"  # noqa: S608 - a position
    low, high, filled = opened.one(sql)
    if not filled or high - low >= DENSE * rows:
        return not filled
    return bool(opened.one(query.dense_key(index, low, high, opened.table))[0] == filled)


def _overlap(opened: Opened, rule: TableRule, plan: Plan, rows: int) -> list[Broken]:
    path = opened.request.others.get(rule.other or "")
    if path is None:
        return [of_rule(rule, f"the configuration has no table called {rule.other}", 0)]
    try:
        other = _other_table(opened, Path(path), rule)
        others = cells_of(rule, other, plan.properties)
        if len(others) < len(rule.columns):
            missing = [name for name in rule.columns if other.index(name) is None]
            return [of_rule(rule, f"{rule.other} has no column {listed(missing)}", 0)]
        cells = cells_of(rule, opened.table, plan.properties)
        count, found = opened.one(query.overlapping_rows(opened.table, cells, other, others))
    except (Unreadable, duckdb.Error) as error:
        cause = error.message if isinstance(error, Unreadable) else type(error).__name__
        message = f"whether rows are in {rule.other} too cannot be told: {cause}"
        reason = error.reason if isinstance(error, Unreadable) else "data-unreadable"
        return [replace(of_rule(rule, message, 0), severity=Severity.FAIL, reason=reason)]
    if not count:
        return []
    message = f"{count:,} of {rows:,} rows have a key ({listed(rule.columns)}) that {rule.other} has too"
    return [of_rule(rule, message, count, found)]


def _other_table(opened: Opened, path: Path, rule: TableRule) -> Table:
    form = inspect(path)
    if form is Format.PARQUET:
        return table_layout.parquet_table(opened.connection, path)
    if form is Format.JSON_LINES:
        return table_layout.json_table(path, rule.columns)
    return table_layout.csv_table(path, form, header(path, form))


def _fallback(opened: Opened, plan: Plan, part: ContractPart) -> list[Broken]:
    if not plan.fallback:
        return []
    from mlgate.shell.validation import rows  # noqa: PLC0415 - as above

    try:
        found = rows.check_rows(opened.connection, opened.table, plan, part.row)
    except rows.UnsupportedError as error:
        message = f"{listed(plan.fallback)} cannot be evaluated: {error}"
        return [Broken(pointer=plan.fallback[0], message=message, reason="check-unsupported")]
    return [
        Broken(
            pointer=pointer,
            columns=(item.column,) if item.column else (),
            count=item.count,
            rows=tuple(item.rows),
            message=f"{item.column or 'the row'} does not satisfy {pointer} in {item.count:,} rows",
        )
        for pointer, item in found.items()
    ]


def _findings(opened: Opened, broken: Sequence[Broken]) -> tuple[DataFinding, ...]:
    """Look up lines and values of the rows that will be named."""
    wanted = sorted({row for item in broken for row in item.rows})
    lines = _lines(opened, wanted)
    values = _values(opened, [item for item in broken if _is_shown(opened, item)])
    found = [_finding(item, lines, values if _is_shown(opened, item) else {}) for item in broken]
    return tuple(sorted(found, key=lambda finding: finding.severity is Severity.WARN))


def _is_shown(opened: Opened, item: Broken) -> bool:
    known = all(opened.table.index(name) is not None for name in item.columns)
    hidden = set(opened.request.redact) & set(item.columns)
    return bool(opened.request.show_values and item.columns and item.rows and known and not hidden)


def _finding(item: Broken, lines: dict[int, int], values: dict[int, dict[str, str | None]]) -> DataFinding:
    rows = tuple(
        FindingRow(row=row, line=lines.get(row), value=_value([values.get(row, {}).get(c) for c in item.columns]))
        for row in item.rows
    )
    return DataFinding(
        check=item.pointer,
        column=item.columns[0] if len(item.columns) == 1 else None,
        severity=item.severity,
        count=item.count,
        rows=rows,
        reason=item.reason,
        message=item.message,
    )


def _value(cells: Sequence[str | None]) -> str | None:
    if all(cell is None for cell in cells):
        return None
    return ", ".join("null" if cell is None else cell for cell in cells)[:VALUE_CHARACTERS]


def _lines(opened: Opened, rows: Sequence[int]) -> dict[int, int]:
    found = opened.structure
    if found is None or not rows:
        return {}
    header_lines = 0 if opened.form is Format.JSON_LINES else 1
    if found.one_line_each:
        return {row: row + 1 + header_lines for row in rows}
    if opened.form is Format.JSON_LINES:
        return json_lines.locate(read_blocks(opened.path), rows)
    return structure.locate(read_blocks(opened.path), opened.form.delimiter, rows)


def _values(opened: Opened, broken: Iterable[Broken]) -> dict[int, dict[str, str | None]]:
    items = list(broken)
    rows = sorted({row for item in items for row in item.rows})
    names = sorted({name for item in items for name in item.columns})
    if not rows:
        return {}
    positions = [index for name in names if (index := opened.table.index(name)) is not None]
    found = opened.connection.execute(query.values(opened.table, positions, rows)).fetchall()
    return {row: dict(zip(names, cells, strict=True)) for row, *cells in found}
