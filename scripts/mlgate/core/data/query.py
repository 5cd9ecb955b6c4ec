"""The queries of a scan, as text: one aggregate that counts what breaks each check, and those that find the rows."""

# ruff: noqa: S608 - names in a file never reach a query: columns go by position, texts through `literal`

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mlgate.core.data.compile import escape
from mlgate.core.data.flags import KEPT
from mlgate.core.data.ir import Kind, OnlyColumns, Storage
from mlgate.core.data.sql import JSON_NUMBERS, Cell, Row, breaks, literal, own_content, suspects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.data.flags import Flags, Probe
    from mlgate.core.data.ir import Check, Fallback, Plan, Property

LOCATED = 20  # rows that a finding names
ROW = "row_number"
ROW_BROKEN = "row_broken"
PLAIN = "plain_cells"


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column of the file. `type` is what people read: a JSON Schema type, or the engine's own."""

    name: str
    storage: Storage
    type: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file as item of a FROM clause.

    Attributes:
        source: The item, without alias. Its columns are renamed `c0`, `c1`, ... by position: names in a file are data.
        columns: In the file's order. Of JSON Lines, all that any row or the contract has.
        numbered: Whether the reader numbers rows by itself, in a last column.
        is_json: Whether rows are JSON objects, in a column `json`.
        plain: Positions of columns of text whose cells the engine's own cast reads right, see `core.data.plain`.
        times: By position, the expressions of columns that rules read as times, see `core.data.rules.reading`.
    """

    source: str
    columns: tuple[TableColumn, ...]
    numbered: bool = False
    is_json: bool = False
    plain: frozenset[int] = frozenset()
    written: str | None = None
    times: Mapping[int, str] = field(default_factory=dict)

    def index(self, name: str) -> int | None:
        """Return the position of a column, or None."""
        return self._positions.get(name)

    @cached_property
    def _positions(self) -> dict[str, int]:
        """Return where columns are by name; a wide contract asks for thousands."""
        return {column.name: i for i, column in reversed(list(enumerate(self.columns)))}

    def relation(self, *, rows: bool = False) -> str:
        """Return a FROM item with the columns `c0`...; with `rows`, also the 0-based `row_number`."""
        if self.is_json:
            inner = self._json_relation()
        else:
            names = [f"c{i}" for i in range(len(self.columns))] + ([ROW] if self.numbered else [])
            inner = f"(SELECT {', '.join(['*', *self._casts()])} FROM {self.source} AS s({', '.join(names)}))"
        if rows and not self.numbered:
            inner = f"(SELECT *, row_number() OVER () - 1 AS {ROW} FROM {inner})"
        return inner

    def _casts(self) -> list[str]:
        """Cast once: the engine does not see that a cast inside two conditions is the same."""
        times = [f"{value} AS m{index}" for index, value in self.times.items()]
        numbers = [f"TRY_CAST(c{index} AS DOUBLE) AS n{index}" for index in sorted(self.plain)]
        cells = ", ".join(f"c{index}" for index in sorted(self.plain))
        return [*times, *numbers, *([f"concat({cells}) AS {PLAIN}"] if numbers else [])]

    def _json_relation(self) -> str:
        """Take all properties at once: each call reads the whole object."""
        if not self.columns:
            return f"(SELECT json FROM {self.source})"
        places = ", ".join(literal("/" + escape(column.name)) for column in self.columns)
        taken = f"SELECT json, json_extract(json, [{places}]) AS v, json_type(json, [{places}]) AS t FROM {self.source}"
        items = [f"v[{i + 1}] AS c{i}, t[{i + 1}] AS t{i}" for i in range(len(self.columns))]
        return f"(SELECT *, {self._json_casts()} FROM (SELECT json, {', '.join(items)} FROM ({taken})))"

    def _json_casts(self) -> str:
        """Take texts and numbers out of their JSON once; a number is written in JSON as anywhere else."""
        texts = [f"CASE WHEN t{i} = 'VARCHAR' THEN c{i}->>'$' END AS s{i}" for i in range(len(self.columns))]
        numbers = [
            f"CASE WHEN t{i} IN {JSON_NUMBERS} THEN TRY_CAST(CAST(c{i} AS VARCHAR) AS DOUBLE) END AS d{i}"
            for i in range(len(self.columns))
        ]
        return ", ".join([*texts, *numbers])

    def cell(self, name: str, properties: Mapping[str, Property]) -> Cell | None:
        """Return how SQL reads a column; None if the file does not have it."""
        index = self.index(name)
        if index is None:
            return None
        declared = properties.get(name)
        return Cell(
            storage=self.columns[index].storage,
            value=f"c{index}",
            json_type=f"t{index}",
            kinds=declared.kinds if declared else frozenset({Kind.STRING}),
            accepts_null=declared.accepts_null if declared else True,
            plain=f"n{index}" if index in self.plain else "",
            string=f"s{index}" if self.is_json else "",
            double=f"d{index}" if self.is_json else "",
        )


def condition_of(
    check: Check, table: Table, properties: Mapping[str, Property], others: Property | None = None
) -> str | None:
    """Return the condition that a row breaks a check, or None where no row of this file can.

    Args:
        check: The check.
        table: The file.
        properties: What the contract declares, by column.
        others: What it declares about all other columns.
    """
    if isinstance(check.test, OnlyColumns):
        return _extra_columns(check.test.names, table, properties)
    return breaks(check.test, _place(check.column, table, properties, others))


def candidates(item: Fallback, table: Table, plan: Plan) -> str:
    """Return the condition that a row can break a keyword with no compiled form: all others need no second path."""
    return suspects(item.candidates, _place(item.column, table, plan.properties, plan.others))


def _place(
    column: str | None, table: Table, properties: Mapping[str, Property], others: Property | None
) -> Cell | Row | None:
    names = [column] if column is not None else [item.name for item in table.columns]
    known = {name: properties.get(name) or others for name in names}
    cells = {name: table.cell(name, {name: declared} if declared else {}) for name, declared in known.items()}
    if column is not None:
        return cells[column]
    return Row(cells={name: cell for name, cell in cells.items() if cell}, json="json" if table.is_json else None)


def _extra_columns(names: tuple[str, ...], table: Table, properties: Mapping[str, Property]) -> str | None:
    if table.is_json:
        known = f"[{', '.join(map(literal, names))}]::VARCHAR[]"
        return f"len(list_filter(json_keys(json), lambda k: NOT list_contains({known}, k))) > 0"
    null = {name for name, item in properties.items() if item.accepts_null}  # there, whatever is in the cell
    extra = [
        "true" if column.name in null else f"c{i} IS NOT NULL"
        for i, column in enumerate(table.columns)
        if column.name not in names
    ]
    return " OR ".join(extra) or None


def count(table: Table, probes: Sequence[Probe], extra: Sequence[str] = (), found: Flags | None = None) -> str:
    """Return the aggregate: the number of rows, each probe's count (NULL for none), `extra`, and `found` if wanted.

    Conditions are columns first and counted then: a filter for each aggregate takes three times as long.
    """
    items = ["count(*)", *(f"count_if(b{probe.id})" for probe in probes), *extra]
    if found is None:
        return f"SELECT {', '.join(items)} FROM {_tested(table, probes)}"
    items += [f"count({ROW_BROKEN})", f"min({ROW_BROKEN}, {KEPT})"]
    items += [f"arg_min({name}, {ROW_BROKEN}, {KEPT})" for name in found.names]
    kept = f"CASE WHEN {found.mark} THEN {ROW} END AS {ROW_BROKEN}, {found.items}"
    inner = f"SELECT *, {kept} FROM {_flagged(table, probes, found)}"
    return f"SELECT {', '.join(items)} FROM ({inner})"


def flag(table: Table, *found: Flags, columns: Iterable[str] = ()) -> str:
    """Return the query of what `found` says of each row, NULL for rows that break nothing, in the file's order.

    Args:
        table: The table.
        *found: Probes that are often broken are better kept apart: where one holds, all beside it are put down.
        columns: Of the table's relation, that are wanted too.
    """
    items = [*columns, *(flags.items for flags in found)]
    probes = [probe for flags in found for probe in flags.probes]
    return f"SELECT {', '.join(items)} FROM {_flagged(table, probes, *found)}"


def _tested(table: Table, probes: Sequence[Probe], *, rows: bool = False) -> str:
    tests = [f"({probe.condition}) AS b{probe.id}" for probe in probes]
    return f"(SELECT {', '.join(['*', *tests])} FROM {table.relation(rows=rows)})"


def _flagged(table: Table, probes: Sequence[Probe], *found: Flags) -> str:
    marks = [f"({flags.any_of}) AS {flags.mark}" for flags in found]
    return f"(SELECT {', '.join(['*', *marks])} FROM {_tested(table, probes, rows=table.numbered)})"


def locate(table: Table, probes: Sequence[Probe]) -> str:
    """Return the query of the first row numbers of each probe."""
    items = [first_rows(probe.condition) for probe in probes]
    return f"SELECT {', '.join(items)} FROM {table.relation(rows=True)}"


def first_rows(condition: str, row: str = ROW) -> str:
    """Return the aggregate of the first row numbers for which a condition holds.

    A filter of the aggregate says the same and takes thirty times as long.
    """
    return f"min(CASE WHEN {condition} THEN {row} END, {LOCATED})"


def values(table: Table, columns: Sequence[int], rows: Sequence[int]) -> str:
    """Return the query of some rows' cells as text, as the file has them."""
    table = replace(table, source=table.written or table.source)
    cells = [f"CAST(c{index} AS VARCHAR)" for index in columns]
    wanted = ", ".join(map(str, rows))
    return f"SELECT {', '.join([ROW, *cells])} FROM {table.relation(rows=True)} WHERE {ROW} IN ({wanted})"


