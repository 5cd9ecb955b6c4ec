"""A file's columns as the engine declares them: which storage each has, and what people call its type."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from mlgate.core.data.compile import escape
from mlgate.core.data.dialect import Declared, usual_cells
from mlgate.core.data.ir import Storage
from mlgate.core.data.query import Table, TableColumn
from mlgate.core.data.source import Format
from mlgate.shell.tables import engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from mlgate.core.data.source import TableSource

MAX_COLUMNS = 10_000
SHAPES = "shapes"
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_STORAGE = {
    **dict.fromkeys((*_INTEGERS, "UHUGEINT"), Storage.INTEGER),
    "FLOAT": Storage.FLOAT,
    "DOUBLE": Storage.FLOAT,
    "BOOLEAN": Storage.BOOLEAN,
    "VARCHAR": Storage.STRING,
    "UUID": Storage.DATE,  # as dates: text in one form only
    "DATE": Storage.DATE,
    "TIME": Storage.DATE,
    "BLOB": Storage.BINARY,
}
_PEOPLE = {
    Storage.INTEGER: "integer",
    Storage.DECIMAL: "number",
    Storage.FLOAT: "number",
    Storage.BOOLEAN: "boolean",
    Storage.STRING: "string",
    Storage.ARRAY: "array",
    Storage.OBJECT: "object",
}
_NUMBERS = ("file_row_number", "file_index")  # what the reader calls its numbers: a column so called hides them
_JSON_NAMES = {"VARCHAR": "string", "BIGINT": "integer", "UBIGINT": "integer", "DOUBLE": "number", "BOOLEAN": "boolean"}


def storage_of(declared: str) -> Storage:
    """Return how a column of the engine's type `declared` is held; what JSON has no form for is binary."""
    if declared.endswith("]"):
        return Storage.ARRAY
    head = declared.split("(", maxsplit=1)[0]
    if head == "DECIMAL":
        return Storage.DECIMAL
    if head in ("STRUCT", "MAP"):
        return Storage.OBJECT
    if head.startswith("TIMESTAMP"):
        return Storage.TIMESTAMP
    if head.startswith("TIME"):
        return Storage.DATE
    return Storage.STRING if head == "ENUM" else _STORAGE.get(head, Storage.BINARY)


def table(
    connection: duckdb.DuckDBPyConnection, source: TableSource, names: Sequence[str], declared: Declared | None = None
) -> Table:
    """Return the layout of a table whose files can be read as they lie.

    Args:
        connection: May read them.
        source: The files.
        names: The columns of CSV; of JSON Lines, the properties to look at.
        declared: What a contract says of the columns of CSV, where the dialect writes them in a way of its own.

    Raises:
        Unreadable: Several Parquet files have different columns.
        duckdb.Error: A Parquet file cannot be read.
    """
    if source.format is Format.PARQUET:
        return parquet_table(connection, source)
    return json_table(source, names) if source.format is Format.JSON_LINES else csv_table(source, names, declared)


def parquet_table(connection: duckdb.DuckDBPyConnection, source: TableSource) -> Table:
    """Return the layout of Parquet files; rows count through all of them."""
    plain = f"read_parquet({engine.paths(source)})"
    described = connection.execute(f"DESCRIBE SELECT * FROM {plain}").fetchall()  # noqa: S608 - quoted literals
    columns = tuple(_typed(str(name), str(declared)) for name, declared, *_ in described)
    if len(source.files) > 1:
        _refuse_other_columns(connection, source)
    if any(column.name.lower() in _NUMBERS for column in columns):
        item = f"(SELECT *, row_number() OVER () - 1 FROM {plain})"  # noqa: S608 - quoted literals
    else:
        item = _numbered(connection, source, len(columns))
    return Table(source=item, columns=columns, numbered=True)


def _numbered(connection: duckdb.DuckDBPyConnection, source: TableSource, width: int) -> str:
    one = f"read_parquet({engine.paths(source)}, file_row_number=true)"
    if len(source.files) == 1:
        return one
    before = [0, *itertools.accumulate(parquet_rows(connection, source))]
    names = [f"c{index}" for index in range(width)]
    named = f"(SELECT *, file_index FROM {one}) AS p({', '.join([*names, 'r', 'f'])})"  # noqa: S608 - quoted literals
    return f"(SELECT {', '.join(names)}, r + {before}[CAST(f AS BIGINT) + 1] FROM {named})"  # noqa: S608 - positions


