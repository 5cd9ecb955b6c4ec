"""Rows by Hoeffding and Bennett: the figures that Renggli et al. (2019) print, and the bounds themselves."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.planning import bounds
from mlgate.core.planning.bounds import MOST_REUSES, Bennett, Demand, Hoeffding, HoeffdingDifference

DIFFERENCE, ONE = HoeffdingDifference(), Hoeffding()


@pytest.mark.parametrize(
    ("bound", "tolerance", "failure", "fixed", "adaptive"),
    [
        (ONE, 0.1, 0.01, 404, 1_340),
        (DIFFERENCE, 0.1, 0.01, 1_753, 5_496),
        (ONE, 0.05, 0.0001, 2_536, 6_279),
    ],
)
def test_the_rows_for_32_evaluations_are_those_of_the_paper(
    bound: bounds.Bound, tolerance: float, failure: float, fixed: int, adaptive: int
) -> None:
    demand = Demand(tolerance=tolerance, failure=failure, reuses=32)
    assert bounds.rows(bound, demand, adaptive=False) == fixed
    assert bounds.rows(bound, demand, adaptive=True) == adaptive


def test_few_disagreements_need_the_29_and_67_thousand_rows_of_the_paper() -> None:
    """At reliability 0.9999, half of the failure probability for the difference (the rest for p) and both sides."""
    demand = Demand(tolerance=0.01, failure=0.0001 / 2, reuses=32, both_sides=True)
    bound = Bennett(disagreement=0.1)
    assert bounds.rows(bound, demand, adaptive=False) // 1_000 == 29
    assert bounds.rows(bound, demand, adaptive=True) // 1_000 == 67


def test_both_sides_are_a_union_of_two() -> None:
    one = Demand(tolerance=0.03, failure=0.02, reuses=7)
    both = Demand(tolerance=0.03, failure=0.04, reuses=7, both_sides=True)
    assert [bounds.rows(ONE, each, adaptive=True) for each in (one, both)] == [bounds.rows(ONE, one, adaptive=True)] * 2


def test_a_wider_range_needs_its_square() -> None:
    demand = Demand(tolerance=0.1, failure=0.05)
    assert bounds.rows(Hoeffding(spread=10), demand, adaptive=False) == math.ceil(100 * math.log(20) / 0.02)


def test_the_bound_holds_and_is_not_idle() -> None:
    """Of 20,000 means of fair coins on as many rows as Hoeffding asks for, fewer than promised err, and some do."""
    import numpy as np

    demand = Demand(tolerance=0.05, failure=0.05)
    n = bounds.rows(ONE, demand, adaptive=False)
    means = np.random.default_rng(1).binomial(n, 0.5, size=20_000) / n
    assert 0 < (means > 0.55).mean() <= demand.failure


@given(
    st.sampled_from([ONE, DIFFERENCE, Bennett(disagreement=0.05), Bennett(disagreement=1.0)]),
    st.floats(0.005, 0.5),
    st.floats(0.0001, 0.5),
    st.integers(1, 500),
    st.booleans(),
)
def test_the_reverse_gives_back_the_reuses(
    bound: bounds.Bound, tolerance: float, failure: float, reuses: int, adaptive: bool
) -> None:
    demand = Demand(tolerance=tolerance, failure=failure, reuses=reuses)
    n = bounds.rows(bound, demand, adaptive=adaptive)
    assert bounds.reuses(bound, demand, n, adaptive=adaptive) >= reuses
    more = Demand(tolerance=tolerance, failure=failure, reuses=bounds.reuses(bound, demand, n, adaptive=adaptive) + 1)
    assert more.reuses > MOST_REUSES or bounds.rows(bound, more, adaptive=adaptive) > n


def test_too_few_rows_bear_nothing_and_very_many_bear_no_more_than_a_million() -> None:
    demand = Demand(tolerance=0.01, failure=0.01)
    assert bounds.reuses(ONE, demand, 100, adaptive=False) == 0
    assert bounds.reuses(ONE, demand, 100, adaptive=True) == 0
    assert bounds.reuses(ONE, demand, 10_000_000, adaptive=False) == MOST_REUSES
