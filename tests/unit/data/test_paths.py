"""The compiled checks and `jsonschema` row by row agree, on made schemas and tables.

`MLGATE_EXAMPLES` sets how many tables each test makes: a few in CI, many thousands in a long run.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from mlgate.core.config.row_schema import mistakes
from mlgate.core.data.cell import value_of
from mlgate.core.data.compile import compile_row
from mlgate.core.data.ir import Fallback, Finite, Kind, Plan, Storage
from mlgate.core.data.query import LOCATED, Table, TableColumn, condition_of
from mlgate.core.data.sql import literal
from mlgate.shell.validation.matching import UnsupportedError
from mlgate.shell.validation.rows import accepts_null, check_rows

CONNECTION = duckdb.connect()
EXAMPLES = int(os.environ.get("MLGATE_EXAMPLES", "40"))
MADE = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

NAMES = ["a", "b", "a/b", "~x", "", "0", "é"]
NUMBERS: list[Any] = [
    0,
    1,
    -1,
    2,
    3.0,
    0.5,
    0.1,
    0.3,
    19.99,
    1e-7,
    1e22,
    -0.0,
    2**53 + 1,
    2**63,
    -(2**63),
    2**64,
    10**30,
]
WORDS = ["", "a", "ab", "ba", "a1", "1", "true", "é漢", 'q"', "a\n", "\u00a0", "x~y/z", "2024-02-29", "2023-02-29"]
STAMPS = [
    "2024-02-29T10:00:00Z",
    "2016-12-31T23:59:60Z",
    "10:00:00+01:00",
    "P1Y2M",
    "a@b.c",
    "::1",
    "127.0.0.1",
    "^a(b$",
]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from([*WORDS, *STAMPS]), st.integers(-3, 3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=5,
)
KINDS = ["string", "integer", "number", "boolean", "array", "object", "null"]
PATTERNS = ["^a", "b$", r"^\w*$", r"\s", r"^[^\d]+$", "^(?!a)", r"^(.)\1$", r"^\p{L}*$", "a|1", r"\bab?\b", "^$"]
FORMATS = [
    "date",
    "time",
    "date-time",
    "duration",
    "email",
    "ipv4",
    "ipv6",
    "uuid",
    "uri",
    "json-pointer",
    "regex",
    "other",
]
LIMITS = [0, 1, 0.5, -1, 2, 2**53, 2**63, 2**64 + 1, 2**130, 1e22]
REFERENCES = ["#/$defs/d", "#e", "#/$defs/loop", "#/properties/a"]


def keywords(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Return what each keyword may hold."""
    subschemas = st.lists(inner, min_size=1, max_size=2)
    names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    counts, limits = st.integers(0, 3), st.sampled_from(LIMITS)
    return {
        "type": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True),
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "const": VALUES,
        **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), limits),
        "multipleOf": st.sampled_from([1, 2, 3, 0.5, 0.1, 0.01, 1e-7, 0.3, 2**53, 2**64, 1e-20]),
        **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), counts),
        **dict.fromkeys(("minContains", "maxContains"), counts),
        "pattern": st.sampled_from(PATTERNS),
        "format": st.sampled_from(FORMATS),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), subschemas),
        **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "unevaluatedItems"), inner),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "propertyNames"), inner),
        **dict.fromkeys(("properties", "dependentSchemas"), st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)),
        "patternProperties": st.dictionaries(st.sampled_from(PATTERNS), inner, max_size=2),
        "required": names,
        "dependentRequired": st.dictionaries(st.sampled_from(NAMES), names, max_size=2),
        "uniqueItems": st.booleans(),
        "$ref": st.sampled_from(REFERENCES),
        "$dynamicRef": st.sampled_from(["#e", "#f"]),
    }


def schema_of(inner: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    """Return schemas of a few keywords."""
    known = keywords(inner)
    chosen = st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=most, unique=True)
    return chosen.flatmap(lambda words: st.fixed_dictionaries({word: known[word] for word in words}))


SCHEMAS = st.recursive(st.booleans(), schema_of, max_leaves=5)
DEFINITIONS = st.fixed_dictionaries(
    {
        "d": SCHEMAS,
        "e": st.fixed_dictionaries({"$anchor": st.just("e"), "allOf": st.lists(SCHEMAS, min_size=1, max_size=1)}),
        "f": st.fixed_dictionaries(
            {"$dynamicAnchor": st.just("f"), "anyOf": st.lists(SCHEMAS, min_size=1, max_size=1)}
        ),
        "loop": st.fixed_dictionaries({"properties": st.just({"a": {"$ref": "#/$defs/loop"}}), "items": SCHEMAS}),
    }
)


def broken_rows(plan: Plan, table: Table, schema: Any) -> set[int]:
    """Return the rows that break a plan: its compiled checks, and what it sends the second path."""
    conditions = [condition_of(check, table, plan.properties, plan.others) for check in plan.checks]
    broken = " OR ".join(f"coalesce({condition}, false)" for condition in conditions if condition) or "false"
    found = CONNECTION.execute(f"SELECT row_number FROM {table.relation(rows=True)} WHERE {broken}").fetchall()  # noqa: S608
    rows = {int(row[0]) for row in found}
    if plan.second:
        rows |= {row for item in check_rows(CONNECTION, table, plan, schema).values() for row in item.rows}
    return rows


def agree(schema: Any, table: Table) -> None:
    """Assert that both paths find the same rows of a table that is small enough to be told completely."""
    if any(True for _ in mistakes(schema)):
        return
    plan = compile_row(schema, lambda name: accepts_null(schema, name))
    # Text in a column of numbers is a finding of its own, whatever the schema says.
    own = tuple(check for check in plan.checks if isinstance(check.test, Finite))
    alone = replace(plan, checks=own, second=(Fallback(pointer="/row"),))
    note(f"{plan.fallback}")
    try:
        expected = broken_rows(alone, table, schema)
    except UnsupportedError:
        return  # a look-behind of no fixed width, or a schema without end
    assert broken_rows(plan, table, schema) == expected


