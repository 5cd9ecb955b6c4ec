"""Distances between two distributions: over shares of the same cells, or over the values themselves."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Weighted = tuple[float, int]  # a value, and how often it is there


def shares(counts: Sequence[float]) -> list[float]:
    """Return each count's part of the sum."""
    total = math.fsum(counts)
    return [count / total for count in counts]


def stability_index(p: Sequence[float], q: Sequence[float]) -> float:
    """Return the population stability index: the symmetrised Kullback-Leibler divergence, in nats."""
    return math.fsum((b - a) * math.log(b / a) for a, b in zip(p, q, strict=True))


def jensen_shannon(p: Sequence[float], q: Sequence[float]) -> float:
    """Return the Jensen-Shannon divergence in bits: 0 for equal distributions, 1 for those with nothing in common."""
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    return max(0.0, (_relative(p, middle) + _relative(q, middle)) / 2)


def _relative(p: Sequence[float], q: Sequence[float]) -> float:
    return math.fsum(a * math.log2(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def total_variation(p: Sequence[float], q: Sequence[float]) -> float:
    """Return the greatest difference that the probability of any set of categories has."""
    return math.fsum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2


def chi_square(reference: Sequence[int], current: Sequence[int]) -> float:
    """Return Pearson's statistic of the two-row table; every cell must have a count on one side at least."""
    n, m = sum(reference), sum(current)
    scale = math.sqrt(n * m)
    return math.fsum((a * m - b * n) ** 2 / (a + b) for a, b in zip(reference, current, strict=True)) / scale**2


@dataclass(frozen=True, kw_only=True)
class Gap:
    """The gap between two empirical distribution functions.

    Attributes:
        largest: Kolmogorov and Smirnov's statistic.
        area: The Wasserstein distance of order 1, in the units of the values.
    """

    largest: float
    area: float


def gap(reference: Iterable[Weighted], current: Iterable[Weighted]) -> Gap:
    """Return the gap between two samples, exactly: whole numbers until the last division."""
    one, other = list(reference), list(current)
    n, m = sum(count for _, count in one), sum(count for _, count in other)
    steps = sorted([(value, count * m) for value, count in one] + [(value, -count * n) for value, count in other])
    difference, largest, areas = 0, 0, []
    for (value, step), (following, _) in pairwise([*steps, (math.inf, 0)]):
        difference += step
        if following > value and difference:
            largest = max(largest, abs(difference))
            areas.append(abs(difference) * (following - value))
    return Gap(largest=largest / (n * m), area=math.fsum(areas) / (n * m))
