"""Several tests at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def false_discovery(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return the p-values adjusted by Benjamini and Hochberg (1995): the least rate of false discoveries of each."""
    count = len(p_values)
    adjusted = [1.0] * count
    least = 1.0
    descending = sorted(range(count), key=lambda index: p_values[index], reverse=True)
    for rank, index in zip(range(count, 0, -1), descending, strict=True):
        least = min(least, p_values[index] * count / rank)
        adjusted[index] = least
    return tuple(adjusted)
