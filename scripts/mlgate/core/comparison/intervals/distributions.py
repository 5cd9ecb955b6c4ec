"""Quantiles and tail areas of the normal, Student's t and beta distributions, without SciPy.

The regularised incomplete beta function is Lentz's continued fraction (Abramowitz and Stegun 26.5.8); quantiles are
found on it, by Newton's steps or by bisection. Agreement with SciPy is tested to 1e-10 relative.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

NORMAL = NormalDist()
TINY = 1e-300
NEWTON_STEPS = 200
NEARLY = 1e-9
MANY_DEGREES = 1e12  # from here on Student's t is the normal to more digits than we keep


def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile."""
    return NORMAL.inv_cdf(probability)


def normal_cdf(z: float) -> float:
    """Return the standard normal area below `z`; accurate in the lower tail too."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


def student_cdf(t: float, degrees: float) -> float:
    """Return the area of Student's t below `t`.

    Args:
        t: May be infinite.
        degrees: Degrees of freedom, above 0, not necessarily whole.
    """
    if degrees > MANY_DEGREES:
        return normal_cdf(t)
    if math.isinf(t):
        return 0.0 if t < 0 else 1.0
    total = degrees + t * t
    tail = 0.5 * incomplete_beta(degrees / total, degrees / 2, 0.5, complement=t * t / total)
    return tail if t < 0 else 1.0 - tail


def student_quantile(probability: float, degrees: float) -> float:
    """Return the quantile of Student's t; `probability` strictly between 0 and 1."""
    if degrees > MANY_DEGREES:
        return normal_quantile(probability)
    if probability > 0.5:
        return -student_quantile(1.0 - probability, degrees)
    # Newton's steps from the normal quantile, which is too small, on a tail that is convex: none goes too far.
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(math.pi * degrees)
    t = -normal_quantile(probability)
    for _ in range(NEWTON_STEPS):
        density = scale * (1 + t * t / degrees) ** (-(degrees + 1) / 2)
        step = (student_cdf(-t, degrees) - probability) / density
        t += step
        if abs(step) <= NEARLY * t:  # the next step would be about its square
            break
    return -t


def beta_quantile(probability: float, a: float, b: float) -> float:
    """Return the quantile of the beta distribution with shapes `a` and `b`."""
    return bisect(lambda x: probability - incomplete_beta(x, a, b), 0.0, 1.0)


def incomplete_beta(x: float, a: float, b: float, *, complement: float | None = None) -> float:
    """Return the regularised incomplete beta function I_x(a, b).

    Args:
        x: Between 0 and 1.
        a: Above 0.
        b: Above 0.
        complement: 1 - x, where it is known to more digits than the subtraction would leave.
    """
    y = 1.0 - x if complement is None else complement
    if x <= 0 or y <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side only
        return 1.0 - incomplete_beta(y, b, a, complement=x)
    log_front = a * _log(x, y) + b * _log(y, x) - _log_beta(a, b)
    return math.exp(log_front) / a * _fraction(x, a, b)


def _log(x: float, complement: float) -> float:
    return math.log(x) if x < 0.5 else math.log1p(-complement)


def _log_beta(a: float, b: float) -> float:
    large, small = max(a, b), min(a, b)
    if large < 30:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    # By Stirling's series, as the difference of two large logarithms would lose digits.
    growth = (large - 0.5) * math.log1p(small / large) + small * math.log(large + small) - small
    return math.lgamma(small) - growth - _stirling(large + small) + _stirling(large)


def _stirling(x: float) -> float:
    return 1 / (12 * x) - 1 / (360 * x**3) + 1 / (1260 * x**5) - 1 / (1680 * x**7)


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1.0 / _nonzero(1.0 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, 100_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _nonzero(1.0 + term * d)
            c = _nonzero(1.0 + term / c)
            result *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return result


def _nonzero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def bisect(decreasing: Callable[[float], float], low: float, high: float) -> float:
    """Return where a decreasing function crosses zero in [low, high], to the last bit; an end if it does not."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (middle, high) if decreasing(middle) > 0 else (low, middle)
    return 0.5 * (low + high)
