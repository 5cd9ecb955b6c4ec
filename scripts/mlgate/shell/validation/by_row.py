"""The one scan of a file of text that has broken rows: what each row breaks goes into a table of the engine's own.

Numbering the rows of a file of text takes a scan by one thread; such a table is made by all of them, and keeps the
order, so its rows have the file's numbers. It holds little: bits, and the columns that are added up or compared.
"""

# ruff: noqa: S608 - names of our own, and numbers

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind, TableRule
from mlgate.core.data import query
from mlgate.core.data.flags import Flags, Probe
from mlgate.core.data.plain import as_plain, suspicious
from mlgate.core.data.tally import tally
from mlgate.shell.validation.copies import LARGE, MAX_COLUMNS, hold
from mlgate.shell.validation.counting import Counted, Found, answers_of, failing, flags_of, located, take

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.ir import Plan
    from mlgate.core.data.key import DenseKey
    from mlgate.core.data.tally import Tally
    from mlgate.shell.validation.opened import Opened

SAMPLE = 5000  # rows that show whether many are broken
SMALL = 2**22
_COLUMN = re.compile(r"\b[cnm][0-9]+\b")
_KEYS = (RuleKind.PRIMARY_KEY, RuleKind.UNIQUE)


def is_broken_early(opened: Opened, plan: Plan) -> bool:
    """Return whether a file of text has broken rows near its start, and a table of its rows pays.

    One that is small costs little anyway, and one that is large does not fit into memory.
    """
    table = opened.table
    fits = SMALL < opened.size < LARGE and len(table.columns) <= MAX_COLUMNS
    if table.numbered or table.is_json or table.written is not None or not fits:
        return False
    head = as_plain(replace(table, source=f"(SELECT * FROM {table.source} LIMIT {SAMPLE})"), plan.properties)
    return any(opened.one(query.count(head, tally(plan, (), head).probes))[1:])


@dataclass(frozen=True, kw_only=True)
class _Bits:
    """What the bits of a row mean.

    Attributes:
        strict: The probes that no row may answer to, and the cells of rows that do.
        others: The other probes, `nulls` and `guard`: what many rows answer to.
        nulls: For each column, that its cell is null.
        guard: That a cell may have been read wrongly.
    """

    strict: Flags
    others: Flags
    nulls: tuple[Probe, ...]
    guard: Probe

    @property
    def flags(self) -> tuple[Flags, ...]:
        """Return those that have probes."""
        return (self.strict, self.others) if self.strict.probes else (self.others,)

    @property
    def conditions(self) -> dict[int, str]:
        """Return for each probe, by its id, the condition that a row has its bit."""
        pairs = (pair for flags in self.flags for pair in zip(flags.probes, flags.conditions, strict=True))
        return {probe.id: condition for probe, condition in pairs}


def count_by_row(opened: Opened, work: Tally, keys: Sequence[DenseKey]) -> Counted:
    """Count in one scan what `counting.count` counts, and keep for each row what it breaks."""
    bits = _bits(opened, work)
    aggregates = [*work.aggregates, *(aggregate for key in keys for aggregate in key.aggregates)]
    name = _made(opened, bits, work, aggregates)
    counted = [f"count_if({bits.conditions[probe.id]})" for probe in (*work.probes, *bits.nulls, bits.guard)]
    row = iter(opened.one(f"SELECT {', '.join(['count(*)', *counted, *aggregates])} FROM {name}"))
    rows = next(row)
    counts = {probe.id: number or 0 for probe, number in zip(work.probes, take(row, work.probes), strict=True)}
    filled = tuple(rows - (nulls or 0) for nulls in take(row, bits.nulls))
    if next(row):
        return Counted(rows=rows, is_sure=False)
    answers = answers_of(work, rows, counts, take(row, work.aggregates))
    unique = frozenset(key.pointer for key in keys if key.is_unique(take(row, key.aggregates), filled[key.index]))
    found = _found(opened, name, bits, [probe for probe in failing(work, answers) if counts[probe.id]])
    return Counted(rows=rows, answers=located(work, answers, found), filled=filled, shown=found.shown, unique=unique)


def _bits(opened: Opened, work: Tally) -> _Bits:
    first = len(work.asked)
    nulls = [Probe(id=first + i, condition=f"c{i} IS NULL") for i in range(len(opened.table.columns))]
    guard = Probe(id=first + len(nulls), condition=suspicious(opened.table) or "false")
    strict = {probe.id for probe in work.strict}
    loose = [probe for probe in work.probes if probe.id not in strict]
    return _Bits(
        strict=flags_of(opened, work, work.strict),
        others=Flags(probes=(*loose, *nulls, guard), name="others"),
        nulls=tuple(nulls),
        guard=guard,
    )


def _made(opened: Opened, bits: _Bits, work: Tally, aggregates: Sequence[str]) -> str:
    """Make the table, with all columns that aggregates read and the cells of keys, and return its name."""
    table, name = opened.table, f"rows{len(opened.copies)}"
    keys = {column for asked in work.asked for column in _key_columns(asked.subject)}
    cells = {index for column in keys if (index := table.index(column)) is not None}
    read = {word for aggregate in aggregates for word in _COLUMN.findall(aggregate)}
    cells |= {index for index in range(len(table.columns)) if f"c{index}" in read}
    numbers = [f"n{index}" for index in sorted(table.plain)] + [f"m{index}" for index in sorted(table.times)]
    columns = [*(f"c{index}" for index in sorted(cells)), *(number for number in numbers if number in read)]
    flagged = query.flag(table, *bits.flags, columns=columns)
    opened.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {flagged}")
    hold(opened, name, sorted(cells))
    return name


def _key_columns(subject: object) -> tuple[str, ...]:
    return subject.columns if isinstance(subject, TableRule) and subject.kind in _KEYS else ()


def _found(opened: Opened, name: str, bits: _Bits, broken: Sequence[Probe]) -> Found:
    """Return the first rows of what is broken, and of those that break a strict check the cells to show."""
    rows: dict[int, tuple[int, ...]] = {}
    for flags in bits.flags:
        conditions = {probe.id: bits.conditions[probe.id] for probe in flags.probes if probe in broken}
        rows |= _first_rows(opened, f"{name} WHERE {flags.names[0]} IS NOT NULL", conditions)
    wanted = ", ".join(str(row) for row in sorted({row for found in rows.values() for row in found}))
    if not bits.strict.shown or not wanted:
        return Found(rows=rows)
    wanted_rows = f"SELECT rowid, shown FROM {name} WHERE rowid IN ({wanted}) AND shown IS NOT NULL"
    names = [opened.table.columns[index].name for index in bits.strict.shown]
    kept = opened.connection.execute(wanted_rows).fetchall()
    return Found(rows=rows, shown={row: dict(zip(names, cells, strict=True)) for row, cells in kept})


def _first_rows(opened: Opened, marked: str, conditions: dict[int, str]) -> dict[int, tuple[int, ...]]:
    if not conditions:
        return {}
    first = [query.first_rows(condition, "rowid") for condition in conditions.values()]
    answer = opened.one(f"SELECT {', '.join(first)} FROM {marked}")
    return {number: tuple(cell or ()) for number, cell in zip(conditions, answer, strict=True)}
