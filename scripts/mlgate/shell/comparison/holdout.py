"""The holdout as the outside: its key, label, group, weight and slice columns in key order, and its identity."""

# ruff: noqa: S608 - SQL is put together here from own names, numbers, and what `engine` has quoted

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.comparison.labels import Kind, canonical, kind_of
from mlgate.errors import InputError
from mlgate.shell.comparison import beside, cells
from mlgate.shell.comparison.beside import WHOLE_TYPES, Slot
from mlgate.shell.tables import engine
from mlgate.shell.tables.engine import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb
    from numpy.typing import NDArray

    from mlgate.core.comparison.columns import Column

# Text keys that are all whole numbers, written the one usual way, are numbers: `1` in a CSV file is 1 in Parquet.
WHOLE = r"(0|-?[1-9][0-9]{0,17})"
MOST_KEYS = 5
MOST_CASES = 16  # more values than these are found by a join
CHUNK = 65_536
MANY_VALUES = 1_000
MOST_DISTINCT = 100_000
LARGEST = 1e36  # of a quantity: the eighth power of a difference must still be a number


class HoldoutError(InputError):
    """The holdout cannot judge."""

    default_reason = "label-missing"


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The names of the columns that matter.

    Attributes:
        key: Tells rows apart.
        label: What is predicted.
        group: Rows that move together.
        weight: How much a row counts.
        slices: Those by which the judging rules divide rows: part of the identity.
        others: Those by which other rules do, such as a pull request's own.
        seek: Whether weak slices are sought in further columns.
    """

    key: str
    label: str
    group: str | None = None
    weight: str | None = None
    slices: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    seek: bool = False

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """Return role and name of each column."""
        roles = ("key", "label", "group", "weight")
        return tuple((role, name) for role in roles if (name := getattr(self, role)) is not None)

    @property
    def keys_alone(self) -> Columns:
        """Return the columns without any by which rules divide rows."""
        return replace(self.judging, slices=())

    @property
    def judging(self) -> Columns:
        """Return the columns of the identity alone."""
        return replace(self, others=(), seek=False)

    def beside(self, types: Mapping[str, str]) -> tuple[str, ...]:
        """Return the further columns of a file that are read, each once."""
        asked = [name for name in (*self.slices, *self.others) if name in types]
        sought = beside.sought(types, (*(name for _, name in self.given), *asked)) if self.seek else ()
        return tuple(dict.fromkeys((*asked, *sought)))


@dataclass(frozen=True, kw_only=True)
class HoldoutTable:
    """A holdout in the database, one row a position in key order.

    Attributes:
        database: Where `name` is a table with the columns `pos`, `key`, `label`, and `grp`, `weight` where given, and
            one for each slot.
        name: The table's.
        columns: In the file.
        whole_keys: Whether keys are whole numbers.
        first_key: Of keys that are all the whole numbers from this one on, so that a position is a key less it; None
            for any others.
        rows: How many.
        kind: How labels are written.
        values: The different labels as written; of a quantity with very many, the first ones.
        slots: Its further columns.
        unread: Those of the file that were not read.
    """

    database: duckdb.DuckDBPyConnection
    name: str
    columns: Columns
    whole_keys: bool
    first_key: int | None
    rows: int
    kind: Kind
    values: tuple[str, ...] = field(repr=False, default=())
    slots: tuple[Slot, ...] = field(repr=False, default=())
    unread: tuple[str, ...] = ()

    def keys(self, positions: NDArray[np.int64]) -> tuple[str, ...]:
        """Return the keys at some positions, in order."""
        if not len(positions):
            return ()
        chosen = ", ".join(str(int(p)) for p in sorted(positions))
        found = self.database.execute(
            f"SELECT CAST(key AS VARCHAR) FROM {self.name} WHERE pos IN ({chosen}) ORDER BY pos"
        )
        return tuple(row[0] for row in found.fetchall())

    def label_codes(self, classes: Sequence[str]) -> NDArray[np.int64]:
        """Return each row's class as an index into canonical `classes`, in key order."""
        codes = {literal(value): classes.index(canonical(value, self.kind)) for value in self.values}
        expression, join = coded("label", codes)
        return self._column(expression, join).astype(np.int64)

    def label_numbers(self) -> NDArray[np.float64]:
        """Return each row's label as a number, in key order; NaN where it is none."""
        return self._column("coalesce(TRY_CAST(label AS DOUBLE), 'nan')")

    def weights(self) -> NDArray[np.float64] | None:
        """Return each row's weight, in key order; None without a weight column.

        Raises:
            HoldoutError: If one is not a positive number.
        """
        if self.columns.weight is None:
            return None
        weights = self._column("coalesce(TRY_CAST(weight AS DOUBLE), 'nan')")
        wrong = int((~(np.isfinite(weights) & (weights > 0))).sum())
        if wrong:
            raise HoldoutError(
                f"{wrong} rows of the holdout have a weight in {self.columns.weight!r} that is not a positive number",
                remedy="Correct the column, or remove `weight`.",
            )
        return weights

    def groups(self) -> NDArray[np.int64] | None:
        """Return each row's group as a number from 0, in key order; None without a group column."""
        if self.columns.group is None:
            return None
        return self._column("dense_rank() OVER (ORDER BY grp NULLS FIRST) - 1").astype(np.int64)

    def beside(self, hidden: Collection[str] | None) -> dict[str, Column]:
        """Return the further columns by name, as far as slices can be made of them.

        Args:
            hidden: Those whose values must not be shown; None for all.
        """
        slots = [slot for slot in self.slots if slot.form is not beside.Form.TEXT]
        if not slots:
            return {}
        chosen = ", ".join(beside.fetched(slot) for slot in slots)
        found = self.database.execute(f"SELECT pos, {chosen} FROM {self.name}").fetchnumpy()
        found = {place: in_order(found["pos"], values) for place, values in found.items()}
        return {
            slot.name: beside.column(slot, found[slot.place], hidden=hidden is None or slot.name in hidden)
            for slot in slots
        }

    def _column(self, expression: str, join: str = "") -> NDArray[Any]:
        """Return what an expression gives on each row, in key order."""
        found = self.database.execute(f"SELECT pos, {expression} AS x FROM {self.name} {join}").fetchnumpy()
        return in_order(found["pos"], found["x"])

    def identity(self) -> str:
        """Return the sha256 over key, label, group, weight and slice columns in key order.

        It is equal for equal values in any format. A column of slices that the file lacks has no part in it.
        """
        slices = [slot for name in sorted(set(self.columns.slices)) for slot in self.slots if slot.name == name]
        roles = (*self.columns.given, *(("slice", slot.name) for slot in slices))
        digest = hashlib.sha256(json.dumps(roles).encode())
        for text in self._few_values(slices) or self._any_values(slices):
            digest.update(text)
        return digest.hexdigest()

    def _any_values(self, slices: Sequence[Slot]) -> Iterator[bytes]:
        """Yield the text of the rows as the engine writes it."""
        written = [_cell("CAST(key AS VARCHAR)"), _cell(self._canonical_label())]
        written += [_cell("grp")] if self.columns.group else []
        written += (
            [_cell("coalesce(CAST(TRY_CAST(weight AS DOUBLE) AS VARCHAR), weight)")] if self.columns.weight else []
        )
        written += [_cell(slot.canonical) for slot in slices]
        lines = self.database.execute(
            f"SELECT string_agg({' || '.join(written)}, '' ORDER BY pos) FROM {self.name} "
            f"GROUP BY pos // {CHUNK} ORDER BY min(pos)"
        )
        while (row := lines.fetchone()) is not None:
            yield row[0].encode()

    def _few_values(self, slices: Sequence[Slot]) -> Iterator[bytes] | None:
        """Return the same text, written faster; None where it is not of whole keys and columns of few values."""
        few = all(slot.form is beside.Form.CATEGORY and len(slot.names) <= MANY_VALUES for slot in slices)
        plain = self.columns.group is None and self.columns.weight is None
        if not (self.whole_keys and plain and few and len(self.values) <= MANY_VALUES):
            return None
        listed = ", ".join(f"({literal(value)})" for value in self.values)
        found = self.database.execute(f"SELECT {_cell(self._canonical_label())} FROM (VALUES {listed}) t(label)")
        labels = [row[0].encode() for row in found.fetchall()]
        expression, join = coded("label", {literal(value): i for i, value in enumerate(self.values)})
        columns = [(self._column(expression, join).astype(np.int64), labels)]
        for slot in slices:
            named = [*(f"{len(name.encode())}:{name},".encode() for name in slot.names), b"-,"]
            columns.append((self._column(beside.code(slot)).astype(np.int64), named))
        if any(b"\0" in cell for _, texts in columns for cell in texts):
            return None
        return cells.rows(self._column("key"), columns)

    def _canonical_label(self) -> str:
        if self.kind is Kind.TEXT:
            return "label"
        if self.kind is Kind.BOOLEAN:
            return "lower(label)"
        return "CAST(CAST(label AS DOUBLE) AS VARCHAR)"


