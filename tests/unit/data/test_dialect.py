"""What contracts declare of the cells of a dialect, and how cells come into the usual form."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from mlgate.core.data.dialect import declared_by, usual_cells
from mlgate.core.data.source import Dialect

GERMAN = Dialect(decimal=",", thousands=".", date_format="%d.%m.%Y")
NUMBER = {"type": "number", "maximum": 100}


@pytest.mark.parametrize(
    "row",
    [
        {"properties": {"a": NUMBER}},
        {"properties": {"a": {"anyOf": [{"type": "null"}, NUMBER]}}},
        {"properties": {"a": {"$ref": "#n"}}, "$defs": {"n": {"$anchor": "n", **NUMBER}}},
        {"properties": {"a": {"$ref": "#/$defs/x/y"}}, "$defs": {"x": {"y": NUMBER}}},
        {"allOf": [{"properties": {"a": NUMBER}}]},
        {"$ref": "#/$defs/r", "$defs": {"r": {"properties": {"a": NUMBER}}}},
        {"if": {"properties": {"b": {"const": 1}}}, "then": {"properties": {"a": NUMBER}}},
        {"properties": {"a": {"enum": [1500, 2]}}},
        {"additionalProperties": NUMBER},
        {},
    ],
)
def test_numbers_are_read_wherever_a_contract_speaks_of_them_or_nowhere(row: dict[str, Any]) -> None:
    assert cells(row, ["1.500", "1,5", "1.5", "x"]) == ["1500", "1.5", "1.5?", "x"]


def test_texts_stay_as_they_are() -> None:
    row = {"properties": {"a": {"type": "string"}}}
    assert cells(row, ["1.500", "1,5", "31.12.2013"]) == ["1.500", "1,5", "31.12.2013"]


def test_dates_become_those_of_iso() -> None:
    row = {"allOf": [{"properties": {"a": {"type": "string", "format": "date"}}}]}
    assert cells(row, ["31.12.2013", "2013-12-31", "30.02.2013"]) == ["2013-12-31", "2013-12-31?", "30.02.2013"]


def cells(row: dict[str, Any], texts: list[str]) -> list[str]:
    (expression,) = usual_cells(GERMAN, ["a"], declared_by([row]))
    found = duckdb.execute(f"SELECT {expression} FROM (SELECT unnest(?) AS c0)", [texts]).fetchall()  # noqa: S608 - own
    return [text for (text,) in found]
