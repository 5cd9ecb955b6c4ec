"""A table against the base's version: counted, located and summarized by the engine, in the child."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb

from mlgate.core.config.contract import RuleKind
from mlgate.core.data.compile import compile_row
from mlgate.core.data.diff import columns as layout
from mlgate.core.data.diff import notable, query
from mlgate.core.data.source import Format
from mlgate.core.documents.diff import ChangedCell, ColumnDiff, ColumnSummary, DiffBy, DiffState, TableDiff
from mlgate.core.words import listed
from mlgate.shell.tables import layout as table_layout
from mlgate.shell.tables.files import Unreadable
from mlgate.shell.validation.rules.other import open_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.data.diff.columns import Column, Pair, Side
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.request import ScanResult
    from mlgate.core.data.source import TableSource
    from mlgate.shell.validation.opened import Opened

FEW = 100  # a column with at most so many values has categories
CATEGORIES = 20
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
        before = _side(opened, open_source(opened, request.base, _names(opened, request.base)))
        versions = Versions(
            opened=opened,
            before=before,
            after=_side(opened, opened.table),
            columns=layout.pairs(before, _side(opened, opened.table), _properties(opened)),
        )
        found = versions.compared(result)
    except Unreadable as error:
        return TableDiff(state=DiffState.MISSING, message=f"the base's version cannot be read: {error.message}")
    except duckdb.OutOfMemoryException:
        return TableDiff(state=DiffState.MISSING, message="the comparison needs more memory than its limit")
    except duckdb.Error as error:
        message = f"the base's version cannot be compared: {type(error).__name__}"
        return TableDiff(state=DiffState.MISSING, message=message)
    return found


def _names(opened: Opened, source: TableSource) -> Sequence[str]:
    if source.format is not Format.JSON_LINES:
        return ()
    return list(table_layout.json_properties(opened.connection, source))


def _side(opened: Opened, table: Table) -> Side:
    described = opened.connection.execute(f"DESCRIBE SELECT * FROM {table.relation()}").fetchall()  # noqa: S608 - positions
    types = {str(name): str(kind) for name, kind, *_ in described}
    return layout.Side(table=table, types=tuple(types[f"c{index}"] for index in range(len(table.columns))))


def _properties(opened: Opened) -> Mapping[str, Property]:
    for side in opened.request.sides.values():
        return compile_row(side.row, lambda _: True).properties
    return {}


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Both versions of a table, open.

    Attributes:
        opened: This version, and the connection for both.
        before: The base's.
        after: This one's.
        columns: Those that both have.
    """

    opened: Opened
    before: Side
    after: Side
    columns: tuple[Pair, ...]

    def compared(self, result: ScanResult) -> TableDiff:
        """Return the difference: by key where there is one that holds, else by whole rows."""
        before = self._count(self.before)
        after = self._count(self.after) if result.rows is None else result.rows
        found = TableDiff(
            rows_before=before, rows_after=after, table_schema=layout.schema_diff(self.before, self.after)
        )
        key, why = self._key(result)
        found = replace(found, message=self._format_note())
        if key:
            keyed = self._by_key(found, key)
            if keyed is not None:
                return self._summarized(keyed)
            why = f"the base's version has rows with the same {listed([pair.name for pair in key])}"
        note = f"rows are compared as a whole, because {why}"
        return self._summarized(replace(self._by_row(found), message="; ".join(filter(None, (found.message, note)))))

    def _count(self, side: Side) -> int:
        return int(self.opened.one(query.rows(side.table))[0])

    def _format_note(self) -> str:
        request = self.opened.request
        if request.base is None or request.base.format is request.source.format:
            return ""
        old, new = request.base.format.value, request.source.format.value
        return f"the format changed from {old} to {new}: cells are compared by what they mean"

    def _key(self, result: ScanResult) -> tuple[tuple[Pair, ...], str]:
        """Return the key's columns; none, and why, where there is no key, or it does not hold in this version."""
        rules = [
            rule
            for side in self.opened.request.sides.values()
            for rule in side.rules
            if rule.kind is RuleKind.PRIMARY_KEY
        ]
        if not rules:
            return (), "the contract has no primary-key"
        rule = rules[0]
        key = layout.key_pairs(self.columns, rule.columns)
        if key is None:
            return (), f"one of the versions has no {listed(rule.columns)}"
        broken = any(finding.check == rule.pointer for finding in result.findings)
        if broken or (rule.tolerance and self._repeats(key)):
            return (), f"this version has rows with the same {listed(rule.columns)}"
        return key, ""

    def _repeats(self, key: Sequence[Pair]) -> bool:
        return bool(self.opened.one(query.repeats(self.after.table, [pair.after.value for pair in key]))[0])

    def _by_key(self, found: TableDiff, key: tuple[Pair, ...]) -> TableDiff | None:
        """Return the difference by key; None where the base's rows repeat one."""
        before, after = self.before.table, self.after.table
        others = [pair for pair in self.columns if pair not in key]
        connection = self.opened.connection
        connection.execute(f"DROP TABLE IF EXISTS {query.DIFFERING}")
        connection.execute(query.differing_by_key(before, after, key, others))
        removed, added, changed = self.opened.one(query.counted())
        unchanged = (found.rows_after or 0) - added - changed
        if unchanged + removed + changed != found.rows_before:
            return None
        counts = self.opened.one(query.changed_cells(before, after, key, others)) if changed else ()
        moved = [(pair, count) for pair, count in zip(others, counts, strict=False) if count]
        shown = self._examples(key, [pair for pair, _ in moved])
        return replace(
            found,
            by=DiffBy.KEY,
            key=tuple(pair.name for pair in key),
            added=added,
            removed=removed,
            changed=changed,
            unchanged=unchanged,
            columns=tuple(ColumnDiff(name=p.name, changed=n, examples=shown.get(p.name, ())) for p, n in moved),
        )

    def _examples(self, key: Sequence[Pair], moved: Sequence[Pair]) -> dict[str, tuple[ChangedCell, ...]]:
        """Return the first changed cells of the columns whose values may be shown."""
        wanted = [pair for pair in moved if self._is_shown(pair)][: notable.MAX_COLUMNS]
        if not wanted:
            return {}
        cells = self.opened.one(query.examples(self.before.table, self.after.table, key, wanted))
        is_keyed = all(self._is_shown(pair) for pair in key)
        return {
            pair.name: tuple(
                ChangedCell(key=tuple(names) if is_keyed else (), before=before, after=after)
                for names, (before,), (after,) in items
            )
            for pair, items in zip(wanted, cells, strict=True)
        }

    def _is_shown(self, pair: Pair) -> bool:
        request = self.opened.request
        return request.show_values and request.base_values and pair.name not in request.redact

    def _by_row(self, found: TableDiff) -> TableDiff:
        counts = self.opened.one(query.by_row(self.before.table, self.after.table, self.columns))
        removed, added, unchanged = (int(count) for count in counts)
        return replace(found, by=DiffBy.ROW, added=added, removed=removed, unchanged=unchanged)

    def _summarized(self, found: TableDiff) -> TableDiff:
        """Add both versions of each column in a few numbers, and leave out the columns that are the same in both."""
        known = {column.name: column for column in found.columns}
        wanted = [pair for pair in self.columns if found.added or found.removed or pair.name in known][:SUMMARIZED]
        if not wanted:
            return found
        one = self._summaries(self.before, [pair.before for pair in wanted])
        other = self._summaries(self.after, [pair.after for pair in wanted])
        new = {
            pair.name: replace(
                known.pop(pair.name, ColumnDiff(name=pair.name)), before=self._open(pair, a), after=self._open(pair, b)
            )
            for pair, a, b in zip(wanted, one, other, strict=True)
        }
        few = [
            p for p, a, b in zip(wanted, one, other, strict=True) if p.name not in found.key and _is_few(a, b, found)
        ]
        new = self._categories(new, few)
        return notable.ranked(replace(found, columns=(*new.values(), *known.values())))

    def _open(self, pair: Pair, summary: ColumnSummary) -> ColumnSummary:
        """Return the summary without what tells of values, for a column that is redacted."""
        hidden = pair.name in self.opened.request.redact
        return ColumnSummary(nulls=summary.nulls, distinct=summary.distinct) if hidden else summary

    def _summaries(self, side: Side, columns: Sequence[Column]) -> list[ColumnSummary]:
        found = self.opened.one(query.summaries(side.table, columns))
        return [
            ColumnSummary(nulls=nulls, distinct=values, mean=_short(mean), deviation=_short(spread))
            for nulls, values, mean, spread in zip(found[::4], found[1::4], found[2::4], found[3::4], strict=True)
        ]

    def _categories(self, columns: dict[str, ColumnDiff], few: Sequence[Pair]) -> dict[str, ColumnDiff]:
        if not few:
            return columns
        before = self.opened.one(query.categories(self.before.table, [pair.before for pair in few]))
        after = self.opened.one(query.categories(self.after.table, [pair.after for pair in few]))
        changed = {
            pair.name: self._with_categories(columns[pair.name], pair, set(one or ()), set(other or ()))
            for pair, one, other in zip(few, before, after, strict=True)
        }
        return {**columns, **changed}

    def _with_categories(self, column: ColumnDiff, pair: Pair, before: set[str], after: set[str]) -> ColumnDiff:
        new, gone = sorted(after - before), sorted(before - after)
        most = CATEGORIES if self._is_shown(pair) else 0
        return replace(
            column,
            new_categories=tuple(value[: query.SHOWN_CHARACTERS] for value in new[:most]),
            new_categories_count=len(new),
            vanished_categories=tuple(value[: query.SHOWN_CHARACTERS] for value in gone[:most]),
            vanished_categories_count=len(gone),
        )


def _is_few(before: ColumnSummary, after: ColumnSummary, found: TableDiff) -> bool:
    """Return whether a column has categories: few values, and more rows than those."""
    most = min(FEW, max(found.rows_before or 0, found.rows_after or 0) // 2)
    return max(before.distinct or 0, after.distinct or 0) <= most


def _short(value: Any) -> float | None:
    """Return a number to six digits: the engine's sums differ in the last ones from run to run."""
    return float(f"{value:.6g}") if value is not None and math.isfinite(value) else None
