"""What a table is made of and how it is written: declared in the configuration, never guessed from what is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Format(StrEnum):
    """How a table is written; told by its files' extension unless declared."""

    CSV = "csv"
    TSV = "tsv"
    PARQUET = "parquet"
    JSON_LINES = "jsonl"

    @property
    def is_text(self) -> bool:
        """Return whether rows are lines that a person can look up."""
        return self is not Format.PARQUET

    @property
    def delimiter(self) -> str:
        """Return what separates the cells of a line."""
        return "\t" if self is Format.TSV else ","


class Compression(StrEnum):
    """How whole files of text are compressed; told by the last extension unless declared."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a CSV or TSV file is written.

    Attributes:
        encoding: A name that Python knows; a byte order mark is accepted.
        delimiter: One character between cells; None means the format's own.
        quote: The character around cells; None where nothing is ever quoted.
        escape: The character that makes the next one literal inside quotes; the quote itself means that it is doubled.
        header: Whether the first record has the names.
        columns: The names, where there is no header.
        nulls: Unquoted cells that mean null; the empty one does unless others are given.
        decimal: The decimal mark of numbers.
        thousands: What groups their digits; None for nothing.
        date_format: How dates are written, in strftime's words; None for ISO 8601.
        time_format: How timestamps are written; None for ISO 8601.
    """

    encoding: str = "utf-8"
    delimiter: str | None = None
    quote: str | None = '"'
    escape: str | None = '"'
    header: bool = True
    columns: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ("",)
    decimal: str = "."
    thousands: str | None = None
    date_format: str | None = None
    time_format: str | None = None


@dataclass(frozen=True, kw_only=True)
class SourceProblem:
    """Why a table has no files that could be read: a sentence, what to do, and the stable id of a finding."""

    message: str
    remedy: str
    reason: str = "data-unreadable"


@dataclass(frozen=True, kw_only=True)
class TableSource:
    """The files of one table.

    Attributes:
        path: As the configuration has it: for messages.
        files: Absolute paths of local files, sorted by their names; several make one table in this order.
        names: For each file, what people call it; relative to the configuration where it is below it.
        format: How all of them are written.
        compression: How all of them are compressed.
        dialect: Of CSV and TSV.
        problem: Why there are no files; None where there are.
    """

    path: str
    files: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    format: Format = Format.CSV
    compression: Compression = Compression.NONE
    dialect: Dialect = field(default_factory=Dialect)
    problem: SourceProblem | None = None

    @property
    def delimiter(self) -> str:
        """Return what separates the cells of a line."""
        return self.dialect.delimiter or self.format.delimiter

    @property
    def has_dialect(self) -> bool:
        """Return whether a CSV or TSV file is written in another way than RFC 4180 says."""
        default = Dialect(delimiter=self.dialect.delimiter)
        return self.dialect != default or self.delimiter != self.format.delimiter

    def name_of(self, index: int) -> str | None:
        """Return the name of a file of several; None where there is no other: the table's name is enough."""
        return self.names[index] if len(self.files) > 1 else None
