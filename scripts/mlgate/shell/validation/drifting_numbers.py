"""Columns of numbers of two tables, side by side: buckets of both, and where asked for, the exact gap between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.data.drift import sql, steps
from mlgate.core.data.drift.divergence import Gap
from mlgate.core.data.drift.pair import Pair
from mlgate.core.data.drift.steps import Place, Step
from mlgate.core.documents.drift import DriftKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from mlgate.core.data.drift.side import Side


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Two tables in the engine; `rows` has how many each has."""

    connection: duckdb.DuckDBPyConnection
    reference: Side
    current: Side
    rows: tuple[int, int]

    def pairs(self, names: Sequence[str], *, exact: bool) -> dict[str, Pair]:
        """Return columns of numbers as both sides have them."""
        if not names:
            return {}
        found = iter(self._one(sql.places(self.reference, names)))
        places = {name: Place(mean=next(found), low=next(found), high=next(found)) for name in names}
        spreads = self._spreads([name for name in names if exact and places[name].has_squares])
        return {name: self._pair(name, places[name], spreads.get(name), exact=exact) for name in names}

    def _one(self, query: str) -> tuple[Any, ...]:
        return tuple(self.connection.execute(query).fetchone() or ())

    def _spreads(self, names: Sequence[str]) -> dict[str, float | None]:
        return dict(zip(names, self._one(sql.spreads(self.reference, names)), strict=True)) if names else {}

    def _pair(self, name: str, place: Place, spread: float | None, *, exact: bool) -> Pair:
        cells, gap = sql.both(self.reference, self.current, name), None
        if exact:
            self.connection.execute(sql.grouped(cells, place.centre))
            gap = self._gap(cells, place)
        found = self._split(cells, self._steps(sql.COARSER if exact else sql.buckets(cells, place.centre)))
        n, m = steps.filled(found)
        return Pair(
            column=name,
            kind=DriftKind.NUMBER,
            rows=self.rows,
            empty=(self.rows[0] - n, self.rows[1] - m),
            bins=steps.bins(found, moments=self.reference.is_moment(name)),
            gap=gap,
            spread=spread,
        )

    def _steps(self, query: str) -> list[Step]:
        rows = self.connection.execute(query).fetchall()
        return [Step(low=low, high=high, reference=int(a), current=int(b)) for a, b, low, high in rows]

    def _split(self, cells: str, found: list[Step]) -> list[Step]:
        """Return buckets with parts of those that hold too much of a side."""
        heavy = steps.heavy(found)
        if not heavy:
            return found
        kept = [step for step in found if step not in heavy]
        return sorted([*kept, *self._steps(sql.splits(cells, heavy))], key=lambda step: step.low)

    def _gap(self, cells: str, place: Place) -> Gap | None:
        """Return the exact gap: from the buckets, and value by value only where those do not tell."""
        n, m = self._one(sql.FILLED)
        if not (n and m):
            return None
        self.connection.execute(sql.fine(n, m))
        largest, between = self._one(sql.LARGEST_BETWEEN)
        self.connection.execute(sql.open_buckets(int(largest)))
        within, area = self._one(sql.inside(cells, n, m, place.centre))
        (closed,) = self._one(sql.CLOSED_AREA)
        return Gap(largest=max(int(largest), int(within)) / (n * m), area=(between + area + closed) / (n * m))
