"""Which rows break which checks, packed into the bits of integers: one pass both counts and finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


BITS = 60
KEPT = 5000  # rows that the counting pass keeps
SHOWN = 100  # characters of a cell


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Something to count: rows for which `condition` holds. `id` is where the count goes."""

    id: int
    condition: str


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What is kept of a row that breaks something; NULL of any other.

    Attributes:
        probes: Whose conditions are columns `b<id>`. A row is broken if one of them holds: the column `mark`.
        shown: Positions of the columns whose cells are kept as text.
        name: Of the integers, with a number behind it.
    """

    probes: tuple[Probe, ...]
    shown: tuple[int, ...] = ()
    name: str = "flags"

    @property
    def mark(self) -> str:
        """Return the name of the column that says whether a row breaks something."""
        return f"any_{self.name}"

    @property
    def any_of(self) -> str:
        """Return the condition that a row breaks something."""
        return " OR ".join(f"b{probe.id}" for probe in self.probes)

    @property
    def parts(self) -> list[tuple[Probe, ...]]:
        """Return the probes whose bits share an integer."""
        return [self.probes[start : start + BITS] for start in range(0, len(self.probes), BITS)]

    @property
    def names(self) -> list[str]:
        """Return the names of what is kept: the integers, then the cells."""
        return [*(f"{self.name}{number}" for number in range(len(self.parts))), *(["shown"] if self.shown else [])]

    @property
    def items(self) -> str:
        """Return them as items of a SELECT. They are not even computed for a row that breaks nothing."""
        integers = [" | ".join(_bit(probe, place) for place, probe in enumerate(part)) for part in self.parts]
        cells = ", ".join(f"left(CAST(c{index} AS VARCHAR), {SHOWN})" for index in self.shown)
        kept = [*integers, *([f"[{cells}]"] if self.shown else [])]
        pairs = zip(kept, self.names, strict=True)
        return ", ".join(f"CASE WHEN {self.mark} THEN {value} END AS {name}" for value, name in pairs)

    @property
    def conditions(self) -> list[str]:
        """Return for each probe the condition that what was kept of a row has its bit."""
        return [
            f"{self.name}{number} & {1 << place} <> 0"
            for number, part in enumerate(self.parts)
            for place, _ in enumerate(part)
        ]

    def first_rows(self, kept: Iterable[Sequence[Any]], most: int) -> dict[int, tuple[int, ...]]:
        """Return the first rows of each probe, by its id.

        Args:
            kept: A row number and its integers each, in order of rows; more items are left out.
            most: Rows of one probe.
        """
        found: dict[int, list[int]] = {probe.id: [] for probe in self.probes}
        for row, *integers in kept:
            for part, integer in zip(self.parts, integers, strict=False):
                for place, probe in enumerate(part):
                    if integer >> place & 1 and len(found[probe.id]) < most:
                        found[probe.id].append(row)
        return {number: tuple(rows) for number, rows in found.items()}


def _bit(probe: Probe, place: int) -> str:
    return f"CASE WHEN b{probe.id} THEN {1 << place}::BIGINT ELSE 0 END"
