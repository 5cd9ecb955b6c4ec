"""What is taken for right at first sight is right by JSON Schema's own rules, too."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.config.plain_row import is_plain, speaks_of
from mlgate.core.config.row_schema import mistakes

PLAIN = {
    "type": "object",
    "description": "A flight.",
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "code": {"type": ["string", "null"], "pattern": "^[A-Z]{2}$", "maxLength": 2},
        "state": {"enum": ["new", None, 3], "redact": True},
        "tags": {"type": "array", "items": {"const": "x"}, "maxItems": 3},
    },
    "required": ["id", "code"],
    "additionalProperties": False,
}
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([0.5, -1.0, math.inf, math.nan, "integer", "string", "nothing", "[", "(?<a>b)", r"\p{L}", "a+"]),
)
KEYS = st.sampled_from(
    [
        *("type", "enum", "const", "pattern", "properties", "required", "redact", "additionalProperties", "items"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems"),
        *("maxItems", "title", "description", "$comment", "$ref", "format", "not", "minimun"),
    ]
)
ITEMS = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
SCHEMAS = st.dictionaries(KEYS, ITEMS, max_size=4)


def test_a_usual_schema_is_plain() -> None:
    assert is_plain(PLAIN)
    assert list(mistakes(PLAIN)) == []


@given(schema=SCHEMAS)
def test_what_is_plain_has_no_mistake(schema: dict[str, Any]) -> None:
    assert not is_plain(schema) or list(mistakes(schema)) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "int"},
        {"type": []},
        {"type": ["string", "string"]},
        {"minimum": "0"},
        {"minimum": True},
        {"minLength": -1},
        {"pattern": "["},
        {"pattern": r"\p{L}"},
        {"required": ["a", "a"]},
        {"properties": {"a": "integer"}},
        {"redact": "yes"},
        {"minimun": 3},
        {"$ref": "#/$defs/a"},
        {"enum": {"a": 1}},
    ],
)
def test_all_others_are_looked_at_closely(schema: dict[str, Any]) -> None:
    assert not is_plain({"type": "object", "properties": {"column": schema}})


def test_a_keyword_is_found_wherever_it_stands() -> None:
    assert speaks_of({"anyOf": [{"properties": {"a": {"redact": True}}}]}, "redact")
    assert not speaks_of(PLAIN, "$ref")