def _cell(value: str) -> str:
    """Return SQL for a cell with its length before it, so that no two rows of cells read alike."""
    return f"coalesce(strlen({value}) || ':' || {value}, '-') || ','"


def load(database: duckdb.DuckDBPyConnection, path: Path, columns: Columns, *, name: str = "holdout") -> HoldoutTable:
    """Read a holdout into the database.

    Raises:
        Unreadable: If the file cannot be read.
        HoldoutError: `label-missing` or `key-duplicate`.
    """
    source = engine.source(path)
    with engine.reading(path):
        types = column_types(database, source.sql)
        missing = [f"{role} {column!r}" for role, column in columns.given if column not in types]
        if missing:
            raise HoldoutError(
                f"the holdout {path.name} has no column for {', '.join(missing)}; it has {_listed(types)}",
                remedy="Correct the names in `mlgate.yml`, or the table.",
            )
        further = columns.beside(types)
        whole = _raw(database, source.sql, columns, name, types)
        slots = beside.slots(database, f"raw_{name}", further, types)
        _refuse_nulls(database, f"raw_{name}", columns)
        first = _first_key(database, f"raw_{name}") if whole else None
        _order(database, name, whole=whole, first=first, slots=slots)
        if first is None:
            _refuse_duplicates(database, name, columns)
        values = _distinct(database, name)
        rows = scalar(database, f"SELECT count(*) FROM {name}")
    if not rows:
        raise HoldoutError(f"the holdout {path.name} has no rows", remedy="Correct the table.")
    return HoldoutTable(
        database=database,
        name=name,
        columns=columns,
        whole_keys=whole,
        first_key=first,
        rows=rows,
        kind=kind_of(values),
        values=values,
        slots=slots,
        unread=tuple(n for n in types if n not in further and n not in {name for _, name in columns.given}),
    )


