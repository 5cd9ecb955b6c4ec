"""What a row schema compiles to, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from mlgate.core.data.compile import References, compile_row
from mlgate.core.data.compile.schema import DIALECT
from mlgate.core.data.ir import (
    Absent,
    All,
    AnyOf,
    Bound,
    Check,
    Contains,
    ExactlyOne,
    Finite,
    Has,
    Item,
    ItemCount,
    Items,
    Kind,
    KnownNames,
    Length,
    Matches,
    Member,
    MemberCount,
    Members,
    MultipleOf,
    Names,
    Never,
    Not,
    OneOf,
    OnlyColumns,
    Operator,
    Plan,
    Present,
    Shallow,
    TypeIs,
    Unique,
)
from mlgate.core.data.kinds import kinds_of


def compiled(schema: dict[str, Any], *, null: bool = False) -> Plan:
    return compile_row(schema, lambda _: null)


def checks_of(schema: Any) -> dict[str, Any]:
    """Return the tests of one property by the rest of their pointers."""
    found = compiled({"properties": {"c": schema}}).checks
    return {check.pointer.removeprefix("/row/properties/c"): check.test for check in found}


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
        "title": "x",
        "x-own": [1],
    }
    assert checks_of(schema) == {
        "/type": TypeIs(kinds=frozenset({Kind.NUMBER, Kind.NULL})),
        "/minimum": Bound(operator=Operator.AT_LEAST, limit=0),
        "/exclusiveMaximum": Bound(operator=Operator.BELOW, limit=9.5),
        "/multipleOf": MultipleOf(divisor=0.5),
        "/minLength": Length(operator=Operator.AT_LEAST, limit=1),
        "/maxLength": Length(operator=Operator.AT_MOST, limit=3),
        "/pattern": Matches(pattern="^a", re2=r"\Aa"),
        "/enum": OneOf(values=("a", 1, None)),
        "/const": OneOf(values=(True,)),
    }


TEXT, NUMBER = TypeIs(kinds=frozenset({Kind.STRING})), TypeIs(kinds=frozenset({Kind.NUMBER}))
OBJECT, ARRAY = TypeIs(kinds=frozenset({Kind.OBJECT})), TypeIs(kinds=frozenset({Kind.ARRAY}))
LOW = Bound(operator=Operator.AT_MOST, limit=1)


@pytest.mark.parametrize(
    ("schema", "place", "test"),
    [
        ({"allOf": [{}, {"maximum": 1}]}, "/allOf/1/maximum", LOW),
        ({"anyOf": [{"maximum": 1}, {"type": "string"}]}, "/anyOf", AnyOf(tests=(LOW, TEXT))),
        ({"anyOf": [True, {"type": "string"}]}, "/anyOf", All()),
        ({"oneOf": [{"maximum": 1}, False]}, "/oneOf", ExactlyOne(tests=(LOW, AnyOf()))),
        ({"not": {"maximum": 1, "type": "number"}}, "/not", Not(test=All(tests=(LOW, NUMBER)))),
        ({"if": {"type": "string"}, "then": {"maximum": 1}}, "/then/maximum", AnyOf(tests=(Not(test=TEXT), LOW))),
        ({"if": {"type": "string"}, "else": {"maximum": 1}}, "/else/maximum", AnyOf(tests=(TEXT, LOW))),
        ({"if": False, "else": {"maximum": 1}}, "/else/maximum", LOW),
        ({"properties": {"a/b": {"maximum": 1}}}, "/properties/a~1b/maximum", Member(name="a/b", test=LOW)),
        ({"required": ["a"]}, "/required/0", Has(name="a")),
        ({"items": {"maximum": 1}, "prefixItems": [True]}, "/items/maximum", Items(test=LOW, start=1)),
        ({"prefixItems": [{"maximum": 1}]}, "/prefixItems/0/maximum", Item(index=0, test=LOW)),
        ({"contains": {"maximum": 1}, "maxContains": 2}, "/contains", Contains(test=LOW, at_most=2)),
        ({"minItems": 2}, "/minItems", ItemCount(operator=Operator.AT_LEAST, limit=2)),
        ({"uniqueItems": True, "items": {"type": ["string", "null"]}}, "/uniqueItems", Unique()),
        ({"propertyNames": {"type": "string"}}, "/propertyNames/type", Names(test=TEXT)),
        ({"additionalProperties": {"maximum": 1}, "properties": {"a": True}}, "/additionalProperties/maximum",
         Members(test=LOW, but=("a",))),
        ({"unevaluatedProperties": False, "properties": {"a": True}}, "/unevaluatedProperties",
         Members(test=AnyOf(), but=("a",))),
        ({"unevaluatedProperties": False, "allOf": [{"properties": {"a": True}}]}, "/unevaluatedProperties",
         Members(test=AnyOf(), but=("a",))),
        ({"unevaluatedProperties": False, "anyOf": [{"required": ["b"], "properties": {"b": True}}]},
         "/unevaluatedProperties",
         Members(test=AnyOf(), unless=(KnownNames(condition=Has(name="b"), names=("b",)),))),
        ({"maxProperties": 2}, "/maxProperties", MemberCount(operator=Operator.AT_MOST, limit=2)),
        ({"dependentRequired": {"a": ["b"]}}, "/dependentRequired/a",
         AnyOf(tests=(Not(test=All(tests=(OBJECT, Has(name="a")))), Has(name="b")))),
        ({"const": [1.0]}, "/const",
         All(tests=(ARRAY, ItemCount(operator=Operator.AT_LEAST, limit=1),
                    ItemCount(operator=Operator.AT_MOST, limit=1), Item(index=0, test=OneOf(values=(1,)))))),
    ],
)  # fmt: skip
def test_what_combines_and_what_looks_inside(schema: dict[str, Any], place: str, test: Any) -> None:
    plan = compiled({"properties": {"c": schema}})
    assert plan.second == ()
    assert checks_of(schema)[place] == test


def test_a_reference_is_what_it_leads_to_and_keeps_its_pointer() -> None:
    row: dict[str, Any] = {
        "properties": {"a": {"$ref": "#/$defs/x"}, "b": {"$ref": "#here"}, "c": {"$ref": "other#/$defs/y"}},
        "$defs": {"x": {"maximum": 1}, "z": {"$anchor": "here", "type": "string"},
                  "o": {"$id": "other", "$defs": {"y": {"type": "number"}}}},
    }  # fmt: skip
    plan = compiled(row)
    assert plan.second == ()
    assert [(c.column, c.pointer) for c in plan.checks if not isinstance(c.test, Finite)] == [
        ("a", "/row/$defs/x/maximum"),
        ("b", "/row/$defs/z/type"),
        ("c", "/row/$defs/o/$defs/y/type"),
    ]


@pytest.mark.parametrize(
    ("keyword", "value", "place"),
    [
        ("$ref", "http://example.org/x", "$ref"),
        ("$dynamicRef", "#x", "$dynamicRef"),
        ("minimum", 2**127, "minimum"),
        ("enum", [2**130, "a"], "enum"),
        ("pattern", "(?=a)", "pattern"),
        ("anyOf", [{"pattern": "(?=a)"}, {"minLength": 3}], "anyOf"),
        ("unevaluatedProperties", {"$ref": "other"}, "unevaluatedProperties"),
        ("patternProperties", {"(?=a)": False}, "patternProperties/(?=a)"),
    ],
)
def test_only_the_keyword_without_a_form_goes_the_second_path(keyword: str, value: Any, place: str) -> None:
    column = {keyword: value, "type": "string", "not": {"maximum": 1}}
    plan = compiled({"properties": {"a/b": column, "d": {"type": "string"}}})
    assert plan.fallback == (f"/row/properties/a~1b/{place}",)
    assert plan.fallback_columns == ("a/b",)
    assert [(check.column, check.pointer.rsplit("/", 1)[1]) for check in plan.checks] == [
        ("a/b", "type"),
        ("a/b", "not"),
        ("d", "type"),
    ]
    assert not plan.fallback_root


@pytest.mark.parametrize(
    ("schema", "candidates"),
    [
        ({"pattern": "(?=a)"}, TEXT),
        ({"minimum": 2**127}, NUMBER),
        ({"enum": ["a", 2**130]}, Not(test=OneOf(values=("a",)))),
        ({"anyOf": [{"pattern": "(?=a)"}, {"maximum": 1}]}, All(tests=(TEXT, Not(test=LOW)))),
        ({"anyOf": [{"pattern": "(?=a)", "maximum": 1}]}, AnyOf(tests=(Not(test=LOW), TEXT))),
        ({"not": {"pattern": "(?=a)", "type": "string"}}, TEXT),
        ({"items": {"pattern": "(?=a)"}}, Not(test=Items(test=Not(test=TEXT)))),
        ({"$ref": "http://example.org/"}, None),
        ({"oneOf": [{"$ref": "http://example.org/"}]}, None),
    ],
)
def test_candidates_are_what_can_break_the_keyword(schema: dict[str, Any], candidates: Any) -> None:
    plan = compiled({"properties": {"c": schema}})
    assert [item.candidates for item in plan.second] == [candidates]


def test_a_schema_that_leads_back_into_itself_is_compiled_down_to_there() -> None:
    node = {"properties": {"value": {"type": "number"}, "next": {"$ref": "#/$defs/node"}}}
    plan = compiled({"properties": {"c": {"$ref": "#/$defs/node"}}, "$defs": {"node": node}})
    assert plan.fallback == ("/row/$defs/node/properties/next/$ref",)
    assert plan.second[0].candidates == Not(test=Member(name="next", test=AnyOf()))
    assert "/row/$defs/node/properties/value/type" in [check.pointer for check in plan.checks]


def test_references_that_multiply_without_end_are_cut() -> None:
    defs = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 4} for i in range(30)}
    plan = compiled({"properties": {"c": {"$ref": "#/$defs/d0"}}, "$defs": {**defs, "d30": {"minimum": 1}}})
    assert plan.fallback


@pytest.mark.parametrize(
    ("schema", "column", "test"),
    [
        ({"allOf": [{"properties": {"a": {"maximum": 1}}}]}, "a", LOW),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"required": ["x"]}}}, "x", Present()),
        ({"minProperties": 1}, None, MemberCount(operator=Operator.AT_LEAST, limit=1)),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, None, AnyOf(tests=(Has(name="a"), Has(name="b")))),
        ({"additionalProperties": {"maximum": 1}}, None, Members(test=LOW)),
        ({"type": "array"}, None, Never()),
        ({"enum": [1]}, None, Never()),
        ({"allOf": [False]}, None, Never()),
    ],
)
def test_constructs_at_the_top_judge_rows(schema: dict[str, Any], column: str | None, test: Any) -> None:
    plan = compiled(schema)
    assert plan.second == ()
    assert [(check.column, check.test) for check in plan.checks] == [(column, test)]


@pytest.mark.parametrize("schema", [{"minimum": 3}, {"type": ["object", "null"]}, {"pattern": "^a"}])
def test_what_says_nothing_about_an_object_is_no_check_of_rows(schema: dict[str, Any]) -> None:
    assert compiled(schema) == Plan()


def test_whole_rows_are_named_only_for_what_has_no_form() -> None:
    plan = compiled({"allOf": [{"properties": {"a": {"pattern": "(?=a)"}}, "required": ["a"]}]})
    assert plan.fallback_root
    assert plan.fallback == ("/row/allOf/0/properties/a/pattern",)
    assert [check.pointer for check in plan.checks] == ["/row/allOf/0/required/0"]


def test_columns_that_only_a_part_declares_are_read_by_it() -> None:
    plan = compiled({"if": {"properties": {"a": {"const": 1}}}, "then": {"properties": {"b": {"type": "null"}}}})
    assert plan.properties["a"].kinds == {Kind.NUMBER}
    assert (plan.properties["a"].accepts_null, plan.properties["b"].accepts_null) == (False, True)


@pytest.mark.parametrize(
    ("schema", "null"), [({}, True), ({"additionalProperties": False}, False),
                         ({"additionalProperties": {"type": "string"}}, False),
                         ({"additionalProperties": {"type": ["null", "string"]}}, True)]
)  # fmt: skip
def test_whether_an_undeclared_columns_null_is_null(schema: dict[str, Any], null: bool) -> None:
    assert compiled(schema).others.accepts_null is null


def test_an_error_of_the_second_path_is_traced_through_references() -> None:
    row: dict[str, Any] = {
        "properties": {"c": {"$ref": "#/$defs/node", "maximum": 1}},
        "$defs": {"node": {"properties": {"next": {"$ref": "#/$defs/node"}}, "maximum": 2}},
    }
    references = References(row)
    node = row["$defs"]["node"]
    assert references.trace(("maximum",), row["properties"]["c"], ("properties", "c"))[-1] == (
        "/row/properties/c/maximum"
    )
    passed = references.trace(("properties", "next", "maximum"), node, ("properties", "c"))
    assert passed[-1] == "/row/$defs/node/maximum"
    assert "/row/$defs/node/properties/next/$ref" in passed
    assert "/row/$defs/node/properties/next/$ref" not in references.trace(("maximum",), node, ("properties", "c"))


def test_annotations_are_no_fallback() -> None:
    plan = compiled({"$schema": DIALECT, "$defs": {}, "title": "t", "$comment": "c", "additionalProperties": True})
    assert plan == Plan()


def test_required_and_closed_rows() -> None:
    plan = compiled({"properties": {"a": True, "b": False}, "required": ["a"], "additionalProperties": False})
    assert plan.checks == (
        Check(pointer="/row/properties/b", column="b", test=Absent()),
        Check(pointer="/row/required/0", column="a", test=Present()),
        Check(pointer="/row/additionalProperties", test=OnlyColumns(names=("a", "b"))),
    )


def test_a_closed_row_is_checked_beside_a_fallback_too() -> None:
    plan = compiled({"additionalProperties": False, "allOf": [{"$ref": "other"}]})
    assert Check(pointer="/row/additionalProperties", test=OnlyColumns(names=())) in plan.checks
    assert plan.fallback == ("/row/allOf/0/$ref",)


def test_a_pattern_for_names_takes_additional_properties_with_it() -> None:
    plan = compiled({"patternProperties": {"(?=x)": {}}, "additionalProperties": False})
    assert plan.fallback == ("/row/additionalProperties",)
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
    schema: dict[str, Any] = {"properties": {"a": {"$ref": "other"}}}
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
    root: dict[str, Any] = {"$defs": {"n": {"minimum": 0}, "loop": {"$ref": "#/$defs/loop"}}}
    references = References({"properties": {"c": schema}, **root})
    assert {kind.value for kind in kinds_of(references.root.below("properties", "c"), references)} == kinds


def chained(levels: int, keyword: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for level in range(levels):
        schema = {keyword: schema, "then": {"minLength": level}, "else": {"maxLength": level}}
    return schema


@pytest.mark.parametrize(
    ("schema", "compiled_whole"),
    [
        (chained(4, "if"), True),
        (chained(35, "if"), False),
        (chained(5, "items"), True),
        (chained(6, "items"), False),
        (chained(3000, "items"), False),
        ({"enum": [{"a": i} for i in range(3000)]}, False),
    ],
)
def test_what_would_be_too_large_for_a_query_goes_the_second_path(schema: dict[str, Any], compiled_whole: bool) -> None:
    assert (compiled({"properties": {"c": schema}}).second == ()) is compiled_whole


@pytest.mark.parametrize("schema", [{}, {"items": {"type": ["array", "string"]}}, {"items": {}, "prefixItems": [True]}])
def test_items_that_nest_deep_are_compared_on_the_second_path(schema: dict[str, Any]) -> None:
    plan = compiled({"properties": {"c": {**schema, "uniqueItems": True}}})
    deep = Not(test=Shallow(levels=4))
    assert [check.test for check in plan.checks if check.pointer.endswith("uniqueItems")] == [
        AnyOf(tests=(deep, Unique()))
    ]
    assert [(item.pointer, item.candidates) for item in plan.second] == [("/row/properties/c/uniqueItems", deep)]