def table_of(storage: Storage, names: list[str], rows: str) -> Table:
    columns = tuple(TableColumn(name=name, storage=storage, type="") for name in names)
    return Table(source=rows, columns=columns, is_json=storage is Storage.JSON)


def json_table(rows: list[Any], names: list[str]) -> Table:
    lines = ", ".join(literal(json.dumps(row)) for row in rows)
    return table_of(Storage.JSON, names, f"(SELECT unnest([{lines}])::JSON AS json)")


@MADE
@given(SCHEMAS, DEFINITIONS, st.lists(VALUES, min_size=1, max_size=LOCATED))
def test_properties_of_json_lines(schema: Any, definitions: Any, values: list[Any]) -> None:
    row = {"type": "object", "properties": {"a": schema}, "$defs": definitions}
    agree(row, json_table([{"a": value} for value in values], ["a"]))


@MADE
@given(schema_of(SCHEMAS, 4), DEFINITIONS, st.data())
def test_rows_of_json_lines(schema: Any, definitions: Any, data: st.DataObject) -> None:
    rows = data.draw(
        st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4), min_size=1, max_size=LOCATED)
    )
    row = {"properties": {"a": {}}, **schema, "$defs": definitions}
    declared = row["properties"] if isinstance(row["properties"], dict) else {}
    names = [*{name: None for item in [*rows, declared, dict.fromkeys(row.get("required", ()))] for name in item}]
    agree(row, json_table(rows, names))


def flat(columns: int) -> st.SearchStrategy[Any]:
    """Return row schemas of that many columns, with keywords about rows beside them."""
    names = NAMES[:columns]
    some = st.lists(st.sampled_from(names), max_size=2, unique=True)
    beside = st.fixed_dictionaries(
        {},
        optional={
            "required": some,
            "additionalProperties": st.booleans() | SCHEMAS,
            "unevaluatedProperties": st.booleans(),
            "minProperties": st.integers(0, 2),
            "if": st.fixed_dictionaries({"required": some}),
            "then": st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from(names), SCHEMAS, max_size=2)}),
            "dependentRequired": st.dictionaries(st.sampled_from(names), some, max_size=1),
            "$defs": DEFINITIONS,
        },
    )
    declared = st.dictionaries(st.sampled_from(names), SCHEMAS, max_size=columns)
    return st.builds(lambda properties, rest: {"$defs": {}, **rest, "properties": properties}, declared, beside)


CELLS = st.none() | st.sampled_from(
    [*WORDS, *STAMPS, "007", "+1", ".5", "1e3", "2.0", "19.99", "1e400", "FALSE", "9007199254740993"]
)


@MADE
@given(flat(2), st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=LOCATED))
def test_cells_of_csv(schema: Any, rows: list[tuple[str | None, str | None]]) -> None:
    plan = compile_row(schema, lambda _: False)
    for index, name in enumerate(NAMES[:2]):
        kinds = plan.properties[name].kinds if name in plan.properties else plan.others.kinds
        if Kind.STRING in kinds:
            continue
        # A cell that is none of what its column holds is a finding of its own, whatever the keywords say.
        rows = [row for row in rows if (cell := row[index]) is None or not isinstance(value_of(cell, kinds), str)]
    if rows:
        values = ", ".join(f"({', '.join('NULL' if cell is None else literal(cell) for cell in row)})" for row in rows)
        agree(schema, table_of(Storage.TEXT, NAMES[:2], f"(VALUES {values})"))


COLUMNS = {
    Storage.STRING: ("VARCHAR", [*WORDS, *STAMPS]),
    Storage.INTEGER: ("BIGINT", ["0", "1", "-1", "2", "19", "9007199254740993", "-9223372036854775808"]),
    Storage.FLOAT: ("DOUBLE", ["0", "-0.0", "0.5", "0.1", "19.99", "1e-7", "1e22", "1e300"]),
    Storage.DECIMAL: (
        "DECIMAL(24, 4)",
        ["0", "1", "0.5", "19.99", "0.0001", "2.0000", "9007199254740993", "9007199254740992.5"],
    ),
    Storage.BOOLEAN: ("BOOLEAN", ["true", "false"]),
    Storage.DATE: ("DATE", ["2024-02-29", "1970-01-01"]),
    Storage.TIMESTAMP: ("TIMESTAMP", ["2024-02-29 10:00:00", "1970-01-01 00:00:00.5", "infinity", "12024-01-01"]),
    Storage.ARRAY: ("DOUBLE[]", ["[]", "[1, 2]", "[1, 1]", "[0.5, NULL]", "[19.99]", "['nan']", "['inf', 1]"]),
    Storage.OBJECT: ("STRUCT(a VARCHAR, b DOUBLE)", ["{'a': 'a', 'b': 1}", "{'a': NULL, 'b': 0.1}"]),
}


@MADE
@given(flat(2), st.sampled_from(list(COLUMNS)), st.data())
def test_columns_of_parquet(schema: Any, storage: Storage, data: st.DataObject) -> None:
    kind, texts = COLUMNS[storage]
    cells = data.draw(st.lists(st.none() | st.sampled_from(texts), min_size=1, max_size=LOCATED))
    values = ", ".join("(NULL)" if cell is None else f"({literal(cell)})" for cell in cells)
    item = f"(SELECT CAST(x AS {kind}), CAST(x AS {kind}) FROM (VALUES {values}) AS t(x))"  # noqa: S608
    agree(schema, table_of(storage, NAMES[:2], item))
