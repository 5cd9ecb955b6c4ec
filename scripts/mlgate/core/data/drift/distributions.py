"""Upper tails of the chi-square and the Kolmogorov distribution."""

from __future__ import annotations

import math

LEAST = 1e-300  # a p-value below is written so: nothing is impossible
_STEPS = 1_000_000
_PRECISION = 1e-16


def chi_square_tail(x: float, degrees: int) -> float:
    """Return the probability that a chi-square variable exceeds `x`: the regularised upper gamma function.

    Its series converges below the mean, its continued fraction (by Lentz's method) above it.
    """
    if x <= 0:
        return 1.0
    shape, half = degrees / 2, x / 2
    logarithm = shape * math.log(half) - half - math.lgamma(shape)
    if half < shape + 1:
        return 1.0 - math.exp(logarithm) * _series(shape, half)
    return max(math.exp(logarithm) * _fraction(shape, half), LEAST)


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for step in range(1, _STEPS):
        term *= x / (shape + step)
        total += term
        if term < total * _PRECISION:
            break
    return total


def _fraction(shape: float, x: float) -> float:
    b = x + 1 - shape
    c, d = 1e300, 1 / b
    result = d
    for step in range(1, _STEPS):
        a = -step * (step - shape)
        b += 2
        d = 1 / (a * d + b)
        c = b + a / c
        result *= c * d
        if abs(c * d - 1) < _PRECISION * 10:
            break
    return result


def kolmogorov_tail(x: float) -> float:
    """Return the probability that Kolmogorov's limiting distribution exceeds `x`.

    Two forms of one theta function: below 1 the one whose complement has few terms, else the alternating one.
    """
    if x <= 0.04:  # the complement is below 1e-300
        return 1.0
    if x < 1:
        powers = (math.exp(-((2 * k - 1) ** 2) * math.pi**2 / (8 * x * x)) for k in range(1, 12))
        return 1.0 - math.sqrt(2 * math.pi) / x * math.fsum(powers)
    terms = ((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 12))
    return max(2 * math.fsum(terms), LEAST)


def smirnov_p(statistic: float, n: int, m: int) -> float:
    """Return the asymptotic p-value of the two-sample Kolmogorov-Smirnov statistic."""
    return kolmogorov_tail(statistic * math.sqrt(n * m / (n + m)))
