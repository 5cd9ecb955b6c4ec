"""From a column as both sides have it to all that is said of its drift."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.data.drift.adjust import false_discovery
from mlgate.core.data.drift.distributions import chi_square_tail, smirnov_p
from mlgate.core.data.drift.divergence import chi_square, jensen_shannon, shares, total_variation
from mlgate.core.data.drift.effects import rate_change, stability
from mlgate.core.data.drift.pair import Unmeasured, enough
from mlgate.core.documents.drift import ColumnDrift, DriftBin, DriftCategory, DriftKind, DriftMeasure, DriftTest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.data.drift.pair import Bin, Pair

THRESHOLD = 0.1  # of the stability index: by convention a moderate shift begins there
NULL_THRESHOLD = 0.1  # of the null rate
NAMED = 5  # categories of a kind
PICTURED = 12  # bins


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an effect's lower limit must exceed to be an alarm."""

    threshold: float = THRESHOLD
    null_threshold: float = NULL_THRESHOLD


def drift_of(pairs: Iterable[Pair], limits: Limits, hidden: Iterable[str] = (), *, show: bool) -> list[ColumnDrift]:
    """Return the drift of all columns: alarms first, then by the lower limit of the effect.

    Args:
        pairs: The columns.
        limits: The thresholds.
        hidden: Columns whose values are not shown in any case.
        show: Whether values of the others are.
    """
    unseen = set(hidden)
    measured = [_column(pair, limits, show=show and pair.column not in unseen) for pair in pairs]
    return sorted(_adjusted(measured), key=_badness)


def _badness(drift: ColumnDrift) -> tuple[int, float, str]:
    low = drift.effect.low
    return -len(drift.alarms), float("inf") if low is None else -low, drift.column


def _adjusted(columns: Sequence[ColumnDrift]) -> list[ColumnDrift]:
    """Adjust the p-values of all columns that have one."""
    p_values = {column.column: column.test.p for column in columns if column.test and column.test.p is not None}
    adjusted = dict(zip(p_values, false_discovery(list(p_values.values())), strict=True))
    return [
        replace(column, test=replace(column.test, q=rounded(adjusted[column.column])))
        if column.test and column.column in adjusted
        else column
        for column in columns
    ]


def _column(pair: Pair, limits: Limits, *, show: bool) -> ColumnDrift:
    nulls = _nulls(pair)
    n, m = pair.filled
    reason = pair.reason or (None if n and m else Unmeasured.ALL_NULL if all(pair.rows) else Unmeasured.NO_ROWS)
    found = ColumnDrift(column=pair.column, kind=pair.kind, n=n, m=m, nulls=nulls)
    if reason:
        unmeasured = DriftMeasure(name="psi", reason=reason)
        return replace(found, effect=unmeasured, reason=reason, alarms=_alarms(unmeasured, nulls, limits))
    effect = _effect(pair)
    found = replace(found, effect=effect, bins=_bins(pair, show=show), alarms=_alarms(effect, nulls, limits))
    if pair.kind is DriftKind.NUMBER:
        return replace(found, measures=(_divergence(pair), _distance(pair)), test=_smirnov(pair))
    found = replace(found, measures=(_divergence(pair), _variation(pair)), test=_pearson(pair))
    return _with_categories(found, pair, show=show)


def _nulls(pair: Pair) -> DriftMeasure:
    if pair.reason in (Unmeasured.COLUMN_MISSING, Unmeasured.COLUMN_NEW, Unmeasured.COLUMN_UNKNOWN):
        return DriftMeasure(name="null-rate", reason=pair.reason)
    if not all(pair.rows):
        return DriftMeasure(name="null-rate", reason=Unmeasured.NO_ROWS)
    (rows, others), (before, after) = pair.rows, pair.empty
    return _rounded(rate_change((before, rows), (after, others)))


def _effect(pair: Pair) -> DriftMeasure:
    cells = enough(pair.bins, pair.kind)
    if len(cells) < 2:
        return DriftMeasure(name="psi", reason=_why_one_bin(pair))
    reference, current = zip(*cells, strict=True)
    return _rounded(stability(reference, current))


def _why_one_bin(pair: Pair) -> Unmeasured:
    if sum(1 for item in pair.bins if item.reference or item.current) == 1 and pair.bins[0].label is not None:
        return Unmeasured.CONSTANT
    return Unmeasured.TOO_MANY_CATEGORIES if _is_scattered(pair) else Unmeasured.TOO_FEW_ROWS


def _is_scattered(pair: Pair) -> bool:
    return pair.kind is DriftKind.CATEGORY and min(pair.filled) >= 1000


