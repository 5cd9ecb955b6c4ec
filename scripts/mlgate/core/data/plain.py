"""Numbers in CSV at the speed of the engine's own cast.

The cast takes more than our numbers: white space around them, `_` between digits, and `+-1`. Where no cell has any of
these characters, whatever it takes is a number of ours, and no pattern has to be matched. The same scan looks for them;
if it finds one, its answers do not count and all is asked again by pattern.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.data.ir import Kind, Storage
from mlgate.core.data.query import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table

_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})
_SUSPECT = ("' '", "'_'", "'+-'", "chr(9)", "chr(10)", "chr(11)", "chr(12)", "chr(13)")


def as_plain(table: Table, properties: Mapping[str, Property]) -> Table:
    """Return the table with all its columns of numbers read by the cast alone."""
    declared = {name for name, item in properties.items() if item.kinds & _NUMBERS and Kind.STRING not in item.kinds}
    columns = enumerate(table.columns)
    plain = (i for i, column in columns if column.storage is Storage.TEXT and column.name in declared)
    return replace(table, plain=frozenset(plain))


def suspicious(table: Table) -> str | None:
    """Return the condition that a row has a cell that the cast may read wrongly; None where no column is plain."""
    if not table.plain:
        return None
    return " OR ".join(f"contains({PLAIN}, {text})" for text in _SUSPECT)
