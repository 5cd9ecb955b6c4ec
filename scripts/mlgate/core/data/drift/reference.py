"""A stored profile as reference: what it tells of its columns, for later cells to be counted against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from mlgate.core.codec import SIGNIFICANT_DIGITS
from mlgate.core.data.drift.pair import Bin, Pair, Unmeasured
from mlgate.core.data.drift.steps import BINS, is_tenth, moment, number, tenths
from mlgate.core.data.profile.buckets import decode, limits
from mlgate.core.documents.drift import DriftKind
from mlgate.core.documents.profile import ColumnKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.documents.profile import ColumnProfile

_KINDS = {
    ColumnKind.NUMBER: DriftKind.NUMBER,
    ColumnKind.TIME: DriftKind.NUMBER,
    ColumnKind.TEXT: DriftKind.CATEGORY,
    ColumnKind.BOOLEAN: DriftKind.CATEGORY,
}


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A border between two bins.

    Attributes:
        at: What is less than this lies before it.
        reference: How many numbers of the reference do.
        label: Of the bin before it.
    """

    at: float
    reference: int
    label: str


def kind_of(column: ColumnProfile) -> DriftKind:
    """Return how a column of a profile is compared."""
    return _KINDS.get(column.kind, DriftKind.NONE)


def reason_of(column: ColumnProfile) -> Unmeasured | None:
    """Return why a profile's column cannot be compared, or None where it can."""
    if kind_of(column) is DriftKind.NONE:
        return Unmeasured.NOT_COMPARED
    if not column.n - (column.not_finite or 0):
        return Unmeasured.ALL_NULL
    if column.buckets or column.quantiles or column.top:
        return None
    # Where there are too many texts for one to be frequent, a profile names none, and counts them all.
    return Unmeasured.VALUES_NOT_SHOWN if column.rest is None else Unmeasured.NOT_IN_PROFILE


def cuts(column: ColumnProfile) -> tuple[Cut, ...]:
    """Return the borders between tenths of a column of numbers, in ascending order."""
    return _quantile_cuts(column) if column.quantiles else _bucket_cuts(column)


def _bucket_cuts(column: ColumnProfile) -> tuple[Cut, ...]:
    """Return borders of buckets, at which the profile's counts are exact.

    A value with a tenth of the numbers or more is a bin of its own, also at the ends: what lies beyond it is another.
    """
    buckets = list(decode(column.buckets).items())
    counts = [count for _, count in buckets]
    n, before = sum(counts), [0, *accumulate(counts)]
    found = [_lowest(column, buckets[0][0])] if counts and is_tenth(counts[0], n) else []
    for (start, end), (following, _) in pairwise(tenths(counts)):
        (last, last_count), (first, first_count) = buckets[end - 1], buckets[following]
        low, high = limits(first, column.shift or 0)[0], limits(last, column.shift or 0)[1]
        if (is_tenth(last_count, n) and end - start == 1) or not is_tenth(first_count, n):
            found.append(Cut(at=math.nextafter(high, math.inf), reference=before[end], label=_label(column, high)))
        if is_tenth(first_count, n):
            found.append(Cut(at=low, reference=before[end], label=f"< {_label(column, low)}"))
    if counts and is_tenth(counts[-1], n):
        found.append(_highest(column, buckets[-1][0], n))
    return tuple(found)


def _lowest(column: ColumnProfile, bucket: int) -> Cut:
    low = limits(bucket, column.shift or 0)[0]
    return Cut(at=low, reference=0, label=f"< {_label(column, low)}")


def _highest(column: ColumnProfile, bucket: int, n: int) -> Cut:
    high = limits(bucket, column.shift or 0)[1]
    greatest = high if column.maximum is None else min(high, column.maximum)
    return Cut(at=math.nextafter(high, math.inf), reference=n, label=_label(column, greatest))


def _label(column: ColumnProfile, value: float) -> str:
    return moment(value) if column.kind is ColumnKind.TIME else number(value)


