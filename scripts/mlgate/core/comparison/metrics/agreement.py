"""Chance-corrected agreement of true and predicted classes: Matthews' correlation and Cohen's kappa.

For k classes: Gorodkin (2004), Computational Biology and Chemistry 28, 367-374; Cohen (1960), Educational and
Psychological Measurement 20, 37-46.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.metrics.margins import Slopes, TableScore

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.margins import Margins

    Array = NDArray[np.float64]


@dataclass(frozen=True)
class Matthews(TableScore):
    """The correlation of true and predicted class."""

    least = -1.0

    def undefined(self, margins: Margins, classes: tuple[str, ...]) -> str | None:
        """Return which of the two does not vary, or None."""
        said = np.flatnonzero(margins.predicted)
        if len(said) < 2:
            return f"every row is predicted as class {classes[said[0]]}, and a constant has no correlation"
        return _one_class(margins, classes)

    def of_margins(self, margins: Margins) -> Array:
        """Return the correlation."""
        of = margins.shares
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(_excess(of) / np.sqrt(_spread(of.rows) * _spread(of.predicted)))

    def slopes(self, shares: Margins) -> Slopes:
        """Return the correlation's derivative."""
        excess, true, said = (x[..., None] for x in (_excess(shares), _spread(shares.rows), _spread(shares.predicted)))
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = 1 / np.sqrt(true * said)
            return Slopes(
                by_row=scale * (excess * shares.rows / true - shares.predicted),
                by_predicted=scale * (excess * shares.predicted / said - shares.rows),
                by_hit=np.broadcast_to(scale, shares.rows.shape),
            )


@dataclass(frozen=True)
class Kappa(TableScore):
    """How much more is right than by chance, of what chance leaves."""

    least = -1.0

    def undefined(self, margins: Margins, classes: tuple[str, ...]) -> str | None:
        """Return whether there is one class only, or None."""
        return _one_class(margins, classes)

    def of_margins(self, margins: Margins) -> Array:
        """Return kappa."""
        of = margins.shares
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(_excess(of) / (1 - _by_chance(of)))

    def slopes(self, shares: Margins) -> Slopes:
        """Return kappa's derivative."""
        left = 1 - _by_chance(shares)[..., None]
        with np.errstate(divide="ignore", invalid="ignore"):
            by_chance = (shares.hits.sum(axis=-1)[..., None] - 1) / (left * left)
            return Slopes(
                by_row=by_chance * shares.predicted,
                by_predicted=by_chance * shares.rows,
                by_hit=np.broadcast_to(1 / left, shares.rows.shape),
            )


def _by_chance(shares: Margins) -> Array:
    """Return the share that would be right if rows and predictions were independent."""
    return np.asarray((shares.rows * shares.predicted).sum(axis=-1))


def _excess(shares: Margins) -> Array:
    return np.asarray(shares.hits.sum(axis=-1) - _by_chance(shares))


def _spread(shares: Array) -> Array:
    return np.asarray(1 - (shares * shares).sum(axis=-1))


def _one_class(margins: Margins, classes: tuple[str, ...]) -> str | None:
    there = np.flatnonzero(margins.rows)
    return f"every row is of class {classes[there[0]]}" if len(there) < 2 else None
