"""Limits and p-values of many differences found at once, so that a thousand slices cost little more than one.

Each difference then answers from what was found for it; one that was not asked for here finds its own answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals import table_together, tango
from mlgate.core.comparison.intervals.proportions import PairedProportions
from mlgate.core.comparison.intervals.tables import TableDifference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.comparison.intervals.difference import Paired


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What will be asked of a difference.

    Attributes:
        difference: Any; those of a method that is not solved together are left alone.
        drop: Whose p-value is asked for: see `Paired.p_drop`.
    """

    difference: Paired = field(repr=False)
    drop: float


def solve(wanted: Sequence[Wanted], tail: float) -> None:
    """Find limits and p-values of score intervals.

    Args:
        wanted: In any order.
        tail: The probability on each side of the intervals.
    """
    _solve_proportions([(d, w.drop) for w in wanted if isinstance(d := w.difference, PairedProportions)], tail)
    tables = [(d, w.drop) for w in wanted if isinstance(d := w.difference, TableDifference)]
    for shape in dict.fromkeys(d.joint.counts.shape[1:] for d, _ in tables):
        mine = [(d, drop) for d, drop in tables if d.joint.counts.shape[1:] == shape]
        kinds = list(dict.fromkeys(table_together.kind(d.joint.metric) for d, _ in mine))
        mine.sort(key=lambda pair: kinds.index(table_together.kind(pair[0].joint.metric)))
        _solve_tables(mine, tail)


def _solve_proportions(wanted: Sequence[tuple[PairedProportions, float]], tail: float) -> None:
    if not wanted:
        return
    gained, lost, n = (np.array([getattr(d, name) for d, _ in wanted]) for name in ("gained", "lost", "n"))
    low, high = tango.limits(gained, lost, n, np.array([d.z(tail) for d, _ in wanted]))
    scores = tango.score(gained, lost, n, np.array([drop for _, drop in wanted]))
    for i, (difference, drop) in enumerate(wanted):
        difference.known.limits[tail] = (float(low[i]), float(high[i]))
        difference.known.drops[drop] = difference.p_of(float(scores[i]))


def _solve_tables(wanted: Sequence[tuple[TableDifference, float]], tail: float) -> None:
    joints = [difference.joint for difference, _ in wanted]
    limits = table_together.limits(joints, [difference.z(tail) for difference, _ in wanted])
    scores = table_together.scores(joints, [drop for _, drop in wanted])
    for i, (difference, drop) in enumerate(wanted):
        difference.known.limits[tail] = limits[i]
        difference.known.drops[drop] = difference.p_of(scores[i])
