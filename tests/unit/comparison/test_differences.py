"""Differences held to a margin: absolute ones move the interval, relative ones scale the baseline."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.unit.comparison.rates import of
from tests.unit.comparison.worlds import Classes, Numbers, Rows

from mlgate.core.comparison.intervals.difference import Identical, scale_of
from mlgate.core.comparison.intervals.distributions import normal_cdf, student_quantile
from mlgate.core.comparison.intervals.proportions import PairedProportions
from mlgate.core.comparison.intervals.spread import error_of
from mlgate.core.comparison.intervals.unpaired import Recorded, UnpairedDifference

TAIL = 0.025
METRICS = [
    *[(name, Classes(candidate=1.6)) for name in ("accuracy", "f1", "matthews_corrcoef")],
    *[(name, Classes(candidate=1.6)) for name in ("roc_auc", "log_loss", "brier_score")],
    *[(name, Numbers(candidate=1.1)) for name in ("root_mean_squared_error", "r2", "median_absolute_error")],
]


def drawn(world: Any, n: int = 300) -> tuple[Any, Any]:
    return world.draw(np.random.default_rng(3), Rows(n=n))  # type: ignore[no-any-return]


@pytest.mark.parametrize(("metric", "world"), METRICS)
def test_an_absolute_margin_moves_the_interval(metric: str, world: Any) -> None:
    difference = of(metric, world).difference(*drawn(world))
    low, high = difference.limits(TAIL)
    held = difference.at_margin(0.03)
    assert held.limits(TAIL) == pytest.approx((low + 0.03, high + 0.03))
    assert held.p_drop(0.0) == pytest.approx(difference.p_drop(-0.03))
    assert (held.method, held.method_reason, held.degrees) == (
        difference.method,
        difference.method_reason,
        difference.degrees,
    )


@pytest.mark.parametrize(("metric", "world"), METRICS)
def test_a_relative_margin_of_nothing_is_the_difference_itself(metric: str, world: Any) -> None:
    difference = of(metric, world).difference(*drawn(world))
    contrast = difference.at_margin(0.0, relative=True)
    assert contrast.limits(TAIL) == pytest.approx(difference.limits(TAIL), abs=1e-9)
    assert contrast.p_drop(0.01) == pytest.approx(difference.p_drop(0.01), rel=1e-6)


@pytest.mark.parametrize(("metric", "world"), METRICS)
@pytest.mark.parametrize("margin", [0.1, -0.1])
def test_a_relative_margin_is_about_the_baselines_value(metric: str, world: Any, margin: float) -> None:
    how, sides = of(metric, world), drawn(world, 20_000)
    contrast = how.difference(*sides).at_margin(margin, relative=True)
    low, high = contrast.limits(TAIL)
    own, other = (how.value(side) for side in sides)
    lower_is_better = metric in ("log_loss", "brier_score", "root_mean_squared_error", "median_absolute_error")
    estimate = (other - own if lower_is_better else own - other) + margin * abs(other)
    assert low < estimate < high
    assert (low + high) / 2 == pytest.approx(estimate, abs=0.1 * (high - low))


@pytest.mark.parametrize(("metric", "world"), METRICS)
def test_the_p_value_of_a_contrast_inverts_its_interval(metric: str, world: Any) -> None:
    contrast = of(metric, world).difference(*drawn(world)).at_margin(0.05, relative=True)
    low, high = contrast.limits(0.1)
    assert contrast.p_drop(high) == pytest.approx(0.1, abs=1e-6 if metric != "median_absolute_error" else 0.02)
    assert contrast.p_drop(low) == pytest.approx(0.9, abs=1e-6 if metric != "median_absolute_error" else 0.02)


def test_the_contrast_of_a_mean_counts_the_baselines_own_error() -> None:
    candidate, baseline = drawn(Classes(candidate=1.6))
    contrast = of("log_loss", Classes()).difference(candidate, baseline).at_margin(0.02, relative=True)
    rows = 1.02 * baseline.log_losses - candidate.log_losses
    error = error_of(candidate.truth.sampling, rows)
    reach = -student_quantile(TAIL, error.degrees) * error.standard
    assert contrast.limits(TAIL) == pytest.approx((rows.mean() - reach, rows.mean() + reach))


def test_the_contrast_of_proportions_is_the_score_test_of_a_ratio() -> None:
    """The statistic at its refit, found by a search over the shares (Nam and Blackwelder, 2002, Stat Med)."""
    both, gained, lost, n, ratio = 60.0, 6.0, 14.0, 100.0, 0.9
    difference = PairedProportions(gained=gained, lost=lost, both=both, n=n, rows="rows")
    found = difference.at_margin(1 - ratio, relative=True).p_drop(0.0)
    p11, p01 = np.meshgrid(np.linspace(0.45, 0.75, 1201), np.linspace(0.05, 0.25, 1201))
    p10 = (ratio - 1) * p11 + ratio * p01  # so that the candidate's share is the ratio times the baseline's
    p00 = 1 - p11 - p01 - p10
    inside = (p10 > 0) & (p00 > 0)
    p11, p01, p10, p00 = (p[inside] for p in (p11, p01, p10, p00))
    chance = both * np.log(p11) + gained * np.log(p10) + lost * np.log(p01) + (n - both - gained - lost) * np.log(p00)
    at = int(chance.argmax())
    variance = ((1 - ratio) ** 2 * p11[at] + p10[at] + ratio**2 * p01[at]) / n
    z = ((both + gained) - ratio * (both + lost)) / n / math.sqrt(variance)
    assert found == pytest.approx(normal_cdf(z), abs=2e-4)


def test_a_drop_of_a_value_below_zero_leads_farther_below() -> None:
    assert scale_of(0.1, 2.0, greater=True) == pytest.approx(0.9)
    assert scale_of(0.1, -2.0, greater=True) == pytest.approx(1.1)
    assert scale_of(0.1, 2.0, greater=False) == pytest.approx(1.1)
    assert scale_of(0.1, -2.0, greater=False) == pytest.approx(0.9)


def test_the_same_model_keeps_within_any_margin_that_is_not_negative() -> None:
    same = Identical(value=0.8)
    assert same.at_margin(0.1, relative=True).limits(TAIL) == pytest.approx((0.08, 0.08))
    assert same.at_margin(0.0, relative=True).limits(TAIL)[0] >= 0
    assert same.at_margin(-0.1, relative=True).p_drop(0.0) == 0


def test_a_recorded_loss_is_compared_with_both_errors() -> None:
    own, recorded = Recorded(value=0.30, standard_error=0.03), Recorded(value=0.28, standard_error=0.04)
    difference = UnpairedDifference(candidate=own, baseline=recorded, greater=False)
    reach = 1.959963984540054 * 0.05
    assert difference.method == "unpaired-normal"
    assert difference.limits(TAIL) == pytest.approx((-0.02 - reach, -0.02 + reach))
    assert difference.p_drop(0.0) == pytest.approx(normal_cdf(-0.4))
    low, high = difference.at_margin(0.5, relative=True).limits(TAIL)
    assert (low + high) / 2 == pytest.approx(0.12)
    assert (high - low) / 2 == pytest.approx(1.959963984540054 * math.hypot(0.03, 0.06))


def test_recorded_values_without_an_error_are_degenerate() -> None:
    sides = Recorded(value=0.5), Recorded(value=0.4)
    assert UnpairedDifference(candidate=sides[0], baseline=sides[1], greater=True).degenerate
