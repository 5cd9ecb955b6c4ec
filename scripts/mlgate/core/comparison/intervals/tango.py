"""Tango's score interval for the difference of two paired proportions.

Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the paired-sample design",
Statistics in Medicine 17, 891-908. Only the two discordant counts and the number of pairs matter. Counts need not be
whole, so that they can be divided by a design effect. All arguments may be arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]


def score(gained: ArrayLike, lost: ArrayLike, n: ArrayLike, at: ArrayLike) -> Array:
    """Return Tango's statistic z of the hypothesis that the true difference is `at`.

    Args:
        gained: Pairs that only the candidate has right.
        lost: Pairs that only the baseline has right.
        n: All pairs.
        at: Hypothetical difference, candidate minus baseline, strictly between -1 and 1.
    """
    gained, lost, n, at = (np.asarray(x, dtype=np.float64) for x in (gained, lost, n, at))
    share = _lost_share(gained, lost, n, at)
    variance = n * (2 * share + at * (1 - at))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (gained - lost - n * at) / np.sqrt(variance)
    return np.where(np.isnan(z), 0.0, z)


def _lost_share(gained: Array, lost: Array, n: Array, at: Array) -> Array:
    """Return the most likely share of `lost` pairs, given the difference `at`: the larger root of a quadratic."""
    half = gained + lost - (2 * n - gained + lost) * at
    constant = lost * at * (1 - at)
    root = np.sqrt(np.maximum(half * half + 8 * n * constant, 0.0))
    # Of the two forms of the root the one that adds numbers of one sign, as the other loses digits.
    with np.errstate(divide="ignore", invalid="ignore"):
        other = np.where(root > half, 2 * constant / np.where(root > half, root - half, 1.0), 0.0)
    share = np.where(half >= 0, (root + half) / (4 * n), other)
    return np.maximum(share, np.maximum(0.0, -at))


def limits(gained: ArrayLike, lost: ArrayLike, n: ArrayLike, z: ArrayLike) -> tuple[Array, Array]:
    """Return the low and high limit of the difference, where the statistic is `z` and `-z`."""
    gained, lost, n, z = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (gained, lost, n, z)))
    estimate = (gained - lost) / n
    ends = np.ones_like(estimate)
    low = _crossing(lambda at: score(gained, lost, n, at) - z, -ends, estimate)
    high = _crossing(lambda at: score(gained, lost, n, at) + z, estimate, ends)
    return low, high


def _crossing(decreasing: Callable[[Array], Array], low: Array, high: Array) -> Array:
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = decreasing(middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return 0.5 * (low + high)
