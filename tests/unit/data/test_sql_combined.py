"""Combinations, arrays and objects: the compiled form and `jsonschema` judge alike, on made schemas and values."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mlgate.core.data.cell import value_of
from mlgate.core.data.compile import compile_row
from mlgate.core.data.ir import Plan, Storage
from mlgate.core.data.query import Table, TableColumn, candidates, condition_of
from mlgate.core.data.sql import literal

CONNECTION = duckdb.connect()
NAMES = ["a", "b", "0", "", "a/b", "~x"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.5, 1.0, 2.0, -0.0, 1e3, 2**53 + 1, 2**63, -(2**63), 2**64]),
    st.sampled_from(["", "a", "ab", "1", "true", "é漢", 'q"', "x~y/z"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)
KINDS = ["string", "integer", "number", "boolean", "array", "object", "null"]
LEAVES = st.one_of(
    st.booleans(),
    st.sampled_from(KINDS).map(lambda kind: {"type": kind}),
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True).map(lambda kinds: {"type": kinds}),
    st.integers(-2, 3).map(lambda n: {"minimum": n}),
    st.sampled_from([2**53 + 1, 2**63, 1.5]).map(lambda n: {"exclusiveMaximum": n}),
    st.sampled_from([1, 2, 0.5, 2**53]).map(lambda n: {"multipleOf": n}),
    st.integers(0, 3).map(lambda n: {"minLength": n}),
    st.sampled_from(["^a", "[0-9]", "b$"]).map(lambda text: {"pattern": text}),
    st.lists(VALUES, min_size=1, max_size=3).map(lambda values: {"enum": values}),
    VALUES.map(lambda value: {"const": value}),
    st.integers(0, 2).map(lambda n: {"minItems": n}),
    st.integers(0, 2).map(lambda n: {"maxProperties": n}),
    st.just({"uniqueItems": True}),
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(lambda names: {"required": names}),
    st.just({"dependentRequired": {"a": ["b"]}}),
)


MANY, NAMED = ("allOf", "anyOf", "oneOf", "prefixItems"), ("properties", "patternProperties", "dependentSchemas")
OF_OBJECTS = ("additionalProperties", "unevaluatedProperties", "propertyNames")
OF_ARRAYS = ("items", "contains", "unevaluatedItems")
ONE = ("not", "if", "then", "else", *OF_OBJECTS, *OF_ARRAYS)
LIMITS = ("minContains", "maxContains")


@st.composite
def made(draw: st.DrawFn, leaves: st.SearchStrategy[Any], keywords: tuple[str, ...], depth: int = 2) -> Any:
    """Return a schema whose keywords hold others."""
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return draw(leaves)
    inner = made(leaves, keywords, depth - 1)
    schema: dict[str, Any] = {}
    for keyword in draw(st.lists(st.sampled_from(keywords), min_size=1, max_size=3, unique=True)):
        if keyword in MANY:
            schema[keyword] = draw(st.lists(inner, min_size=1, max_size=2))
        elif keyword in NAMED:
            names = ["^a", "[0-9]"] if keyword == "patternProperties" else NAMES
            schema[keyword] = draw(st.dictionaries(st.sampled_from(names), inner, max_size=2))
        elif keyword in LIMITS:
            schema[keyword] = draw(st.integers(0, 2))
        else:
            schema[keyword] = "#/$defs/d" if keyword == "$ref" else draw(inner)
    return schema


ALL = (*MANY, *NAMED, *ONE, *LIMITS)
SCHEMAS, DEFINITIONS = made(LEAVES, (*ALL, "$ref")), made(LEAVES, ALL)


def refused(schema: Any, value: Any) -> bool:
    return not Draft202012Validator(schema).is_valid(value)


def judged(plan: Plan, table: Table) -> tuple[bool, bool]:
    """Return whether the one row breaks a compiled check, and whether it has to go the second path."""
    conditions = [condition_of(check, table, plan.properties, plan.others) for check in plan.checks]
    broken = " OR ".join(f"coalesce({condition}, false)" for condition in conditions if condition) or "false"
    suspect = " OR ".join(f"coalesce({candidates(item, table, plan)}, false)" for item in plan.second) or "false"
    found = CONNECTION.execute(f"SELECT {broken}, {suspect} FROM {table.relation()}").fetchone()  # noqa: S608
    assert found is not None
    return found


def table_of(storage: Storage, item: str, *names: str) -> Table:
    columns = tuple(TableColumn(name=name, storage=storage, type="") for name in names)
    return Table(source=item, columns=columns, is_json=storage is Storage.JSON)


def agree(row: dict[str, Any], value: Any, table: Table, *, null: bool = False) -> None:
    """Assert that a row is judged as `jsonschema` does, as far as it is compiled; suspects miss no wrong row."""
    plan = compile_row(row, lambda _: null)
    broken, suspect = judged(plan, table)
    wrong = refused(row, value)
    if plan.second:
        assert wrong or not broken
        assert broken or suspect or not wrong
    else:
        assert broken is wrong


@settings(max_examples=100, deadline=None)
@given(SCHEMAS, DEFINITIONS, VALUES)
def test_json_values(schema: Any, definition: Any, value: Any) -> None:
    row = {"type": "object", "properties": {"c": schema}, "$defs": {"d": definition}}
    agree(row, {"c": value}, table_of(Storage.JSON, f"(SELECT {literal(json.dumps({'c': value}))}::JSON AS json)", "c"))


@settings(max_examples=100, deadline=None)
@given(SCHEMAS, DEFINITIONS, st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
def test_whole_rows_of_json(schema: Any, definition: Any, row: dict[str, Any]) -> None:
    if isinstance(schema, bool) or "type" not in schema:
        schema = {"allOf": [schema]}
    schema = {"$defs": {"d": definition}, **schema}
    # A scan looks at every property that a row has, and at those that the contract names.
    names = dict.fromkeys([*row, *schema.get("properties", {}), *schema.get("required", []), "a"])
    table = table_of(Storage.JSON, f"(SELECT {literal(json.dumps(row))}::JSON AS json)", *names)
    agree(schema, row, table)


TEXTS = st.sampled_from(["", "a", "ab", "1", "2.0", "1.5", "007", "true", "TRUE", "x", "-1", "1e3", "9007199254740993"])
CELL_KINDS = ["string", "integer", "number", "boolean", "null"]
CELLS = made(
    st.one_of(
        st.lists(st.sampled_from(CELL_KINDS), min_size=1, max_size=3, unique=True).map(lambda kinds: {"type": kinds}),
        st.integers(-2, 3).map(lambda n: {"type": "number", "minimum": n}),
        st.sampled_from(["a", "1", 1, 2.0, True]).map(lambda v: {"type": CELL_KINDS[:4], "const": v}),
        st.integers(0, 3).map(lambda n: {"type": "string", "minLength": n}),
    ),
    ("allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
)


@settings(max_examples=100, deadline=None)
@given(CELLS, TEXTS)
def test_csv_cells(schema: Any, text: str) -> None:
    row = {"properties": {"c": schema}}
    kinds = compile_row(row, lambda _: False).properties["c"].kinds
    value = value_of(text, kinds)
    if isinstance(value, str) and "string" not in kinds:
        return  # a cell of none of the types: known to be a finding of its own
    agree(row, {"c": value}, table_of(Storage.TEXT, f"(VALUES ({literal(text)}))", "c"))


@settings(max_examples=100, deadline=None)
@given(CELLS, CELLS, st.sampled_from([None, 1, 2, 5]), st.sampled_from([None, 1, 2, 5]))
def test_rows_of_typed_columns(first: Any, second: Any, a: int | None, b: int | None) -> None:
    schema = {
        "properties": {"a": first},
        "if": {"required": ["a"]},
        "then": {"properties": {"b": second}},
        "else": {"maxProperties": 1},
    }
    plan = compile_row(schema, lambda _: False)
    cells = {"a": a, "b": b}
    row = {name: cell for name, cell in cells.items() if cell is not None or plan.properties[name].accepts_null}
    values = ", ".join("NULL::BIGINT" if cell is None else f"{cell}::BIGINT" for cell in (a, b))
    agree(schema, row, table_of(Storage.INTEGER, f"(SELECT {values})", "a", "b"))


@pytest.mark.parametrize(
    ("schema", "sql", "broken"),
    [
        ({"items": {"maximum": 2}}, "[1, 2]", False),
        ({"items": {"maximum": 2}}, "[1, 3]", True),
        ({"type": "array", "uniqueItems": True}, "['a', 'a']", True),
        ({"type": "array", "minItems": 1}, "[]::INT[]", True),
        ({"items": {"type": "number"}}, "['nan'::DOUBLE]", True),
        ({"items": {"type": ["number", "null"]}}, "[1.5, NULL]", False),
        ({"properties": {"x": {"type": "string"}}}, "{'x': 'y'}", False),
        ({"properties": {"x": {"type": "integer"}}, "required": ["x"]}, "{'x': 'y'}", True),
        ({"required": ["z"]}, "{'x': 'y'}", True),
        ({"properties": {"x": {"items": {"const": 1.5}}}}, "{'x': [1.50::DECIMAL(5,2)]}", False),
        ({"additionalProperties": {"minimum": 2}}, "map {'k': 1}", True),
        ({"anyOf": [{"type": "array"}, {"type": "string"}]}, "NULL::INT[]", False),
    ],
)
def test_nested_columns(schema: dict[str, Any], sql: str, broken: bool) -> None:
    plan = compile_row({"properties": {"c": schema}}, lambda _: False)
    storage = Storage.ARRAY if "[" in sql and not sql.startswith("{") else Storage.OBJECT
    assert judged(plan, table_of(storage, f"(SELECT {sql})", "c")) == (broken, False)


def test_what_is_equal_is_seen_below_several_levels() -> None:
    plan = compile_row({"properties": {"c": {"uniqueItems": True}}}, lambda _: False)
    for text, equal in (
        ('[{"a": [1, {"b": 2.0}], "c": null}, {"c": null, "a": [1.0, {"b": 2}]}]', True),
        ('[{"a": [1, {"b": 2}]}, {"a": [1, {"b": "2"}]}]', False),
        ("[[1], [[1]], 1, [true], true]", False),
        ("[18446744073709551616, 18446744073709551617]", False),
    ):
        item = f"(SELECT {literal(json.dumps({'c': json.loads(text)}))}::JSON AS json)"
        assert judged(plan, table_of(Storage.JSON, item, "c")) == (equal, False), text


@pytest.mark.parametrize(
    ("storage", "sql", "broken"),
    [
        (Storage.STRING, "'v299'", False),
        (Storage.STRING, "'v300'", True),
        (Storage.TEXT, "'v300'", True),
        (Storage.TEXT, "'7.0'", False),
        (Storage.INTEGER, "7::BIGINT", False),
        (Storage.INTEGER, "300::BIGINT", True),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_long_lists_of_values(storage: Storage, sql: str, broken: bool, inside: bool) -> None:
    values = {"enum": [*(f"v{i}" for i in range(300)), *range(300)]}
    schema = {"anyOf": [values, {"const": "w"}]} if inside else values
    plan = compile_row({"properties": {"c": schema}}, lambda _: False)
    assert judged(plan, table_of(storage, f"(SELECT {sql})", "c")) == (broken, False)


def test_long_lists_of_values_inside_arrays() -> None:
    plan = compile_row({"properties": {"c": {"items": {"enum": [f"v{i}" for i in range(300)]}}}}, lambda _: False)
    for value, broken in (("v1", False), ("w", True)):
        item = f"(SELECT {literal(json.dumps({'c': [value]}))}::JSON AS json)"
        assert judged(plan, table_of(Storage.JSON, item, "c")) == (broken, False)
