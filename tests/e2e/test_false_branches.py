"""Branches that nothing satisfies, behind a condition with no compiled form: what reaches them is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_second_path import findings

if TYPE_CHECKING:
    from pathlib import Path

UNCOMPILED = {"pattern": "(?=x)"}


@pytest.mark.parametrize(
    ("schema", "value", "pointer"),
    [
        ({"if": UNCOMPILED, "then": False}, "x", "/then"),
        ({"if": UNCOMPILED, "else": False}, "y", "/else"),
        ({"items": {"if": UNCOMPILED, "then": False}}, ["y", "x"], "/items/then"),
        ({"propertyNames": {"if": UNCOMPILED, "else": False}}, {"y": 1}, "/propertyNames/else"),
        ({"if": {"maximum": 2**127}, "then": False}, 1, "/then"),
    ],
)
def test_a_branch_that_is_false_is_broken(tmp_path: Path, schema: dict[str, Any], value: Any, pointer: str) -> None:
    found = findings(tmp_path, schema, [value])
    assert [(finding.check, finding.count) for finding in found] == [(f"/row/properties/value{pointer}", 1)]
