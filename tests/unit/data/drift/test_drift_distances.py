"""Distances, tail probabilities and adjusted p-values against scipy and the worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats
from scipy.spatial.distance import jensenshannon

from mlgate.core.data.drift.adjust import false_discovery
from mlgate.core.data.drift.distributions import LEAST, chi_square_tail, kolmogorov_tail, smirnov_p
from mlgate.core.data.drift.divergence import (
    chi_square,
    gap,
    jensen_shannon,
    shares,
    stability_index,
    total_variation,
)
from mlgate.core.data.drift.effects import rate_change, wilson

REFERENCE: tuple[float, ...] = (0.61, 0.29, 0.06, 0.59, -1.73, -0.74, 0.51, -0.56, 0.39, 1.64, 0.05)
REFERENCE += (-0.06, 0.64, -0.82, 0.37, 1.77, 1.09, -1.28, 2.36, 1.31, 1.05, -0.32)
CURRENT = (1.2, 0.7, 1.9, -0.2, 0.4, 2.2, 1.4, 0.9, 1.1, 0.3, 2.5, 1.0, 0.8, 1.6)
THROMBOLYSIS: tuple[float, ...] = (0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344)
THROMBOLYSIS += (0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0)


def test_two_samples_of_numbers() -> None:
    found = gap([(x, 1) for x in REFERENCE], [(x, 1) for x in CURRENT])
    assert found.largest == pytest.approx(0.512987012987013, rel=1e-12)
    assert found.area == pytest.approx(0.8003896103896104, rel=1e-12)


def test_categories() -> None:
    before, after = (50, 30, 20), (40, 30, 30)
    p, q = shares(before), shares(after)
    assert stability_index(p, q) == pytest.approx(0.06286086594223739, rel=1e-12)
    assert jensen_shannon(p, q) == pytest.approx(0.011278124459132899, rel=1e-12)
    assert total_variation(p, q) == pytest.approx(0.1, rel=1e-12)
    assert chi_square(before, after) == pytest.approx(3.111111111111111, rel=1e-12)
    assert chi_square_tail(chi_square(before, after), 2) == pytest.approx(0.2110720877910903, rel=1e-12)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("n", "m"), [(2, 3), (50, 31), (997, 2000)])
def test_gaps_are_those_of_scipy(n: int, m: int, ties: bool) -> None:
    draws = np.random.default_rng(7)
    a, b = draws.lognormal(size=n), draws.lognormal(0.2, 1.1, size=m)
    if ties:
        a, b = a.round(1), b.round(1)
    found = gap(_weighted(a), _weighted(b))
    assert found.largest == pytest.approx(stats.ks_2samp(a, b, method="asymp").statistic, rel=1e-12)
    assert found.area == pytest.approx(stats.wasserstein_distance(a, b), rel=1e-10)
    assert smirnov_p(found.largest, n, m) == pytest.approx(
        special.kolmogorov(found.largest * np.sqrt(n * m / (n + m))), rel=1e-10
    )


def _weighted(values: np.ndarray) -> list[tuple[float, int]]:
    unique, counts = np.unique(values, return_counts=True)
    return list(zip(unique.tolist(), counts.tolist(), strict=True))


def test_shares_against_scipy() -> None:
    draws = np.random.default_rng(3)
    for size in (2, 5, 40):
        a, b = draws.integers(0, 50, size), draws.integers(1, 50, size)
        p, q = shares(a.tolist()), shares(b.tolist())
        assert jensen_shannon(p, q) == pytest.approx(jensenshannon(p, q, base=2) ** 2, rel=1e-9)
        assert chi_square(a.tolist(), b.tolist()) == pytest.approx(
            stats.chi2_contingency([a, b], correction=False)[0], rel=1e-10
        )


@pytest.mark.parametrize("degrees", [1, 2, 3, 9, 10, 57, 999, 10_000])
@pytest.mark.parametrize("ratio", [1e-3, 0.1, 0.5, 0.9, 1.0, 1.001, 1.1, 1.5, 3.0])
def test_the_tail_of_chi_square(degrees: int, ratio: float) -> None:
    expected = stats.chi2.sf(degrees * ratio, degrees)
    assert chi_square_tail(degrees * ratio, degrees) == pytest.approx(max(expected, LEAST), rel=1e-10)


@pytest.mark.parametrize("x", [0.0, 0.01, 0.04, 0.05, 0.2, 0.5, 0.8, 0.999, 1.0, 1.001, 1.36, 2.0, 5.0, 26.0, 60.0])
def test_the_tail_of_kolmogorov(x: float) -> None:
    assert kolmogorov_tail(x) == pytest.approx(max(special.kolmogorov(x), LEAST), rel=1e-10)


def test_false_discoveries() -> None:
    assert sum(value <= 0.05 for value in false_discovery(THROMBOLYSIS)) == 4
    shuffled = np.random.default_rng(1).permutation(THROMBOLYSIS)
    assert false_discovery(shuffled.tolist()) == pytest.approx(stats.false_discovery_control(shuffled), rel=1e-12)
    assert false_discovery([]) == ()


@pytest.mark.parametrize(("count", "n"), [(0, 10), (3, 10), (10, 10), (70, 9000)])
def test_the_interval_of_a_rate(count: int, n: int) -> None:
    expected = stats.binomtest(count, n).proportion_ci(method="wilson")
    assert wilson(count, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_interval_of_a_change_is_newcombe_s() -> None:
    found = rate_change((48, 80), (56, 70))  # Newcombe 1998, table II, example (a): 56/70 - 48/80
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
