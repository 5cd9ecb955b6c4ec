"""The reference profile of a table: the file is read once, then each column is measured in the engine."""

# ruff: noqa: S608 - SQL is put together here from own names, numbers, and what `engine` has quoted

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.codec import rounded
from mlgate.core.registry.bundle.profile import ColumnKind, ColumnProfile, Profile, ValueCount
from mlgate.shell.tables import engine

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import duckdb

MOST_COLUMNS = 1000
MOST_TOP = 50
MOST_SORTED = 20_000_000  # numbers of one column whose quantiles the engine holds in memory
LONGEST = 200  # characters; longer texts are no categories
STEPS = 100
_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "U", "DECIMAL", "FLOAT", "DOUBLE")
_TEXTUAL = ("VARCHAR", "BOOLEAN", "DATE", "TIME", "ENUM")
_NO_NUMBER = ("UUID", "UNION")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is to be described.

    Attributes:
        name: The table's, in the configuration.
        path: Its file.
        key: The column that names a row.
        shown: Whether values may stand in the profile.
        hidden: Columns whose values may not, in any case.
    """

    name: str
    path: Path
    key: str | None = None
    shown: bool = False
    hidden: Collection[str] = ()


def describe(subject: Subject, *, spill: Path) -> Profile:
    """Return the profile of a table.

    Raises:
        Unreadable: With a one-line cause.
    """
    source = engine.source(subject.path)
    # One thread: sums are then taken in the order of the file, and come out the same on any machine.
    with engine.reading(subject.path), engine.connect((subject.path,), spill=spill, threads=1) as database:
        without = f" EXCLUDE ({source.row})" if source.row else ""
        database.execute(f"CREATE TEMP TABLE t AS SELECT *{without} FROM {source.sql}")
        types = {str(row[0]): str(row[1]) for row in database.execute("DESCRIBE t").fetchall()}
        table = _Table(database=database, subject=subject, types=dict(list(types.items())[:MOST_COLUMNS]))
        rows, columns = table.columns()
    with subject.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Profile(
        table=subject.name,
        digest=digest,
        rows=rows,
        values_shown=subject.shown,
        columns=columns,
        columns_left_out=max(0, len(types) - MOST_COLUMNS),
    )


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A table `t` in the engine."""

    database: duckdb.DuckDBPyConnection
    subject: Subject
    types: dict[str, str]

    def columns(self) -> tuple[int, tuple[ColumnProfile, ...]]:
        """Return the number of rows, and each column."""
        asked = ["count(*)"]
        for name, declared in self.types.items():
            column = engine.identifier(name)
            form = f"coalesce(bool_and(regexp_full_match({column}, {engine.literal(_NUMBER)})), false)"
            asked += [f"count({column})", form if declared == "VARCHAR" else "false"]
        rows, *cells = self.one(f"SELECT {', '.join(asked)} FROM t")
        counted = zip(self.types, cells[::2], cells[1::2], strict=True)
        return rows, tuple(self.column(name, n, rows - n, numeric=looks) for name, n, looks in counted)

    def one(self, query: str) -> tuple[Any, ...]:
        """Return the one row that a query gives."""
        return self.database.execute(query).fetchall()[0]

    def column(self, name: str, n: int, nulls: int, *, numeric: bool) -> ColumnProfile:
        """Describe one column."""
        kind = self.kind(name, numeric=numeric)
        measured: dict[str, Any] = {}
        if self.subject.shown and name not in self.subject.hidden and n:
            if kind is ColumnKind.NUMBER:
                measured = self.numbers(engine.identifier(name))
            if kind is ColumnKind.TEXT:
                measured = self.texts(engine.identifier(name), n)
        return ColumnProfile(name=name, kind=kind, type=self.types[name], n=n, nulls=nulls, **measured)

    def kind(self, name: str, *, numeric: bool) -> ColumnKind:
        """Return how a column is described; `numeric` says that all its text reads as numbers."""
        declared = self.types[name]
        if name == self.subject.key:
            return ColumnKind.KEY
        if declared.endswith("]") or declared.startswith(_NO_NUMBER):
            return ColumnKind.OTHER
        if numeric or declared.startswith(_NUMERIC):
            return ColumnKind.NUMBER
        return ColumnKind.TEXT if declared.startswith(_TEXTUAL) else ColumnKind.OTHER

    def numbers(self, column: str) -> dict[str, Any]:
        """Return what is said of numbers."""
        cells = f"(SELECT {column}::DOUBLE AS x FROM t WHERE {column} IS NOT NULL)"
        finite = f"{cells} WHERE isfinite(x)"
        wrong, n, low, high, mean = self.one(
            "SELECT count(*) FILTER (NOT isfinite(x)), count(*) FILTER (isfinite(x)), min(x) FILTER (isfinite(x)), "
            f"max(x) FILTER (isfinite(x)), favg(x) FILTER (isfinite(x)) FROM {cells}"
        )
        if not n:
            return {"not_finite": wrong}
        squares = self.one(f"SELECT fsum((x - {mean!r}::DOUBLE) * (x - {mean!r}::DOUBLE)) FROM {finite}")[0]
        shares = [step / STEPS for step in range(STEPS + 1)]
        quantiles = self.one(f"SELECT quantile_disc(x, {shares}) FROM {finite}")[0] if n <= MOST_SORTED else []
        return {
            "not_finite": wrong,
            "minimum": rounded(low),
            "maximum": rounded(high),
            "mean": _finite(mean),
            "std": _finite((squares / (n - 1)) ** 0.5) if n > 1 else None,
            "quantiles": tuple(rounded(value) for value in quantiles),
        }

    def texts(self, column: str, n: int) -> dict[str, Any]:
        """Return the most frequent values, and how many cells have another."""
        counted = f"SELECT {column}::VARCHAR AS x, count(*) AS c FROM t WHERE {column} IS NOT NULL GROUP BY x"
        found = self.database.execute(
            f"WITH counted AS ({counted}) SELECT x, c, (SELECT count(*) FROM counted) FROM counted "
            f"WHERE length(x) <= {LONGEST} ORDER BY c DESC, x LIMIT {MOST_TOP}"
        ).fetchall()
        distinct = found[0][2] if found else self.one(f"SELECT count(*) FROM ({counted})")[0]
        top = tuple(ValueCount(value=value, count=count) for value, count, _ in found)
        return {"distinct": distinct, "top": top, "rest": n - sum(value.count for value in top)}


def _finite(value: float) -> float | None:
    """Return a rounded number; None for one that sums of very large numbers have overflown to."""
    return rounded(value) if math.isfinite(value) else None
