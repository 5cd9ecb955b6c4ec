"""Part of `data.json`: how far a table has moved from its reference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlgate.core.outcome import Severity


class DriftKind(StrEnum):
    """How a column is compared."""

    NUMBER = "number"  # whole numbers, fractions, dates and times
    CATEGORY = "category"  # texts and truth values
    NONE = "none"  # not at all: `reason` of the column says why


@dataclass(frozen=True, kw_only=True)
class DriftMeasure:
    """One number, or why there is none.

    Attributes:
        name: `psi`, `jensen-shannon`, `wasserstein`, `total-variation` or `null-rate`.
        value: Of `psi`, with its expectation without drift taken out; of `null-rate`, current minus reference.
        low: Lower limit at 95 %, each side 2.5 %; null where the measure has no interval.
        high: Upper limit.
        raw: Of `psi`, before its expectation is taken out.
        standard_error: Of `psi`, where there is no drift.
        bins: Of `psi`, how many cells it was computed on.
        reason: Why there is no value; empty where there is one.
    """

    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    raw: float | None = None
    standard_error: float | None = None
    bins: int | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DriftTest:
    """A test of "the same distribution". It decides nothing: of enough rows it finds every difference.

    Attributes:
        name: `kolmogorov-smirnov` or `chi-square`.
        statistic: Its value.
        p: Its p-value; what is below 1e-300 is written so.
        q: The p-value adjusted by Benjamini and Hochberg over the columns.
        is_exact: Whether the statistic is that of the values; else of their bins, which is never greater.
        reason: Why there is none; empty where there is one.
    """

    name: str
    statistic: float | None = None
    p: float | None = None
    q: float | None = None
    is_exact: bool = True
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class DriftCategory:
    """A category that one side alone has.

    Attributes:
        value: Null where values are not shown.
        count: Cells that have it.
    """

    value: str | None
    count: int


@dataclass(frozen=True, kw_only=True)
class DriftBin:
    """A part of the values, for a small picture.

    Attributes:
        label: The category, or the greatest value in it; null where values are not shown, and for what is left over.
        reference: Share of the reference's cells.
        current: Share of the current cells.
    """

    label: str | None
    reference: float
    current: float


@dataclass(frozen=True, kw_only=True)
class ColumnDrift:
    """One column.

    Attributes:
        column: Its name.
        kind: How it was compared.
        n: Cells of the reference with a value: not null, and of numbers finite.
        m: Cells of the current table with a value.
        effect: The measure that is ranked and held against the threshold: `psi`.
        nulls: The change of the share of cells without a value.
        measures: The others that this kind of column has.
        test: Beside them.
        new_count: How many categories the reference did not have; null where not all are known.
        new: The most frequent of them.
        vanished_count: How many categories the current table no longer has; null where not all are known.
        vanished: The most frequent of them.
        bins: Both distributions.
        alarms: Which effect's lower limit is above its threshold: `values`, `nulls`, both or none.
        reason: Why nothing could be compared; empty where it could.
    """

    column: str
    kind: DriftKind
    n: int = 0
    m: int = 0
    effect: DriftMeasure = DriftMeasure(name="psi")
    nulls: DriftMeasure = DriftMeasure(name="null-rate")
    measures: tuple[DriftMeasure, ...] = ()
    test: DriftTest | None = None
    new_count: int | None = None
    new: tuple[DriftCategory, ...] = ()
    vanished_count: int | None = None
    vanished: tuple[DriftCategory, ...] = ()
    bins: tuple[DriftBin, ...] = ()
    alarms: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class TableDrift:
    """How far a table has moved from its reference.

    Attributes:
        reference: The table's name, or the profile's path.
        is_profile: Whether the reference is a profile.
        reference_rows: How many rows it has.
        rows: How many the current table has.
        threshold: Of the effect.
        null_threshold: Of the change of the null rate.
        severity: What an alarm comes to.
        columns: Alarms first, then by the lower limit of the effect, the greatest first.
        reason: Why nothing could be compared; empty where it could.
    """

    reference: str
    is_profile: bool
    reference_rows: int = 0
    rows: int = 0
    threshold: float
    null_threshold: float
    severity: Severity = Severity.WARN
    columns: tuple[ColumnDrift, ...] = ()
    reason: str = ""
