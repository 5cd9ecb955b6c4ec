"""The header of a CSV file, before the engine sees it."""

from __future__ import annotations

import pytest

from mlgate.shell.tables.files import names_problem


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("a", "b"), None),
        (("a", "b", "a"), "the column name 'a' appears twice"),
        (("a", "B", "b"), "the column names 'B' and 'b' differ only in case"),
        (("a", " "), "column 2 has no name"),
    ],
)
def test_what_is_wrong_with_names(names: tuple[str, ...], problem: str | None) -> None:
    assert names_problem(names) == problem
