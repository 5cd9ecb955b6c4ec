"""Tables of very many columns: several scans, each of some columns and of what is asked about these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlgate.core.config.contract import TableRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.data.query import Table
    from mlgate.core.data.tally import Asked, Tally

WIDE = 2500  # columns of one scan: the engine holds a block of each in memory
CHECKS = 5000  # of one scan
CHECKS = 5000  # of one scan


@dataclass(kw_only=True)
class Part:
    """What one scan has to answer.

    Attributes:
        columns: Positions of the columns whose cells it counts; what it is asked is about these alone.
        asked: That, by its place in the contract's order.
    """

    columns: list[int] = field(default_factory=list)
    asked: dict[int, Asked] = field(default_factory=dict)


def parts_of(table: Table, work: Tally) -> list[Part]:
    """Return the scans: those of the columns in their order, then those of what is about several columns or rows."""
    by_column: dict[int, dict[int, Asked]] = {index: {} for index in range(len(table.columns))}
    others: dict[int, Asked] = {}
    for place, asked in enumerate(work.asked):
        by_column.get(_column(table, asked), others)[place] = asked
    return [*_of_columns(by_column), *_of_others(others)]


def _column(table: Table, asked: Asked) -> int:
    """Return the position of the only column that something is about; -1 where it is about others too."""
    subject = asked.subject
    names = subject.columns if isinstance(subject, TableRule) else () if subject.column is None else (subject.column,)
    index = table.index(names[0]) if len(names) == 1 else None
    return -1 if index is None else index


def _of_columns(by_column: dict[int, dict[int, Asked]]) -> Iterator[Part]:
    part = Part()
    for index, asked in by_column.items():
        if part.columns and (len(part.columns) >= WIDE or len(part.asked) + len(asked) > CHECKS):
            yield part
            part = Part()
        part.columns.append(index)
        part.asked.update(asked)
    yield part


def _of_others(others: dict[int, Asked]) -> Iterator[Part]:
    items = list(others.items())
    for start in range(0, len(items), CHECKS):
        yield Part(asked=dict(items[start : start + CHECKS]))
