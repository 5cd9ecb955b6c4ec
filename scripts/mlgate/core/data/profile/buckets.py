"""Buckets of numbers: all doubles that have the same leading bits, numbered in the order of the numbers.

A bucket with an open part of `shift` bits has two of the next finer kind in it: buckets are made coarser by adding, and
a profile keeps the finest kind of which it needs at most 320. Both do not depend on how the rows are divided, so that
merged counts are those of all rows.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.documents.profile import ColumnProfile

MOST_BUCKETS = 320
FINEST, COARSEST = 11, 52  # numbers of the finest buckets have 52 bits, which any reader of JSON keeps
_HALF = 2**63


def limits(number: int, shift: int) -> tuple[float, float]:
    """Return the least and the greatest double of a bucket."""
    return _value(number << shift), _value(((number + 1) << shift) - 1)


def bucket(value: float, shift: int) -> int:
    """Return the number of the bucket that a finite double is in."""
    bits: int = struct.unpack("<q", struct.pack("<d", value + 0.0))[0]
    return (bits if bits >= 0 else -(bits + _HALF) - 1) >> shift


def _value(order: int) -> float:
    bits = order if order >= 0 else -(order + 1) + _HALF
    value: float = struct.unpack("<d", struct.pack("<Q", bits))[0]
    return value


def coarser(counts: Mapping[int, int], by: int) -> dict[int, int]:
    """Return the counts of buckets that leave `by` more bits open."""
    found: dict[int, int] = {}
    for number, count in counts.items():
        found[number >> by] = found.get(number >> by, 0) + count
    return found


def thinned(counts: Mapping[int, int], shift: int) -> tuple[dict[int, int], int]:
    """Return at most 320 buckets, and the bits that they leave open."""
    found = dict(counts)
    while len(found) > MOST_BUCKETS and shift < COARSEST:
        found, shift = coarser(found, 1), shift + 1
    return found, shift


def encode(counts: Mapping[int, int]) -> str:
    """Return buckets as the text of a profile."""
    ordered = sorted(counts.items())
    numbers = [number for number, _ in ordered]
    gaps = [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]
    return " ".join(f"{gap}:{count}" for gap, (_, count) in zip(gaps, ordered, strict=True))


def decode(text: str) -> dict[int, int]:
    """Return the buckets of a profile's text, in ascending order.

    Raises:
        ValueError: If it is none.
    """
    counts: dict[int, int] = {}
    number = 0
    for part in text.split():
        gap, count = map(int, part.split(":"))
        number += gap
        counts[number] = count
    return counts


def buckets_of(column: ColumnProfile) -> tuple[tuple[float, float, int], ...]:
    """Return a column's buckets in ascending order: the least and the greatest number there may be, and how many are.

    The first begins with the column's minimum, the last ends with its maximum; a bucket of the finest kind is a value.
    """
    if column.shift is None:
        return ()
    return tuple(_clipped(decode(column.buckets), column.shift, column.minimum, column.maximum))


def _clipped(
    counts: Mapping[int, int], shift: int, minimum: float | None, maximum: float | None
) -> Iterable[tuple[float, float, int]]:
    for number, count in counts.items():
        low, high = limits(number, shift)
        if minimum is not None:  # both ends are rounded, and may lie a little beside their buckets
            low = min(max(low, minimum), high)
        if maximum is not None:
            high = max(min(high, maximum), low)
        yield low, high, count


def total(parts: Sequence[Mapping[int, int]]) -> dict[int, int]:
    """Return buckets of one kind added up."""
    found: dict[int, int] = {}
    for part in parts:
        for number, count in part.items():
            found[number] = found.get(number, 0) + count
    return found
