"""From buckets of numbers in their order to the bins that are compared: tenths of the reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.data.drift.pair import Bin

if TYPE_CHECKING:
    from collections.abc import Sequence

BINS = 10
HEAVY = 0.05  # of a side: a bucket with more is split
MOST_HEAVY = 40  # by the number above there can be no more
BIGGEST = 1e150
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Numbers from `low` to `high`, and how many of them each side has."""

    low: float
    high: float
    reference: int
    current: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the numbers of a column lie in the reference; None where it has none."""

    mean: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def centre(self) -> float:
        """Return a number near the mean, the same in any order of the rows, which changes a sum's last digits."""
        if self.mean is None or self.low is None or self.high is None or not math.isfinite(self.mean):
            return 0.0
        step = math.ldexp(1.0, math.frexp(self.high / 1024 - self.low / 1024)[1])
        return round(self.mean / step) * step

    @property
    def has_squares(self) -> bool:
        """Return whether the numbers have squares within doubles, as a standard deviation needs."""
        return self.low is not None and self.high is not None and max(-self.low, self.high) < BIGGEST


def filled(steps: Sequence[Step]) -> tuple[int, int]:
    """Return how many numbers each side has."""
    return sum(step.reference for step in steps), sum(step.current for step in steps)


def heavy(steps: Sequence[Step]) -> list[Step]:
    """Return the buckets that are too coarse."""
    n, m = filled(steps)
    return [
        step for step in steps if step.low < step.high and (step.reference > HEAVY * n or step.current > HEAVY * m)
    ][:MOST_HEAVY]


def bins(steps: Sequence[Step], *, moments: bool = False) -> tuple[Bin, ...]:
    """Return bins with a tenth of the reference each, as near as the steps allow; one value with more has its own."""
    return tuple(_bin(steps[start:end], moments=moments) for start, end in tenths([step.reference for step in steps]))


def tenths(counts: Sequence[int]) -> list[tuple[int, int]]:
    """Return where runs of counts begin and end that hold a tenth each; a count of a tenth or more is one by itself."""
    n = sum(counts)
    starts, seen, end = [0] if counts else [], 0, n / BINS
    for index, count in enumerate(counts):
        is_apart = is_tenth(count, n) or is_tenth(counts[index - 1], n)
        if index > starts[-1] and (is_apart or seen + count / 2 > end):
            starts.append(index)
            end = n / BINS * (round(seen * BINS / max(n, 1)) + 1)
        seen += count
    return list(zip(starts, [*starts[1:], len(counts)], strict=True))


def is_tenth(count: int, n: int) -> bool:
    """Return whether a count is a tenth of all, or more."""
    return count * BINS >= n > 0


def _bin(run: Sequence[Step], *, moments: bool) -> Bin:
    high = run[-1].high
    return Bin(
        label=moment(high) if moments else number(high),
        reference=sum(step.reference for step in run),
        current=sum(step.current for step in run),
    )


def number(value: float) -> str:
    """Return a number as text: whole ones without a fraction."""
    value = value if value.is_integer() else rounded(value)
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def moment(microseconds: float) -> str:
    """Return a date or a time as text; those beyond the calendar as a number."""
    try:
        found = _EPOCH + timedelta(microseconds=int(microseconds))
    except OverflowError:
        return number(microseconds)
    midnight = found.time() == _EPOCH.time()
    return found.date().isoformat() if midnight else found.replace(tzinfo=None).isoformat()
