"""Slices that nobody asked for: what chance explains is not told, what it does not is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from tests.unit.comparison.sides import side, truth

from mlgate.core.comparison.arena import Arena, Opponent
from mlgate.core.comparison.columns import Column
from mlgate.core.comparison.slices.seeking import Seeker, Sought, dividing
from mlgate.core.comparison.slices.weakest import benjamini_hochberg, cuts
from mlgate.core.config.model import BaselineKind, Rule, SliceBy
from mlgate.core.documents.comparison import BaselineResult, SliceSearch, WeakSlice

RULE = Rule(id="a", metric="accuracy", against="old", margin=0.01)


def seek(
    seed: int,
    *,
    drop: float,
    rules: tuple[Rule, ...] = (RULE,),
    kind: BaselineKind = BaselineKind.BASE,
    columns: tuple[str, ...] = ("region", "age", "id"),
) -> tuple[SliceSearch | None, tuple[WeakSlice, ...]]:
    """Compare two models that err alike in all: on one value in ten the candidate errs more by `drop`."""
    draw, n = np.random.default_rng(seed), 2_000
    labels = draw.integers(0, 2, n)
    known = truth(labels)
    every = {
        "region": Column(names=tuple("abcdefghij"), codes=draw.integers(0, 10, n)),
        "age": Column(values=draw.random(n)),
        "id": Column(names=tuple(f"{i:04}" for i in range(n)), codes=np.arange(n)),
    }
    more = drop * ((every["region"].codes == 3) - 0.1)
    wrong = [draw.random(n) < 0.2 + extra for extra in (more, 0.0)]
    made = [side(known, labels ^ miss, name=name) for name, miss in zip(("candidate", "old"), wrong, strict=True)]
    result = BaselineResult(name="old", kind=kind, available=True)
    opponent = Opponent(result=result, predictions=(made[1].predictions,))
    arena = Arena.of(known, made[0].predictions, [opponent], tail=0.025)
    return Seeker(arena, rules, Sought(columns={name: every[name] for name in columns}, left_out=("note",))).search()


def test_a_slice_that_is_much_worse_is_found_and_drawn_towards_the_whole() -> None:
    looked, found = seek(1, drop=0.4)
    assert looked == SliceSearch(columns=("region", "age"), metrics=("accuracy",), slices=14, left_out=("id", "note"))
    assert [weak.slice for weak in found] == ["region = d"]
    (weak,) = found
    assert weak.difference < weak.shrunk < 0
    assert weak.q_value < 0.001
    assert weak.interval[0] < weak.shrunk < weak.interval[1] < 0


def test_chance_alone_is_seldom_told() -> None:
    """Where nothing differs, some slice is told in at most 5 % of comparisons; half would have one without care."""
    told = sum(bool(seek(seed, drop=0.0)[1]) for seed in range(30))
    assert told <= 4, "more than 4 of 30 at 5 % would happen once in 50 suites"


def test_intervals_are_wider_than_those_of_a_slice_asked_for() -> None:
    """One of 14 was picked, so that its interval has 1 - 0.05 / 14 for its confidence."""
    _, (weak,) = seek(1, drop=0.4)
    _, (alone,) = seek(1, drop=0.4, columns=("region",))
    assert alone.interval[1] - alone.interval[0] < weak.interval[1] - weak.interval[0]


def test_a_column_that_the_rule_divides_by_is_not_sought_again() -> None:
    rule = Rule(id="a", metric="accuracy", against="old", slices=(SliceBy(column="region"),))
    looked, found = seek(1, drop=0.4, rules=(rule,))
    assert looked is not None
    assert looked.columns == ("age",)
    assert found == ()


@pytest.mark.parametrize("rules", [(), (Rule(id="f", metric="accuracy", at_least=0.1),)])
def test_without_a_rule_against_a_model_the_main_metric_is_looked_at(rules: tuple[Rule, ...]) -> None:
    looked, found = seek(1, drop=0.4, rules=rules)
    assert looked is not None
    assert looked.metrics == ("accuracy",)
    assert found


def test_nothing_is_sought_against_a_dummy() -> None:
    assert seek(1, drop=0.4, kind=BaselineKind.DUMMY) == (None, ())


def test_a_column_of_categories_is_cut_by_value_and_numbers_by_quartile() -> None:
    columns = {
        "word": Column(names=("a", "b"), codes=np.array([0, 1] * 4)),
        "same": Column(names=("a",), codes=np.zeros(8, np.int64)),
        "number": Column(values=np.arange(8.0)),
    }
    assert [(made.column, len(made.slices)) for made in cuts(columns, 1)] == [("word", 2), ("number", 4)]


def test_p_values_are_adjusted_as_scipy_does() -> None:
    given = [0.01, 0.5, 0.03, 0.04, 0.9, 0.002]
    assert benjamini_hochberg(given) == pytest.approx(stats.false_discovery_control(given), rel=1e-9)
    assert benjamini_hochberg([]) == []


def test_the_columns_that_rules_divide_rows_by() -> None:
    rules = [
        Rule(id="a", metric="accuracy", slices=(SliceBy(column="x"), SliceBy(column="y", bins=3))),
        Rule(id="b", metric="demographic_parity_difference", by="sex"),
        Rule(id="c", metric="recall", slices=(SliceBy(column="x"),)),
    ]
    assert dividing(rules) == ("x", "y", "sex")
