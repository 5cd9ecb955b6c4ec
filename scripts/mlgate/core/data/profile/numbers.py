"""What the engine's passes come to for a column of numbers: its ends, its moments and its buckets."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mlgate.core.codec import rounded
from mlgate.core.data.profile import buckets
from mlgate.core.data.profile.sql import COARSE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEW = 1000  # different numbers, of which every one may have a bucket at first
MOST_SPLIT = 4096  # buckets that are asked for when finer ones are sought


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What is known of a column of numbers.

    Attributes:
        n: How many there are.
        minimum: The least.
        maximum: The greatest.
        mean: Their mean.
        squares: The sum of the squares of their distances from `centre`.
        counts: Of buckets.
        shift: The bits that those leave open.
    """

    n: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    squares: float | None = None
    counts: dict[int, int] = field(default_factory=dict)
    shift: int = COARSE

    @property
    def centre(self) -> float | None:
        """Return what squares are taken around: near the mean, and the same in any order of the rows."""
        return None if self.mean is None or not math.isfinite(self.mean) else rounded(self.mean)

    def finer(self, different: int) -> int | None:
        """Return a shift that gives more buckets, if a profile can keep more than these."""
        if not self.counts or self.shift == buckets.FINEST or len(self.counts) > buckets.MOST_BUCKETS:
            return None
        if different <= FEW:
            return buckets.FINEST
        return max(buckets.FINEST, self.shift - (MOST_SPLIT // len(self.counts)).bit_length() + 1)

    def described(self) -> dict[str, Any]:
        """Return what a profile says."""
        counts, shift = buckets.thinned(self.counts, self.shift)
        ends = (
            (None, None)
            if self.minimum is None
            else (rounded(self.minimum + 0.0), rounded((self.maximum or 0.0) + 0.0))
        )
        return {
            "minimum": ends[0],
            "maximum": ends[1],
            "mean": self.centre,
            "std": self._deviation(),
            "shift": shift,
            "buckets": buckets.encode(counts),
        }

    def _deviation(self) -> float | None:
        if self.n < 2 or self.squares is None or self.centre is None or self.mean is None:
            return None
        variance = (self.squares - self.n * (self.mean - self.centre) ** 2) / (self.n - 1)
        return rounded(max(0.0, variance) ** 0.5) if math.isfinite(variance) else None


def of_values(values: Sequence[tuple[float, int]]) -> Numbers:
    """Return what the different numbers of a column come to, each with how often it is there: all of it, at once."""
    n = sum(count for _, count in values)
    if not n:
        return Numbers(n=0)
    counts: Counter[int] = Counter()
    for value, count in values:
        counts[buckets.bucket(value, buckets.FINEST)] += count
    found = Numbers(
        n=n,
        minimum=min(value for value, _ in values),
        maximum=max(value for value, _ in values),
        mean=_sum(value * count for value, count in values) / n,
        counts=counts,
        shift=buckets.FINEST,
    )
    centre = found.centre
    if centre is None:
        return found
    return replace(found, squares=_sum((value - centre) * (value - centre) * count for value, count in values))


def _sum(items: Iterable[float]) -> float:
    try:
        return math.fsum(items)
    except (OverflowError, ValueError):  # as the engine's sums: no finite number, and no error
        return math.inf