def _raw(database: duckdb.DuckDBPyConnection, sql: str, columns: Columns, name: str, types: dict[str, str]) -> bool:
    """Read the columns as text, and return whether all keys are whole numbers."""
    label = identifier(columns.label)
    if types[columns.label] in ("FLOAT", "DOUBLE"):
        label = f"(CASE WHEN NOT isnan({label}) THEN {label} END)"
    wanted = [f"{label}::VARCHAR AS label"]
    wanted += [f"{identifier(columns.group)}::VARCHAR AS grp"] if columns.group else []
    wanted += [f"{identifier(columns.weight)}::VARCHAR AS weight"] if columns.weight else []
    wanted += beside.selected(columns.beside(types), types)
    key, key_type = identifier(columns.key), types[columns.key]
    kept = f"{key}::BIGINT" if key_type in WHOLE_TYPES else f"{key}::VARCHAR"
    database.execute(f"CREATE TEMP TABLE raw_{name} AS SELECT {kept} AS key, {', '.join(wanted)} FROM {sql}")
    if key_type in WHOLE_TYPES:
        return True
    query = f"SELECT coalesce(bool_and(regexp_full_match(key, {literal(WHOLE)})), false) FROM raw_{name}"
    return bool(scalar(database, query))


def _first_key(database: duckdb.DuckDBPyConnection, table: str) -> int | None:
    """Return the lowest of keys that are all the whole numbers from it on, each once; None for any others.

    Such keys need no sort: a key says its own position.
    """
    found = database.execute(f"SELECT min(key::BIGINT), max(key::BIGINT), count(*) FROM {table}").fetchone()
    if found is None or found[0] is None or found[1] - found[0] + 1 != found[2]:
        return None
    keys = database.execute(f"SELECT key::BIGINT - {found[0]} AS x FROM {table}").fetchnumpy()["x"]
    return int(found[0]) if np.bincount(np.asarray(keys), minlength=found[2]).max() == 1 else None


