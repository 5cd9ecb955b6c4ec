"""The compiled form and `jsonschema` judge alike, for CSV cells, JSON values and typed columns."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mlgate.core.data.cell import value_of
from mlgate.core.data.compile import compile_row
from mlgate.core.data.ir import Kind, Storage
from mlgate.core.data.multiple import is_multiple
from mlgate.core.data.query import Table, TableColumn, condition_of
from mlgate.core.data.sql import Cell, content, literal

SCHEMAS: list[dict[str, Any]] = [
    {"type": "integer"},
    {"type": "number", "minimum": 0, "exclusiveMaximum": 10},
    {"type": "boolean"},
    {"type": "string", "minLength": 1, "maxLength": 3},
    {"type": ["string", "null"], "pattern": "^[a-z0-9.]+$"},
    {"type": ["integer", "string"], "minimum": 5, "maxLength": 2},
    {"type": ["number", "boolean"], "multipleOf": 2},
    {"type": ["number", "null"], "multipleOf": 0.5},
    {"enum": ["a", "b", ""]},
    {"enum": [1, 2.5, "x", True, None]},
    {"type": "number", "enum": [1, 2]},
    {"const": 7},
    {"minimum": 3},
    {"type": ["array", "object"]},
    {"type": "null"},
]
NUMBERS = ["0", "1", "-1", "+1", "007", "1.0", "1.5", ".5", "5.", "1e2", "1E-2", "1e400", "7", "10", "-0", "1" * 30]
ALMOST = ["nan", "inf", "1_0", "0x1", " 1", "1 ", "a\n", "\u0663", "9007199254740993"]
WORDS = ["true", "FALSE", "True", "a", "b", "x", "xyz", "ab", "", "é", "漢字"]
TEXTS = st.one_of(
    st.sampled_from([*NUMBERS, *ALMOST, *WORDS]),
    st.text(max_size=4),
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-20, 20),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-20, 20).map(lambda x: round(x, 1)),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=4),
    st.sampled_from(["a", "b", "x", "", "1", "true"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["p", "q"]), st.integers(), max_size=2),
)
CONNECTION = duckdb.connect()


def broken(schema: dict[str, Any], storage: Storage, item: str) -> bool:
    """Return whether the compiled checks refuse the single row of a FROM item."""
    row = {"type": "object", "properties": {"c": schema}}
    plan = compile_row(row, lambda _: False)
    assert plan.fallback == ()
    table = Table(
        source=item, columns=(TableColumn(name="c", storage=storage, type=""),), is_json=storage is Storage.JSON
    )
    conditions = [condition_of(check, table, plan.properties) for check in plan.checks]
    parts = [f"coalesce({condition}, false)" for condition in conditions if condition]
    found = CONNECTION.execute(f"SELECT {' OR '.join(parts) or 'false'} FROM {table.relation()}").fetchone()  # noqa: S608
    assert found is not None
    return bool(found[0])


def refused(schema: dict[str, Any], value: Any) -> bool:
    return not Draft202012Validator(schema).is_valid(value)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SCHEMAS), TEXTS.filter(lambda text: "\x00" not in text and text.isprintable()))
def test_csv_cells(schema: dict[str, Any], text: str) -> None:
    plan = compile_row({"properties": {"c": schema}}, lambda _: False)
    kinds = plan.properties["c"].kinds
    value = value_of(text, kinds)
    # JSON Schema lets `minimum` pass any text; in a column that can only hold numbers text is a mistake.
    misread = isinstance(value, str) and Kind.STRING not in kinds
    item = f"(VALUES ({literal(text)}))"
    assert broken(schema, Storage.TEXT, item) is (refused(schema, value) or misread)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SCHEMAS), VALUES)
def test_json_values(schema: dict[str, Any], value: Any) -> None:
    item = f"(SELECT {literal(json.dumps({'c': value}))}::JSON AS json)"
    assert broken(schema, Storage.JSON, item) is refused(schema, json.loads(json.dumps(value)))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SCHEMAS), st.integers(-(2**63), 2**63 - 1) | st.integers(-20, 20))
def test_integer_columns(schema: dict[str, Any], value: int) -> None:
    assert broken(schema, Storage.INTEGER, f"(SELECT '{value}'::BIGINT)") is refused(schema, value)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SCHEMAS), st.floats(allow_nan=False, allow_infinity=False, width=32) | st.floats(-9, 9))
def test_float_columns(schema: dict[str, Any], value: float) -> None:
    assert broken(schema, Storage.FLOAT, f"(SELECT {value!r}::DOUBLE)") is refused(schema, value)


FAR = [2**53 - 2, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 10**30]
DECIMALS = st.builds(
    lambda near, hundredths: near + Decimal(hundredths) / 100,
    st.sampled_from([0, *FAR[:-1]]),
    st.sampled_from([-100, -50, -1, 0, 1, 50, 100]),
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "const"]),
    st.sampled_from([0, 1, *FAR]),
    DECIMALS,
)
def test_decimal_columns_are_compared_without_loss(keyword: str, limit: int, value: Decimal) -> None:
    passes = {
        "minimum": value >= limit,
        "maximum": value <= limit,
        "exclusiveMinimum": value > limit,
        "exclusiveMaximum": value < limit,
        "const": value == limit,
    }
    item = f"(SELECT '{value}'::DECIMAL(38, 2))"
    assert broken({keyword: limit}, Storage.DECIMAL, item) is not passes[keyword]


@pytest.mark.parametrize(
    ("text", "divisor", "fits"),
    [
        ("9007199254740993.00", 3, True),
        ("9007199254740994.00", 3, False),
        ("9007199254740992.50", 2, False),
        ("0.00", 7, True),
    ],
)
def test_multiples_among_decimals(text: str, divisor: int, fits: bool) -> None:
    item = f"(SELECT '{text}'::DECIMAL(38, 2))"
    assert broken({"multipleOf": divisor}, Storage.DECIMAL, item) is not fits


@pytest.mark.parametrize("number", [3 * 10**40, 3 * 10**40 + 1, -(9 * 7**60), 7**80, 2**130])
@pytest.mark.parametrize("divisor", [3, 7, 2**52 + 1, 0.3, 0.7])
def test_multiples_past_all_integers_of_the_engine(number: int, divisor: float) -> None:
    expected = not is_multiple(number, divisor)
    line = f"(SELECT {literal(json.dumps({'c': number}))}::JSON AS json)"
    assert broken({"multipleOf": divisor}, Storage.JSON, line) is expected
    assert broken({"type": "integer", "multipleOf": divisor}, Storage.TEXT, f"(VALUES ('{number}'))") is expected


@pytest.mark.parametrize(
    "schema", [{"minimum": 0}, {"exclusiveMaximum": 2**60}, {"multipleOf": 2}, {"multipleOf": 0.5}]
)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_what_is_no_number_inside_of_a_value_breaks_what_is_asked_of_numbers(
    schema: dict[str, Any], value: str
) -> None:
    assert broken({"items": schema}, Storage.ARRAY, f"(SELECT ['{value}'::DOUBLE])")
    assert not broken({"items": schema}, Storage.ARRAY, "(SELECT [2::DOUBLE])")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SCHEMAS), st.text(max_size=5).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_text_columns(schema: dict[str, Any], value: str) -> None:
    assert broken(schema, Storage.STRING, f"(SELECT {literal(value)})") is refused(schema, value)


@pytest.mark.parametrize("schema", [{"type": "number"}, {"type": "integer"}, {"minimum": 0}, {}])
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_what_is_no_number_in_json_breaks_every_schema(schema: dict[str, Any], value: str) -> None:
    assert broken(schema, Storage.FLOAT, f"(SELECT '{value}'::DOUBLE)")


def test_dates_are_text() -> None:
    schema = {"type": "string", "pattern": "^2013-01-0[12]$"}
    assert not broken(schema, Storage.DATE, "(SELECT DATE '2013-01-02')")
    assert broken(schema, Storage.DATE, "(SELECT DATE '2013-01-03')")
    stamp = {"type": "string", "pattern": "^2013-01-02T05:00:00$"}
    assert not broken(stamp, Storage.TIMESTAMP, "(SELECT TIMESTAMP '2013-01-02 05:00:00')")


@pytest.mark.parametrize("kind", ["DATE", "TIMESTAMP", "TIMESTAMPTZ"])
@pytest.mark.parametrize(
    ("text", "is_date"),
    [
        ("2024-02-29", True),
        ("0001-01-01", True),
        ("9999-12-31", True),
        ("10000-01-01", False),
        ("294246-01-01", False),
        ("0001-01-01 (BC)", False),
        ("infinity", False),
        ("-infinity", False),
    ],
)
def test_what_has_no_date_in_four_digits_is_none(kind: str, text: str, is_date: bool) -> None:
    storage, name = (Storage.DATE, "date") if kind == "DATE" else (Storage.TIMESTAMP, "date-time")
    schema = {"type": ["string", "null"], "format": name}
    assert broken(schema, storage, f"(SELECT {kind} '{text}')") is not is_date
    assert not broken(schema, storage, f"(SELECT NULL::{kind})")


def test_a_missing_property_is_told_from_null_in_json_alone() -> None:
    schema = {"properties": {"c": {"type": "string"}}, "required": ["c"]}
    plan = compile_row(schema, lambda _: False)
    present = next(check for check in plan.checks if check.pointer == "/row/required/0")
    for text, expected in (("{}", True), ('{"c": null}', False), ('{"c": "x"}', False)):
        table = Table(
            source=f"(SELECT '{text}'::JSON AS json)",
            columns=(TableColumn(name="c", storage=Storage.JSON, type=""),),
            is_json=True,
        )
        condition = condition_of(present, table, plan.properties)
        found = CONNECTION.execute(f"SELECT {condition} FROM {table.relation()}").fetchone()  # noqa: S608
        assert found == (expected,)


@pytest.mark.parametrize(
    ("storage", "kinds", "value", "expected"),
    [
        (Storage.INTEGER, "", "5::BIGINT", "5"),
        (Storage.FLOAT, "", "5.0::DOUBLE", "5"),
        (Storage.FLOAT, "", "5.5::DOUBLE", "5.5"),
        (Storage.DECIMAL, "", "5.00::DECIMAL(5,2)", "5"),
        (Storage.DECIMAL, "", "'9007199254740993.00'::DECIMAL(38,2)", "9007199254740993"),
        (Storage.DECIMAL, "", "'9007199254740990.99'::DECIMAL(38,2)", "9007199254740990.99"),
        (Storage.TEXT, "integer", "'05'", "5"),
        (Storage.TEXT, "number", "'5.0'", "5"),
        (Storage.TEXT, "string", "'05'", "05"),
        (Storage.STRING, "", "'5'", "5"),
        (Storage.DATE, "", "DATE '2013-01-02'", "2013-01-02"),
        (Storage.TIMESTAMP, "", "TIMESTAMP '2013-01-02 03:04:05'", "2013-01-02T03:04:05"),
        (Storage.INTEGER, "", "9007199254740993::BIGINT", "9007199254740993"),
        (Storage.TEXT, "integer", "'9007199254740993'", "9007199254740993"),
    ],
)
def test_keys_have_one_form_in_all_files(storage: Storage, kinds: str, value: str, expected: str) -> None:
    cell = Cell(storage=storage, value="v", kinds=frozenset({Kind(kinds)} if kinds else ()))
    found = CONNECTION.execute(f"SELECT {content(cell)} FROM (SELECT {value} AS v)").fetchone()  # noqa: S608
    assert found == (expected,)
