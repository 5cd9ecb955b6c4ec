"""A contract, parsed: JSON Schema for a row, and rules for what no row can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mlgate.core.config.plain_row import speaks_of
from mlgate.core.outcome import Severity

if TYPE_CHECKING:
    from mlgate.core.config.node import Node


class RuleKind(StrEnum):
    """The table rules; the value is the key in YAML and the last part of a finding's JSON pointer."""

    PRIMARY_KEY = "primary-key"
    UNIQUE = "unique"
    ROW_COUNT = "row-count"
    ROWS_CHANGE = "rows-change"
    NULL_FRACTION = "null-fraction"
    DISTINCT_COUNT = "distinct-count"
    MIN = "min"
    MAX = "max"
    MEAN = "mean"
    STDDEV = "stddev"
    SUM = "sum"
    QUANTILE = "quantile"
    SHARE = "share"
    SORTED = "sorted"
    COMPARE = "compare"
    DUPLICATE_ROWS = "duplicate-rows"
    CONFLICTING_LABELS = "conflicting-labels"
    LABEL_BALANCE = "label-balance"
    FRESHNESS = "freshness"
    FOREIGN_KEY = "foreign-key"
    NO_OVERLAP = "no-overlap"


class Order(StrEnum):
    """Which way a table is sorted."""

    ASCENDING = "ascending"
    DESCENDING = "descending"


class Comparison(StrEnum):
    """What the left of two columns must be to the right one."""

    AT_LEAST = ">="
    ABOVE = ">"
    AT_MOST = "<="
    BELOW = "<"
    EQUAL = "=="
    OTHER = "!="


Limit = int | float | str
Category = bool | int | float | str


@dataclass(frozen=True, kw_only=True)
class TableRule:
    """One entry of `table:`; what a kind has no use for stays at its default.

    Attributes:
        pointer: JSON pointer into the contract, e.g. `/table/0/primary-key`.
        columns: Those that the table must have: of a key, of `by`, the one that is measured; of `compare` left and
            right; of `conflicting-labels` the label, then the features.
        at_least: Lower limit of what is measured: a number, or for `min` and `max` a date or time.
        at_most: Upper limit of what is measured, or the largest accepted part of the rows that break the rule.
        other: The name of the other table, for `no-overlap` and `foreign-key`.
        other_columns: The other table's key, for `foreign-key`.
        whole_rows: For `no-overlap`: rows are compared in all columns.
        ignored: Columns that are no features, for `conflicting-labels`; those that do not count, for `duplicate-rows`.
        q: Which quantile.
        value: Whose share.
        order: Which way a table is sorted.
        strictly: Whether neighbours must differ.
        comparison: Of two columns.
        within: Seconds that the newest time may be old.
    """

    kind: RuleKind
    pointer: str
    columns: tuple[str, ...] = ()
    at_least: Limit | None = None
    at_most: Limit | None = None
    other: str | None = None
    other_columns: tuple[str, ...] = ()
    whole_rows: bool = False
    ignored: tuple[str, ...] = ()
    q: float | None = None
    value: Category | None = None
    order: Order = Order.ASCENDING
    strictly: bool = False
    comparison: Comparison | None = None
    within: int | None = None
    severity: Severity = Severity.FAIL

    @property
    def tolerance(self) -> float:
        """Return the largest part of the rows that may break a rule about rows; none unless it says so."""
        return float(self.at_most) if isinstance(self.at_most, int | float) else 0.0


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a table must satisfy.

    Attributes:
        path: For messages.
        row: JSON Schema 2020-12 of one row, as plain values; `redact: true` on a property hides its values.
        rules: The `table:` rules, in order.
        root: The values with their places, where the contract was read from a file; for messages only.
    """

    path: str
    row: dict[str, Any] = field(default_factory=dict)
    rules: tuple[TableRule, ...] = ()
    root: Node | None = field(default=None, repr=False, compare=False)

    def line(self, pointer: str) -> int | None:
        """Return the 1-based line of the contract that a JSON pointer leads to; None if it was made in memory."""
        return self.root.at(pointer).line if self.root is not None else None

    @property
    def properties(self) -> dict[str, Any]:
        """Return the declared columns with their schemas."""
        declared = self.row.get("properties", {})
        return declared if isinstance(declared, dict) else {}

    @property
    def redacted(self) -> frozenset[str]:
        """Return the columns whose values are never shown."""
        if not speaks_of(self.row, "redact"):
            return frozenset()
        from mlgate.core.config.redaction import redacted_columns  # noqa: PLC0415 - it imports the compiler of checks

        return redacted_columns(self.row)
