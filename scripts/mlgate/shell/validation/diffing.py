"""A table against the base's version: counted, located and summarized by the engine, in the child."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from mlgate.core.config.contract import RuleKind
from mlgate.core.data.compile import compile_row
from mlgate.core.data.diff import columns as layout
from mlgate.core.data.diff import notable, query
from mlgate.core.data.source import Format
from mlgate.core.documents.diff import ColumnDiff, ColumnSummary, DiffState, TableDiff
from mlgate.core.words import listed
from mlgate.shell.tables import layout as table_layout
from mlgate.shell.tables.files import Unreadable
from mlgate.shell.validation import diffing_rows as rows
from mlgate.shell.validation.rules.other import open_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.data.diff.columns import Column, Pair, Side
    from mlgate.core.data.ir import Property
    from mlgate.core.data.request import ScanResult
    from mlgate.core.data.source import TableSource
    from mlgate.shell.validation.diffing_rows import Versions
    from mlgate.shell.validation.opened import Opened

FEW = 100  # a column with at most so many values has categories
CATEGORIES = 10  # shown of each column
SUMMARIZED = 1_000


def diff(opened: Opened, result: ScanResult) -> TableDiff | None:
    """Return how a table differs from the base's version, where the request has one.

    Args:
        opened: The table.
        result: What the scan has found of it: a key that it saw broken is none.
    """
    request = opened.request
    if request.base_missing:
        return TableDiff(state=DiffState.MISSING, message=request.base_missing)
    if request.base is None:
        return TableDiff(state=DiffState.UNCHANGED) if request.base_unchanged else None
    try:
        base = open_source(opened, request.base, _names(opened, request.base))
        return _compared(rows.open_versions(opened, base, _properties(opened)), result)
    except Unreadable as error:
        return TableDiff(state=DiffState.MISSING, message=f"the base's version cannot be read: {error.message}")
    except duckdb.OutOfMemoryException:
        return TableDiff(state=DiffState.MISSING, message="the comparison needs more memory than its limit")
    except duckdb.Error as error:
        message = f"the base's version cannot be compared: {type(error).__name__}"
        return TableDiff(state=DiffState.MISSING, message=message)


def _names(opened: Opened, source: TableSource) -> Sequence[str]:
    if source.format is not Format.JSON_LINES:
        return ()
    return list(table_layout.json_properties(opened.connection, source))


def _properties(opened: Opened) -> Mapping[str, Property]:
    for side in opened.request.sides.values():
        return compile_row(side.row, lambda _: True).properties
    return {}


def _compared(versions: Versions, result: ScanResult) -> TableDiff:
    """Return the difference: by key where there is one that holds, else by whole rows."""
    found = replace(rows.rows_and_schema(versions, result.rows), message=_format_note(versions.opened))
    key, why = _key(versions, result)
    if key:
        keyed = rows.by_key(versions, found, key)
        if keyed is not None:
            return _summarized(versions, keyed)
        why = f"the base's version has rows with the same {listed([pair.name for pair in key])}"
    note = f"rows are compared as a whole, because {why}"
    found = replace(found, message="; ".join(filter(None, (found.message, note))))
    return _summarized(versions, rows.by_row(versions, found))


def _format_note(opened: Opened) -> str:
    base, source = opened.request.base, opened.request.source
    if base is None or base.format is source.format:
        return ""
    return f"the format changed from {base.format.value} to {source.format.value}: cells are compared by meaning"


def _key(versions: Versions, result: ScanResult) -> tuple[tuple[Pair, ...], str]:
    """Return the key's columns; none, and why, where there is no key, or it does not hold in this version."""
    sides = versions.opened.request.sides.values()
    rule = next((rule for side in sides for rule in side.rules if rule.kind is RuleKind.PRIMARY_KEY), None)
    if rule is None:
        return (), "the contract has no primary-key"
    key = layout.key_pairs(versions.columns, rule.columns)
    if key is None:
        return (), f"one of the versions has no {listed(rule.columns)}"
    is_broken = any(finding.check == rule.pointer for finding in result.findings)
    if is_broken or (rule.tolerance and rows.repeats(versions, key)):
        return (), f"this version has rows with the same {listed(rule.columns)}, or with none"
    return key, ""


def _summarized(versions: Versions, found: TableDiff) -> TableDiff:
    """Add both versions of each column in a few numbers, and leave out the columns that are the same in both."""
    known = {column.name: column for column in found.columns}
    others = [pair for pair in versions.columns if pair.name not in found.key]
    wanted = [pair for pair in others if found.added or found.removed or pair.name in known][:SUMMARIZED]
    if not wanted:
        return found
    one = _summaries(versions, versions.before, [pair.before for pair in wanted])
    other = _summaries(versions, versions.after, [pair.after for pair in wanted])
    few = [pair for pair, a, b in zip(wanted, one, other, strict=True) if _is_few(a, b, found)]
    categories = _categories(versions, few)
    redact = versions.opened.request.redact
    new = {
        pair.name: replace(
            known.pop(pair.name, ColumnDiff(name=pair.name)),
            before=_open(pair, a, redact),
            after=_open(pair, b, redact),
            **categories.get(pair.name, {}),
        )
        for pair, a, b in zip(wanted, one, other, strict=True)
    }
    return notable.ranked(replace(found, columns=(*new.values(), *known.values())))


def _open(pair: Pair, summary: ColumnSummary, redact: Sequence[str]) -> ColumnSummary:
    """Return the summary without what tells of values, for a column that is redacted."""
    return ColumnSummary(nulls=summary.nulls, distinct=summary.distinct) if pair.name in redact else summary


def _summaries(versions: Versions, side: Side, columns: Sequence[Column]) -> list[ColumnSummary]:
    found = versions.opened.one(query.summaries(side.table, columns))
    return [
        ColumnSummary(nulls=nulls, distinct=values, mean=_short(mean), deviation=_short(spread))
        for nulls, values, mean, spread in zip(found[::4], found[1::4], found[2::4], found[3::4], strict=True)
    ]


def _is_few(before: ColumnSummary, after: ColumnSummary, found: TableDiff) -> bool:
    """Return whether a column has categories: few values, and more rows than those."""
    most = min(FEW, max(found.rows_before or 0, found.rows_after or 0) // 2)
    return max(before.distinct or 0, after.distinct or 0) <= most


def _categories(versions: Versions, few: Sequence[Pair]) -> dict[str, dict[str, Any]]:
    """Return the fields about categories of each column that has few values."""
    if not few:
        return {}
    before = versions.opened.one(query.categories(versions.before.table, [pair.before for pair in few]))
    after = versions.opened.one(query.categories(versions.after.table, [pair.after for pair in few]))
    return {
        pair.name: _differing(set(one or ()), set(other or ()), is_shown=versions.is_shown(pair))
        for pair, one, other in zip(few, before, after, strict=True)
    }


def _differing(before: set[str], after: set[str], *, is_shown: bool) -> dict[str, Any]:
    new, gone = sorted(after - before), sorted(before - after)
    most = CATEGORIES if is_shown else 0
    return {
        "new_categories": tuple(value[: query.SHOWN_CHARACTERS] for value in new[:most]),
        "new_categories_count": len(new),
        "vanished_categories": tuple(value[: query.SHOWN_CHARACTERS] for value in gone[:most]),
        "vanished_categories_count": len(gone),
    }


def _short(value: Any) -> float | None:
    """Return a number to six digits: the engine's sums differ in the last ones from run to run."""
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None
