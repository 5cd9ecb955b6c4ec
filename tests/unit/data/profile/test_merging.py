"""Profiles that different hashes made: put together, they say nothing that only common registers could tell."""

from __future__ import annotations

from typing import Any

import pytest

from mlgate.core.data.profile import buckets, merge, registers
from mlgate.core.data.profile.numbers import of_values
from mlgate.core.documents.profile import ColumnKind, ColumnProfile, Profile, ValueCount


def sketch(*places: int) -> str:
    found = bytearray(registers.REGISTERS)
    for place in places:
        found[place] = 3
    return registers.encode(bytes(found))


def profile(hashing: str, first: int) -> Profile:
    numbers = of_values([(float(value), 2) for value in range(first, first + 10)]).described()
    many = {**numbers, "shift": 40, "buckets": "7:20"}
    top = (ValueCount(value="a", count=15), ValueCount(value="b", count=5))
    shared: dict[str, Any] = {"n": 20, "nulls": 0, "registers": sketch(*range(10)), "distinct": 10}
    return Profile(
        table="t",
        rows=20,
        values_shown=True,
        hashing=hashing,
        columns=(
            ColumnProfile(name="few", kind=ColumnKind.NUMBER, type="number", **shared, **numbers),
            ColumnProfile(name="many", kind=ColumnKind.NUMBER, type="number", **shared, **many),
            ColumnProfile(
                name="word", kind=ColumnKind.TEXT, type="string", **{**shared, "distinct": 2}, top=top, rest=0
            ),
        ),
    )


@pytest.mark.parametrize(("one", "other"), [("x", "y"), ("x", ""), ("", "")])
def test_registers_of_other_hashes_are_not_put_together(one: str, other: str) -> None:
    merged = merge(profile(one, 0), profile(other, 5))
    few, many, word = merged.columns
    assert merged.hashing == ""
    assert {column.registers for column in merged.columns} == {""}
    assert (few.distinct, few.n, sum(buckets.decode(few.buckets).values())) == (15, 40, 40)
    assert (many.distinct, many.mean) == (None, few.mean)
    assert (word.distinct, word.rest, word.top[0].count) == (2, 0, 30)


def test_registers_of_the_same_hashes_are() -> None:
    merged = merge(profile("x", 0), profile("x", 0))
    assert merged.hashing == "x"
    assert merged.columns[1].registers == sketch(*range(10))
    assert merged.columns[1].distinct == registers.estimate(registers.decode(sketch(*range(10))))


def test_a_column_of_one_side_keeps_its_count_and_no_registers() -> None:
    one, other = profile("x", 0), profile("y", 0)
    merged = merge(one, Profile(table="t", rows=5, values_shown=True, hashing=other.hashing))
    assert [(column.distinct, column.registers) for column in merged.columns] == [(10, ""), (10, ""), (2, "")]


def test_numbers_without_a_finite_sum_have_no_mean() -> None:
    found = of_values([(1.7e308, 3), (-1.0, 1)]).described()
    assert (found["mean"], found["std"], found["maximum"]) == (None, None, 1.7e308)
    assert of_values([]).described()["buckets"] == ""
