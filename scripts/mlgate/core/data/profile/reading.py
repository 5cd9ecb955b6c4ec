"""What a profile tells of a column: shares, quantiles, counts between edges, distinct values.

Inside a bucket numbers are taken to be spread evenly: a quantile is at most the width of its bucket wrong, a share at
most what the bucket holds. At the borders of buckets shares are exact.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from mlgate.core.data.profile import registers
from mlgate.core.data.profile.buckets import FINEST, buckets_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.profile import ColumnProfile


def spans(column: ColumnProfile) -> list[tuple[float, float, float]]:
    """Return a column's numbers as spans in ascending order: from where, to where, how many cells.

    Of a profile that was converted from version 1, the spans lie between its quantiles.
    """
    if not column.quantiles:
        return [(low, high, float(count)) for low, high, count in buckets_of(column)]
    each = (column.n - (column.not_finite or 0)) / (len(column.quantiles) - 1)
    return [(low, high, each) for low, high in itertools.pairwise(column.quantiles)]


def cdf(column: ColumnProfile, value: float) -> float | None:
    """Return which share of a column's numbers is at most `value`; None where the profile holds none."""
    found = spans(column)
    whole = sum(count for _, _, count in found)
    return sum(_below(span, value) for span in found) / whole if whole else None


def _below(span: tuple[float, float, float], value: float) -> float:
    low, high, count = span
    if value >= high:
        return count
    return count * (value - low) / (high - low) if value > low else 0.0


def quantile(column: ColumnProfile, q: float) -> float | None:
    """Return the number that a share `q` of a column's numbers is at most; None where the profile holds none."""
    found = spans(column)
    left = q * sum(count for _, _, count in found)
    for low, high, count in found:
        if left <= count:
            return low + (high - low) * max(0.0, left / count)
        left -= count
    return found[-1][1] if found else None


def histogram(column: ColumnProfile, edges: Sequence[float]) -> tuple[float, ...]:
    """Return how many numbers are at most the first edge, between neighbours, and above the last one.

    Args:
        column: Of a profile.
        edges: Ascending; a number that is an edge counts below it.
    """
    found = spans(column)
    below = [sum(_below(span, edge) for span in found) for edge in edges]
    whole = sum(count for _, _, count in found)
    return tuple(after - before for before, after in itertools.pairwise([0.0, *below, whole]))


def distinct(column: ColumnProfile) -> int | None:
    """Return how many different values a column has; None where the profile may not say.

    Counted where all values are kept, else estimated within 7 % in 19 of 20 cases.
    """
    if column.distinct is not None:
        return column.distinct
    if column.rest == 0:
        return len(column.top)
    if column.shift == FINEST:
        return len(column.buckets.split())
    return registers.estimate(registers.decode(column.registers)) if column.registers else None
