"""Which cells are equal when two versions of a table are written differently: asked of the engine itself."""

# ruff: noqa: S608 - literals of this file

from __future__ import annotations

import duckdb
import pytest

from mlgate.core.data.diff.columns import Side, pairs, schema_diff
from mlgate.core.data.ir import Kind, Property, Storage
from mlgate.core.data.query import Table, TableColumn


def side(storage: Storage, *types: str, names: str = "a") -> Side:
    columns = tuple(TableColumn(name=name, storage=storage, type="") for name in names)
    return Side(table=Table(source="t", columns=columns, is_json=storage is Storage.JSON), types=types)


def are_equal(before: Side, one: str, after: Side, other: str, *kinds: Kind) -> bool:
    """Return whether two cells, as SQL literals, count as the same; `kinds` are what a contract declares."""
    declared = Property(kinds=frozenset(kinds), accepts_null=True, compiled=True)
    pair = pairs(before, after, {"a": declared} if kinds else None)[0]
    old = f"SELECT {pair.before.value} AS v FROM (SELECT {one} AS c0, json_type(to_json({one})) AS t0)"
    new = f"SELECT {pair.after.value} AS v FROM (SELECT {other} AS c0, json_type(to_json({other})) AS t0)"
    row = duckdb.execute(f"SELECT a.v IS NOT DISTINCT FROM b.v FROM ({old}) a, ({new}) b").fetchone()
    assert row is not None
    return bool(row[0])


TEXT, JSON = side(Storage.TEXT, "VARCHAR"), side(Storage.JSON, "JSON")
STRING, INTEGER = side(Storage.STRING, "VARCHAR"), side(Storage.INTEGER, "BIGINT")
SHORT, FLOAT = side(Storage.INTEGER, "SMALLINT"), side(Storage.FLOAT, "DOUBLE")
BOOLEAN, TIME = side(Storage.BOOLEAN, "BOOLEAN"), side(Storage.TIMESTAMP, "TIMESTAMP")


@pytest.mark.parametrize(
    ("before", "one", "after", "other", "expected"),
    [
        (TEXT, "'00123'", TEXT, "'123'", False),
        (TEXT, "'1.50'", TEXT, "'1.5'", False),
        (TEXT, "'00123'", STRING, "'00123'", True),
        (TEXT, "'00123'", STRING, "'123'", False),
        (TEXT, "'00123'", INTEGER, "123", True),
        (TEXT, "'1.50'", FLOAT, "1.5::DOUBLE", True),
        (TEXT, "'-0'", FLOAT, "0.0::DOUBLE", True),
        (TEXT, "'1.5'", FLOAT, "2.5::DOUBLE", False),
        (TEXT, "NULL::VARCHAR", FLOAT, "NULL::DOUBLE", True),
        (TEXT, "''", FLOAT, "NULL::DOUBLE", False),
        (TEXT, "'9007199254740993'", INTEGER, "9007199254740993", True),
        (TEXT, "'9007199254740993'", INTEGER, "9007199254740992", False),
        (SHORT, "5::SMALLINT", INTEGER, "5::BIGINT", True),
        (INTEGER, "5", FLOAT, "5.0::DOUBLE", True),
        (TEXT, "'TRUE'", BOOLEAN, "true", True),
        (TEXT, "'2024-01-01T10:00:00'", TIME, "TIMESTAMP '2024-01-01 10:00:00'", True),
        (TEXT, "'5.0'", JSON, "'5'::JSON", True),
        (TEXT, "'05'", JSON, "'\"05\"'::JSON", True),
        (TEXT, "'05'", JSON, "'5'::JSON", False),
        (STRING, "'x'", JSON, "'\"x\"'::JSON", True),
        (JSON, "'1'::JSON", JSON, "'1.0'::JSON", True),
        (JSON, "'1'::JSON", JSON, "'\"1\"'::JSON", False),
        (JSON, "'true'::JSON", JSON, "'\"true\"'::JSON", False),
        (JSON, "'null'::JSON", JSON, "'\"null\"'::JSON", False),
        (JSON, "'null'::JSON", JSON, "NULL::JSON", False),
        (JSON, "'9007199254740993'::JSON", JSON, "'9007199254740992'::JSON", False),
        (JSON, '\'{"a": 1, "b": [2]}\'::JSON', JSON, '\'{"b": [2.0], "a": 1}\'::JSON', True),
    ],
)
def test_cells_are_compared_by_what_they_mean(before: Side, one: str, after: Side, other: str, expected: bool) -> None:
    assert are_equal(before, one, after, other) is expected


@pytest.mark.parametrize(
    ("one", "other", "kinds", "expected"),
    [
        ("'5'", "'5.0'", (Kind.NUMBER,), True),
        ("'5'", "'+05.'", (Kind.INTEGER,), True),
        ("'1.5e1'", "'15'", (Kind.NUMBER,), True),
        ("'-0'", "'0'", (Kind.NUMBER,), True),
        ("'5'", "'5.1'", (Kind.NUMBER,), False),
        ("'5'", "' 5'", (Kind.NUMBER,), False),
        ("'5'", "NULL::VARCHAR", (Kind.NUMBER,), False),
        ("NULL::VARCHAR", "NULL::VARCHAR", (Kind.NUMBER,), True),
        ("'inf'", "'Infinity'", (Kind.NUMBER,), False),
        ("'9007199254740993'", "'9007199254740992'", (Kind.INTEGER,), False),
        ("'5'", "'5.0'", (Kind.NUMBER, Kind.STRING), True),
        ("'007'", "'7'", (Kind.NUMBER, Kind.STRING), False),
        ("'5'", "'5.0'", (Kind.STRING,), False),
    ],
)
def test_text_that_is_declared_a_number_is_compared_by_value(
    one: str, other: str, kinds: tuple[Kind, ...], expected: bool
) -> None:
    assert are_equal(TEXT, one, TEXT, other, *kinds) is expected


def test_columns_that_come_and_go_are_named() -> None:
    before = side(Storage.INTEGER, "BIGINT", "BIGINT", "BIGINT", names="abc")
    after = side(Storage.INTEGER, "BIGINT", "SMALLINT", "BIGINT", names="dba")
    schema = schema_diff(before, after)
    assert (schema.added, schema.removed, schema.reordered) == (("d",), ("c",), True)
    assert [(item.name, item.before, item.after) for item in schema.retyped] == [("b", "BIGINT", "SMALLINT")]
    assert not schema.is_same
    assert schema_diff(before, before).is_same


def test_text_has_no_types_to_change() -> None:
    assert schema_diff(TEXT, INTEGER).is_same