def parquet_rows(connection: duckdb.DuckDBPyConnection, source: TableSource) -> list[int]:
    """Return how many rows each Parquet file says that it has."""
    asked = f"SELECT file_name, num_rows FROM parquet_file_metadata({engine.paths(source)})"  # noqa: S608 - quoted
    found = {str(name): int(rows or 0) for name, rows in connection.execute(asked).fetchall()}
    return [found.get(file, 0) for file in source.files]


def _refuse_other_columns(connection: duckdb.DuckDBPyConnection, source: TableSource) -> None:
    """The engine reads files of different columns as one table, by name and with casts: that would be silence."""
    parts = "name, type, converted_type, logical_type, num_children"
    asked = f"SELECT file_name, list(({parts})::VARCHAR) FROM parquet_schema({engine.paths(source)}) GROUP BY 1"  # noqa: S608 - quoted
    found = {str(name): columns[1:] for name, columns in connection.execute(asked).fetchall()}
    for file, name in zip(source.files, source.names, strict=True):
        if found.get(file) != found.get(source.files[0]):
            raise engine.Unreadable(
                f"{name} has other columns or types than {source.names[0]}",
                remedy="Make all files of the table alike, or name two tables.",
            )


def _typed(name: str, declared: str) -> TableColumn:
    storage = storage_of(declared)
    return TableColumn(name=name, storage=storage, type=_PEOPLE.get(storage, declared.lower()))


def csv_table(source: TableSource, names: Sequence[str], declared: Declared | None = None) -> Table:
    """Return the layout of CSV files with these column names; cells of a dialect come as JSON would write them."""
    types = {f"c{index}": "VARCHAR" for index in range(len(names))}
    columns = tuple(TableColumn(name=name, storage=Storage.TEXT, type="string") for name in names)
    item = engine.csv_item(source, types)
    cells = usual_cells(source.dialect, names, declared or Declared())
    if cells == list(types):
        return Table(source=item, columns=columns)
    return Table(source=f"(SELECT {', '.join(cells)} FROM {item})", columns=columns, written=item)  # noqa: S608 - quoted


def json_table(source: TableSource, names: Iterable[str]) -> Table:
    """Return the layout of JSON Lines files, looking at these properties."""
    columns = tuple(TableColumn(name=name, storage=Storage.JSON, type="json") for name in names)
    return Table(source=f"read_ndjson_objects({engine.paths(source)})", columns=columns, is_json=True)


def json_shapes(connection: duckdb.DuckDBPyConnection, table_source: TableSource) -> str:
    """Keep the different types `t` and lists of keys `k` of all rows in a table of the engine; return its name."""
    source = json_table(table_source, ()).source
    shapes = f"SELECT DISTINCT json_type(json) AS t, json_keys(json) AS k FROM {source}"  # noqa: S608 - quoted
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {SHAPES} AS {shapes}")
    return SHAPES


def json_properties(
    connection: duckdb.DuckDBPyConnection, table_source: TableSource, shapes: str = ""
) -> dict[str, tuple[str, int]]:
    """Return the properties of all rows: for each its type and in how many rows it has a value other than null.

    Args:
        connection: May read the table.
        table_source: JSON Lines.
        shapes: What `json_shapes` has kept of it; looked at anew where that has not been asked.
    """
    source = json_table(table_source, ()).source
    known = shapes or json_shapes(connection, table_source)
    keys = f"SELECT DISTINCT unnest(k) AS k FROM {known} ORDER BY k"  # noqa: S608 - a name of our own
    names = [str(row[0]) for row in connection.execute(f"{keys} LIMIT {MAX_COLUMNS}").fetchall()]
    if not names:
        return {}
    places = ", ".join(engine.literal("/" + escape(name)) for name in names)
    types = f"SELECT json_type(json, [{places}]) AS t, count(*) AS n FROM {source} GROUP BY ALL"  # noqa: S608 - quoted
    split = f"SELECT unnest(range({len(names)})) AS i, unnest(t) AS t, n FROM ({types})"  # noqa: S608 - quoted
    rows = connection.execute(f"SELECT i, t, sum(n)::BIGINT FROM ({split}) GROUP BY ALL ORDER BY ALL").fetchall()  # noqa: S608 - quoted
    found: dict[str, tuple[str, int]] = {}
    for index, kind, count in rows:
        name = names[index]
        before, seen = found.get(name, ("null", 0))
        if kind in ("NULL", None):
            found[name] = (before, seen)
            continue
        found[name] = (_joined(before, _JSON_NAMES.get(kind, str(kind).lower())), seen + int(count))
    return found


def _joined(one: str, other: str) -> str:
    if one in ("null", other):
        return other
    return "number" if {one, other} == {"integer", "number"} else "mixed"
