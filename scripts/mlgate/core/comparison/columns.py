"""A column of the holdout beside the label: what slices and fairness metrics divide rows by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column in the rows' order of the truth: categories (`names` and `codes`) or numbers (`values`).

    Attributes:
        names: The categories in sorted order; empty for numbers.
        codes: Shape (n,), the category of each row as an index into `names`, -1 where it has none; None for numbers.
        values: Shape (n,), NaN where a row has none; None for categories.
        hidden: Whether its values must not be shown: `names` are numbered already, numbers must not be told.
    """

    names: tuple[str, ...] = ()
    codes: Indices | None = None
    values: Array | None = None
    hidden: bool = False

    @property
    def numeric(self) -> bool:
        """Return whether the column holds numbers."""
        return self.codes is None

    @cached_property
    def missing(self) -> Flags:
        """Return which rows have no value."""
        if self.codes is not None:
            return np.asarray(self.codes < 0)
        if self.values is None:
            raise ValueError("a column holds categories or numbers")
        return np.isnan(self.values)

    @cached_property
    def categories(self) -> Column:
        """Return the column with a category for each of its numbers, where it holds numbers."""
        if self.values is None or self.codes is not None:
            return self
        different, codes = np.unique(self.values[~self.missing], return_inverse=True)
        every = np.full(len(self.values), -1, dtype=np.int64)
        every[~self.missing] = codes
        names = (f"value {i + 1}" if self.hidden else written(x) for i, x in enumerate(different.tolist()))
        return Column(names=tuple(names), codes=every, hidden=self.hidden)

    def within(self, rows: Indices | Flags | slice) -> Column:
        """Return the column of some rows, with the same categories."""
        return Column(
            names=self.names,
            codes=None if self.codes is None else self.codes[rows],
            values=None if self.values is None else self.values[rows],
            hidden=self.hidden,
        )


def written(value: float) -> str:
    """Return a number as people write it: `12`, `0.25`."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
