"""Columns that a contract may have misspelt: JSON Schema lets a property be absent, and checks nothing of it then."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from mlgate.core.data.broken import Broken
from mlgate.core.data.compile.references import escape
from mlgate.core.outcome import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

ALIKE = 0.8
MOST = 500  # names on either side: each is held against each


def misspelt_columns(row: Mapping[str, Any], columns: Collection[str]) -> tuple[Broken, ...]:
    """Return a warning for each property that no column is called, where an undeclared column is called alike.

    Args:
        row: The row schema.
        columns: Of the table.
    """
    declared = row.get("properties", {})
    known = set(columns)
    absent = [name for name in declared if name not in known][:MOST]
    spare = [name for name in columns if name not in declared][:MOST] if absent else []
    pairs = ((name, difflib.get_close_matches(name[:200], spare, n=1, cutoff=ALIKE)) for name in absent)
    return tuple(_warning(name, close[0]) for name, close in pairs if close)


def _warning(name: str, close: str) -> Broken:
    return Broken(
        pointer=f"/row/properties/{escape(name)}",
        message=f"no column is called {name}, so nothing of it was checked; did you mean {close!r}?",
        severity=Severity.WARN,
        reason="column-unknown",
    )
