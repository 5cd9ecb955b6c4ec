"""The one scan of a table: it counts what breaks each check, and finds the first rows where that costs little."""

# ruff: noqa: S608 - names of our own, and numbers

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from mlgate.core.config.contract import TableRule
from mlgate.core.data import query
from mlgate.core.data.flags import KEPT, Flags
from mlgate.core.data.plain import suspicious
from mlgate.core.data.query import LOCATED
from mlgate.core.data.rules.answers import Answer
from mlgate.core.data.tally import broken_by
from mlgate.shell.validation.wide import WIDE, Part, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlgate.core.data.flags import Probe
    from mlgate.core.data.key import DenseKey
    from mlgate.core.data.tally import Tally
    from mlgate.shell.validation.opened import Opened

    Cells = dict[int, dict[str, str | None]]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What the scan answered.

    Attributes:
        rows: How many.
        answers: To what was asked, in its order.
        filled: For each column, how many cells are not null; none of JSON Lines.
        shown: Cells of broken rows as text, by row and column, as far as they are known already.
        unique: JSON pointers of the rules whose key is known not to repeat.
        is_sure: Whether all numbers were read right; if not, nothing here counts.
    """

    rows: int
    answers: tuple[Answer, ...] = ()
    filled: tuple[int, ...] = ()
    shown: Cells = field(default_factory=dict)
    unique: frozenset[str] = frozenset()
    is_sure: bool = True


@dataclass(frozen=True, kw_only=True)
class Found:
    """Rows by probe, and their cells."""

    rows: dict[int, tuple[int, ...]] = field(default_factory=dict)
    shown: Cells = field(default_factory=dict)


def count(opened: Opened, work: Tally, keys: Sequence[DenseKey] = ()) -> Counted:
    """Count in one scan; a wide table in several, each of some columns and some checks, so that memory is bounded."""
    width = 0 if opened.table.is_json else len(opened.table.columns)
    if width <= WIDE:
        return _count(opened, work, range(width), suspicious(opened.table), keys)
    return _joined([_count_part(opened, work, part) for part in parts_of(opened.table, work)])


def _count_part(opened: Opened, work: Tally, part: Part) -> tuple[Part, Counted]:
    """Count a part. The scan that has a column says for all of them whether its numbers are read right."""
    table = opened.table
    if part.columns:
        table = replace(table, plain=table.plain & frozenset(part.columns))
    guard = suspicious(table) if part.columns else None
    asked = replace(work, asked=tuple(part.asked.values()))
    return part, _count(replace(opened, table=table), asked, part.columns, guard)


def _joined(parts: Sequence[tuple[Part, Counted]]) -> Counted:
    cells: Cells = {}
    answers: dict[int, Answer] = {}
    for part, counted in parts:
        answers.update(zip(part.asked, counted.answers, strict=False))  # it has none where it is not sure
        for row, shown in counted.shown.items():
            cells.setdefault(row, {}).update(shown)
    return Counted(
        rows=parts[0][1].rows,
        answers=tuple(answers[place] for place in sorted(answers)),
        filled=tuple(filled for _, counted in parts for filled in counted.filled),
        shown=cells,
        is_sure=all(counted.is_sure for _, counted in parts),
    )


def _count(
    opened: Opened, work: Tally, columns: Iterable[int], guard: str | None, keys: Sequence[DenseKey] = ()
) -> Counted:
    """Count in one scan. A file with numbered rows gives those that break something with it; any other, if it must.

    Args:
        opened: The table.
        work: What is asked.
        columns: Positions of those whose cells are counted.
        guard: Condition of rows whose numbers may have been read wrongly; None where none are.
        keys: That may be seen to be unique.
    """
    table = opened.table
    filled = [f"count(c{index})" for index in columns]
    flags = flags_of(opened, work, work.strict) if table.numbered and work.strict else None
    bits = [aggregate for key in keys for aggregate in key.aggregates]
    extra = [*work.aggregates, *filled, *bits, *([f"count_if({guard})"] if guard else [])]
    row = iter(opened.one(query.count(table, work.probes, extra, flags)))
    rows = next(row)
    counts = {probe.id: number or 0 for probe, number in zip(work.probes, take(row, work.probes), strict=True)}
    answers = answers_of(work, rows, counts, take(row, work.aggregates))
    filled_cells = tuple(take(row, filled))
    unique = frozenset(key.pointer for key in keys if key.is_unique(take(row, key.aggregates), filled_cells[key.index]))
    if guard and next(row):
        return Counted(rows=rows, is_sure=False)
    found = _kept(opened, flags, list(row)) if flags else Found()
    found = _all_found(opened, work, answers, found)
    return Counted(
        rows=rows, answers=located(work, answers, found), filled=filled_cells, shown=found.shown, unique=unique
    )


def take(row: Iterator[Any], items: Sequence[Any]) -> list[Any]:
    """Return the answers to as many items."""
    return list(islice(row, len(items)))


def _pairs(work: Tally, answers: Iterable[Answer]) -> Iterable[tuple[Any, Answer]]:
    return zip(work.asked, answers, strict=True)


def answers_of(work: Tally, rows: int, counts: Mapping[int, int], values: Sequence[Any]) -> list[Answer]:
    """Return the answer to each thing asked, from the counts of probes and the values of aggregates."""
    answers, left = [], list(values)
    for asked in work.asked:
        mine, left = left[: len(asked.aggregates)], left[len(asked.aggregates) :]
        number = counts[asked.probe.id] if asked.probe else 0
        answers.append(Answer(rows=rows, count=number, values=tuple(mine)))
    return answers


def failing(work: Tally, answers: Sequence[Answer]) -> list[Probe]:
    """Return the probes of what is broken and has rows to name."""
    return [a.probe for a, answer in _pairs(work, answers) if a.probe and answer.count and broken_by(a, answer)]


def located(work: Tally, answers: Sequence[Answer], found: Found) -> tuple[Answer, ...]:
    """Return the answers with the rows that were found."""
    return tuple(
        replace(answer, located=found.rows.get(a.probe.id, ())) if a.probe else answer
        for a, answer in _pairs(work, answers)
    )


def flags_of(opened: Opened, work: Tally, probes: Iterable[Probe]) -> Flags:
    """Say what to keep of broken rows: which checks they break, and the cells that may be shown."""
    wanted = tuple(probes)
    known = {probe.id for probe in wanted}
    subjects = [asked.subject for asked in work.asked if asked.probe and asked.probe.id in known]
    names = {name for subject in subjects for name in _columns(subject)} - set(opened.request.redact)
    is_as_written = opened.table.written is None
    shown = {opened.table.index(name) for name in names} if opened.request.show_values and is_as_written else set()
    return Flags(probes=wanted, shown=tuple(sorted(index for index in shown if index is not None)))


def _columns(subject: Any) -> tuple[str, ...]:
    if isinstance(subject, TableRule):
        return subject.columns
    return (subject.column,) if subject.column else ()


def _kept(opened: Opened, flags: Flags, answer: list[Any]) -> Found:
    """Read what the counting pass kept; nothing if there were more broken rows than it keeps."""
    number, *lists = answer
    if not number or number > KEPT:
        return Found()
    return _found(opened, flags, list(zip(*lists, strict=True)))


def _found(opened: Opened, flags: Flags, kept: Sequence[Sequence[Any]]) -> Found:
    rows = flags.first_rows(kept, LOCATED)
    names = [opened.table.columns[index].name for index in flags.shown]
    shown = {row: dict(zip(names, cells, strict=True)) for row, *_, cells in kept} if names else {}
    return Found(rows=rows, shown=shown)


def _all_found(opened: Opened, work: Tally, answers: Sequence[Answer], found: Found) -> Found:
    """Look for the rows of what is broken and has none yet, in a pass of its own."""
    lacking = [probe for probe in failing(work, answers) if not found.rows.get(probe.id)]
    if not lacking:
        return found
    if not opened.table.numbered:
        return _flagged(opened, flags_of(opened, work, lacking))
    cells = opened.one(query.locate(opened.table, lacking))
    more = {probe.id: tuple(cell or ()) for probe, cell in zip(lacking, cells, strict=True)}
    return Found(rows={**found.rows, **more}, shown=found.shown)


def _flagged(opened: Opened, flags: Flags) -> Found:
    """Mark every row of a file whose reader does not number them: the rows of a table of ours have numbers."""
    opened.connection.execute(f"CREATE OR REPLACE TEMP TABLE flagged AS {query.flag(opened.table, flags)}")
    first = [query.first_rows(condition, "rowid") for condition in flags.conditions]
    cells = opened.one(f"SELECT {', '.join(first)} FROM flagged")
    wanted = sorted({row for cell in cells for row in cell or ()})
    named = ", ".join(["rowid", *flags.names])
    kept = opened.connection.execute(
        f"SELECT {named} FROM flagged WHERE rowid IN ({', '.join(map(str, wanted))}) ORDER BY rowid"
    )
    return _found(opened, flags, kept.fetchall())
