"""One column as both sides have it: what tables and profiles are brought to before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mlgate.core.documents.drift import DriftKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.drift.divergence import Gap

EXPECTED = 5.0  # cells that each side would have in a bin without drift


class Unmeasured(StrEnum):
    """Why a number could not be measured."""

    COLUMN_MISSING = "column-missing"  # the current table does not have it
    COLUMN_NEW = "column-new"  # the reference does not have it
    COLUMN_UNKNOWN = "column-unknown"  # neither side has it
    OTHER_KIND = "other-kind"  # numbers on one side and categories on the other
    NOT_COMPARED = "not-compared"  # a key, lists, structures, binary
    ALL_NULL = "all-null"  # one side has no value in it
    TOO_FEW_ROWS = "too-few-rows"  # fewer than two bins with 5 expected cells
    TOO_MANY_CATEGORIES = "too-many-categories"  # nearly every cell has a value of its own
    CONSTANT = "constant"  # one and the same value on both sides: nothing to measure
    NO_SPREAD = "no-spread"  # the reference has one value: no unit to measure a distance in
    NOT_ASKED = "not-asked"  # exact distances were not asked for
    NOT_IN_PROFILE = "not-in-profile"  # a profile does not keep what it takes
    VALUES_NOT_SHOWN = "values-not-shown"  # the profile may not hold values
    NO_ROWS = "no-rows"  # one side has no rows


@dataclass(frozen=True, kw_only=True)
class Bin:
    """A category, or numbers up to a value; `label` None is what is left over."""

    label: str | None
    reference: int
    current: int


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One column of both sides.

    Attributes:
        column: Its name.
        kind: How it is compared.
        rows: Of the reference, and of the current table.
        empty: How many of its cells are null there, or no finite number.
        bins: All cells with a value: of numbers in their order.
        gap: Of numbers, where it was computed.
        gap_is_exact: Whether it was computed of the values, not of the bins.
        spread: Of numbers, the standard deviation of the reference.
        reason: Why it cannot be compared.
        gap_reason: Why there is no gap.
    """

    column: str
    kind: DriftKind = DriftKind.NONE
    rows: tuple[int, int] = (0, 0)
    empty: tuple[int, int] = (0, 0)
    bins: tuple[Bin, ...] = ()
    gap: Gap | None = None
    gap_is_exact: bool = True
    spread: float | None = None
    reason: Unmeasured | None = None
    gap_reason: Unmeasured = Unmeasured.NOT_ASKED

    @property
    def filled(self) -> tuple[int, int]:
        """Return how many cells of each side have a value."""
        return sum(item.reference for item in self.bins), sum(item.current for item in self.bins)


def enough(bins: Sequence[Bin], kind: DriftKind) -> list[tuple[int, int]]:
    """Return counts of bins in which both sides expect 5 cells: neighbours, or rare categories, are put together."""
    n, m = sum(item.reference for item in bins), sum(item.current for item in bins)
    least = EXPECTED * (n + m) / min(n, m)  # of both sides together
    cells = [(item.reference, item.current) for item in bins]
    return _neighbours(_frequent_first(bins, least) if kind is DriftKind.CATEGORY else cells, least)


def _frequent_first(bins: Sequence[Bin], least: float) -> list[tuple[int, int]]:
    """Return the counts of frequent categories, the most frequent first, and last those of all others together."""
    ordered = sorted(bins, key=lambda item: (-(item.reference + item.current), item.label or ""))
    frequent = [item for item in ordered if item.label is not None and item.reference + item.current >= least]
    names = {item.label for item in frequent}
    others = [item for item in ordered if item.label not in names]
    rest = (sum(item.reference for item in others), sum(item.current for item in others))
    return [*((item.reference, item.current) for item in frequent), rest]


def _neighbours(cells: Sequence[tuple[int, int]], least: float) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    a = b = 0
    for more_a, more_b in cells:
        a, b = a + more_a, b + more_b
        if a + b >= least:
            merged.append((a, b))
            a = b = 0
    if not merged:
        return [(a, b)]
    merged[-1] = (merged[-1][0] + a, merged[-1][1] + b)
    return merged
