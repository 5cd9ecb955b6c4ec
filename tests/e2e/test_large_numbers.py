"""Whole numbers past 2^53 in rules of the table: two of them that are the same double are two numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from tests.e2e.test_table_rules import contract, request_of

from mlgate.shell.validation.scan import scan

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.documents.data import DataFinding

FAR = 2**53
HUGE = 10**40
TEXT = ("csv", "jsonl")
ALL = (*TEXT, "parquet")
Rows = list[tuple[int, int]]
LOOSE = {"properties": {"a": {"type": ["integer", "string"]}, "b": {"type": ["integer", "string"]}}}


def found(folder: Path, form: str, rows: Rows, rule: str, row: dict[str, Any] | None = None) -> list[str]:
    return [finding.message for finding in findings(folder, form, rows, rule, row)]


def findings(
    folder: Path, form: str, rows: Rows, rule: str, row: dict[str, Any] | None = None
) -> tuple[DataFinding, ...]:
    path = folder / f"t.{form}"
    if form == "csv":
        path.write_text("a,b\n" + "".join(f"{one},{other}\n" for one, other in rows))
    elif form == "jsonl":
        path.write_text("".join(f'{{"a": {one}, "b": {other}}}\n' for one, other in rows))
    else:
        values = ", ".join(f"({one}::BIGINT, {other}::DOUBLE)" for one, other in rows)
        duckdb.execute(f"COPY (SELECT * FROM (VALUES {values}) t(a, b)) TO '{path}' (FORMAT parquet)")  # noqa: S608 - numbers of this file
    return scan(request_of(path, contract([rule], row or {}), folder)).findings


@pytest.mark.parametrize("row", [None, LOOSE], ids=["undeclared", "mixed"])
@pytest.mark.parametrize("form", ALL)
@pytest.mark.parametrize("sign", [1, -1])
def test_neighbours_are_sorted_without_loss(form: str, sign: int, row: dict[str, Any] | None, tmp_path: Path) -> None:
    up = sorted((sign * number, 0) for number in (FAR, FAR + 1))
    assert found(tmp_path, form, up, "sorted: {by: a, strictly: true}", row) == []
    assert len(found(tmp_path, form, up[::-1], "sorted: {by: a}", row)) == 1


@pytest.mark.parametrize("form", TEXT)
@pytest.mark.parametrize("number", [FAR + 1, 2**127 + 1, HUGE + 1, -HUGE, -FAR])
def test_two_columns_are_compared_without_loss(form: str, number: int, tmp_path: Path) -> None:
    rows = [(number, number - 1)]
    assert found(tmp_path, form, rows, "compare: a > b") == []
    assert [len(found(tmp_path, form, rows, f"compare: a {sign} b")) for sign in ("<=", "==", "<")] == [1, 1, 1]
    assert found(tmp_path, form, [(number, number)], "compare: a == b") == []


def test_a_whole_number_is_compared_with_a_double_without_loss(tmp_path: Path) -> None:
    assert len(found(tmp_path, "parquet", [(FAR + 1, FAR)], "compare: a <= b")) == 1
    assert found(tmp_path, "parquet", [(FAR, FAR)], "compare: a <= b") == []


@pytest.mark.parametrize("form", TEXT)
@pytest.mark.parametrize("number", [FAR + 1, 2**127 + 1, HUGE + 1])
def test_extremes_keep_limits_without_loss(form: str, number: int, tmp_path: Path) -> None:
    assert found(tmp_path, form, [(number, 0)], f"max: {{column: a, at-most: {number}}}") == []
    assert len(found(tmp_path, form, [(number, 0)], f"max: {{column: a, at-most: {number - 1}}}")) == 1
    assert found(tmp_path, form, [(-number, 0)], f"min: {{column: a, at-least: {-number}}}") == []
    assert len(found(tmp_path, form, [(-number, 0)], f"min: {{column: a, at-least: {1 - number}}}")) == 1
    assert len(found(tmp_path, form, [(number - 1, 0)], f"max: {{column: a, at-least: {number}}}")) == 1


@pytest.mark.parametrize("form", ALL)
def test_a_whole_sum_keeps_its_limits_to_the_last_digit(form: str, tmp_path: Path) -> None:
    rows = [(FAR + 1, 0), (FAR + 1, 0), (1, 0)]
    total = 2 * FAR + 3
    assert found(tmp_path, form, rows, f"sum: {{column: a, at-least: {total}, at-most: {total}}}") == []
    (message,) = found(tmp_path, form, rows, f"sum: {{column: a, at-most: {total - 1}}}")
    assert message == f"the sum of a is {total:,}, at most {total - 1:,} is allowed"
    assert len(found(tmp_path, form, rows, f"sum: {{column: a, at-least: {total + 1}}}")) == 1


@pytest.mark.parametrize("form", TEXT)
def test_a_sum_of_numbers_past_127_bits_is_refused_by_name(form: str, tmp_path: Path) -> None:
    (finding,) = findings(tmp_path, form, [(HUGE, 0), (1, 0)], f"sum: {{column: a, at-most: {HUGE}}}")
    assert (finding.reason, finding.count) == ("rule-unmeasured", 1)
    assert "1 cell of more than 127 bits" in finding.message


@pytest.mark.parametrize("form", ALL)
def test_ten_digits_of_a_mean_are_compared_with_ten_of_its_limit(form: str, tmp_path: Path) -> None:
    assert found(tmp_path, form, [(FAR, 0)], f"mean: {{column: a, at-least: {FAR}, at-most: {FAR}}}") == []
