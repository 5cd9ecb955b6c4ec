"""A confusion table's margins, and what a metric of them is.

Every metric of predicted classes here needs only the rows, the predictions and the true positives of each class. So it
costs no k x k table, however many classes there are, and its derivative by a cell is a sum of three.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Margins:
    """Of one table, or of many at once; the last axis is the class.

    Attributes:
        rows: Rows of the class, or their weight.
        predicted: Rows predicted as it.
        hits: Rows of it predicted as it.
    """

    rows: Array
    predicted: Array
    hits: Array

    @classmethod
    def of(cls, table: Array) -> Margins:
        """Return those of tables of shape (..., k, k), true class first."""
        hits = np.diagonal(table, axis1=-2, axis2=-1)
        return cls(rows=table.sum(axis=-1), predicted=table.sum(axis=-2), hits=np.asarray(hits))

    @classmethod
    def counted(cls, codes: Indices, predicted: Indices, weight: Array | None, classes: int) -> Margins:
        """Return those of rows with these true and predicted classes."""
        right = codes == predicted
        counts = [
            np.bincount(codes, weight, classes),
            np.bincount(predicted, weight, classes),
            np.bincount(codes[right], None if weight is None else weight[right], classes),
        ]
        rows, said, hits = (count.astype(np.float64) for count in counts)
        return cls(rows=rows, predicted=said, hits=hits)

    @property
    def everything(self) -> Array:
        """Return all rows; the last axis has length 1."""
        return np.asarray(self.rows.sum(axis=-1, keepdims=True))

    @property
    def shares(self) -> Margins:
        """Return them as shares of all rows."""
        whole = self.everything
        return Margins(rows=self.rows / whole, predicted=self.predicted / whole, hits=self.hits / whole)


@dataclass(frozen=True, kw_only=True)
class Slopes:
    """A metric's derivative by a cell, by what it comes from: the row, the column, being on the diagonal."""

    by_row: Array
    by_predicted: Array
    by_hit: Array

    def of_cells(self) -> Array:
        """Return the derivative by every cell, in the shape of the tables."""
        diagonal = np.eye(self.by_hit.shape[-1]) * self.by_hit[..., :, None]
        return np.asarray(self.by_row[..., :, None] + self.by_predicted[..., None, :] + diagonal)

    def of_rows(self, codes: Indices, predicted: Indices) -> Array:
        """Return the derivative by the cell of each row."""
        return np.asarray(
            self.by_row[codes] + self.by_predicted[predicted] + np.where(codes == predicted, self.by_hit[codes], 0.0)
        )


class TableScore(ABC):
    """A smooth function of a confusion table's margins.

    Attributes:
        least: The lowest value that it can have; the highest is 1.
    """

    least: ClassVar[float] = 0.0

    @abstractmethod
    def undefined(self, margins: Margins, classes: tuple[str, ...]) -> str | None:
        """Return in plain words why it has no value on one table, or None."""

    @abstractmethod
    def of_margins(self, margins: Margins) -> Array:
        """Return its values; NaN where there is none."""

    @abstractmethod
    def slopes(self, shares: Margins) -> Slopes:
        """Return its derivative up to a constant, for tables of shares (their sum is 1)."""

    def value(self, table: Array) -> Array:
        """Return its values on tables of shape (..., k, k), true class first."""
        return self.of_margins(Margins.of(table))

    def gradient(self, table: Array) -> Array:
        """Return its derivative by every cell up to a constant, for tables of shares."""
        return self.slopes(Margins.of(table)).of_cells()
