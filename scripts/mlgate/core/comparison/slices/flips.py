"""Rows that became right and wrong, in all and by slice; for a regression the rows whose error grew most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.codec import rounded
from mlgate.core.comparison.intervals.proportions import mcnemar
from mlgate.core.config.model import Task
from mlgate.core.documents.comparison import Flips, GrownError, SliceFlips

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Side
    from mlgate.core.comparison.slices.cutting import Cut, Slice

    Indices = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Keys = Callable[[Indices], tuple[str, ...]]

MOST_KEYS = 20
MOST_KEYS_OF_A_SLICE = 5
MOST_SLICES = 100
MOST_GROWN = 20


def flips(candidate: Side, baseline: Side, cuts: Sequence[Cut], keys: Keys | None) -> Flips | None:
    """Return how the predictions changed; None where a side predicts nothing.

    Args:
        candidate: Its predictions.
        baseline: Its predictions.
        cuts: By which columns the flips are counted too.
        keys: Gives the keys of rows, in ascending order of the rows; None where values are not shown.
    """
    if candidate.truth.task is Task.REGRESSION:
        return _of_numbers(candidate, baseline, keys)
    if candidate.predictions.codes is None or baseline.predictions.codes is None:
        return None
    flipped = _Flipped(
        gained=np.flatnonzero(candidate.right & ~baseline.right), lost=np.flatnonzero(baseline.right & ~candidate.right)
    )
    names = flipped.names(cuts, keys)
    return Flips(
        against=baseline.predictions.name,
        newly_right=len(flipped.gained),
        newly_wrong=len(flipped.lost),
        agreement=rounded(float((candidate.codes == baseline.codes).mean())),
        newly_right_keys=_named(flipped.gained[:MOST_KEYS], names),
        newly_wrong_keys=_named(flipped.lost[:MOST_KEYS], names),
        mcnemar_p=rounded(mcnemar(len(flipped.gained), len(flipped.lost))),
        slices=tuple(
            SliceFlips(
                slice=part.name,
                n=part.n,
                newly_right=len(gained),
                newly_wrong=len(lost),
                newly_right_keys=_named(gained[:MOST_KEYS_OF_A_SLICE], names),
                newly_wrong_keys=_named(lost[:MOST_KEYS_OF_A_SLICE], names),
            )
            for part, gained, lost in flipped.by_slice(cuts)
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Flipped:
    """The rows that one side alone gets right, ascending."""

    gained: Indices
    lost: Indices

    def by_slice(self, cuts: Sequence[Cut]) -> list[tuple[Slice, Indices, Indices]]:
        """Return the slices with flips, those that lost most first, with the rows gained and lost in each."""
        found = [entry for cut in cuts for entry in self._within(cut) if len(entry[1]) + len(entry[2])]
        found.sort(key=lambda entry: (len(entry[1]) - len(entry[2]), -len(entry[2])))
        return found[:MOST_SLICES]

    def _within(self, cut: Cut) -> list[tuple[Slice, Indices, Indices]]:
        gained, lost = (_split(rows, cut) for rows in (self.gained, self.lost))
        return [(part, gained[i], lost[i]) for i, part in enumerate(cut.slices)]

    def names(self, cuts: Sequence[Cut], keys: Keys | None) -> dict[int, str]:
        """Return the keys of every row that is named, asked for at once."""
        if keys is None:
            return {}
        wanted = [self.gained[:MOST_KEYS], self.lost[:MOST_KEYS]]
        wanted += [rows[:MOST_KEYS_OF_A_SLICE] for _, *both in self.by_slice(cuts) for rows in both]
        rows = np.unique(np.concatenate(wanted))
        return dict(zip(rows.tolist(), keys(rows), strict=True))


def _split(rows: Indices, cut: Cut) -> list[Indices]:
    codes = cut.codes[rows]
    ordered = rows[np.argsort(codes, kind="stable")]
    ends = np.cumsum(np.bincount(codes, minlength=len(cut.slices)))
    return np.split(ordered, ends[:-1])


def _named(rows: Indices, names: dict[int, str]) -> tuple[str, ...]:
    return tuple(names[row] for row in rows.tolist()) if names else ()


def _of_numbers(candidate: Side, baseline: Side, keys: Keys | None) -> Flips | None:
    """Return how far the predictions of a regression agree, and the rows whose error grew most."""
    if candidate.predictions.values is None or baseline.predictions.values is None:
        return None
    growth = candidate.distances - baseline.distances
    same = float((candidate.predictions.values == baseline.predictions.values).mean())
    return Flips(
        against=baseline.predictions.name,
        newly_right=0,
        newly_wrong=0,
        agreement=rounded(same),
        grown=_grown(candidate, baseline, growth, keys) if keys is not None and not candidate.truth.hidden else (),
    )


def _grown(candidate: Side, baseline: Side, growth: NDArray[np.float64], keys: Keys) -> tuple[GrownError, ...]:
    """Return the rows whose error grew most; of equal ones the first."""
    most = min(MOST_GROWN, len(growth))
    least = np.partition(growth, len(growth) - most)[len(growth) - most]
    rows = np.flatnonzero((growth >= least) & (growth > 0))
    rows = rows[np.lexsort((rows, -growth[rows]))][:MOST_GROWN]
    names = dict(zip(np.sort(rows).tolist(), keys(np.sort(rows)), strict=True))
    return tuple(
        GrownError(
            key=names[row],
            baseline=rounded(float(baseline.distances[row])),
            candidate=rounded(float(candidate.distances[row])),
        )
        for row in rows.tolist()
    )
