"""How a table differs from the version that the base has: part of `data.json`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class DiffState(StrEnum):
    """Whether there was anything to compare."""

    COMPARED = "compared"
    UNCHANGED = "unchanged"  # the same bytes
    MISSING = "missing"  # the base's version cannot be had, or cannot be read


class DiffBy(StrEnum):
    """What makes a row of one version the same row in the other."""

    KEY = "key"
    ROW = "row"  # all of its cells: a changed row is one that is gone and one that is new


@dataclass(frozen=True, kw_only=True)
class ChangedCell:
    """An example of a cell that changed.

    Attributes:
        key: The row's key; null for a part that is null, empty where a part of the key is redacted.
        before: The base's cell, cut to 100 characters; null for a null cell.
        after: This version's.
    """

    key: tuple[str | None, ...] = ()
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class ColumnSummary:
    """One version of a column in a few numbers.

    Attributes:
        nulls: Its null cells.
        distinct: How many different values it has, from some hundreds on about; null where that was not counted.
        mean: Of a column of numbers; null where its values are not shown, as all that follows.
        deviation: The same: the standard deviation.
        quantiles: The same: by their share, e.g. `0.5` for the median.
    """

    nulls: int
    distinct: int | None = None
    mean: float | None = None
    deviation: float | None = None
    quantiles: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ColumnDiff:
    """A column that both versions have, and that is not the same in both.

    Attributes:
        name: Its name.
        changed: How many rows have another cell; null where rows are not compared by a key.
        examples: The first of them by key; empty where values are not shown.
        before: The base's column; null where it was not summarized.
        after: This version's.
        new_categories: Values of a column with few that only this version has; empty where values are not shown.
        new_categories_count: How many there are.
        vanished_categories: Those that only the base has.
        vanished_categories_count: How many there are.
    """

    name: str
    changed: int | None = None
    examples: tuple[ChangedCell, ...] = ()
    before: ColumnSummary | None = None
    after: ColumnSummary | None = None
    new_categories: tuple[str, ...] = ()
    new_categories_count: int = 0
    vanished_categories: tuple[str, ...] = ()
    vanished_categories_count: int = 0


@dataclass(frozen=True, kw_only=True)
class RetypedColumn:
    """A column that both versions have under different types.

    Attributes:
        name: Its name.
        before: The type in the base's version, as the engine reads it.
        after: The type now.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class SchemaDiff:
    """How the columns differ; at most 100 names in each list.

    Attributes:
        added: Only this version has them.
        added_count: How many there are.
        removed: Only the base has them.
        removed_count: How many there are.
        retyped: Both have them, with other types.
        retyped_count: How many there are.
        reordered: Whether the columns that both have come in another order.
    """

    added: tuple[str, ...] = ()
    added_count: int = 0
    removed: tuple[str, ...] = ()
    removed_count: int = 0
    retyped: tuple[RetypedColumn, ...] = ()
    retyped_count: int = 0
    reordered: bool = False

    @property
    def is_same(self) -> bool:
        """Return whether both versions have the same columns."""
        return not (self.added_count or self.removed_count or self.retyped_count or self.reordered)


@dataclass(frozen=True, kw_only=True)
class TableDiff:
    """How a table differs from the base's version.

    Attributes:
        state: Whether there was anything to compare.
        message: Why there was not; or what limits the comparison, e.g. that the key is not unique.
        by: What makes a row the same in both.
        key: The columns of the key, where it is by key.
        rows_before: The base's rows.
        rows_after: This version's.
        added: Rows that only this version has.
        removed: Rows that only the base has.
        changed: Rows that both have, with another cell; null where rows are not compared by a key.
        unchanged: Rows that both have, equal in all columns that both have.
        columns: Those that are not the same in both, worst first; at most 100.
        columns_left_out: How many more there are.
        table_schema: How the columns differ.
    """

    state: DiffState = DiffState.COMPARED
    message: str = ""
    by: DiffBy | None = None
    key: tuple[str, ...] = ()
    rows_before: int | None = None
    rows_after: int | None = None
    added: int = 0
    removed: int = 0
    changed: int | None = None
    unchanged: int = 0
    columns: tuple[ColumnDiff, ...] = ()
    columns_left_out: int = 0
    table_schema: SchemaDiff = field(default_factory=SchemaDiff)

    @property
    def is_same(self) -> bool:
        """Return whether nothing differs, as far as both were compared."""
        if self.state is DiffState.UNCHANGED:
            return True
        moved = self.added or self.removed or self.changed or self.columns
        return self.state is DiffState.COMPARED and not moved and self.table_schema.is_same
