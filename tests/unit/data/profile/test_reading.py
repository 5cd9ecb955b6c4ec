"""What a profile tells of a column."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mlgate.core.data.profile import buckets_of, cdf, distinct, histogram, quantile
from mlgate.core.data.profile.buckets import FINEST, bucket, encode, thinned
from mlgate.core.documents.profile import ColumnKind, ColumnProfile, ValueCount

DRAW = np.random.default_rng(3)
NORMAL = DRAW.normal(100, 15, 20_000).tolist()
SKEWED = DRAW.lognormal(0, 1, 20_000).tolist()
FEW = DRAW.choice([1.0, 1.0, 1.0, 2.0, 5.0], 999).tolist()


def column(values: list[float]) -> ColumnProfile:
    counts, shift = thinned(Counter(bucket(value, FINEST) for value in values), FINEST)
    return ColumnProfile(
        name="x",
        kind=ColumnKind.NUMBER,
        type="number",
        n=len(values),
        nulls=0,
        not_finite=0,
        minimum=min(values),
        maximum=max(values),
        shift=shift,
        buckets=encode(counts),
        registers="few:",
    )


@pytest.mark.parametrize("values", [NORMAL, SKEWED])
@pytest.mark.parametrize("q", [0.0, 0.01, 0.25, 0.5, 0.9, 1.0])
def test_quantiles_are_within_a_bucket(values: list[float], q: float) -> None:
    found = quantile(column(values), q)
    assert found == pytest.approx(float(np.quantile(values, q)), rel=0.04)


@pytest.mark.parametrize("values", [NORMAL, SKEWED])
def test_shares_are_near_and_at_borders_of_buckets_exact(values: list[float]) -> None:
    described = column(values)
    for value in (0.5, 1.0, 3.0, 90.0, 100.0, 130.0):
        assert cdf(described, value) == pytest.approx(np.mean(np.array(values) <= value), abs=0.01)
    for _, high, _ in buckets_of(described)[::20]:
        assert cdf(described, high) == pytest.approx(np.mean(np.array(values) <= high), abs=1e-12)


def test_few_values_are_kept_exactly() -> None:
    described = column(FEW)
    counts = Counter(FEW)
    assert [n for _, _, n in buckets_of(described)] == [counts[1], counts[2], counts[5]]
    assert [high for _, high, _ in buckets_of(described)] == pytest.approx([1, 2, 5])
    assert histogram(described, [1.5, 2.5]) == (counts[1], counts[2], counts[5])
    assert distinct(described) == 3
    assert quantile(described, 0.3) == pytest.approx(1)


def test_quantiles_of_the_first_version_are_read_too() -> None:
    steps = tuple(float(value) for value in np.quantile(NORMAL, np.linspace(0, 1, 101)))
    old = ColumnProfile(name="x", kind=ColumnKind.NUMBER, type="DOUBLE", n=20_000, nulls=0, quantiles=steps)
    assert quantile(old, 0.25) == pytest.approx(np.quantile(NORMAL, 0.25))
    assert cdf(old, 100.0) == pytest.approx(np.mean(np.array(NORMAL) <= 100), abs=0.01)
    assert sum(histogram(old, [90.0, 110.0])) == pytest.approx(20_000)


def test_a_column_without_values_tells_nothing() -> None:
    bare = ColumnProfile(name="x", kind=ColumnKind.NUMBER, type="number", n=5, nulls=0)
    assert (quantile(bare, 0.5), cdf(bare, 1.0), distinct(bare), histogram(bare, [1.0])) == (None, None, None, (0, 0))
    text = ColumnProfile(
        name="t",
        kind=ColumnKind.TEXT,
        type="string",
        n=3,
        nulls=0,
        registers="few:",
        top=(ValueCount(value="a", count=3),),
        rest=0,
    )
    assert distinct(text) == 1
