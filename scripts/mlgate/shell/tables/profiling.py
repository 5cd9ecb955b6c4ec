"""The profile and the fingerprint of an open table, counted by the engine in two passes."""

# ruff: noqa: S608 - columns go by position, see `core.data.profile.sql`

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import duckdb

from mlgate.core.codec import rounded
from mlgate.core.data.drift.side import LOOSE, Side
from mlgate.core.data.ir import Storage
from mlgate.core.data.profile import buckets, merging, reading, registers, sql
from mlgate.core.data.profile.sql import Measured
from mlgate.core.documents.drift import DriftKind
from mlgate.core.documents.profile import ColumnKind, ColumnProfile, Fingerprint, Profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlgate.core.data.profile.request import ProfileRequest
    from mlgate.core.data.query import Table, TableColumn

MOST_AT_ONCE = 5  # columns of one query: each takes memory for its sketches
FEW = 1000  # different numbers, of which every one may have a bucket at first
MOST_SPLIT = 4096  # buckets that are asked for when finer ones are sought
SAMPLE = 2000  # rows that tell which columns of text may hold numbers alone
HASHING = f"duckdb-{duckdb.__version__}"
COPY = "profiled"


@dataclass(frozen=True, kw_only=True)
class _Numbers:
    """What the passes have found of a column of numbers."""

    n: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    squares: float | None = None
    counts: dict[int, int] = field(default_factory=dict)
    shift: int = sql.COARSE

    @property
    def centre(self) -> float | None:
        """Return what squares are taken around: near the mean, and the same in any order of the rows."""
        return None if self.mean is None or not math.isfinite(self.mean) else rounded(self.mean)

    def finer(self, different: int) -> int | None:
        """Return a shift that gives more buckets, if a profile can keep more than these."""
        if not self.counts or self.shift == buckets.FINEST or len(self.counts) > buckets.MOST_BUCKETS:
            return None
        if different <= FEW:
            return buckets.FINEST
        return max(buckets.FINEST, self.shift - (MOST_SPLIT // len(self.counts)).bit_length() + 1)

    def described(self) -> dict[str, Any]:
        """Return what a profile says."""
        counts, shift = buckets.thinned(self.counts, self.shift)
        ends = (None, None) if self.minimum is None else (rounded(self.minimum), rounded(self.maximum or 0.0))
        return {
            "minimum": ends[0],
            "maximum": ends[1],
            "mean": self.centre,
            "std": self._deviation(),
            "shift": shift,
            "buckets": buckets.encode(counts),
        }

    def _deviation(self) -> float | None:
        if self.n < 2 or self.squares is None or self.centre is None or self.mean is None:
            return None
        variance = (self.squares - self.n * (self.mean - self.centre) ** 2) / (self.n - 1)
        return rounded(max(0.0, variance) ** 0.5) if math.isfinite(variance) else None


def profile_of(
    connection: duckdb.DuckDBPyConnection, table: Table, asked: ProfileRequest
) -> tuple[Profile, Fingerprint]:
    """Return profile and fingerprint of a table; both lack the digest of its files.

    Raises:
        duckdb.Error: The table cannot be read.
    """
    return _Profiling(connection, table, asked).all()


class _Profiling:
    """One table that is described. `side` says how its columns are read."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: Table, asked: ProfileRequest) -> None:
        self.connection = connection
        self.table = table
        self.asked = asked
        self.side = self._side()

    def _side(self) -> Side:
        """Text is read once, into the engine: what it holds is found out by looking at all of it."""
        if not any(column.storage in LOOSE for column in self.table.columns):
            return Side(table=self.table, item=self.table.relation())
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {COPY} AS SELECT * FROM {self.table.relation()}")
        side = Side(table=self.table, item=COPY)
        looks = side.looks()
        first = self._true(looks, f"(SELECT * FROM {COPY} LIMIT {SAMPLE})")
        return replace(side, numeric=frozenset(self._true({name: looks[name] for name in first}, COPY)))

    def _true(self, conditions: Mapping[str, str], item: str) -> list[str]:
        """Return the columns of which a condition is true; of those without values, it is not."""
        if not conditions:
            return []
        found = self._one(f"SELECT {', '.join(conditions.values())} FROM {item}")
        return [name for name, is_so in zip(conditions, found, strict=True) if is_so]

    def _one(self, query: str) -> tuple[Any, ...]:
        return tuple(self.connection.execute(query).fetchone() or ())

    def all(self) -> tuple[Profile, Fingerprint]:
        """Return both."""
        columns = list(enumerate(self.table.columns))[: merging.MOST_COLUMNS]
        beside = ["count(*)", sql.rows_digest(len(self.table.columns))]
        found: list[ColumnProfile] = []
        rows = digest = 0
        for start in range(0, max(1, len(columns)), MOST_AT_ONCE):
            head, described = self._some(columns[start : start + MOST_AT_ONCE], [] if start else beside, rows)
            rows, digest = (rows, digest) if start else (int(head[0]), int(head[1]))
            found += described
        profile = Profile(
            table=self.asked.name,
            rows=rows,
            values_shown=self.asked.shown,
            columns=tuple(found),
            columns_left_out=len(self.table.columns) - len(columns),
        )
        return profile, self._fingerprint(rows, digest)

    def _fingerprint(self, rows: int, digest: int) -> Fingerprint:
        named = json.dumps([[column.name, column.type] for column in self.table.columns])
        return Fingerprint(
            rows_digest=f"{digest % 2**128:032x}",
            columns_digest=hashlib.sha256(named.encode()).hexdigest(),
            rows=rows,
            hashing=HASHING,
        )

    def _some(
        self, columns: Sequence[tuple[int, TableColumn]], beside: Sequence[str], rows: int
    ) -> tuple[list[Any], list[ColumnProfile]]:
        """Describe some columns; return what was asked beside them, too."""
        filled = [sql.filled(index, is_json=self.table.is_json) for index, _ in columns]
        measured = [item for index, column in columns if (item := self._measured(index, column))]
        answers = iter(self._one(sql.first_pass(self.side.item, measured, [*beside, *filled])))
        head = list(islice(answers, len(beside)))
        rows = int(head[0]) if head else rows
        counts = dict(zip((index for index, _ in columns), islice(answers, len(columns)), strict=True))
        described = self._values(measured, answers, counts)
        return head, [
            ColumnProfile(
                name=column.name,
                kind=self._kind(column),
                type=column.type,
                n=counts[index],
                nulls=rows - counts[index],
                **described.get(index, {}),
            )
            for index, column in columns
        ]

    def _kind(self, column: TableColumn) -> ColumnKind:
        if column.name in self.asked.keys:
            return ColumnKind.KEY
        kind = self.side.kind(column.name)
        if kind is DriftKind.NUMBER:
            return ColumnKind.TIME if self.side.is_moment(column.name) else ColumnKind.NUMBER
        if kind is DriftKind.NONE:
            return ColumnKind.OTHER
        return ColumnKind.BOOLEAN if column.storage is Storage.BOOLEAN else ColumnKind.TEXT

    def _measured(self, index: int, column: TableColumn) -> Measured | None:
        """Return how the values of a column are read; None where they are not."""
        kind = self._kind(column)
        if not self.asked.shown or column.name in self.asked.hidden or kind in (ColumnKind.KEY, ColumnKind.OTHER):
            return None
        is_number = kind in (ColumnKind.NUMBER, ColumnKind.TIME)
        value = self.side.number(column.name) if is_number else self.side.text(column.name)
        hashed = f"c{index}" if column.storage is Storage.INTEGER else value
        return Measured(index=index, value=value, is_number=is_number, hashed=hashed)

    def _values(
        self, measured: Sequence[Measured], answers: Iterator[Any], counts: Mapping[int, int]
    ) -> dict[int, dict[str, Any]]:
        """Return what is said of the columns with values, by position."""
        sketches: dict[int, bytes] = {}
        numbers: dict[Measured, _Numbers] = {}
        for item in measured:
            sketches[item.index] = sql.ranks(next(answers))
            if item.is_number:
                n, low, high, mean, found = islice(answers, 5)
                ordered = sql.ordered(found or {}, sql.COARSE)
                numbers[item] = _Numbers(n=n, minimum=low, maximum=high, mean=mean, counts=ordered)
        numbers = self._refined(numbers, {index: registers.estimate(sketch) for index, sketch in sketches.items()})
        return {
            item.index: self._described(item, numbers.get(item), sketches[item.index], counts[item.index])
            for item in measured
            if counts[item.index]
        }

    def _refined(self, numbers: Mapping[Measured, _Numbers], different: Mapping[int, int]) -> dict[Measured, _Numbers]:
        """Take squares around the means, and look for finer buckets until there are more than a profile keeps."""
        found = dict(numbers)
        wanted = {item: (n.centre, n.finer(different[item.index])) for item, n in found.items() if n.n}
        while wanted:
            answers = iter(self._one(sql.second_pass(self.side.item, wanted)))
            for item, (centre, shift) in wanted.items():
                squares, counts = islice(answers, 2)
                if centre is not None:
                    found[item] = replace(found[item], squares=squares)
                if shift is not None:
                    found[item] = replace(found[item], counts=sql.ordered(counts, shift), shift=shift)
            again = {item: found[item].finer(different[item.index]) for item, (_, s) in wanted.items() if s is not None}
            wanted = {item: (None, shift) for item, shift in again.items() if shift is not None}
        return found

    def _described(self, item: Measured, numbers: _Numbers | None, sketch: bytes, n: int) -> dict[str, Any]:
        said: dict[str, Any] = {"registers": registers.encode(sketch)}
        if numbers is not None:
            said |= {"not_finite": n - numbers.n, **numbers.described()}
        else:
            said |= self._texts(item, n, registers.estimate(sketch))
        bare = ColumnProfile(name="", kind=ColumnKind.OTHER, type="", n=n, nulls=0, **said)
        return {**said, "distinct": reading.distinct(bare)}

    def _texts(self, item: Measured, n: int, different: int) -> dict[str, Any]:
        """Return the most frequent values of a text; none where there are too many for one to be frequent."""
        found = []
        if different <= merging.MOST_CATEGORIES:
            found = self.connection.execute(sql.frequent(self.side.item, item, merging.MOST_TOP)).fetchall()
        return merging.kept(dict(found), n, different)
