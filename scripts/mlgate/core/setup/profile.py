"""What `mlgate init` knows of a table's columns, and what it concludes: a type, a task, a key."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from mlgate.core.config.model import Task

MAX_VALUES = 20  # as many different values may be listed as an enumeration
MANY_TIMES = 5  # and each must be seen that often on average: else the next value is only a matter of time


class Kind(StrEnum):
    """A column's JSON Schema type; `other` for what has none that can be promised."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column as read.

    Attributes:
        name: Its name.
        kind: Its type.
        nulls: How many cells are null.
        distinct: How many different values, without null.
        minimum: The least number; None for other kinds and without values.
        maximum: The greatest.
        values: All values in order, if there are at most 20; else empty.
        lengths: Of the shortest and the longest text, in code points.
        format: The format of JSON Schema that all texts have; None where they have none in common.
        pattern: A regular expression that tells how all texts look alike; None where they do not.
        not_finite: How many numbers are NaN or infinite.
        stand_in: The one text between numbers, such as `NA`, and in how many cells; None where there is none.
        numbers: What the cells are but for the stand-in.
        span: The first and the last day of dates and times.
    """

    name: str
    kind: Kind
    nulls: int = 0
    distinct: int = 0
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str | int | float | bool, ...] = ()
    lengths: tuple[int, int] | None = None
    format: str | None = None
    pattern: str | None = None
    not_finite: int = 0
    stand_in: tuple[str, int] | None = None
    numbers: Kind = Kind.NUMBER
    span: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One table as read.

    Attributes:
        rows: How many.
        columns: In the order of the file.
        may_lack: Whether a row may lack a column, as in JSON Lines: there a null cell can be an absent one.
    """

    rows: int
    columns: tuple[Column, ...] = ()
    may_lack: bool = False
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})


def widened(column: Column, other: Column | None) -> Column:
    """Return `column` so that the values of `other` fit as well: the same column of another table."""
    if other is None:
        return column
    values = tuple(sorted({*column.values, *other.values}, key=str)) if column.values and other.values else ()
    both = (column, other)
    lengths = [c.lengths for c in both if c.lengths is not None]
    spans = [c.span for c in both if c.span is not None]
    return replace(
        column,
        kind=_wider(column, other),
        distinct=max(column.distinct, other.distinct, len(values)),
        minimum=min((c.minimum for c in both if c.minimum is not None), default=None),
        maximum=max((c.maximum for c in both if c.maximum is not None), default=None),
        values=values if column.kind == other.kind and len(values) <= MAX_VALUES else (),
        lengths=(min(low for low, _ in lengths), max(high for _, high in lengths)) if lengths else None,
        format=column.format if column.format == other.format or other.distinct == 0 else None,
        not_finite=column.not_finite + other.not_finite,
        pattern=column.pattern if column.pattern == other.pattern or other.distinct == 0 else None,
        span=(min(first for first, _ in spans), max(last for _, last in spans)) if spans else None,
    )


def _wider(column: Column, other: Column) -> Kind:
    if column.kind == other.kind or other.distinct == 0:
        return column.kind
    if column.distinct == 0:
        return other.kind
    kinds = {column.kind, other.kind}
    return Kind.NUMBER if kinds == {Kind.INTEGER, Kind.NUMBER} else Kind.OTHER


def is_listed(column: Column, rows: int) -> bool:
    """Return whether a column's values are few and frequent enough to be promised as a list."""
    few = 0 < column.distinct <= MAX_VALUES and len(column.values) == column.distinct
    flag = column.kind is Kind.INTEGER and set(column.values) <= {0, 1}
    return few and (flag or column.kind is Kind.STRING) and rows >= MANY_TIMES * column.distinct


def task_of(label: Column) -> Task:
    """Return what the label is: two values are classes, as are texts and few whole numbers; else it is a number."""
    if label.distinct == 2:
        return Task.BINARY
    if label.kind in (Kind.STRING, Kind.BOOLEAN) or (label.kind is Kind.INTEGER and label.distinct <= MAX_VALUES):
        return Task.MULTICLASS
    return Task.REGRESSION


def unique_columns(profile: Profile) -> tuple[str, ...]:
    """Return the columns that tell every row apart: candidates for the key. Fractions are measurements, not names."""
    return tuple(
        column.name
        for column in profile.columns
        if column.kind in (Kind.STRING, Kind.INTEGER) and column.nulls == 0 and column.distinct == profile.rows > 0
    )
