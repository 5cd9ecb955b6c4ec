"""One version of a contract against an open table: count, find the rows, say where they are."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mlgate.core.data import query
from mlgate.core.data.broken import Broken
from mlgate.core.data.compile import compile_row
from mlgate.core.data.misspelt import misspelt_columns
from mlgate.core.data.plain import as_plain
from mlgate.core.data.request import ScanResult
from mlgate.core.data.rules.measure import Answer, row_count, times
from mlgate.core.data.rules.reading import with_times
from mlgate.core.data.tally import broken_by, tally
from mlgate.core.data.wording import subject
from mlgate.core.documents.data import Column, DataFinding, FindingRow
from mlgate.core.outcome import Severity
from mlgate.core.words import listed
from mlgate.shell.validation.by_row import count_by_row, is_broken_early
from mlgate.shell.validation.copies import numbered
from mlgate.shell.validation.counting import count
from mlgate.shell.validation.places import places_of
from mlgate.shell.validation.rules import judge_rule
from mlgate.shell.validation.rules.primary_key import dense_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.ir import Plan
    from mlgate.core.data.query import Table
    from mlgate.core.data.request import ContractPart
    from mlgate.core.data.tally import Tally
    from mlgate.shell.validation.counting import Cells, Counted
    from mlgate.shell.validation.opened import Opened
    from mlgate.shell.validation.places import Place

VALUE_CHARACTERS = 100


def scan_side(opened: Opened, part: ContractPart) -> ScanResult:
    """Check a table against one version of its contract.

    Raises:
        duckdb.Error: The engine cannot read the file after all.
    """
    plan = compile_row(part.row, partial(_accepts_null, part.row))
    opened, work, counted = _count(opened, plan, part)
    broken = [replace(item, count=counted.rows) for item in work.broken]
    for asked, answer in zip(work.asked, counted.answers, strict=True):
        item = broken_by(asked, answer)
        broken += [item] if item else []
    broken += () if opened.table.is_json else misspelt_columns(part.row, [c.name for c in opened.table.columns])
    broken += row_count(part.rules, counted.rows)
    answers = {asked.subject.pointer: answer for asked, answer in zip(work.asked, counted.answers, strict=True)}
    for rule in part.rules:
        if rule.pointer in counted.unique:
            continue
        broken += judge_rule(opened, rule, plan, answers.get(rule.pointer, Answer(rows=counted.rows)))
    broken += _fallback(opened, plan, part, counted.rows)
    places = {rule.pointer: number for number, rule in enumerate(part.rules)}
    broken.sort(key=lambda item: places.get(item.pointer, -1))  # the contract's order: checks of rows, then its rules
    return ScanResult(
        rows=counted.rows,
        columns=_columns(opened.table, counted),
        checks=len(plan.checks) + len(part.rules) + len(plan.fallback),
        fallback=plan.fallback,
        findings=_findings(opened, broken, counted.shown),
    )


def _count(opened: Opened, plan: Plan, part: ContractPart) -> tuple[Opened, Tally, Counted]:
    """Count with the fast reading of numbers first, and if that is not sure, with the exact one."""
    counting = count_by_row if is_broken_early(opened, plan) else count
    timed = with_times(opened.table, times(part.rules), plan.properties)
    for table in (as_plain(timed, plan.properties), timed):
        work = tally(plan, part.rules, table)
        reread = replace(opened, table=table)
        counted = counting(reread, work, dense_keys(reread, part.rules, plan))
        if counted.is_sure:
            return reread, work, counted
    raise AssertionError("the exact reading is always sure")


def _accepts_null(row: dict[str, Any], column: str) -> bool:
    from mlgate.shell.validation import rows  # noqa: PLC0415 - jsonschema takes 140 ms, and few contracts need it

    return rows.accepts_null(row, column)


def _columns(table: Table, counted: Counted) -> tuple[Column, ...]:
    if table.is_json:
        return ()
    return tuple(
        Column(name=column.name, type=column.type, nulls=counted.rows - filled)
        for column, filled in zip(table.columns, counted.filled, strict=True)
    )


def _fallback(opened: Opened, plan: Plan, part: ContractPart, rows_read: int) -> list[Broken]:
    if not plan.fallback:
        return []
    from mlgate.shell.validation import matching, rows  # noqa: PLC0415 - as above

    try:
        found = rows.check_rows(opened.connection, opened.table, plan, part.row)
    except matching.UnsupportedError as error:
        message = f"{listed(plan.fallback)} cannot be evaluated: {error}"
        return [Broken(pointer=plan.fallback[0], message=message, reason="check-unsupported")]
    return [
        Broken(
            pointer=pointer,
            columns=() if item.column is None else (item.column,),
            count=item.count,
            rows=tuple(item.rows),
            message=f"{subject(item.column)} does not satisfy {pointer} in {item.count:,} of {rows_read:,} rows",
        )
        for pointer, item in found.items()
    ]


def _findings(opened: Opened, broken: Sequence[Broken], known: Cells) -> tuple[DataFinding, ...]:
    """Look up lines and values of the rows that will be named."""
    wanted = sorted({row for item in broken for row in item.rows})
    places = places_of(opened, wanted)
    values = _values(opened, [item for item in broken if _is_shown(opened, item)], known)
    found = [
        _finding(
            replace(item, message=item.told(opened.request.redact)), places, values if _is_shown(opened, item) else {}
        )
        for item in broken
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity is Severity.WARN))


def _is_shown(opened: Opened, item: Broken) -> bool:
    known = all(opened.table.index(name) is not None for name in item.columns)
    hidden = set(opened.request.redact) & set(item.columns)
    return bool(opened.request.show_values and item.columns and item.rows and known and not hidden)


def _finding(item: Broken, places: dict[int, Place], values: dict[int, dict[str, str | None]]) -> DataFinding:
    rows = tuple(
        FindingRow(row=row, value=_value([values.get(row, {}).get(c) for c in item.columns]), **places.get(row, {}))
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


def _values(opened: Opened, broken: Sequence[Broken], known: Cells) -> Cells:
    """Return the cells to show; those that the scan has not kept are read in a pass of their own."""
    unknown = [item for item in broken if not all(set(item.columns) <= known.get(row, {}).keys() for row in item.rows)]
    rows = sorted({row for item in unknown for row in item.rows})
    names = sorted({name for item in unknown for name in item.columns})
    if not rows:
        return known
    table = numbered(opened, names) if opened.table.written is None else opened.table
    positions = [index for name in names if (index := table.index(name)) is not None]
    found = opened.connection.execute(query.values(table, positions, rows)).fetchall()
    read = {row: dict(zip(names, cells, strict=True)) for row, *cells in found}
    return {row: {**known.get(row, {}), **read.get(row, {})} for row in {*known, *read}}
