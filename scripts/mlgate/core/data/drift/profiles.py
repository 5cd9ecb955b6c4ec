"""Drift between two stored profiles: nothing is read but the two."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlgate.core.data.drift import reference as stored
from mlgate.core.data.drift.pair import Pair, Unmeasured
from mlgate.core.data.profile.reading import cdf
from mlgate.core.documents.drift import DriftKind

if TYPE_CHECKING:
    from mlgate.core.documents.profile import ColumnProfile, Profile


def pairs(reference: Profile, current: Profile) -> list[Pair]:
    """Return all columns of two profiles as both have them, for `measure.drift_of`.

    Counts of the current profile are exact where its buckets are as fine as the reference's, else spread evenly inside
    the bucket that a border divides.
    """
    before = {column.name: column for column in reference.columns}
    after = {column.name: column for column in current.columns}
    rows = (reference.rows, current.rows)
    return [_pair(name, before.get(name), after.get(name), rows) for name in dict.fromkeys([*before, *after])]


def _pair(name: str, one: ColumnProfile | None, other: ColumnProfile | None, rows: tuple[int, int]) -> Pair:
    if one is None or other is None:
        lost = Unmeasured.COLUMN_NEW if one is None else Unmeasured.COLUMN_MISSING
        return Pair(column=name, rows=rows, reason=lost)
    reason = stored.reason_of(one) or stored.reason_of(other)
    kind = stored.kind_of(one)
    if reason is Unmeasured.ALL_NULL:
        return Pair(column=name, rows=rows, empty=(_empty(one), _empty(other)), reason=reason)
    if reason or kind is not stored.kind_of(other):
        return Pair(column=name, rows=rows, reason=reason or Unmeasured.OTHER_KIND)
    if kind is DriftKind.NUMBER:
        m = other.n - (other.not_finite or 0)
        return stored.number_pair(one, rows, m, [_below(other, cut.at, m) for cut in stored.cuts(one)])
    return stored.category_pair(one, rows, {item.value: item.count for item in other.top}, other.n)


def _empty(column: ColumnProfile) -> int:
    return column.nulls + (column.not_finite or 0)


def _below(column: ColumnProfile, value: float, m: int) -> int:
    return round((cdf(column, math.nextafter(value, -math.inf)) or 0.0) * m)
