"""The reference profile: what a table looked like when a version was made, for later data to be held against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SCHEMA = "mlgate/profile/1"


class ColumnKind(StrEnum):
    """How a column is described."""

    NUMBER = "number"
    TEXT = "text"  # categories, dates and truth values too
    KEY = "key"  # names rows: its values say nothing of their distribution
    OTHER = "other"  # lists and structures


@dataclass(frozen=True, kw_only=True)
class ValueCount:
    """How often a value is there."""

    value: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """One column; where its values must not be shown, only the counts are filled.

    Attributes:
        name: As in the table.
        kind: How it is described.
        type: The engine's name of its type.
        n: Cells that are not null.
        nulls: Cells that are.
        not_finite: Of `n`, NaN and infinities, which the numbers below leave out; null where nobody looked.
        minimum: Of the numbers; so are the next three.
        maximum: The greatest.
        mean: Their mean.
        std: Their standard deviation, with n - 1.
        quantiles: 101 values, from the minimum in steps of 1 % to the maximum, each one that is in the table; empty
            where there are none, or more than 20 million numbers.
        distinct: Different values of a text.
        top: The most frequent values of a text, at most 50, most frequent first.
        rest: Cells with another value than those.
    """

    name: str
    kind: ColumnKind
    type: str
    n: int
    nulls: int
    not_finite: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    std: float | None = None
    quantiles: tuple[float, ...] = ()
    distinct: int | None = None
    top: tuple[ValueCount, ...] = ()
    rest: int | None = None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One table.

    Attributes:
        schema: The shape and its version.
        table: Its name in the configuration: `train`, else `holdout`.
        digest: sha256 of the file.
        rows: How many.
        values_shown: Whether git tracks the file, so that whoever reads the repository knows its values.
        columns: In the table's order, at most 1,000.
        columns_left_out: How many more it has.
    """

    schema: str = SCHEMA
    table: str
    digest: str
    rows: int
    values_shown: bool
    columns: tuple[ColumnProfile, ...] = ()
    columns_left_out: int = 0
