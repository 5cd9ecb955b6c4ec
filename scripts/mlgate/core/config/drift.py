"""A table's `reference` and `drift`: what it is compared with, and when it has moved too far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config import grammar
from mlgate.core.config.model import Drift, Severity

if TYPE_CHECKING:
    from mlgate.core.config.cursor import Cursor

DRIFT = ("threshold", "null-threshold", "columns", "severity")
REMEDY = "Write the name of a table, as in `reference: train`, or the path of a profile, as in `profiles/train.json`."


def parse_reference(cursor: Cursor) -> str | None:
    """Return the name of a table, or the path of a profile; mistakes are noted at the cursor."""
    value = cursor.value
    if isinstance(value, str) and value.endswith(".json"):
        return grammar.path(cursor)
    return cursor.text("a table or a profile", grammar.TABLE, REMEDY)


def parse_drift(cursor: Cursor) -> Drift:
    """Return the limits; mistakes are noted at the cursor."""
    entries = cursor.mapping(DRIFT)
    threshold = entries["threshold"].number_within(0, 100, edges=True) if "threshold" in entries else None
    nulls = entries["null-threshold"].number_within(0, 1, edges=True) if "null-threshold" in entries else None
    severity = entries["severity"].choice(Severity) if "severity" in entries else None
    return Drift(
        threshold=Drift.threshold if threshold is None else threshold,
        null_threshold=Drift.null_threshold if nulls is None else nulls,
        columns=entries["columns"].texts("columns") if "columns" in entries else (),
        severity=severity or Drift.severity,
    )
