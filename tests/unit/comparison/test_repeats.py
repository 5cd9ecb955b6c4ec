"""Repeated training: the parts of the variance, and how often its interval errs."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.comparison.rates import at_most

from mlgate.core.comparison.intervals.repeats import repeated
from mlgate.core.comparison.intervals.spread import Sampling


def test_the_variance_is_that_of_a_two_way_table() -> None:
    draw = np.random.default_rng(1)
    rows = draw.normal(size=(4, 30)) + 0.5 * draw.normal(size=(4, 1)) + draw.normal(size=30)
    seeds, n = rows.shape
    mean = rows.mean()
    between_seeds = n * ((rows.mean(axis=1) - mean) ** 2).sum() / (seeds - 1)
    between_rows = seeds * ((rows.mean(axis=0) - mean) ** 2).sum() / (n - 1)
    rest = rows - rows.mean(axis=1, keepdims=True) - rows.mean(axis=0) + mean
    residual = (rest * rest).sum() / ((seeds - 1) * (n - 1))
    found = repeated(Sampling(n=n), rows.mean(axis=1), rows)
    assert found.estimate == pytest.approx(mean)
    assert found.variance == pytest.approx((between_seeds + between_rows - residual) / (seeds * n))
    assert found.seed_share == pytest.approx((between_seeds - residual) / (seeds * n) / found.variance)


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_three_seeds_keep_the_promise(effect: float) -> None:
    rounds, blocked = 400, 0
    for seed in range(rounds):
        draw = np.random.default_rng(seed)
        rows = effect * draw.normal(size=(3, 1)) + 0.5 * draw.normal(size=60) + draw.normal(size=(3, 60))
        blocked += repeated(Sampling(n=60), rows.mean(axis=1), rows).limits(0.025)[1] < 0
    assert blocked / rounds <= at_most(0.025, rounds)


def test_two_seeds_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        repeated(Sampling(n=5), np.zeros(2), np.zeros((2, 5)))


def test_equal_trainings_have_no_width() -> None:
    assert repeated(Sampling(n=5), np.zeros(3), np.zeros((3, 5))).limits(0.025) == (0, 0)
