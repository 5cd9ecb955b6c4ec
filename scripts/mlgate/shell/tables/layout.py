"""A file's columns as the engine declares them: which storage each has, and what people call its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.compile import escape
from mlgate.core.data.ir import Storage
from mlgate.core.data.query import Table, TableColumn
from mlgate.shell.tables import engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import duckdb

    from mlgate.core.data.source import Format

MAX_COLUMNS = 10_000
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


def parquet_table(connection: duckdb.DuckDBPyConnection, path: Path) -> Table:
    """Return the layout of a Parquet file."""
    found = engine.source(path)
    described = connection.execute(f"DESCRIBE SELECT * FROM {found.sql}").fetchall()[:-1]  # noqa: S608 - a quoted literal
    columns = [_typed(str(name), str(declared)) for name, declared, *_ in described]
    return Table(source=found.sql, columns=tuple(columns), numbered=True)


def _typed(name: str, declared: str) -> TableColumn:
    storage = storage_of(declared)
    return TableColumn(name=name, storage=storage, type=_PEOPLE.get(storage, declared.lower()))


def csv_table(path: Path, form: Format, names: Sequence[str]) -> Table:
    """Return the layout of a CSV file with these column names."""
    types = {f"c{index}": "VARCHAR" for index in range(len(names))}
    columns = tuple(TableColumn(name=name, storage=Storage.TEXT, type="string") for name in names)
    return Table(source=engine.csv_item(path, form, types), columns=columns, numbered=False)


def json_table(path: Path, names: Iterable[str]) -> Table:
    """Return the layout of a JSON Lines file, looking at these properties."""
    columns = tuple(TableColumn(name=name, storage=Storage.JSON, type="json") for name in names)
    item = f"read_ndjson_objects({engine.literal(str(path.absolute()))})"
    return Table(source=item, columns=columns, is_json=True)


def json_properties(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, tuple[str, int]]:
    """Return the properties of all rows: for each its type and in how many rows it has a value other than null."""
    source = json_table(path, ()).source
    keys = f"SELECT DISTINCT unnest(k) AS k FROM (SELECT DISTINCT json_keys(json) AS k FROM {source}) ORDER BY k"  # noqa: S608 - quoted
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
