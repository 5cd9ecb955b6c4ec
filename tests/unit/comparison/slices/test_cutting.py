"""How a column divides the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mlgate.core.comparison.columns import Column
from mlgate.core.comparison.slices.cutting import MOST_SLICES, Cut, cut, shown
from mlgate.core.config.model import SliceBy
from mlgate.core.documents.shared import Reason


def categories(words: Any, **fields: Any) -> Column:
    names = tuple(sorted({word for word in words if word is not None}))
    codes = np.array([-1 if word is None else names.index(word) for word in words])
    return Column(names=names, codes=codes, **fields)


def divided(column: Column, bins: int | None = None, at_least: int = 1) -> Cut:
    made = cut({"c": column}, SliceBy(column="c", bins=bins), at_least)
    assert isinstance(made, Cut)
    return made


def sizes(made: Cut) -> dict[str, int]:
    return {part.name: part.n for part in made.slices}


def test_every_value_is_a_slice_and_what_is_missing_is_one_too() -> None:
    made = divided(categories(["b", "a", None, "a"]))
    assert sizes(made) == {"c = a": 2, "c = b": 1, "c = (no value)": 1}
    assert [made.rows(part).tolist() for part in made.slices] == [[1, 3], [0], [2]]


def test_every_row_lies_in_exactly_one_slice() -> None:
    draw = np.random.default_rng(3)
    words = [None if x == 7 else f"v{x}" for x in draw.integers(0, 8, 500)]
    made = divided(categories(words), at_least=60)
    rows = np.concatenate([made.rows(part) for part in made.slices])
    assert sorted(rows.tolist()) == list(range(500))
    assert sum(part.n for part in made.slices) == 500


def test_small_slices_are_merged_and_named() -> None:
    made = divided(categories(["a"] * 5 + ["b"] * 2 + ["c"] * 2 + [None]), at_least=3)
    assert sizes(made) == {"c = a": 5, "c = (3 others)": 5}
    assert made.slices[1].merged == ("b", "c", "(no value)")


def test_a_small_slice_that_stands_alone_keeps_its_name() -> None:
    made = divided(categories(["a"] * 5 + ["b"]), at_least=3)
    assert sizes(made) == {"c = a": 5, "c = b": 1}
    assert made.slices[1].merged == ()


def test_slices_that_are_all_too_small_are_one() -> None:
    assert sizes(divided(categories(list("abcd")), at_least=50)) == {"c = (4 others)": 4}


def test_bins_hold_about_equally_many_rows_and_say_what_they_hold() -> None:
    values = np.array([4.0, 1, 2, 3, 5, 6, 7, 8, np.nan])
    made = divided(Column(values=values), bins=4)
    assert sizes(made) == {"c = 1 to 2": 2, "c = 3 to 4": 2, "c = 5 to 6": 2, "c = 7 to 8": 2, "c = (no value)": 1}


def test_bins_never_part_equal_numbers() -> None:
    made = divided(Column(values=np.array([0.0] * 90 + [1.5] * 10)), bins=4)
    assert sizes(made) == {"c = 0": 90, "c = 1.5": 10}


def test_a_constant_makes_one_bin() -> None:
    assert sizes(divided(Column(values=np.full(9, 2.0)), bins=3)) == {"c = 2": 9}


def test_numbers_without_bins_are_values() -> None:
    assert sizes(divided(Column(values=np.array([3.0, 1, 3, np.nan])))) == {"c = 1": 1, "c = 3": 2, "c = (no value)": 1}


@pytest.mark.parametrize("bins", [None, 2])
def test_hidden_numbers_are_never_told(bins: int | None) -> None:
    made = divided(Column(values=np.array([123.0, 456.0, 123.0, 456.0]), hidden=True), bins=bins)
    assert [part.name for part in made.slices] == (
        ["c = value 1", "c = value 2"] if bins is None else ["c = bin 1 of 2", "c = bin 2 of 2"]
    )


def test_a_column_that_is_not_there_is_named() -> None:
    made = cut({}, SliceBy(column="carrier"), 1)
    assert isinstance(made, Reason)
    assert made.id == "slice-column-missing"
    assert "'carrier'" in made.message


@pytest.mark.parametrize("column", [categories(["a", "b"]), Column(values=np.full(3, np.nan))])
def test_bins_without_a_number_are_empty(column: Column) -> None:
    made = cut({"c": column}, SliceBy(column="c", bins=4), 1)
    assert isinstance(made, Reason)
    assert made.id == "slice-empty"


def test_very_many_slices_are_merged_from_the_smallest_on() -> None:
    codes = np.concatenate([np.arange(MOST_SLICES + 5), np.arange(MOST_SLICES)])
    names = tuple(f"v{i:05}" for i in range(MOST_SLICES + 5))
    made = divided(Column(names=names, codes=codes))
    assert len(made.slices) == MOST_SLICES + 1
    assert made.slices[-1].name == "c = (5 others)"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("AA", "AA"),
        ("", '""'),
        (" a", '" a"'),
        ("(no value)", '"(no value)"'),
        ("a\nb", '"a\\nb"'),
        ('"', '"\\""'),
        ("x" * 70, "x" * 59 + "…"),
    ],
)
def test_values_cannot_pass_for_words_of_ours(value: str, name: str) -> None:
    assert shown(value) == name


def test_values_that_are_cut_to_the_same_text_stay_apart() -> None:
    made = divided(categories(["x" * 80 + "1", "x" * 80 + "2"]))
    assert len({part.name for part in made.slices}) == 2
