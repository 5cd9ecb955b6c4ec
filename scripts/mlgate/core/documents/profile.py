"""The profile of a table: what its columns look like, as a value that can be stored, compared and merged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnKind(StrEnum):
    """How a column is described."""

    NUMBER = "number"
    TIME = "time"  # dates and timestamps, as numbers: microseconds since 1970
    TEXT = "text"  # categories; in a file of text, dates too
    BOOLEAN = "boolean"  # as text: `true` and `false`
    KEY = "key"  # names rows: its values say nothing of their distribution
    OTHER = "other"  # lists, structures, binary


@dataclass(frozen=True, kw_only=True)
class ValueCount:
    """How often a value is there.

    Attributes:
        value: As text.
        count: Cells that have it.
    """

    value: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """One column; where its values must not be shown, only the counts are filled.

    Attributes:
        name: As in the table.
        kind: How it is described.
        type: As read: a JSON Schema type, or the engine's own.
        n: Cells that are not null.
        nulls: Cells that are.
        not_finite: Of `n`, NaN and infinities, which the numbers below leave out; null where nobody looked.
        minimum: Of the numbers; so are the next three. Of a time, microseconds since 1970.
        maximum: The greatest.
        mean: Their mean.
        std: Their standard deviation, with n - 1.
        shift: How many low bits of a double a bucket leaves open: 11 keeps values apart that differ in their first 12
            digits.
        buckets: Of numbers, how many lie in each bucket, in ascending order: `id:count` and after the first
            `gap:count`, where an id is the gap more than the one before. `core.data.profile` reads and writes it.
        quantiles: In a profile that was converted from version 1, instead of buckets: 101 values from the minimum in
            steps of 1 % to the maximum.
        registers: Of the sketch of distinct values, in base64; `core.data.profile.registers` reads and writes it.
        distinct: Different values: counted where `rest` is 0 or a bucket is a value, else estimated by the registers.
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
    shift: int | None = None
    buckets: str = ""
    quantiles: tuple[float, ...] = ()
    registers: str = ""
    distinct: int | None = None
    top: tuple[ValueCount, ...] = ()
    rest: int | None = None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One table.

    Attributes:
        schema: The shape and its version.
        table: Its name in the configuration.
        digest: Of its files: `TableResult.digest` of `data.json`.
        rows: How many.
        values_shown: Whether whoever reads the repository knows its values.
        columns: In the table's order, at most 1,000.
        columns_left_out: How many more it has.
        hashing: What hashed the values into registers; those can be put together only where it is the same.
    """

    schema: str = "mlgate/profile/2"
    table: str
    digest: str | None = None
    rows: int
    values_shown: bool
    columns: tuple[ColumnProfile, ...] = ()
    columns_left_out: int = 0
    hashing: str = ""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What tells two versions of a table apart.

    Attributes:
        content: sha256 of the files' bytes.
        rows_digest: Over the rows as they are read, whatever their order and format of file: the sum of their hashes.
        columns_digest: sha256 over names and types of the columns, in their order.
        rows: How many.
        hashing: What hashed the rows; digests of rows can be compared only where it is the same.
    """

    content: str | None = None
    rows_digest: str | None = None
    columns_digest: str | None = None
    rows: int | None = None
    hashing: str = ""
