"""The drift of a table from its reference: counted by the engine, in the child."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import duckdb

from mlgate.core.data.drift import reference as profiles
from mlgate.core.data.drift import sql
from mlgate.core.data.drift.measure import Limits, drift_of
from mlgate.core.data.drift.pair import Bin, Pair, Unmeasured
from mlgate.core.data.drift.wording import findings_of
from mlgate.core.data.source import Format
from mlgate.core.documents.drift import DriftKind, TableDrift
from mlgate.core.words import did_you_mean
from mlgate.shell.tables import layout
from mlgate.shell.tables.files import Unreadable
from mlgate.shell.tables.sides import side_of
from mlgate.shell.validation.copies import side
from mlgate.shell.validation.drifting_numbers import Sides
from mlgate.shell.validation.rules.other import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlgate.core.data.drift.request import DriftRequest
    from mlgate.core.data.drift.side import Side
    from mlgate.core.data.request import ScanResult
    from mlgate.core.documents.profile import ColumnProfile, Profile
    from mlgate.shell.validation.opened import Opened

MOST_COLUMNS = 1000


class UnknownColumnError(Exception):
    """A column is asked for that neither side has."""


def drifted(opened: Opened, result: ScanResult) -> ScanResult:
    """Return what a scan found, with the drift from the reference that the request has."""
    request = opened.request.drift
    if request is None:
        return result
    hidden = (*opened.request.redact, *request.hidden)
    drifting = Drifting(
        connection=opened.connection, request=request, hidden=hidden, is_strict=opened.request.drift_alone
    )
    found = drifting.of(partial(side, opened, request.columns or None), partial(_reference_side, opened, request))
    return replace(result, drift=found, findings=(*result.findings, *findings_of(found)))


def _reference_side(opened: Opened, request: DriftRequest) -> Side:
    source = request.source
    assert source is not None  # noqa: S101 - neither missing nor a profile
    is_json = source.format is Format.JSON_LINES and source.problem is None
    names = list(layout.json_properties(opened.connection, source)) if is_json else ()
    table = open_source(opened, source, names)
    return side_of(opened.connection, table, "reference", request.columns or None)


@dataclass(frozen=True, kw_only=True)
class Drifting:
    """One comparison.

    Attributes:
        connection: The engine, which may read both sides.
        request: What is asked.
        hidden: Columns whose values are never shown.
        is_strict: Whether nothing is compared where a column is asked for that neither side has.
    """

    connection: duckdb.DuckDBPyConnection
    request: DriftRequest
    hidden: Sequence[str] = ()
    is_strict: bool = False

    def of(self, open_current: Callable[[], Side], open_reference: Callable[[], Side]) -> TableDrift:
        """Return the drift of a table; what stands in the way is in its `reason`.

        Args:
            open_current: Says how the table is read.
            open_reference: The same of the reference, where it is a table.
        """
        request = self.request
        found = TableDrift(
            reference=request.reference,
            is_profile=request.profile is not None,
            threshold=request.threshold,
            null_threshold=request.null_threshold,
            severity=request.severity,
        )
        if request.missing:
            return replace(found, reason=request.missing)
        try:
            current = open_current()
            if request.profile is not None:
                rows, pairs = self._against_profile(request.profile, current)
            else:
                rows, pairs = self._against_table(open_reference(), current)
        except UnknownColumnError as error:
            return replace(found, reason=str(error))
        except (Unreadable, duckdb.Error) as error:
            return replace(found, reason=_cause(error))
        limits = Limits(threshold=request.threshold, null_threshold=request.null_threshold)
        columns = drift_of(pairs, limits, self.hidden, show=request.show_values)
        return replace(found, reference_rows=rows[0], rows=rows[1], columns=tuple(columns))

    def _one(self, query: str) -> tuple[Any, ...]:
        return tuple(self.connection.execute(query).fetchone() or ())

    def _wanted(self, names: Iterable[str]) -> list[str]:
        """Return the columns that are compared: those asked for, else all but those that name rows."""
        if self.request.columns:
            known = list(dict.fromkeys(names))
            unknown = [name for name in self.request.columns if name not in known]
            if unknown and self.is_strict:
                raise UnknownColumnError(f"neither side has a column {unknown[0]!r}{did_you_mean(unknown[0], known)}")
            return list(dict.fromkeys(self.request.columns))
        skipped = set(self.request.skipped)
        return [name for name in dict.fromkeys(names) if name not in skipped][:MOST_COLUMNS]

    def _against_table(self, reference: Side, current: Side) -> tuple[tuple[int, int], list[Pair]]:
        rows = (self._rows(reference), self._rows(current))
        names = self._wanted(column.name for side in (reference, current) for column in side.table.columns)
        kinds = {name: (_kind(reference, name, current), _kind(current, name, reference)) for name in names}
        reasons = {name: _why_not(name, reference, current, kinds[name]) for name in names}
        numbers = [name for name in names if reasons[name] is None and kinds[name][0] is DriftKind.NUMBER]
        pairs = {name: Pair(column=name, rows=rows, reason=reason) for name, reason in reasons.items() if reason}
        sides = Sides(connection=self.connection, reference=reference, current=current, rows=rows)
        pairs |= sides.pairs(numbers, exact=self.request.exact)
        for name in names:
            if name not in pairs:
                pairs[name] = self._categories(name, rows, sql.both(reference, current, name, texts=True))
        return rows, [pairs[name] for name in names]

    def _rows(self, side: Side) -> int:
        return int(self._one(f"SELECT count(*) FROM {side.item}")[0])  # noqa: S608 - positions

    def _categories(self, name: str, rows: tuple[int, int], cells: str) -> Pair:
        found = self.connection.execute(sql.categories(cells)).fetchall()
        n, m = (int(found[0][3]), int(found[0][4])) if found else (0, 0)
        bins = [
            Bin(label=label, reference=int(a), current=int(b)) for label, a, b, *_ in found if len(label) <= sql.LONGEST
        ]
        rest = Bin(
            label=None,
            reference=n - sum(item.reference for item in bins),
            current=m - sum(item.current for item in bins),
        )
        return Pair(
            column=name,
            kind=DriftKind.CATEGORY,
            rows=rows,
            empty=(rows[0] - n, rows[1] - m),
            bins=(*bins, *([rest] if rest.reference or rest.current else [])),
        )

    def _against_profile(self, profile: Profile, current: Side) -> tuple[tuple[int, int], list[Pair]]:
        known = {column.name: column for column in profile.columns}
        names = self._wanted([*known, *(column.name for column in current.table.columns)])
        reasons = {name: _why_not_profile(name, known.get(name), current) for name in names}
        columns = [known[name] for name in names if reasons[name] is None]
        numbers = [column for column in columns if profiles.kind_of(column) is DriftKind.NUMBER]
        asked = {column.name: [cut.at for cut in profiles.cuts(column)] for column in numbers}
        m, *counts = map(int, self._one(sql.against(current, asked)))
        rows = (profile.rows, m)
        pairs = {name: Pair(column=name, rows=rows, reason=reason) for name, reason in reasons.items() if reason}
        for column in numbers:
            filled, *below = counts[: 1 + len(asked[column.name])]
            pairs[column.name] = profiles.number_pair(column, rows, filled, below)
            counts = counts[1 + len(below) :]
        for column in columns:
            if column not in numbers:
                pairs[column.name] = self._profiled_categories(column, rows, current)
        return rows, [pairs[name] for name in names]

    def _profiled_categories(self, column: ColumnProfile, rows: tuple[int, int], current: Side) -> Pair:
        cells = f"(SELECT {current.text(column.name)} AS x, 1 AS s FROM {current.item} WHERE x IS NOT NULL)"  # noqa: S608 - positions
        found = self.connection.execute(sql.categories(cells)).fetchall()
        counts = {str(label): int(b) for label, _, b, *_ in found if len(label) <= sql.LONGEST}
        return profiles.category_pair(column, rows, counts, int(found[0][4]) if found else 0)


def _kind(side: Side, name: str, other: Side) -> DriftKind:
    """Return how a column is compared; numbers written as text are numbers only where both sides have numbers."""
    kind = side.kind(name)
    is_loose = kind is DriftKind.NUMBER and name in side.numeric
    return DriftKind.CATEGORY if is_loose and other.kind(name) is DriftKind.CATEGORY else kind


def _why_not(name: str, reference: Side, current: Side, kinds: tuple[DriftKind, DriftKind]) -> Unmeasured | None:
    if current.table.index(name) is None:
        return Unmeasured.COLUMN_UNKNOWN if reference.table.index(name) is None else Unmeasured.COLUMN_MISSING
    if reference.table.index(name) is None:
        return Unmeasured.COLUMN_NEW
    if DriftKind.NONE in kinds:
        return Unmeasured.NOT_COMPARED
    return Unmeasured.OTHER_KIND if kinds[0] is not kinds[1] else None


def _why_not_profile(name: str, column: ColumnProfile | None, current: Side) -> Unmeasured | None:
    if current.table.index(name) is None:
        return Unmeasured.COLUMN_UNKNOWN if column is None else Unmeasured.COLUMN_MISSING
    if column is None:
        return Unmeasured.COLUMN_NEW
    reason = profiles.reason_of(column)
    if reason is not None:
        return reason
    kind = current.kind(name)
    if kind is DriftKind.NUMBER and profiles.kind_of(column) is DriftKind.CATEGORY:
        return None  # dates and numbers written as text: compared as the profile has them
    return None if kind is profiles.kind_of(column) else Unmeasured.OTHER_KIND


def _cause(error: Unreadable | duckdb.Error) -> str:
    if isinstance(error, Unreadable):
        return f"the reference cannot be read: {error.message}"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "the comparison needs more memory than its limit"
    return f"the engine cannot compare the tables: {type(error).__name__}"
