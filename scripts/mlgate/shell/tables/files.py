"""A table's file before any engine reads it: is it there, is it what its name says, which columns does it have."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.records import Marks, Reader, dialect_hint, fields_of
from mlgate.core.data.source import Compression, Format, SourceProblem, TableSource
from mlgate.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path, PurePath

MAX_HEADER_BYTES = 2**20
POINTER_BYTES = 1024
BLOCK_BYTES = 2**17  # what is judged next is still in the cache
BOM = b"\xef\xbb\xbf"
_LFS = b"version https://git-lfs.github.com/spec/"
_MAGIC = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"SQLite": "a database",
}
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_WORKBOOK_PART = b"xl/workbook.xml"
_MAX_ZIP_LISTING = 2**16
_WORKBOOK_REMEDY = "Save the sheet as CSV in UTF-8, or as Parquet."
_COMPRESSED = {Compression.GZIP: b"\x1f\x8b", Compression.ZSTD: b"\x28\xb5\x2f\xfd"}

EXTENSIONS = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".parquet": Format.PARQUET,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
}
COMPRESSIONS = {".gz": Compression.GZIP, ".zst": Compression.ZSTD, ".zstd": Compression.ZSTD}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Something wrong with a file's structure, and where. `line` is 1-based; None where there is no line."""

    message: str
    line: int | None = None


class Unreadable(InputError):  # noqa: N818 - the word that steps catch and findings say
    """A table that cannot be read: `message` is one line, `line` the place if there is one."""

    default_reason = "data-unreadable"

    def __init__(self, message: str, *, remedy: str = "", reason: str | None = None, line: int | None = None) -> None:
        super().__init__(message, remedy=remedy or "Correct the file or the path.", reason=reason)
        self.line = line


def one_file(path: Path, name: str = "") -> TableSource:
    """Return the source of a table that is one file, written as its extension says, in the default dialect."""
    shown = name or path.name
    try:
        form, compression = told(path)
    except Unreadable as error:
        return TableSource(path=shown, problem=SourceProblem(message=error.message, remedy=error.remedy))
    files = (str(path.absolute()),)
    return TableSource(path=shown, files=files, names=(shown,), format=form, compression=compression)


def told(path: PurePath) -> tuple[Format, Compression]:
    """Return what the extensions of `path` name.

    Raises:
        Unreadable: For any others.
    """
    compression = COMPRESSIONS.get(path.suffix.lower(), Compression.NONE)
    inner = path.with_suffix("") if compression is not Compression.NONE else path
    form = EXTENSIONS.get(inner.suffix.lower())
    if path.suffix.lower() in _WORKBOOKS:
        raise Unreadable(f"{path.name} is an Excel workbook", remedy=_WORKBOOK_REMEDY)
    if form is None or (form is Format.PARQUET and compression is not Compression.NONE):
        known = ", ".join(EXTENSIONS)
        raise Unreadable(
            f"{path.name} has no extension that names a table's format: {known}",
            remedy="Rename the file, convert it, or declare its `format` in the configuration.",
        )
    return form, compression


def suffix_of(path: PurePath) -> str:
    """Return the extensions that say how a table is written: `.csv`, or `.csv.gz`."""
    if path.suffix.lower() not in COMPRESSIONS:
        return path.suffix
    return f"{path.with_suffix('').suffix}{path.suffix}"


def format_of(path: PurePath) -> Format:
    """Return the format that the extension of `path` names.

    Raises:
        Unreadable: For any other extension.
    """
    return told(path)[0]


def inspect(path: Path) -> Format:
    """Return the format of a file that can be read as a table, as far as its extension and first bytes tell.

    Raises:
        Unreadable: As `inspect_as`.
    """
    form, compression = told(path)
    inspect_as(path, form, compression)
    return form


