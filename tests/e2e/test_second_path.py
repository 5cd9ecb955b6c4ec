"""What goes row by row does not hang, does not crash, and says what it could not evaluate."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_data_corpora import source

from mlgate.core import codec
from mlgate.core.data.request import ScanRequest
from mlgate.shell.validation.matching import Patterns, UnsupportedError
from mlgate.shell.validation.scan import scan

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.documents.data import DataFinding


def findings(folder: Path, schema: dict[str, Any], values: list[Any]) -> tuple[DataFinding, ...]:
    path = folder / "t.jsonl"
    path.write_text("".join(json.dumps({"value": value}) + "\n" for value in values))
    sides = {"new": {"row": {"properties": {"value": schema}}}}
    request = {**source(path), "sides": sides, "spill": str(folder / "spill")}
    return scan(codec.from_plain(ScanRequest, request)).findings


@pytest.mark.parametrize(
    ("schema", "rows"),
    [
        ({"pattern": "^(a|a)*$"}, [1]),
        ({"pattern": "(a+)+$", "$dynamicRef": "#"}, [1]),
        ({"patternProperties": {"^(a+)+$": True}, "unevaluatedProperties": False}, []),
    ],
)
def test_exponential_patterns_take_linear_time(tmp_path: Path, schema: dict[str, Any], rows: list[int]) -> None:
    before = time.monotonic()
    found = findings(tmp_path, schema, ["a" * 5000, "a" * 5000 + "!"])
    assert [row.row for finding in found for row in finding.rows] == rows
    assert time.monotonic() - before < 5


def test_a_pattern_that_takes_too_long_is_named(tmp_path: Path) -> None:
    before = time.monotonic()
    found = findings(tmp_path, {"pattern": "^(?=(a+)+$)a"}, ["a" * 50 + "!"])
    assert [(finding.reason, finding.check) for finding in found] == [
        ("check-unsupported", "/row/properties/value/pattern")
    ]
    assert "takes more than 2 seconds" in found[0].message
    assert time.monotonic() - before < 8


@pytest.mark.parametrize("pattern", [r"(?<=a+)b", r"\a", "(?<=\\p{Script=Greek})x", "a{2,1}"])
def test_a_pattern_that_nobody_can_evaluate_is_named(pattern: str) -> None:
    with pytest.raises(UnsupportedError, match="the pattern"):
        Patterns().found(pattern, "b")


def test_deep_values_are_a_finding(tmp_path: Path) -> None:
    value: Any = 1
    for _ in range(60):
        value = [value]
    schema = {"$dynamicRef": "#/properties/value", "items": {"$ref": "#/properties/value"}}
    assert {finding.reason for finding in findings(tmp_path, schema, [value])} <= {"check-unsupported"}
    path = tmp_path / "deep.jsonl"
    path.write_text('{"value": ' + "[" * 30_000 + "]" * 30_000 + "}\n")
    sides = {"new": {"row": {"properties": {"value": {"type": "array", "items": {"$ref": "#/properties/value"}}}}}}
    request = {**source(path), "sides": sides, "spill": str(tmp_path / "spill")}
    found = scan(codec.from_plain(ScanRequest, request)).findings
    assert {finding.reason for finding in found} <= {"data-unreadable", "check-unsupported"}
    assert found


@pytest.mark.parametrize("depth", range(3))
def test_references_without_end_are_a_finding(tmp_path: Path, depth: int) -> None:
    """Wherever the recursion ends, in Python or below it."""
    schema: dict[str, Any] = {"$ref": "#/properties/value"}
    for _ in range(depth):
        schema = {"allOf": [schema], "anyOf": [True]}
    found = findings(tmp_path, schema, [1])
    assert [finding.reason for finding in found] == ["check-unsupported"]


def test_what_breaks_references_without_end_is_a_finding(tmp_path: Path) -> None:
    """Each round adds an error, and a step to the way that leads to it."""
    schema = {"multipleOf": 3, "allOf": [{"$ref": "#/properties/value"}]}
    assert [finding.reason for finding in findings(tmp_path, schema, [2])][-1] == "check-unsupported"


def test_numbers_are_read_without_loss(tmp_path: Path) -> None:
    big = 2**200
    found = findings(tmp_path, {"type": "integer", "minimum": big}, [big, big - 1, big + 1, 10**400])
    assert {finding.check: [row.row for row in finding.rows] for finding in found} == {
        "/row/properties/value/minimum": [1],
        "/row/properties/value/type": [3],
    }


@pytest.mark.parametrize(
    ("one", "other", "are_equal"),
    [
        ([[[[1]]]], [[[[1.0]]]], True),
        ([[[[1]]]], [[[[1.5]]]], False),
        ({"a": {"b": {"c": [{"x": 1, "y": 2}]}}}, {"a": {"b": {"c": [{"y": 2, "x": 1.0}]}}}, True),
        ([[[1]]], [[[1.0]]], True),
        (["[[[["], ["[[[[["], False),
        ([[[['\\"]']]]], [[[['\\"]']]]], True),
    ],
)
def test_items_are_compared_however_deep_they_nest(tmp_path: Path, one: Any, other: Any, are_equal: bool) -> None:
    for schema, is_broken in (({"uniqueItems": True}, are_equal), ({"not": {"uniqueItems": True}}, not are_equal)):
        found = findings(tmp_path, schema, [[one, other], [one, 1]])
        wrong = {row.row for finding in found for row in finding.rows}
        assert (0 in wrong, 1 in wrong) == (is_broken, "not" in schema)
