"""Keys of JSON Lines, whose cells may be of any kind: `1` is `1.0`, and neither is `"1"`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.e2e.test_table_rules import contract, request_of

from mlgate.shell.tables.files import one_file
from mlgate.shell.validation.scan import scan

if TYPE_CHECKING:
    from pathlib import Path

REPEATS = ("primary-key: a", "unique: [a, b]", "duplicate-rows: {at-most: 0}")
MEETS = ("no-overlap: {with: other, by: a}", "no-overlap: {with: other, by: row}")
SAME = [("1", "1.0"), ("1", "10e-1"), ('"A"', r'"\u0041"'), ('{"x": 1, "y": [2]}', '{"y":[2.0],"x":1}')]
DIFFERENT = [("1", '"1"'), ("true", '"true"'), ("[1]", '"[1]"'), ("9007199254740993", "9007199254740992"), ("1", "[1]")]


def broken(folder: Path, rules: tuple[str, ...], one: str, other: str) -> list[str]:
    """Return the rules that two values break: as rows of one table, and one in each of two."""
    both, first, second = folder / "both.jsonl", folder / "first.jsonl", folder / "second.jsonl"
    both.write_text(f'{{"a": {one}, "b": 0}}\n{{"a": {other}, "b": 0}}\n')
    first.write_text(f'{{"a": {one}, "b": 0}}\n')
    second.write_text(f'{{"a": {other}, "b": 0}}\n')
    named = {"other": one_file(second)}
    path = first if rules[0] not in REPEATS else both
    result = scan(request_of(path, contract(list(rules), {}), folder, others=named))
    return [rules[int(finding.check.split("/")[2])] for finding in result.findings]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_value_repeats_a_key_however_it_is_written(one: str, other: str, tmp_path: Path) -> None:
    assert broken(tmp_path, REPEATS, one, other) == list(REPEATS)
    assert broken(tmp_path, MEETS, one, other) == list(MEETS)
    assert broken(tmp_path, ("foreign-key: {columns: a, references: other}",), one, other) == []


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_values_of_different_kinds_are_different_keys(one: str, other: str, tmp_path: Path) -> None:
    assert broken(tmp_path, REPEATS, one, other) == []
    assert broken(tmp_path, MEETS, one, other) == []
    assert len(broken(tmp_path, ("foreign-key: {columns: a, references: other}",), one, other)) == 1


@pytest.mark.parametrize(("kind", "found"), [(None, 2), ("integer", 2), ("string", 0)])
def test_what_a_cell_of_csv_is_the_contract_says(kind: str | None, found: int, tmp_path: Path) -> None:
    path, other = tmp_path / "t.jsonl", tmp_path / "o.csv"
    path.write_text('{"a": 1}\n')
    other.write_text("a\n1\n")
    row = {"properties": {"a": {"type": kind}}} if kind else {}
    of = contract(list(MEETS), row)
    result = scan(request_of(path, of, tmp_path, others={"other": one_file(other)}))
    assert len([finding for finding in result.findings if finding.check.startswith("/table")]) == found