def _rounded(measure: DriftMeasure) -> DriftMeasure:
    """Decisions are made on rounded numbers only."""
    return replace(
        measure,
        value=_round(measure.value),
        low=_round(measure.low),
        high=_round(measure.high),
        raw=_round(measure.raw),
        standard_error=_round(measure.standard_error),
    )


def _round(value: float | None) -> float | None:
    return None if value is None else rounded(value)


def _alarms(effect: DriftMeasure, nulls: DriftMeasure, limits: Limits) -> tuple[str, ...]:
    found = []
    if effect.low is not None and effect.low > limits.threshold:
        found.append("values")
    if nulls.low is not None and nulls.high is not None:
        least = max(nulls.low, -nulls.high)  # of the change's size, in either direction
        if least > limits.null_threshold:
            found.append("nulls")
    return tuple(found)


def _shares(pair: Pair) -> tuple[list[float], list[float]]:
    return shares([item.reference for item in pair.bins]), shares([item.current for item in pair.bins])


def _divergence(pair: Pair) -> DriftMeasure:
    return _rounded(DriftMeasure(name="jensen-shannon", value=jensen_shannon(*_shares(pair))))


def _variation(pair: Pair) -> DriftMeasure:
    return _rounded(DriftMeasure(name="total-variation", value=total_variation(*_shares(pair))))


def _distance(pair: Pair) -> DriftMeasure:
    name = "wasserstein"
    if pair.gap is None:
        return DriftMeasure(name=name, reason=pair.gap_reason)
    if not pair.spread or not math.isfinite(pair.spread):
        return DriftMeasure(name=name, reason=Unmeasured.NO_SPREAD)
    return _rounded(DriftMeasure(name=name, value=pair.gap.area / pair.spread))


def _smirnov(pair: Pair) -> DriftTest:
    largest = pair.gap.largest if pair.gap else _largest_step(pair)
    return DriftTest(
        name="kolmogorov-smirnov",
        statistic=rounded(largest),
        p=rounded(smirnov_p(largest, *pair.filled)),
        is_exact=pair.gap is not None and pair.gap_is_exact,
    )


def _largest_step(pair: Pair) -> float:
    """Return the greatest gap at the ends of the bins, which is at most the greatest of all."""
    (n, m), a, b, largest = pair.filled, 0, 0, 0
    for item in pair.bins:
        a, b = a + item.reference, b + item.current
        largest = max(largest, abs(a * m - b * n))
    return largest / (n * m)


def _pearson(pair: Pair) -> DriftTest:
    cells = enough(pair.bins, pair.kind)
    if len(cells) < 2:
        return DriftTest(name="chi-square", reason=_why_one_bin(pair))
    reference, current = zip(*cells, strict=True)
    statistic = chi_square(reference, current)
    p = chi_square_tail(statistic, len(cells) - 1)
    return DriftTest(name="chi-square", statistic=rounded(statistic), p=rounded(p))


def _bins(pair: Pair, *, show: bool) -> tuple[DriftBin, ...]:
    """Return the bins of a picture: all of numbers, the most frequent categories and the others together."""
    n, m = pair.filled
    items = list(pair.bins)
    if pair.kind is DriftKind.CATEGORY:
        items.sort(key=lambda item: (item.label is None, -max(item.reference / n, item.current / m), item.label or ""))
    shown = [_bin(item.label if show else None, item.reference / n, item.current / m) for item in items[:PICTURED]]
    rest = items[PICTURED:]
    if rest:
        shown.append(_bin(None, sum(x.reference for x in rest) / n, sum(x.current for x in rest) / m))
    return tuple(shown)


def _bin(label: str | None, reference: float, current: float) -> DriftBin:
    return DriftBin(label=label, reference=rounded(reference), current=rounded(current))


def _with_categories(drift: ColumnDrift, pair: Pair, *, show: bool) -> ColumnDrift:
    named = [item for item in pair.bins if item.label is not None]
    new = sorted((item for item in named if not item.reference), key=lambda item: (-item.current, item.label))
    gone = sorted((item for item in named if not item.current), key=lambda item: (-item.reference, item.label))
    is_complete = len(named) == len(pair.bins)
    return replace(
        drift,
        new_count=len(new) if is_complete else None,
        new=tuple(_category(item, item.current, show=show) for item in new[:NAMED]),
        vanished_count=len(gone) if is_complete else None,
        vanished=tuple(_category(item, item.reference, show=show) for item in gone[:NAMED]),
    )


def _category(item: Bin, count: int, *, show: bool) -> DriftCategory:
    return DriftCategory(value=item.label if show else None, count=count)
