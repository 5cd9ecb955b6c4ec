"""How a column divides the rows: by value or, for numbers, into groups of equally many rows; every row lies in one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.columns import written
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from mlgate.core.comparison.columns import Column
    from mlgate.core.config.model import SliceBy

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

MOST_SLICES = 1_000  # of one column; the smallest beyond are merged
MOST_NAMED = 20
LONGEST = 60  # characters of a value in a slice's name
NOTHING = "(no value)"


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One part of the rows.

    Attributes:
        name: With its column, e.g. `carrier = AA`.
        start: Its first row in the order of the cut.
        stop: The row after its last.
        merged: The values that were merged into it, at most 20 of them.
    """

    name: str
    start: int
    stop: int
    merged: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Return its rows."""
        return self.stop - self.start


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The holdout divided by one column.

    Attributes:
        column: Its name.
        codes: Shape (n,), the slice of each row.
        slices: In the order of their values; what is missing and what is merged comes last.
    """

    column: str
    codes: NDArray[np.integer]
    slices: tuple[Slice, ...]

    @cached_property
    def order(self) -> Indices:
        """Return the rows slice by slice, ascending within each."""
        return np.argsort(self.codes, kind="stable")

    def rows(self, part: Slice) -> Indices:
        """Return the rows of a slice, ascending."""
        return self.order[part.start : part.stop]


def cut(columns: Mapping[str, Column], by: SliceBy, at_least: int) -> Cut | Reason:
    """Divide the rows by a column, or say why that cannot be done.

    Args:
        columns: Of the holdout.
        by: Which, and how.
        at_least: Slices with fewer rows are merged.
    """
    column = columns.get(by.column)
    if column is None:
        message = f"the holdout has no column {by.column!r} that could divide its rows"
        return Reason(id="slice-column-missing", message=message)
    if by.bins is None:
        return _merged(by.column, *_by_value(column.categories), at_least)
    if column.values is None:
        return Reason(id="slice-empty", message=f"{by.column!r} has no numbers, so that `bins` make no slice of it")
    if column.missing.all():
        return Reason(id="slice-empty", message=f"no row has a number in {by.column!r}: no slice has a row")
    return _merged(by.column, *_by_bins(column, column.values, by.bins), at_least)


def _by_value(column: Column) -> tuple[NDArray[np.integer], list[str]]:
    """Return each row's value as a number, the last of which is nothing, and what the values are called."""
    names = list(column.names) if column.hidden else [shown(name) for name in column.names]
    codes = np.empty(0, dtype=np.int64) if column.codes is None else column.codes
    return np.where(column.missing, len(names), codes), [*names, NOTHING]


def _by_bins(column: Column, values: Array, bins: int) -> tuple[NDArray[np.integer], list[str]]:
    """Return each row's group of about equally many rows; equal numbers are never parted."""
    there = ~column.missing
    known = values[there]
    ends = _quantiles(known, bins)
    codes = np.full(len(values), len(ends) + 1, dtype=np.int64)
    codes[there] = np.searchsorted(ends, known, side="left")
    names = [
        f"bin {i + 1} of {len(ends) + 1}" if column.hidden else _range(known[codes[there] == i])
        for i in range(len(ends) + 1)
    ]
    return codes, [*names, NOTHING]


def _quantiles(known: Array, bins: int) -> Array:
    """Return the greatest number of every group but the last, each of them a number that is there."""
    places = [max(0, -(-len(known) * i // bins) - 1) for i in range(1, bins)]
    ends = np.unique(np.partition(known, places)[places])
    return np.asarray(ends[ends < known.max()])


def _range(part: Array) -> str:
    if not len(part):
        return NOTHING
    low, high = float(part.min()), float(part.max())
    return written(low) if low == high else f"{written(low)} to {written(high)}"


def shown(value: str) -> str:
    """Return a value as it stands in a slice's name: quoted where it could be taken for a word of ours."""
    text = value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
    plain = text == text.strip() and text and text[0] not in '("' and text.isprintable()
    return text if plain else json.dumps(text, ensure_ascii=False)


def _merged(column: str, codes: NDArray[np.integer], names: Sequence[str], at_least: int) -> Cut:
    """Return the cut with small slices in one, and without values that no row has."""
    sizes = np.bincount(codes, minlength=len(names))
    own = [i for i in range(len(names)) if sizes[i] >= max(at_least, 1)]
    if len(own) > MOST_SLICES:
        own = sorted(sorted(own, key=lambda i: (-int(sizes[i]), i))[:MOST_SLICES])
    small = [i for i in range(len(names)) if sizes[i] and i not in set(own)] if len(own) < len(names) else []
    place = np.full(len(names), len(own), dtype=np.uint16)
    place[own] = np.arange(len(own))
    ends = np.cumsum([int(sizes[i]) for i in own])
    starts = [0, *ends.tolist()]
    slices = [
        Slice(name=f"{column} = {name}", start=starts[i], stop=starts[i + 1])
        for i, name in enumerate(_distinct([names[k] for k in own]))
    ]
    if small:
        slices.append(_rest(column, [names[k] for k in small], starts[-1], len(codes)))
    return Cut(column=column, codes=place[codes], slices=tuple(slices))


def _rest(column: str, names: Sequence[str], start: int, stop: int) -> Slice:
    """Return the slice of the small ones; one that stands alone keeps its name."""
    if len(names) == 1:
        return Slice(name=f"{column} = {names[0]}", start=start, stop=stop)
    return Slice(name=f"{column} = ({len(names):,} others)", start=start, stop=stop, merged=tuple(names[:MOST_NAMED]))


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names, those that are cut to the same text told apart by a number."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made
