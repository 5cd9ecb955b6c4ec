"""How SQL reads the columns of one side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.ir import Storage
from mlgate.core.data.sql import STRICT_NUMBER, literal
from mlgate.core.documents.drift import DriftKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlgate.core.data.query import Table

_NUMBERS = (Storage.INTEGER, Storage.DECIMAL)
_CATEGORIES = (Storage.STRING, Storage.BOOLEAN)
LOOSE = (Storage.TEXT, Storage.JSON)
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, kw_only=True)
class Side:
    """A table that is compared.

    Attributes:
        table: Its columns.
        item: A FROM item that has them as `c0`, `c1`, ...
        numeric: Of columns whose cells are text, which hold numbers alone.
    """

    table: Table
    item: str
    numeric: frozenset[str] = frozenset()

    def kind(self, name: str) -> DriftKind:
        """Return how a column is compared."""
        index = self.table.index(name)
        if index is None:
            return DriftKind.NONE
        column = self.table.columns[index]
        if column.storage in (*_NUMBERS, Storage.FLOAT, Storage.TIMESTAMP) or column.type == "date":
            return DriftKind.NUMBER
        if column.storage in LOOSE:
            return DriftKind.NUMBER if name in self.numeric else DriftKind.CATEGORY
        return DriftKind.CATEGORY if column.storage in (*_CATEGORIES, Storage.DATE) else DriftKind.NONE

    def is_moment(self, name: str) -> bool:
        """Return whether a column's numbers are microseconds since 1970."""
        index = self.table.index(name)
        column = None if index is None else self.table.columns[index]
        return column is not None and (column.storage is Storage.TIMESTAMP or column.type == "date")

    def number(self, name: str) -> str:
        """Return a column's cells as doubles; what is no finite number is NULL."""
        index = self.table.index(name)
        assert index is not None  # noqa: S101 - only columns of both sides are read
        column, cell = self.table.columns[index], f"c{index}"
        if column.storage in _NUMBERS:
            return f"{cell}::DOUBLE"
        if column.storage is Storage.FLOAT:
            return f"CASE WHEN isfinite({cell}) THEN {cell}::DOUBLE END"
        if column.storage in LOOSE:
            return self._read(index)
        return f"CASE WHEN isfinite({cell}) THEN epoch_us({cell})::DOUBLE END"

    def _read(self, index: int) -> str:
        """Text that reads as a number too large for a double is none."""
        read = f"TRY_CAST({self.text_at(index)} AS DOUBLE)"
        return f"CASE WHEN isfinite({read}) THEN {read} END"

    def text(self, name: str) -> str:
        """Return a column's cells as text."""
        index = self.table.index(name)
        assert index is not None  # noqa: S101 - only columns of both sides are read
        return self.text_at(index)

    def text_at(self, index: int) -> str:
        """Return the cells of a column, by its position, as text; JSON null is NULL."""
        if self.table.columns[index].storage is Storage.JSON:
            quoted = f"starts_with(c{index}, '\"')"  # all else is its own text, and need not be read again
            return f"(CASE WHEN {quoted} THEN c{index}->>'$' WHEN c{index} <> 'null' THEN c{index}::VARCHAR END)"
        return f"c{index}::VARCHAR"

    def looks(self, positions: Iterable[int]) -> Mapping[str, str]:
        """Return, for each column of text among these, the aggregate that tells whether it holds numbers alone."""
        pattern = literal(STRICT_NUMBER)
        return {
            self.table.columns[
                index
            ].name: f"coalesce(bool_and(regexp_full_match({self.text_at(index)}, {pattern})), false)"
            for index in positions
            if self.table.columns[index].storage in LOOSE
        }
