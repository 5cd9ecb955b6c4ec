"""A table that is open for queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from mlgate.core.data.drift.side import Side
    from mlgate.core.data.query import Table
    from mlgate.core.data.request import ScanRequest
    from mlgate.core.data.source import Format
    from mlgate.core.data.structure import Structure
    from mlgate.shell.validation.reading import Reading


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A table that can be queried.

    Attributes:
        request: What was asked.
        connection: The engine, which may read the files of the request only.
        table: Its columns.
        reading: The strict reading of the file, which may still go on.
        copies: Columns of it that were copied, see `copies`.
        sides: How profiles and drift read it, once one of them has asked.
    """

    request: ScanRequest
    connection: duckdb.DuckDBPyConnection
    table: Table
    reading: Reading
    copies: dict[Any, Table] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)

    @property
    def structure(self) -> Structure | None:
        """Return what the strict reading found; None for Parquet."""
        return self.reading.result()

    @property
    def form(self) -> Format:
        """Return how the table is written."""
        return self.request.source.format

    @property
    def path(self) -> Path:
        """Return the table's first file."""
        return Path(self.request.source.files[0])

    @property
    def size(self) -> int:
        """Return how many bytes the table's files have."""
        return sum(Path(file).stat().st_size for file in self.request.source.files)

    def one(self, sql: str) -> tuple[Any, ...]:
        """Return the single row that a query gives."""
        row = self.connection.execute(sql).fetchone()
        return tuple(row or ())
