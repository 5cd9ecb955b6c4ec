"""Ratios of one class: two counts that are linear in the confusion table, one above the line and one below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.margins import Margins

    Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Count:
    """A count of one class: what its true positives, rows, predictions and all rows are multiplied by."""

    hits: float = 0
    rows: float = 0
    predicted: float = 0
    everything: float = 0

    def of(self, margins: Margins) -> Array:
        """Return the count of each class."""
        return np.asarray(
            self.hits * margins.hits
            + self.rows * margins.rows
            + self.predicted * margins.predicted
            + self.everything * margins.everything
        )


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """Of one class: the count above the line, and the one below."""

    above: Count
    below: Count


def fbeta(beta: float) -> Ratio:
    """Return F-beta: (1 + beta^2) true positives of (beta^2 rows of the class + rows predicted as it)."""
    square = beta * beta
    return Ratio(above=Count(hits=1 + square), below=Count(rows=square, predicted=1))


RATIOS = {
    "precision": Ratio(above=Count(hits=1), below=Count(predicted=1)),
    "recall": Ratio(above=Count(hits=1), below=Count(rows=1)),
    "specificity": Ratio(above=Count(everything=1, rows=-1, predicted=-1, hits=1), below=Count(everything=1, rows=-1)),
    "f1": fbeta(1),
    "jaccard": Ratio(above=Count(hits=1), below=Count(rows=1, predicted=1, hits=-1)),
}