def _order(
    database: duckdb.DuckDBPyConnection,
    name: str,
    *,
    whole: bool,
    first: int | None,
    slots: Sequence[Slot],
) -> None:
    """Make the table of the rows with their positions in key order from the raw one, which goes."""
    kept = "key::BIGINT" if whole else "key"
    position = f"row_number() OVER (ORDER BY {kept}) - 1" if first is None else f"{kept} - {first}"
    replaced = ", ".join([f"{kept} AS key", *beside.kept(slots, f"raw_{name}")])
    database.execute(
        f"CREATE TEMP TABLE {name} AS SELECT ({position})::BIGINT AS pos, * REPLACE ({replaced}) FROM raw_{name}"
    )
    database.execute(f"DROP TABLE raw_{name}")


def _refuse_nulls(database: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    names = {"key": "key", "label": "label", "group": "grp"}
    given = [(role, column) for role, column in columns.given if role in names]
    counts = ", ".join(f"count(*) - count({names[role]})" for role, _ in given)
    found = database.execute(f"SELECT {counts} FROM {name}").fetchone() or ()
    for (role, column), nulls in zip(given, found, strict=True):
        if nulls:
            raise HoldoutError(
                f"{nulls} rows of the holdout have no {role} in {column!r}", remedy="Correct or remove the rows."
            )


def _refuse_duplicates(database: duckdb.DuckDBPyConnection, name: str, columns: Columns) -> None:
    doubled = scalar(
        database,
        f"SELECT count(*) FROM (SELECT key, lag(key) OVER (ORDER BY pos) AS before FROM {name}) WHERE key = before",
    )
    if doubled:
        raise HoldoutError(
            f"rows of the holdout that repeat a key in {columns.key!r}: {doubled}",
            remedy="Make the key unique, or name another column as `key`.",
            reason="key-duplicate",
        )


def _distinct(database: duckdb.DuckDBPyConnection, name: str) -> tuple[str, ...]:
    found = database.execute(f"SELECT DISTINCT label FROM {name} ORDER BY label LIMIT {MOST_DISTINCT}")
    return tuple(row[0] for row in found.fetchall())


def coded(value: str, codes: Mapping[str, int]) -> tuple[str, str]:
    """Return SQL for the code of a value, null for one that has none, and the join that it needs if any.

    Args:
        value: SQL.
        codes: By SQL literal.
    """
    if len(codes) <= MOST_CASES:
        cases = " ".join(f"WHEN {written} THEN {code}" for written, code in codes.items())
        return f"CASE {value} {cases} END", ""
    listed = ", ".join(f"({written}, {code})" for written, code in codes.items())
    return "c.code", f"LEFT JOIN (VALUES {listed}) c(value, code) ON c.value = {value}"


def in_order(positions: NDArray[np.int64], values: NDArray[Any]) -> NDArray[Any]:
    """Return values by their positions, which are all from 0 on."""
    ordered = np.empty(len(positions), dtype=values.dtype)
    ordered[positions] = values
    return ordered


def column_types(database: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    """Return the columns of a source and their types."""
    found = database.execute(f"DESCRIBE SELECT * FROM {sql}")
    return {row[0]: row[1] for row in found.fetchall()}


def scalar(database: duckdb.DuckDBPyConnection, query: str) -> int:
    """Return the one number that a query gives."""
    row = database.execute(query).fetchone()
    return int(row[0]) if row else 0


def _listed(types: dict[str, str]) -> str:
    names = list(types)
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
