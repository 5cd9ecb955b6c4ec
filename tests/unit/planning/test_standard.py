"""The power of t tests: against the noncentral t of SciPy, and against simulated comparisons."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mlgate.core.planning.standard import Pilot, error_of

TAIL = 0.025


@pytest.mark.parametrize("n", [8, 30, 200, 10_000])
@pytest.mark.parametrize("distance", [0.5, 2.0, 2.8, 4.0])
def test_it_is_the_noncentral_t(n: int, distance: float) -> None:
    pilot = Pilot(n=n, error=1.0, tail=TAIL, degrees=n - 1)
    exact = float(stats.nct.sf(stats.t.isf(TAIL, n - 1), n - 1, distance))
    assert pilot.passes(n, margin=distance) == pytest.approx(exact, abs=0.01)


def test_the_plan_of_a_pilot_comes_true() -> None:
    """Losses of two models: a pilot of 400 rows plans, and 80 % of the holdouts of the planned size pass."""
    random = np.random.default_rng(7)

    def losses(n: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.asarray(random.exponential(size=n) - random.exponential(size=n)) * 0.1

    spread = 0.1 * math.sqrt(2)
    reach = stats.t.isf(TAIL, 399) * spread / 20
    pilot = Pilot(n=400, error=error_of(reach=reach, tail=TAIL, degrees=399), tail=TAIL, degrees=399)
    assert pilot.error == pytest.approx(spread / 20)
    needed = pilot.rows_needed(margin=0.01, power=0.8)
    assert needed is not None
    passed = 0
    for _ in range(2_000):
        rows = losses(needed)
        passed += rows.mean() - stats.t.isf(TAIL, needed - 1) * rows.std(ddof=1) / math.sqrt(needed) >= -0.01
    assert passed / 2_000 == pytest.approx(0.8, abs=0.03)


def test_the_rows_needed_are_just_enough() -> None:
    pilot = Pilot(n=1_000, error=0.01, tail=TAIL)
    needed = pilot.rows_needed(margin=0.01, power=0.8)
    assert needed == pytest.approx(1_000 * 2.8015852**2, abs=2)
    assert pilot.rows_needed(margin=0.0, power=0.8) is None
    assert pilot.rows_needed(margin=0.01, power=0.8, difference=-0.01) is None
    assert pilot.rows_needed(margin=1e-9, power=0.8) is None
    assert pilot.rows_needed(margin=-0.01, power=0.8, difference=0.02) == needed


def test_the_detectable_drop_is_that_of_the_comparison() -> None:
    pilot = Pilot(n=1_000, error=0.01, tail=TAIL)
    assert pilot.detectable_drop(1_000, margin=0.01, power=0.8) == pytest.approx(0.0280158, rel=1e-5)
    assert pilot.detectable_drop(1_000, margin=0.03, power=0.8) == pytest.approx(0.0384162, rel=1e-5)
    assert pilot.detectable_drop(4_000, margin=0.005, power=0.8) == pytest.approx(0.0280158 / 2, rel=1e-5)
