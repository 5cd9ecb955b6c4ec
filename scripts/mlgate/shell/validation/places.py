"""Where rows lie: in which file of the table, and on which line of it."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from mlgate.core.data import json_lines, structure
from mlgate.core.data.source import Format
from mlgate.shell.tables import layout
from mlgate.shell.tables.files import read_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.data.source import TableSource
    from mlgate.core.data.structure import Structure
    from mlgate.shell.validation.opened import Opened


class Place(TypedDict, total=False):
    """The fields of a finding's row that say where it is: none that nobody needs."""

    line: int
    file: str | None


def places_of(opened: Opened, rows: Sequence[int]) -> dict[int, Place]:
    """Return the places of some rows of the table."""
    source, found = opened.request.source, opened.structure
    if not rows:
        return {}
    counts = [one.records for one in found.files or (found,)] if found else _counts(opened)
    places: dict[int, Place] = {}
    for index, (start, end) in enumerate(_ranges(counts)):
        inside = [row - start for row in rows if start <= row < end]
        if inside:
            lines = _lines(source, index, found, inside)
            named: Place = {"file": source.name_of(index)}
            places |= {start + row: ({**named, "line": lines[row]} if row in lines else named) for row in inside}
    return places


def _counts(opened: Opened) -> list[int]:
    source = opened.request.source
    return layout.parquet_rows(opened.connection, source) if len(source.files) > 1 else []


def _ranges(counts: Sequence[int]) -> Iterable[tuple[int, int]]:
    ends = list(accumulate(counts))
    return zip([0, *ends], ends, strict=False)


def _lines(source: TableSource, index: int, found: Structure | None, rows: Sequence[int]) -> dict[int, int]:
    """Return the lines of some rows of one file; none of a binary one."""
    if found is None:
        return {}
    file = found.files[index] if found.files else found
    is_json = source.format is Format.JSON_LINES
    if file.one_line_each:
        above = 0 if is_json or not file.has_header else 1
        return {row: row + 1 + above for row in rows}
    blocks = read_blocks(Path(source.files[index]))
    if is_json:
        return json_lines.locate(blocks, rows)
    return structure.locate(blocks, source.delimiter, rows, source.dialect)
