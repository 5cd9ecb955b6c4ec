"""Effects with their sampling error: the population stability index, and the change of a rate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlgate.core.data.drift.divergence import shares, stability_index
from mlgate.core.documents.drift import DriftMeasure

if TYPE_CHECKING:
    from collections.abc import Sequence

Z = 1.959963984540054  # 2.5 % on each side
ADDED = 0.5  # to each cell, so that an empty one has a logarithm


def stability(reference: Sequence[int], current: Sequence[int]) -> DriftMeasure:
    """Return the stability index with what it would be without drift taken out, and its interval.

    Without drift the index over 1/n + 1/m is chi-square with bins - 1 degrees of freedom; with drift, to first order,
    noncentral chi-square. Both moments that are used here are that distribution's.
    """
    bins, noise = len(reference), 1 / sum(reference) + 1 / sum(current)
    raw = stability_index(shares([a + ADDED for a in reference]), shares([b + ADDED for b in current]))
    value = raw - (bins - 1) * noise
    without = math.sqrt(2 * (bins - 1)) * noise
    error = math.sqrt(without**2 + 4 * noise * max(0.0, value))
    return DriftMeasure(
        name="psi",
        value=value,
        low=value - Z * error,
        high=value + Z * error,
        raw=raw,
        standard_error=without,
        bins=bins,
    )


def rate_change(before: tuple[int, int], after: tuple[int, int]) -> DriftMeasure:
    """Return the change of a rate, each given as (count, of how many), with Newcombe's interval for two samples."""
    (a, n), (b, m) = before, after
    p, q = a / n, b / m
    (low_p, high_p), (low_q, high_q) = wilson(a, n), wilson(b, m)
    change = q - p
    return DriftMeasure(
        name="null-rate",
        value=change,
        low=change - math.hypot(q - low_q, high_p - p),
        high=change + math.hypot(high_q - q, p - low_p),
    )


def wilson(count: int, n: int) -> tuple[float, float]:
    """Return Wilson's score interval of a proportion."""
    p, square = count / n, Z * Z
    centre = (p + square / (2 * n)) / (1 + square / n)
    half = Z / (1 + square / n) * math.sqrt(p * (1 - p) / n + square / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
