"""What two profiles say of a column: a few numbers of each version, and which categories came and went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.profile import buckets, reading
from mlgate.core.documents.diff import ColumnSummary
from mlgate.core.documents.profile import ColumnKind

if TYPE_CHECKING:
    from mlgate.core.documents.profile import ColumnProfile

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_NUMBERS = 50  # different numbers that are looked at as categories
DIGITS = 6  # quantiles are those of buckets
NOTHING = 1e-300  # where the bucket of zero ends


@dataclass(frozen=True, kw_only=True)
class Categories:
    """Which values only one version has, in order."""

    new: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()


def summary(column: ColumnProfile, *, hidden: bool) -> ColumnSummary:
    """Return a column in a few numbers; of a hidden one, without what tells of its values."""
    if hidden:
        return ColumnSummary(nulls=column.nulls, distinct=column.distinct)
    is_number = column.kind is ColumnKind.NUMBER
    found = {str(q): reading.quantile(column, q) for q in QUANTILES} if is_number else {}
    return ColumnSummary(
        nulls=column.nulls,
        distinct=column.distinct,
        mean=column.mean if is_number else None,
        deviation=column.std if is_number else None,
        quantiles={name: _short(value) for name, value in found.items() if value is not None},
    )


def _short(value: float) -> float:
    return 0.0 if abs(value) < NOTHING else float(f"{value:.{DIGITS}g}")


def categories(before: ColumnProfile, after: ColumnProfile) -> Categories:
    """Return the values that only one version has, of a column with few in both: else they are none."""
    one, other = _values(before), _values(after)
    if one is None or other is None:
        return Categories()
    return Categories(new=tuple(sorted(other - one)), vanished=tuple(sorted(one - other)))


def _values(column: ColumnProfile) -> set[str] | None:
    """Return all values of a column; None where they are many, or as many as half of the cells."""
    if column.kind is ColumnKind.NUMBER:
        if column.shift != buckets.FINEST or not 0 < (column.distinct or 0) <= min(MOST_NUMBERS, column.n // 2):
            return set() if column.n == 0 else None
        return {f"{0.0 if abs(low) < NOTHING else low:.10g}" for low, _, _ in buckets.buckets_of(column)}
    if column.kind not in (ColumnKind.TEXT, ColumnKind.BOOLEAN) or len(column.top) > column.n // 2:
        return None
    return {item.value for item in column.top} if column.rest == 0 else set() if column.n == 0 else None
