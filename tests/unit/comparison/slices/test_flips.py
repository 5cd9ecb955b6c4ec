"""Newly right, newly wrong, and errors that grew."""

from __future__ import annotations

import numpy as np
from tests.unit.comparison.sides import side, truth

from mlgate.core.comparison.columns import Column
from mlgate.core.comparison.slices.cutting import Cut, cut
from mlgate.core.comparison.slices.flips import flips
from mlgate.core.config.model import SliceBy, Task
from mlgate.core.documents.comparison import GrownError


def keys(rows: np.ndarray) -> tuple[str, ...]:
    assert (np.diff(rows) > 0).all(), "asked for once each, ascending"
    return tuple(f"k{row}" for row in rows.tolist())


def by_column(codes: list[int]) -> Cut:
    made = cut({"c": Column(names=("x", "y"), codes=np.array(codes))}, SliceBy(column="c"), 1)
    assert isinstance(made, Cut)
    return made


def test_flips_are_counted_in_all_and_by_slice_with_their_rows() -> None:
    known = truth([0, 1, 0, 1, 0, 1])
    candidate = side(known, [0, 1, 1, 1, 1, 0])
    baseline = side(known, [1, 1, 0, 0, 0, 0], name="old")
    found = flips(candidate, baseline, [by_column([0, 0, 0, 1, 1, 1])], keys)
    assert found is not None
    assert (found.against, found.newly_right, found.newly_wrong) == ("old", 2, 2)
    assert (found.newly_right_keys, found.newly_wrong_keys) == (("k0", "k3"), ("k2", "k4"))
    assert found.agreement == 0.3333333333
    assert {(s.slice, s.n, s.newly_right_keys, s.newly_wrong_keys) for s in found.slices} == {
        ("c = x", 3, ("k0",), ("k2",)),
        ("c = y", 3, ("k3",), ("k4",)),
    }


def test_slices_that_lost_most_come_first_and_those_without_flips_not_at_all() -> None:
    known = truth([0, 0, 0, 0, 1])
    cuts = [by_column([0, 1, 1, 1, 0])]
    found = flips(side(known, [0, 1, 1, 0, 1]), side(known, [1, 0, 0, 0, 1]), cuts, None)
    assert found is not None
    assert [(s.slice, s.newly_right, s.newly_wrong) for s in found.slices] == [("c = y", 0, 2), ("c = x", 1, 0)]
    assert found.newly_wrong_keys == found.slices[0].newly_wrong_keys == ()
    same = flips(side(known, [0] * 5), side(known, [0] * 5), cuts, keys)
    assert same is not None
    assert same.slices == ()


def test_a_side_without_classes_has_no_flips() -> None:
    known = truth([0, 1])
    assert flips(side(known, scores=[0.1, 0.9]), side(known, [0, 1]), [], keys) is None


def test_errors_that_grew_most_come_first() -> None:
    known = truth([1.0, 2.0, 3.0, 4.0], task=Task.REGRESSION)
    candidate, baseline = side(known, [1.5, 2.0, 6.0, 3.0]), side(known, [1.0, 1.0, 3.0, 3.0], name="old")
    found = flips(candidate, baseline, [], keys)
    assert found is not None
    assert found.grown == (
        GrownError(key="k2", baseline=0.0, candidate=3.0),
        GrownError(key="k0", baseline=0.0, candidate=0.5),
    )
    assert found.agreement == 0.25


def test_single_errors_are_not_told_where_keys_are_not() -> None:
    known = truth([1.0, 2.0], task=Task.REGRESSION)
    found = flips(side(known, [5.0, 2.0]), side(known, [1.0, 2.0]), [], None)
    assert found is not None
    assert found.grown == ()