def _quantile_cuts(column: ColumnProfile) -> tuple[Cut, ...]:
    """Return borders at quantiles, of a profile that was written as version 1.

    Its numbers have 10 significant digits: what would be rounded to a quantile is at it.
    """
    n = column.n - (column.not_finite or 0)
    step = (len(column.quantiles) - 1) // BINS
    found: list[Cut] = []
    for edge in dict.fromkeys(column.quantiles[step:-1:step]):
        before, after = math.nextafter(edge, -math.inf), math.nextafter(edge, math.inf)
        least = found[-1].at if found else -math.inf
        below, at_most = _shares_at(column.quantiles, edge)
        if below is not None:
            least = max(least, edge - _half_digit(before) if edge else edge)
            found.append(Cut(at=least, reference=round(below * n), label=f"< {_label(column, edge)}"))
        ends = max(least, after, edge + _half_digit(after) if edge else after)
        found.append(Cut(at=ends, reference=round(at_most * n), label=_label(column, edge)))
    return tuple(found)


def _half_digit(value: float) -> float:
    """Return half of the last digit that a number is rounded to."""
    exponent = int(f"{value:.17e}".partition("e")[2])
    return 0.5 * 10.0 ** (exponent - SIGNIFICANT_DIGITS + 1)


def _shares_at(quantiles: Sequence[float], edge: float) -> tuple[float | None, float]:
    """Return which share of the cells is below a quantile, where that differs, and which is at most it.

    A value that is one quantile alone has next to no cells of its own. One that is several has many: the quantiles say
    where they begin and end, to half a step.
    """
    last = len(quantiles) - 1
    first = quantiles.index(edge)
    final = last - quantiles[::-1].index(edge)
    if first == final:
        return None, first / last
    return max(0.0, (first - 0.5) / last), (1.0 if final == last else (final + 0.5) / last)


def number_pair(column: ColumnProfile, rows: tuple[int, int], m: int, below: Sequence[int]) -> Pair:
    """Return a column of numbers as both sides have it.

    Args:
        column: Of the profile.
        rows: Of both sides.
        m: Cells with a number in the current table.
        below: How many of them are less than each cut.
    """
    borders = cuts(column)
    n = column.n - (column.not_finite or 0)
    greatest = _label(column, column.maximum or 0.0)
    is_beyond = bool(borders) and borders[-1].reference == n
    labels = [*(cut.label for cut in borders), f"> {greatest}" if is_beyond else greatest]
    cells = zip(labels, _steps([cut.reference for cut in borders], n), _steps(below, m), strict=True)
    return Pair(
        column=column.name,
        kind=DriftKind.NUMBER,
        rows=rows,
        empty=(rows[0] - n, rows[1] - m),
        bins=tuple(Bin(label=label, reference=a, current=b) for label, a, b in cells if a or b),
        gap_reason=Unmeasured.NOT_IN_PROFILE,
    )


def _steps(cumulative: Sequence[int], total: int) -> list[int]:
    return [after - before for before, after in zip([0, *cumulative], [*cumulative, total], strict=True)]


def category_pair(column: ColumnProfile, rows: tuple[int, int], counts: Mapping[str, int], m: int) -> Pair:
    """Return a column of categories as both sides have it; those that the profile does not name are taken together.

    Args:
        column: Of the profile.
        rows: Of both sides.
        counts: Of the current table, the most frequent categories.
        m: Its cells with a value.
    """
    before = {item.value: item.count for item in column.top}
    names = list(before) if column.rest else list(dict.fromkeys([*before, *counts]))
    bins = [Bin(label=name, reference=before.get(name, 0), current=counts.get(name, 0)) for name in names]
    others = m - sum(item.current for item in bins)
    rest = Bin(label=None, reference=column.rest or 0, current=others)
    return Pair(
        column=column.name,
        kind=DriftKind.CATEGORY,
        rows=rows,
        empty=(rows[0] - column.n, rows[1] - m),
        bins=(*bins, *([rest] if rest.reference or rest.current else [])),
    )
