"""The profile and the fingerprint of an open table.

A column with few different values is counted value by value, which says all there is; any other one in two passes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from mlgate.core.data.ir import Storage
from mlgate.core.data.profile import merging, reading, registers, sql
from mlgate.core.data.profile.numbers import Numbers, of_values
from mlgate.core.data.profile.sql import Measured
from mlgate.core.documents.drift import DriftKind
from mlgate.core.documents.profile import ColumnKind, ColumnProfile, Fingerprint, Profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb

    from mlgate.core.data.drift.side import Side
    from mlgate.core.data.profile.request import ProfileRequest
    from mlgate.core.data.query import TableColumn

MOST_AT_ONCE = 5  # columns of one query: each takes memory for its sketches
MOST_SAMPLED = 50  # the same, where different values are counted in a sample
SAMPLE = 10_000  # rows that tell which columns seem to have few different values
MOST_VALUES = 4096  # of such a column: counted one by one, they say all


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What is found of a column: registers, and numbers or the counts of texts."""

    sketch: bytes
    numbers: Numbers | None = None
    texts: Mapping[str, int] = field(default_factory=dict)


def profile_of(connection: duckdb.DuckDBPyConnection, side: Side, asked: ProfileRequest) -> tuple[Profile, Fingerprint]:
    """Return profile and fingerprint of a table; both lack the digest of its files.

    Raises:
        duckdb.Error: The table cannot be read.
    """
    return _Profiling(connection, side, asked).all()


class _Profiling:
    """One table that is described. `side` says how its columns are read."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, side: Side, asked: ProfileRequest) -> None:
        self.connection = connection
        self.side = side
        self.table = side.table
        self.asked = asked

    def _one(self, query: str) -> tuple[Any, ...]:
        return tuple(self.connection.execute(query).fetchone() or ())

    def all(self) -> tuple[Profile, Fingerprint]:
        """Return both."""
        columns = list(enumerate(self.table.columns))[: merging.MOST_COLUMNS]
        few, many = self._few([item for index, column in columns if (item := self._measured(index, column))])
        (rows, digest, *counts), found = self._many(many, len(columns))
        hashing = sql.hashing(self._one(sql.HASHES))
        described = [
            self._column(column, rows, n, (few | found).get(index))
            for (index, column), n in zip(columns, counts, strict=True)
        ]
        profile = Profile(
            table=self.asked.name,
            rows=rows,
            values_shown=self.asked.shown,
            columns=tuple(described),
            columns_left_out=len(self.table.columns) - len(columns),
            hashing=hashing,
        )
        named = json.dumps([[column.name, column.type] for column in self.table.columns])
        fingerprint = Fingerprint(
            rows_digest=f"{digest % 2**128:032x}",
            columns_digest=hashlib.sha256(named.encode()).hexdigest(),
            rows=rows,
            hashing=hashing,
        )
        return profile, fingerprint

    def _column(self, column: TableColumn, rows: int, n: int, found: _Found | None) -> ColumnProfile:
        bare = ColumnProfile(name=column.name, kind=self._kind(column), type=column.type, n=n, nulls=rows - n)
        if found is None or not n:
            return bare
        described = replace(bare, registers=registers.encode(found.sketch))
        if found.numbers is not None:
            described = replace(described, not_finite=n - found.numbers.n, **found.numbers.described())
        else:
            described = replace(described, **merging.kept(found.texts, n, registers.estimate(found.sketch)))
        return replace(described, distinct=reading.distinct(described))

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
        hashed = sql.cell(index, column.storage) if column.storage is Storage.INTEGER else value
        return Measured(index=index, value=value, is_number=is_number, hashed=hashed)

    def _few(self, measured: Sequence[Measured]) -> tuple[dict[int, _Found], list[Measured]]:
        """Return what is found of columns with few different values, by position, and the other columns."""
        found: dict[int, _Found] = {}
        for item in self._repeating(measured):
            rows = self.connection.execute(sql.grouped(self.side.item, item, MOST_VALUES + 1)).fetchall()
            if len(rows) <= MOST_VALUES:
                found[item.index] = _of_values(item, [row for row in rows if row[0] is not None])
        return found, [item for item in measured if item.index not in found]

    def _repeating(self, measured: Sequence[Measured]) -> Iterator[Measured]:
        """Yield the columns that seem to have few different values; what is said of them does not depend on it."""
        for start in range(0, len(measured), MOST_SAMPLED):
            some = measured[start : start + MOST_SAMPLED]
            different = self._one(sql.sampled(self.side.item, some, SAMPLE))
            yield from (item for item, number in zip(some, different, strict=True) if number <= SAMPLE // 2)

    def _many(self, measured: Sequence[Measured], width: int) -> tuple[list[int], dict[int, _Found]]:
        """Return rows, digest and the filled cells of columns; and what is found of some of them, by position."""
        filled = [sql.filled(index, is_json=self.table.is_json) for index in range(width)]
        beside = ["count(*)", sql.rows_digest([column.storage for column in self.table.columns]), *filled]
        first, later = measured[:MOST_AT_ONCE], measured[MOST_AT_ONCE:]
        answers = iter(self._one(sql.first_pass(self.side.item, first, beside)))
        counts = list(map(int, islice(answers, len(beside))))
        found = self._values(first, answers)
        for start in range(0, len(later), MOST_AT_ONCE):
            some = later[start : start + MOST_AT_ONCE]
            found |= self._values(some, iter(self._one(sql.first_pass(self.side.item, some, []))))
        return counts, found

    def _values(self, measured: Sequence[Measured], answers: Iterator[Any]) -> dict[int, _Found]:
        """Return what is found of columns with many different values, by position."""
        sketches: dict[int, bytes] = {}
        numbers: dict[Measured, Numbers] = {}
        for item in measured:
            sketches[item.index] = sql.ranks(next(answers))
            if item.is_number:
                n, low, high, mean, found = islice(answers, 5)
                ordered = sql.ordered(found or {}, sql.COARSE)
                numbers[item] = Numbers(n=n, minimum=low, maximum=high, mean=mean, counts=ordered)
        numbers = self._refined(numbers, {index: registers.estimate(sketch) for index, sketch in sketches.items()})
        return {
            item.index: _Found(sketch=sketches[item.index], numbers=numbers[item])
            if item.is_number
            else _Found(sketch=sketches[item.index], texts=self._texts(item, sketches[item.index]))
            for item in measured
        }

    def _refined(self, numbers: Mapping[Measured, Numbers], different: Mapping[int, int]) -> dict[Measured, Numbers]:
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

    def _texts(self, item: Measured, sketch: bytes) -> dict[str, int]:
        """Return the most frequent values of a text; none where there are too many for one to be frequent."""
        if registers.estimate(sketch) > merging.MOST_CATEGORIES:
            return {}
        return dict(self.connection.execute(sql.frequent(self.side.item, item, merging.MOST_TOP)).fetchall())


def _of_values(item: Measured, rows: Sequence[tuple[Any, int, int]]) -> _Found:
    """Return what all different values of a column come to, each with its hash and how often it is there."""
    sketch = sql.ranks_of(low for _, low, _ in rows)
    if item.is_number:
        return _Found(sketch=sketch, numbers=of_values([(value, count) for value, _, count in rows]))
    texts: Counter[str] = Counter()
    for value, _, count in rows:
        if len(value) <= sql.LONGEST:
            texts[value] += count
    return _Found(sketch=sketch, texts=texts)
