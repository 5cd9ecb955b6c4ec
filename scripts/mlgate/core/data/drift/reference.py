"""A stored profile as reference: what it tells of its columns, for the current table to be counted against."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlgate.core.codec import SIGNIFICANT_DIGITS
from mlgate.core.data.drift.pair import Bin, Pair, Unmeasured
from mlgate.core.data.drift.steps import BINS, number
from mlgate.core.documents.drift import DriftKind
from mlgate.core.registry.bundle.profile import ColumnKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.registry.bundle.profile import ColumnProfile

_KINDS = {ColumnKind.NUMBER: DriftKind.NUMBER, ColumnKind.TEXT: DriftKind.CATEGORY}


def kind_of(column: ColumnProfile) -> DriftKind:
    """Return how a column of a profile is compared."""
    return _KINDS.get(column.kind, DriftKind.NONE)


def reason_of(column: ColumnProfile, *, values_shown: bool) -> Unmeasured | None:
    """Return why a profile's column cannot be compared, or None where it can."""
    if kind_of(column) is DriftKind.NONE:
        return Unmeasured.NOT_COMPARED
    if not column.n:
        return Unmeasured.ALL_NULL
    if column.quantiles or column.top:
        return None
    return Unmeasured.NOT_COMPARED if values_shown else Unmeasured.VALUES_NOT_SHOWN


def edges(column: ColumnProfile) -> tuple[float, ...]:
    """Return the tenths of a column of numbers, without its least and greatest; each once."""
    step = (len(column.quantiles) - 1) // BINS
    return tuple(dict.fromkeys(column.quantiles[step:-1:step]))


def cuts(column: ColumnProfile) -> tuple[tuple[float, float], ...]:
    """Return for each edge two numbers: what is less than the first is below it, less than the second at most it.

    A profile's numbers have 10 significant digits: what would be rounded to the edge is at it.
    """
    found: list[tuple[float, float]] = []
    least = -math.inf
    for edge in edges(column):
        before, after = math.nextafter(edge, -math.inf), math.nextafter(edge, math.inf)
        below = max(least, edge - _half_digit(before) if edge else edge)
        least = max(below, after, edge + _half_digit(after) if edge else after)
        found.append((below, least))
    return tuple(found)


def _half_digit(value: float) -> float:
    """Return half of the last digit that a number is rounded to."""
    exponent = int(f"{value:.17e}".partition("e")[2])
    return 0.5 * 10.0 ** (exponent - SIGNIFICANT_DIGITS + 1)


def number_pair(column: ColumnProfile, rows: tuple[int, int], counts: Sequence[int]) -> Pair:
    """Return a column of numbers as both sides have it.

    Args:
        column: Of the profile.
        rows: Of both sides.
        counts: Of the current table: cells with a number, then how many are less than each number of `cuts`.
    """
    m, *sides = counts
    n = column.n - (column.not_finite or 0)
    before, after, labels = [], [], []
    for edge, below, at_most in zip(edges(column), sides[::2], sides[1::2], strict=True):
        start, end = _shares_at(column.quantiles, edge)
        if start is not None:
            before.append(round(start * n))
            after.append(below)
            labels.append(f"< {number(edge)}")
        before.append(round(end * n))
        after.append(at_most)
        labels.append(number(edge))
    cells = zip([*labels, number(column.quantiles[-1])], _steps(before, n), _steps(after, m), strict=True)
    return Pair(
        column=column.name,
        kind=DriftKind.NUMBER,
        rows=rows,
        empty=(rows[0] - n, rows[1] - m),
        bins=tuple(Bin(label=label, reference=a, current=b) for label, a, b in cells if a or b),
        gap_reason=Unmeasured.NOT_IN_PROFILE,
    )


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
