"""A contract, parsed: JSON Schema for a row, and rules for what no row can say."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mlgate.core.config.model import Severity

if TYPE_CHECKING:
    from mlgate.core.config.node import Node


class RuleKind(StrEnum):
    """The table rules; the value is the key in YAML and the last part of a finding's JSON pointer."""

    PRIMARY_KEY = "primary-key"
    ROW_COUNT = "row-count"
    NULL_FRACTION = "null-fraction"
    NO_OVERLAP = "no-overlap"


@dataclass(frozen=True, kw_only=True)
class TableRule:
    """One entry of `table:`.

    Attributes:
        pointer: JSON pointer into the contract, e.g. `/table/0/primary-key`.
        columns: `primary-key`, `no-overlap` (`by`): several; `null-fraction`: one.
        at_least: Lower bound (rows).
        at_most: Upper bound (rows, or a fraction).
        other: The name of the other table, for `no-overlap`.
    """

    kind: RuleKind
    pointer: str
    columns: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    other: str | None = None
    severity: Severity = Severity.FAIL


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
        return frozenset(k for k, v in self.properties.items() if isinstance(v, dict) and v.get("redact") is True)
