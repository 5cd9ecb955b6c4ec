"""CR2 and Bell-McCaffrey's degrees of freedom: the closed form equals the matrices that define them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate.core.comparison.intervals.spread import Sampling, degrees_of, design_of, error_of


def by_matrices(values: Any, weight: Any, group: Any) -> tuple[float, float]:
    """Return the CR2 standard error of the weighted mean and its degrees of freedom, as the papers define them."""
    root = np.sqrt(weight)
    design = root[:, None]
    bread = 1 / float((design.T @ design)[0, 0])
    n = len(values)
    residual_maker = np.eye(n) - design @ design.T * bread
    residuals = residual_maker @ (root * values)
    meat, columns = 0.0, []
    for cluster in np.unique(group):
        mine = group == cluster
        share, vectors = np.linalg.eigh(residual_maker[np.ix_(mine, mine)])
        adjust = vectors @ np.diag(1 / np.sqrt(share)) @ vectors.T
        meat += float((design[mine].T @ adjust @ residuals[mine])[0]) ** 2
        columns.append((residual_maker[mine].T @ adjust @ design[mine])[:, 0] * bread)
    crossed = np.array(columns) @ np.array(columns).T
    return math.sqrt(bread * meat * bread), float(np.trace(crossed) ** 2 / np.trace(crossed @ crossed))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), clusters=st.integers(2, 9), weighted=st.booleans())
def test_the_closed_form_is_the_matrix_form(seed: int, clusters: int, weighted: bool) -> None:
    draw = np.random.default_rng(seed)
    group = np.concatenate([np.arange(clusters), draw.integers(0, clusters, 25)])
    weight = draw.uniform(0.2, 3.0, len(group)) if weighted else None
    values = draw.normal(size=len(group)) + draw.normal(size=clusters)[group]
    sampling = Sampling(n=len(group), weight=weight, group=group)
    standard, degrees = by_matrices(values, np.ones(len(group)) if weight is None else weight, group)
    assert error_of(sampling, values).standard == pytest.approx(standard, rel=1e-9)
    assert degrees_of(sampling.shares()) == pytest.approx(degrees, rel=1e-9)


def test_rows_of_equal_weight_have_the_textbook_error() -> None:
    values = np.random.default_rng(1).normal(size=40)
    plain = error_of(Sampling(n=40), values)
    assert plain.standard == pytest.approx(values.std(ddof=1) / math.sqrt(40))
    weighted = error_of(Sampling(n=40, weight=np.full(40, 2.5)), values)
    alone = error_of(Sampling(n=40, group=np.arange(40)), values)
    for same in (weighted, alone):
        assert (same.standard, same.degrees) == pytest.approx((plain.standard, plain.degrees))


def test_clusters_of_equal_size_have_one_degree_fewer_than_there_are_and_others_have_fewer_still() -> None:
    assert degrees_of(np.full(12, 1 / 12)) == pytest.approx(11)
    assert degrees_of(np.array([0.5, *[0.05] * 10])) < 4


def test_one_cluster_tells_nothing() -> None:
    sampling = Sampling(n=5, group=np.zeros(5, np.int64))
    assert error_of(sampling, np.arange(5.0)).standard == 0
    assert design_of(sampling, np.arange(5.0)).rows == 1


def test_a_design_effect_is_never_below_one_and_at_most_the_clusters_count_without_spread() -> None:
    group = np.repeat(np.arange(10), 5)
    sampling = Sampling(n=50, group=group)
    balanced = np.tile([-2.0, -1.0, 0.0, 1.0, 2.0], 10)  # every cluster has the same mean: rows of it repel
    assert design_of(sampling, balanced).rows == 50
    assert design_of(sampling, group.astype(float)).rows == pytest.approx(50 * 9 / 49, rel=1e-9)
    assert design_of(sampling, np.zeros(50)).rows == 10
    assert design_of(Sampling(n=3, weight=np.array([1.0, 1.0, 4.0])), np.zeros(3)).rows == 2


def test_rows_within_keep_weights_and_number_their_groups_anew() -> None:
    sampling = Sampling(n=4, weight=np.array([1.0, 2.0, 3.0, 4.0]), group=np.array([0, 0, 2, 2]))
    for rows in (np.array([2, 3]), np.array([False, False, True, True]), slice(2, 4)):
        part = sampling.within(rows)
        assert part.n == 2
        assert part.clusters == 1
        assert part.mean(np.array([0.0, 7.0])) == pytest.approx(4)
