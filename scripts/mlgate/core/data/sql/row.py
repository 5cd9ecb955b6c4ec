"""A whole row as SQL sees it: an object whose properties are columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlgate.core.data.ir import Storage
from mlgate.core.data.sql.cell import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row.

    Attributes:
        cells: By name, the columns that the engine has taken out.
        json: Of JSON Lines, expression of the row as JSON value, which has all of its properties.
    """

    cells: Mapping[str, Cell] = field(default_factory=dict)
    json: str | None = None

    @property
    def value(self) -> Cell | None:
        """Return the row of JSON Lines as JSON value."""
        return Cell(storage=Storage.JSON, value=self.json, json_type="'OBJECT'") if self.json else None
