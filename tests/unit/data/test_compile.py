"""What a row schema compiles to, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from mlgate.core.data.compile import compile_property, compile_row
from mlgate.core.data.ir import (
    Absent,
    Bound,
    Check,
    Finite,
    Kind,
    Length,
    Matches,
    MultipleOf,
    OneOf,
    OnlyColumns,
    Operator,
    Plan,
    Present,
    TypeIs,
)
from mlgate.core.data.kinds import kinds_of


def compiled(schema: dict[str, Any], *, null: bool = False) -> Plan:
    return compile_row(schema, lambda _: null)


def test_each_keyword_becomes_one_check_with_its_pointer() -> None:
    schema = {
        "type": ["number", "null"],
        "minimum": 0,
        "exclusiveMaximum": 9.5,
        "multipleOf": 0.5,
        "minLength": 1,
        "maxLength": 3.0,
        "pattern": "^a",
        "enum": ["a", 1, None],
        "const": True,
        "format": "date",
        "title": "x",
        "x-own": [1],
    }
    checks, uncompiled = compile_property("c", schema, "/row/properties/c")
    assert uncompiled == []
    assert {check.pointer.rsplit("/", 1)[1]: check.test for check in checks} == {
        "type": TypeIs(kinds=frozenset({Kind.NUMBER, Kind.NULL})),
        "minimum": Bound(operator=Operator.AT_LEAST, limit=0),
        "exclusiveMaximum": Bound(operator=Operator.BELOW, limit=9.5),
        "multipleOf": MultipleOf(divisor=0.5),
        "minLength": Length(operator=Operator.AT_LEAST, limit=1),
        "maxLength": Length(operator=Operator.AT_MOST, limit=3),
        "pattern": Matches(pattern="^a", re2=r"\Aa"),
        "enum": OneOf(values=("a", 1, None)),
        "const": OneOf(values=(True,)),
    }


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("$ref", "#/$defs/x"),
        ("allOf", [{}]),
        ("properties", {}),
        ("items", {}),
        ("uniqueItems", True),
        ("enum", [[1], 2]),
        ("const", {"a": 1}),
        ("minimum", 2**53),
        ("enum", [2**60]),
        ("pattern", "(?=a)"),
        ("if", {}),
    ],
)
def test_a_property_with_a_construct_that_has_no_form_goes_row_by_row(keyword: str, value: Any) -> None:
    plan = compiled({"properties": {"a/b": {keyword: value, "type": "string"}, "d": {"type": "string"}}})
    assert plan.fallback == (f"/row/properties/a~1b/{keyword}",)
    assert plan.fallback_columns == ("a/b",)
    assert [check.column for check in plan.checks] == ["d"]
    assert not plan.fallback_root


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{}]},
        {"$ref": "#/$defs/a"},
        {"patternProperties": {}},
        {"additionalProperties": {"type": "string"}},
        {"minProperties": 1},
        {"enum": [{}]},
        {"dependentRequired": {"a": ["b"]}},
    ],
)
def test_constructs_at_the_top_need_whole_rows(schema: dict[str, Any]) -> None:
    plan = compiled(schema)
    assert plan.fallback_root
    assert plan.fallback == (f"/row/{next(iter(schema))}",)


def test_annotations_are_no_fallback() -> None:
    plan = compiled({"$schema": "x", "$defs": {}, "title": "t", "$comment": "c", "additionalProperties": True})
    assert plan == Plan()


def test_required_and_closed_rows() -> None:
    plan = compiled({"properties": {"a": True, "b": False}, "required": ["a"], "additionalProperties": False})
    assert plan.checks == (
        Check(pointer="/row/properties/b", column="b", test=Absent()),
        Check(pointer="/row/additionalProperties", test=OnlyColumns(names=("a", "b"))),
        Check(pointer="/row/required/0", column="a", test=Present()),
    )


def test_a_closed_row_is_checked_beside_a_fallback_too() -> None:
    plan = compiled({"additionalProperties": False, "allOf": [{}]})
    assert Check(pointer="/row/additionalProperties", test=OnlyColumns(names=())) in plan.checks
    assert plan.fallback == ("/row/allOf",)


def test_a_pattern_for_names_takes_additional_properties_with_it() -> None:
    plan = compiled({"patternProperties": {"^x": {}}, "additionalProperties": False})
    assert set(plan.fallback) == {"/row/patternProperties", "/row/additionalProperties"}
    assert plan.checks == ()


def test_a_property_without_type_must_still_be_finite() -> None:
    plan = compiled({"properties": {"a": {"minimum": 0}}})
    assert Check(pointer="/row/properties/a", column="a", test=Finite()) in plan.checks


@pytest.mark.parametrize(
    ("schema", "accepts"),
    [
        (True, True),
        (False, False),
        ({}, True),
        ({"type": "string"}, False),
        ({"type": ["string", "null"]}, True),
        ({"type": "null"}, True),
        ({"enum": ["a"]}, False),
        ({"enum": ["a", None]}, True),
        ({"const": None}, True),
        ({"const": 1}, False),
        ({"minimum": 3}, True),
        ({"type": ["number", "null"], "enum": [1]}, False),
    ],
)
def test_whether_null_satisfies_a_schema(schema: Any, accepts: bool) -> None:
    assert compiled({"properties": {"a": schema}}).properties["a"].accepts_null is accepts


def test_whether_null_satisfies_an_uncompiled_schema_is_asked() -> None:
    schema: dict[str, Any] = {"properties": {"a": {"anyOf": []}}}
    assert compiled(schema, null=True).properties["a"].accepts_null
    assert not compiled(schema, null=False).properties["a"].accepts_null


@pytest.mark.parametrize(
    ("schema", "kinds"),
    [
        ({}, {"string"}),
        ({"type": "integer"}, {"integer"}),
        ({"type": ["number", "null"]}, {"number"}),
        ({"type": "null"}, {"string"}),
        ({"minimum": 1}, {"number"}),
        ({"maxLength": 1}, {"string"}),
        ({"enum": [1, 2]}, {"number"}),
        ({"enum": ["a", 1, True, None]}, {"string", "number", "boolean"}),
        ({"const": "a"}, {"string"}),
        ({"anyOf": [{"type": "integer"}, {"enum": ["n/a"]}]}, {"integer", "string"}),
        ({"$ref": "#/$defs/n"}, {"number"}),
        ({"$ref": "#/$defs/loop"}, {"string"}),
        ({"$ref": "elsewhere"}, {"string"}),
        (True, {"string"}),
    ],
)
def test_what_a_csv_cell_may_be_read_as(schema: Any, kinds: set[str]) -> None:
    root = {"$defs": {"n": {"minimum": 0}, "loop": {"$ref": "#/$defs/loop"}}}
    assert {kind.value for kind in kinds_of(schema, root)} == kinds
