"""An arena's parts: the same sides on the rows of each slice, without a second sort and without copies a slice.

All columns are brought once into the order of the cut, so that every slice is a contiguous part of each. The rows in
ascending order of score, partitioned by slice without changing their order, are sorted within every slice.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.sides import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.ranking import Ranking
    from mlgate.core.comparison.sides import Truth
    from mlgate.core.comparison.slices.cutting import Cut, Slice

    Indices = NDArray[np.int64]


class Parts:
    """One side, slice by slice.

    Args:
        side: On all rows.
        cut: How they are divided.
    """

    def __init__(self, side: Side, cut: Cut) -> None:
        self.side = side
        self.cut = cut
        self.predictions = side.predictions.within(cut.order)

    def side_of(self, part: Slice, truth: Truth) -> Side:
        """Return the side on one slice.

        Args:
            part: The slice.
            truth: Its.
        """
        return _PartSide(self, part, truth)

    @cached_property
    def orders(self) -> tuple[Indices, ...]:
        """Return, for each ranking, the places in the order of the cut, slice by slice and ascending by score."""
        place = np.empty(len(self.cut.order), dtype=np.int64)
        place[self.cut.order] = np.arange(len(place))
        return tuple(self._partitioned(ranking, place) for ranking in self.side.rankings)

    def _partitioned(self, ranking: Ranking, place: Indices) -> Indices:
        by_slice = np.argsort(self.cut.codes[ranking.order], kind="stable")
        return np.asarray(place[ranking.order[by_slice]])


class _PartSide(Side):
    """A side on one slice, ranked by a part of the order of all rows."""

    def __init__(self, parts: Parts, part: Slice, truth: Truth) -> None:
        super().__init__(truth, parts.predictions.within(slice(part.start, part.stop)))
        self._parts = parts
        self._part = part

    @cached_property
    def rankings(self) -> tuple[Ranking, ...]:
        """Return the slice's rows ranked as in the whole."""
        start, stop = self._part.start, self._part.stop
        orders = tuple(order[start:stop] - start for order in self._parts.orders)
        return Side(self.truth, self.predictions, orders).rankings