def inspect_as(path: Path, form: Format, compression: Compression = Compression.NONE) -> None:
    """Refuse a file that cannot be a table of this format, as far as its first bytes tell.

    Raises:
        Unreadable: It is missing, empty, a folder, a pointer of Git LFS or DVC, or not what it is declared to be.
    """
    head = _head(path)
    if head.startswith(_LFS):
        raise Unreadable(
            f"{path.name} is a pointer of Git LFS, not the data", remedy="Run `git lfs pull`.", reason="data-not-pulled"
        )
    if not head:
        raise Unreadable(f"{path.name} is empty: 0 bytes")
    if form is Format.PARQUET:
        _check_parquet(path, head)
    elif compression is not Compression.NONE:
        if not head.startswith(_COMPRESSED[compression]):
            raise Unreadable(f"{path.name} is not compressed by {compression.value}")
    else:
        if head.startswith(b"PK") and _WORKBOOK_PART in _last_bytes(path, _MAX_ZIP_LISTING):
            raise Unreadable(f"{path.name} is an Excel workbook", remedy=_WORKBOOK_REMEDY)
        check_text(path.name, form, head)


def _last_bytes(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, io.SEEK_END) - most))
        return file.read(most)


def check_text(name: str, form: Format, head: bytes) -> None:
    """Refuse what begins like another kind of file.

    Raises:
        Unreadable: With what it is.
    """
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            raise Unreadable(f"{name} is {kind}, not {form.value.upper()} text")


def is_odd(path: Path) -> bool:
    """Return whether a path is a pipe, a device or a socket, or a link to one: opening or reading it may never end."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except (OSError, ValueError):
        return False


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Unreadable(f"{path.name} is a folder, not a file")
        if is_odd(path):
            raise Unreadable(f"{path.name} is not a regular file")
        with path.open("rb") as file:
            return file.read(POINTER_BYTES)
    except FileNotFoundError:
        raise _missing(path) from None
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise Unreadable(f"{path.name} cannot be read: {cause}") from None


def _missing(path: Path) -> Unreadable:
    if path.with_name(path.name + ".dvc").is_file():
        return Unreadable(
            f"{path.name} has not been pulled: only {path.name}.dvc is here",
            remedy="Run `dvc pull`.",
            reason="data-not-pulled",
        )
    return Unreadable(f"{path.name} does not exist", remedy="Correct the path, or add the file.")


def _check_parquet(path: Path, head: bytes) -> None:
    if not head.startswith((b"PAR1", b"PARE")):
        raise Unreadable(f"{path.name} is not a Parquet file: it does not begin with PAR1")
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        size = file.tell()
        file.seek(max(0, size - 4))
        tail = file.read(4)
    if size < 12 or tail not in (b"PAR1", b"PARE"):
        raise Unreadable(
            f"{path.name} is cut off: {size} bytes, and it does not end with PAR1",
            remedy="Copy or pull the file again.",
        )


def header(path: Path, source: TableSource) -> tuple[str, ...]:
    """Return the column names of a CSV or TSV file in UTF-8: those of the dialect, or of the first record.

    Raises:
        Unreadable: The record is no strict CSV, longer than 1 MiB, or has an empty or doubled name.
    """
    if not source.dialect.header:
        return source.dialect.columns
    with path.open("rb") as file:
        return header_of(file.read(MAX_HEADER_BYTES), path.name, source)


def header_of(data: bytes, name: str, source: TableSource) -> tuple[str, ...]:
    """Return the column names that the first bytes of a file with a header hold.

    Raises:
        Unreadable: As `header`.
    """
    marks = Marks.of(source.delimiter, source.dialect)
    record = next(Reader(marks).records(data.removeprefix(BOM)), None)
    if record is None or record.fault:
        fault = (record.fault if record else None) or "it never ends"
        message = f"{name}: the header is not strict CSV: {fault}{dialect_hint(fault)}"
        raise Unreadable(message, line=1)
    names = fields_of(record.text, marks)
    problem = names_problem(names)
    if problem:
        raise Unreadable(f"{name}: {problem}", line=1)
    return names


def names_problem(names: tuple[str, ...]) -> str | None:
    """Return what is wrong with a header, or None."""
    if not names:
        return "the header is empty"
    before: dict[str, str] = {}
    for index, name in enumerate(names):
        if not name.strip():
            return f"column {index + 1} has no name"
        alike = before.get(name.lower())
        if alike == name:
            return f"the column name {name!r:.100} appears twice"
        if alike is not None:  # the engine does not tell them apart
            return f"the column names {alike!r:.100} and {name!r:.100} differ only in case"
        before[name.lower()] = name
    return None


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, a block at a time."""
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block
