"""One sentence for each finding, from the compiled contract."""

from __future__ import annotations

from typing import Any

import pytest

from mlgate.core.data.broken import no_column
from mlgate.core.data.compile import compile_row
from mlgate.core.data.wording import sentence


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"anyOf": [{"maximum": 1}, {"type": "string"}]}, "c satisfies none of the 2 alternatives"),
        ({"oneOf": [{"maximum": 1}, {"type": "string"}]}, "c does not satisfy exactly one of the 2 alternatives"),
        ({"not": {"maximum": 1}}, "c is what the contract excludes"),
        ({"if": {"maximum": 1}, "then": {"minimum": 0}}, "c is not >= 0, where `then` applies"),
        ({"dependentRequired": {"a": ["b"]}}, "c has no property b, where `dependentRequired` applies"),
        ({"properties": {"a": {"type": "string"}}}, "c has a property a that is not of type string"),
        ({"additionalProperties": False}, "c has a property that the contract does not allow"),
        ({"patternProperties": {"^a": {"minimum": 0}}}, "c has a property that is not >= 0"),
        ({"propertyNames": {"maxLength": 2}}, "c has a property whose name has more than 2 characters"),
        ({"minProperties": 2}, "c has fewer than 2 properties"),
        ({"items": {"items": {"minimum": 0}}}, "c has an item that has an item that is not >= 0"),
        ({"prefixItems": [{"minimum": 0}]}, "c has an item 0 that is not >= 0"),
        ({"contains": {"minimum": 0}}, "c does not have at least 1 of the items that it has to contain"),
        ({"maxItems": 2}, "c has more than 2 items"),
        ({"uniqueItems": True}, "c has equal items"),
        ({"const": {"a": 1}}, "c is not what the contract demands"),
        ({"enum": [{"a": 1}, 2]}, "c is not what the contract demands"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(schema: dict[str, Any], words: str) -> None:
    check = compile_row({"properties": {"c": schema}}, lambda _: False).checks[0]
    assert sentence(check, 3, 2000) == f"{words} in 3 of 2,000 rows"


def test_rows_and_absent_properties() -> None:
    schema = {"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"c": False}, "minProperties": 1}
    sentences = [sentence(check, 1, 2) for check in compile_row(schema, lambda _: False).checks]
    assert sentences == [
        "c must not be there, and is in 1 of 2 rows",
        "the row satisfies none of the 2 alternatives in 1 of 2 rows",
        "the row has fewer than 1 properties in 1 of 2 rows",
    ]


def test_a_column_without_a_name_is_no_row() -> None:
    check = compile_row({"properties": {"": {"type": "integer"}}}, lambda _: False).checks[0]
    assert sentence(check, 1, 2) == '"" is not of type integer in 1 of 2 rows'
    assert no_column("/row/required", "").message == '"" is missing: the file has no such column'
