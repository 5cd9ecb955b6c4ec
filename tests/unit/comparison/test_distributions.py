"""Quantiles and tails equal SciPy's."""

from __future__ import annotations

import pytest
from scipy import stats

from mlgate.core.comparison.intervals import distributions

PROBABILITIES = (1e-6, 0.001, 0.025, 0.2, 0.8, 0.975, 0.9999)


@pytest.mark.parametrize("degrees", [0.7, 1, 1.5, 2, 5, 19.3, 199, 1e3, 1e5])
def test_students_t(degrees: float) -> None:
    for t in (-40, -7, -2, -0.3, 0, 0.5, 3):
        assert distributions.student_cdf(t, degrees) == pytest.approx(stats.t.cdf(t, degrees), rel=1e-10)
    for probability in PROBABILITIES:
        expected = stats.t.ppf(probability, degrees)
        assert distributions.student_quantile(probability, degrees) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("infinite", [1e13, float("inf")])
def test_t_with_very_many_degrees_is_the_normal(infinite: float) -> None:
    assert distributions.student_quantile(0.025, infinite) == pytest.approx(stats.norm.ppf(0.025), rel=1e-12)
    assert distributions.student_cdf(-2, infinite) == pytest.approx(stats.norm.cdf(-2), rel=1e-12)


def test_t_at_infinity() -> None:
    assert distributions.student_cdf(float("-inf"), 5) == 0
    assert distributions.student_cdf(float("inf"), 5) == 1


@pytest.mark.parametrize(("a", "b"), [(0.5, 1), (80, 183), (99871, 130), (1, 20), (30, 31), (1e6, 3)])
def test_beta(a: float, b: float) -> None:
    for probability in PROBABILITIES:
        expected = stats.beta.ppf(probability, a, b)
        assert distributions.beta_quantile(probability, a, b) == pytest.approx(expected, rel=1e-10)


def test_the_normal_keeps_its_digits_in_the_tail() -> None:
    assert distributions.normal_cdf(-12) == pytest.approx(stats.norm.cdf(-12), rel=1e-12)
