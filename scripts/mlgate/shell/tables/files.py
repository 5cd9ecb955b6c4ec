"""A table's file before any engine reads it: is it there, is it what its name says, which columns does it have."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.source import Format, TableSource
from mlgate.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_HEADER_BYTES = 2**20
POINTER_BYTES = 1024
BLOCK_BYTES = 2**17  # what is judged next is still in the cache
BOM = b"\xef\xbb\xbf"
_LFS = b"version https://git-lfs.github.com/spec/"
_MAGIC = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip file",
    b"SQLite": "a database",
}


EXTENSIONS = {
    ".csv": Format.CSV,
    ".tsv": Format.TSV,
    ".parquet": Format.PARQUET,
    ".jsonl": Format.JSON_LINES,
    ".ndjson": Format.JSON_LINES,
}


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
    form = EXTENSIONS.get(path.suffix.lower(), Format.CSV)
    shown = name or path.name
    return TableSource(path=shown, files=(str(path.absolute()),), names=(shown,), format=form)


def format_of(path: Path) -> Format:
    """Return the format that the extension of `path` names.

    Raises:
        Unreadable: For any other extension.
    """
    try:
        return EXTENSIONS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(EXTENSIONS)
        raise Unreadable(
            f"{path.name} has no extension that names a table's format: {known}",
            remedy="Rename the file, or convert it.",
        ) from None


def inspect(path: Path) -> Format:
    """Return the format of a file that can be read as a table, as far as its first bytes tell.

    Raises:
        Unreadable: It is missing, empty, a folder, a pointer of Git LFS or DVC, or not what its name says.
    """
    form = format_of(path)
    head = _head(path)
    if head.startswith(_LFS):
        raise Unreadable(
            f"{path.name} is a pointer of Git LFS, not the data", remedy="Run `git lfs pull`.", reason="data-not-pulled"
        )
    if not head:
        raise Unreadable(f"{path.name} is empty: 0 bytes")
    if form is Format.PARQUET:
        _check_parquet(path, head)
        return form
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            raise Unreadable(f"{path.name} is {name}, not {form.value.upper()} text")
    return form


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise Unreadable(f"{path.name} is a folder, not a file")
        if not path.is_file() and path.exists():
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


def header(path: Path, form: Format) -> tuple[str, ...]:
    """Return the column names in the first record of a CSV or TSV file.

    Raises:
        Unreadable: The record is no strict CSV, longer than 1 MiB, or has an empty or doubled name.
    """
    with path.open("rb") as file:
        data = file.read(MAX_HEADER_BYTES).removeprefix(BOM)
        whole = not file.read(1)
    try:
        text = data.decode(errors="strict" if whole else "ignore")
    except UnicodeDecodeError as error:
        text = data[: error.start].decode()
        if "\n" not in text:
            raise Unreadable("the header is not UTF-8", line=1) from None
    names = _first_record(text, form.delimiter)
    problem = names_problem(names)
    if problem:
        raise Unreadable(problem, line=1)
    return names


def _first_record(text: str, delimiter: str) -> tuple[str, ...]:
    csv.field_size_limit(MAX_HEADER_BYTES)
    try:
        return tuple(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), []))
    except csv.Error as error:
        raise Unreadable(f"the header is not strict CSV: {error}", line=1) from None


def names_problem(names: tuple[str, ...]) -> str | None:
    """Return what is wrong with a header, or None."""
    if not names:
        return "the header is empty"
    for index, name in enumerate(names):
        if not name.strip():
            return f"column {index + 1} has no name"
        if name in names[:index]:
            return f"the column name {name!r:.100} appears twice"
        alike = [other for other in names[:index] if other.lower() == name.lower()]
        if alike:  # the engine does not tell them apart
            return f"the column names {alike[0]!r:.100} and {name!r:.100} differ only in case"
    return None


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, a block at a time."""
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block