def key_is_null(cells: Sequence[Cell]) -> str:
    """Return the condition that a part of the key is null or absent."""
    return " OR ".join(f"coalesce(NOT ({cell.is_present}), true)" for cell in cells)


def hashed(table: Table, cells: Sequence[Cell], *, rows: bool = False) -> str:
    """Return a FROM item of key parts `k0`... and their hash `h`, without the rows that have a null in the key."""
    parts = [own_content(cell) for cell in cells]
    names = [f"k{i}" for i in range(len(parts))]
    items = [f"{part} AS {name}" for part, name in zip(parts, names, strict=True)]
    row = [ROW] if rows else []
    inner = f"SELECT {', '.join([*items, *row])} FROM {table.relation(rows=rows)} WHERE NOT ({key_is_null(cells)})"
    return f"(SELECT *, hash({', '.join(names)}) AS h FROM ({inner}))"


def doubled_hashes(table: Table, cells: Sequence[Cell]) -> str:
    """Return the query of hashes that occur more than once: neighbours in sorted order, in bounded memory."""
    return f"SELECT DISTINCT h FROM (SELECT h, lag(h) OVER (ORDER BY h) AS p FROM {hashed(table, cells)}) WHERE h = p"


def doubled_rows(table: Table, cells: Sequence[Cell], among: str) -> str:
    """Return count and first rows whose key an earlier row has, among the rows with a hash in the table `among`."""
    keys = ", ".join(f"k{i}" for i in range(len(cells)))
    suspects = f"SELECT * FROM {hashed(table, cells, rows=True)} SEMI JOIN {among} USING (h)"
    ranked = f"SELECT {ROW}, row_number() OVER (PARTITION BY {keys} ORDER BY {ROW}) AS nth FROM ({suspects})"
    return f"SELECT count(*), min({ROW}, {LOCATED}) FROM ({ranked}) WHERE nth > 1"
