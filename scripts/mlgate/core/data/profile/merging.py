"""Two profiles of one table's parts become that of all its rows.

Counts, buckets, registers, least and greatest come out as if all rows had been read at once; mean and deviation to the
rounding of their sums. The most frequent values do too where both parts keep all of theirs. Else a count may be too low
by at most the least count that a part keeps, since that part may have the value without naming it. Registers of other
hashes say nothing together: the profile of both has none, and different values only where they are counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlgate.core.codec import rounded
from mlgate.core.data.profile import buckets, reading, registers
from mlgate.core.documents.profile import ColumnKind, ColumnProfile, Profile, ValueCount

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TOP = 50
MOST_CATEGORIES = 10_000  # of a text with more different values, none is frequent
MOST_COLUMNS = 1000


def merge(one: Profile, other: Profile) -> Profile:
    """Return the profile of the rows of both; a column that one lacks is null there."""
    theirs = {column.name: column for column in other.columns}
    names = {column.name for column in one.columns}
    shared = one.values_shown and other.values_shown
    hashing = one.hashing if one.hashing == other.hashing else ""
    pairs = [(column, theirs.get(column.name), other.rows) for column in one.columns]
    pairs += [(column, None, one.rows) for column in other.columns if column.name not in names]
    columns = [_merged(*pair, is_hashed_alike=hashing != "") for pair in pairs]
    if not shared:
        columns = [counts_only(column) for column in columns]
    left_out = max(one.columns_left_out, other.columns_left_out, len(columns) - MOST_COLUMNS)
    return Profile(
        table=one.table,
        digest=one.digest if one.digest == other.digest else None,
        rows=one.rows + other.rows,
        values_shown=shared,
        columns=tuple(columns[:MOST_COLUMNS]),
        columns_left_out=left_out,
        hashing=hashing,
    )


def counts_only(column: ColumnProfile) -> ColumnProfile:
    """Return what may be said of a column whose values may not be shown."""
    return ColumnProfile(name=column.name, kind=column.kind, type=column.type, n=column.n, nulls=column.nulls)


def _merged(one: ColumnProfile, other: ColumnProfile | None, more: int, *, is_hashed_alike: bool) -> ColumnProfile:
    if other is None:
        return _of_one(replace(one, nulls=one.nulls + more), is_hashed_alike=is_hashed_alike)
    n, nulls = one.n + other.n, one.nulls + other.nulls
    if not one.n or not other.n:
        return _of_one(replace(one if one.n else other, n=n, nulls=nulls), is_hashed_alike=is_hashed_alike)
    kind = one.kind if one.kind is other.kind else ColumnKind.OTHER
    bare = ColumnProfile(
        name=one.name, kind=kind, type=one.type if one.type == other.type else "mixed", n=n, nulls=nulls
    )
    if kind is ColumnKind.OTHER or one.type != other.type:
        return bare  # values of another type have other hashes
    merged = replace(bare, registers=_united(one, other) if is_hashed_alike else "")
    if one.shift is not None and other.shift is not None:
        merged = replace(merged, **_numbers(one, other))
    if one.rest is not None and other.rest is not None:
        merged = replace(merged, **kept(_counts(one, other), n, _at_least(merged, one, other)))
    return replace(merged, distinct=reading.distinct(merged))


def _of_one(column: ColumnProfile, *, is_hashed_alike: bool) -> ColumnProfile:
    """Return a column of which only one side has values, without registers that no later ones fit."""
    return column if is_hashed_alike else replace(column, registers="")


def _united(one: ColumnProfile, other: ColumnProfile) -> str:
    if not (one.registers and other.registers):
        return ""
    return registers.encode(registers.united(registers.decode(one.registers), registers.decode(other.registers)))


def _at_least(merged: ColumnProfile, one: ColumnProfile, other: ColumnProfile) -> int:
    """Return about how many different values there are; without common registers, as many as one side has."""
    if merged.registers:
        return registers.estimate(registers.decode(merged.registers))
    return max(one.distinct or 0, other.distinct or 0)


def _counts(one: ColumnProfile, other: ColumnProfile) -> Mapping[str, int]:
    return Counter({item.value: item.count for item in one.top}) + Counter(
        {item.value: item.count for item in other.top}
    )


def kept(counts: Mapping[str, int], n: int, different: int) -> dict[str, Any]:
    """Return which of a text's values a profile names, and how many cells have another."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0])) if different <= MOST_CATEGORIES else []
    top = tuple(ValueCount(value=value, count=count) for value, count in ordered[:MOST_TOP])
    return {"top": top, "rest": n - sum(item.count for item in top)}


def _numbers(one: ColumnProfile, other: ColumnProfile) -> dict[str, Any]:
    assert one.shift is not None  # noqa: S101 - the caller has looked
    assert other.shift is not None  # noqa: S101 - the same
    shift = max(one.shift, other.shift)
    parts = [buckets.coarser(buckets.decode(side.buckets), shift - (side.shift or 0)) for side in (one, other)]
    counts, shift = buckets.thinned(buckets.total(parts), shift)
    lows = [side.minimum for side in (one, other) if side.minimum is not None]
    highs = [side.maximum for side in (one, other) if side.maximum is not None]
    return {
        "not_finite": (one.not_finite or 0) + (other.not_finite or 0),
        "minimum": min(lows, default=None),
        "maximum": max(highs, default=None),
        "shift": shift,
        "buckets": buckets.encode(counts),
        **_moments(one, other),
    }


def _moments(one: ColumnProfile, other: ColumnProfile) -> dict[str, float | None]:
    """Put means and deviations together as Chan, Golub and LeVeque do."""
    n, m = (side.n - (side.not_finite or 0) for side in (one, other))
    if not n or not m:
        filled = one if n else other
        return {"mean": filled.mean, "std": filled.std}
    if one.mean is None or other.mean is None:
        return {"mean": None, "std": None}
    step = other.mean - one.mean
    squares = sum((size - 1) * (side.std or 0.0) ** 2 for size, side in ((n, one), (m, other)))
    variance = (squares + step * step * (n * m / (n + m))) / (n + m - 1)
    return {"mean": rounded(one.mean + step * (m / (n + m))), "std": rounded(variance**0.5)}
