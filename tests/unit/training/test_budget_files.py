"""The numbers of JSON files that training leaves: found by pointer, or a plain word why not."""

from __future__ import annotations

import pytest

from mlgate.core.config.model import Budget, BudgetKind
from mlgate.core.training.budget_files import number


def budget(pointer: str) -> Budget:
    return Budget(kind=BudgetKind.FILE, file="n.json", pointer=pointer)


@pytest.mark.parametrize(
    ("pointer", "data", "value"),
    [
        ("", b"3", 3.0),
        ("/a", b'{"a": 2.5}', 2.5),
        ("/a~1b/1", b'{"a/b": [1, 4]}', 4.0),
        ("/~01", b'{"~1": 7}', 7.0),
        ("/", b'{"": 1}', 1.0),
    ],
)
def test_a_pointer_finds_its_number(pointer: str, data: bytes, value: float) -> None:
    assert number(budget(pointer), data).value == value


@pytest.mark.parametrize(
    ("pointer", "data", "problem"),
    [
        ("/a", None, "cannot be read"),
        ("/a", b"{", "is no JSON"),
        ("/a", b"\xff", "is no JSON"),
        ("/a", b"[" * 100_000, "is no JSON"),
        ("/b", b'{"a": 1}', "has nothing at '/b'"),
        ("/01", b"[1, 2]", "has nothing"),
        ("/-", b"[1, 2]", "has nothing"),
        ("/2", b"[1, 2]", "has nothing"),
        ("/a/b", b'{"a": 1}', "has nothing"),
        ("/a/b", b'{"a": "text"}', "has nothing"),
        ("/a", b'{"a": true}', "no finite number"),
        ("/a", b'{"a": "1"}', "no finite number"),
        ("/a", b'{"a": NaN}', "no finite number"),
        ("/a", b'{"a": 1e999}', "no finite number"),
        ("/a", b'{"a": 1' + b"0" * 400 + b"}", "no finite number"),
    ],
)
def test_anything_else_is_a_problem(pointer: str, data: bytes | None, problem: str) -> None:
    found = number(budget(pointer), data)

    assert found.value is None
    assert problem in found.problem
