"""A key of whole numbers in a dense range: one bit for each possible value shows in the one scan that none repeats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.ir import Kind, Storage
from mlgate.core.numbers import EXACT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.sql import Cell

DENSE = 64  # a range is dense when it has at most this many values for each row


@dataclass(frozen=True, kw_only=True)
class DenseKey:
    """A key, and a range in which its values are expected.

    Attributes:
        pointer: Of the rule.
        index: Of the column.
        value: SQL expression of the whole number; NULL where a cell is none.
        low: The smallest that is expected.
        high: The largest.
    """

    pointer: str
    index: int
    value: str
    low: int
    high: int

    @property
    def aggregates(self) -> tuple[str, str]:
        """Return how many cells are in the range, and how many values they have."""
        inside = f"CASE WHEN {self.value} BETWEEN {self.low} AND {self.high} THEN CAST({self.value} AS BIGINT) END"
        return f"count({inside})", f"bit_count(bitstring_agg({inside}, {self.low}, {self.high}))"

    def is_unique(self, answer: Sequence[int | None], filled: int) -> bool:
        """Return whether the answers show that no value repeats; if not, it may still be so."""
        inside, values = answer
        return 0 < filled == inside == values


def whole_number(cell: Cell) -> str | None:
    """Return the expression of a cell as whole number, NULL where it is none; None where it is nothing of the kind."""
    if cell.storage is Storage.INTEGER:
        return cell.value
    if not cell.plain or Kind.NUMBER in cell.kinds:
        return None
    return f"CASE WHEN {cell.plain} = trunc({cell.plain}) AND abs({cell.plain}) < {EXACT} THEN {cell.plain} END"


def widened(low: int, high: int, rows: int) -> tuple[int, int]:
    """Return where the values of a whole file may lie when those of its first rows lie in this range.

    Args:
        low: The smallest of them.
        high: The largest of them.
        rows: How many the file has at most.
    """
    more = max(rows, high - low)
    return max(low - more, -EXACT), min(high + more, EXACT)
