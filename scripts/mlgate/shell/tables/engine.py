"""DuckDB as the outside: a connection that can read the files it was given and nothing else."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from mlgate.core.data.source import Compression, Format
from mlgate.shell.tables.files import MAX_HEADER_BYTES, Unreadable, header_of, inspect, one_file
from mlgate.shell.tables.preparing import plain_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mlgate.core.data.source import TableSource

__all__ = ["Source", "Unreadable", "connect", "csv_item", "identifier", "literal", "paths", "reading", "source"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """A table as an item of a FROM clause.

    Attributes:
        sql: E.g. `read_parquet('data/train.parquet')`.
        binary: Whether rows have no line in the file.
        format: How the file is written.
        columns: Names in order, where they are known without reading: CSV only.
    """

    sql: str
    binary: bool
    format: Format
    columns: tuple[str, ...] = ()


def connect(
    files: Sequence[Path], *, spill: Path, memory_limit: str = "1GB", threads: int = 2
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that can read `files`, spill to the folder `spill`, and reach nothing else.

    Args:
        files: What may be read.
        spill: Folder for what does not fit; made if absent.
        memory_limit: For the engine, e.g. `1GB`.
        threads: How many; results do not depend on it.
    """
    spill.mkdir(parents=True, exist_ok=True)
    allowed = ", ".join(literal(str(path.absolute())) for path in files)
    connection = duckdb.connect(":memory:")
    # The order matters: with access off first, our own files and the spill folder could no longer be allowed.
    for setting in (
        f"temp_directory = {literal(str(spill.absolute()))}",
        f"allowed_paths = [{allowed}]",
        f"memory_limit = {literal(memory_limit)}",
        f"threads = {threads:d}",
        "python_enable_replacements = false",
        "enable_progress_bar = false",  # it would go to standard output
        "autoinstall_known_extensions = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def source(path: Path, types: Mapping[str, str] | None = None) -> Source:
    """Return how DuckDB reads the table at `path`, by its extension.

    CSV and TSV are read in the strict dialect: UTF-8, header, comma or tab, double quotes. A cell is VARCHAR unless
    `types` says otherwise; the empty unquoted field is NULL, `""` the empty string. In JSON Lines `types` selects the
    columns; without it they are found in the whole file, and text stays text.

    Args:
        path: `.csv`, `.tsv`, `.parquet`, `.jsonl` or `.ndjson`; texts may be compressed, `.csv.gz` or `.csv.zst`.
        types: DuckDB type by column name, for CSV and JSON Lines. A cell that is not of its type makes the query fail:
            wrap it in `reading`.

    Raises:
        Unreadable: As `tables.inspect` and `tables.header`.
    """
    form, written = inspect(path), one_file(path)
    name = literal(str(path.absolute()))
    if form is Format.PARQUET:
        return Source(sql=f"read_parquet({name})", binary=True, format=form)
    if form is Format.JSON_LINES:
        _first_bytes(path, written)
        return Source(sql=_json_lines(name, types, written.compression), binary=False, format=form)
    columns = header_of(_first_bytes(path, written), path.name, written)
    declared = {column: (types or {}).get(column, "VARCHAR") for column in columns}
    return Source(sql=csv_item(written, declared), binary=False, format=form, columns=columns)


def _first_bytes(path: Path, written: TableSource) -> bytes:
    """Return what a header is looked for in; a compressed file is read to its end once: the engine knows no limit."""
    if written.compression is Compression.NONE:
        with path.open("rb") as file:
            return file.read(MAX_HEADER_BYTES)
    blocks = plain_blocks(path, path.name, written)
    first = next(blocks, b"")
    for _ in blocks:
        pass
    return first[:MAX_HEADER_BYTES]


def csv_item(source: TableSource, types: Mapping[str, str]) -> str:
    """Return the FROM item of CSV or TSV files in UTF-8, as their source says; `types` has all columns, in order."""
    dialect = source.dialect
    quote = dialect.quote or ""
    options = {
        "header": "true" if dialect.header else "false",
        "delim": literal(source.delimiter),
        "quote": literal(quote),
        "escape": literal((dialect.escape or "") if quote else ""),
        "columns": _struct(types),
        "compression": literal(source.compression.value),
    }
    if dialect.nulls != ("",):
        options["nullstr"] = f"[{', '.join(map(literal, dialect.nulls))}]"
    given = ", ".join(f"{name}={value}" for name, value in options.items())
    strictly = "auto_detect=false, strict_mode=true, null_padding=false, allow_quoted_nulls=false"
    return f"read_csv({paths(source)}, {strictly}, {given})"


def paths(source: TableSource) -> str:
    """Return the files of a table as SQL, in their order."""
    return f"[{', '.join(map(literal, source.files))}]"


def _json_lines(name: str, types: Mapping[str, str] | None, compression: Compression) -> str:
    how = f"format='newline_delimited', compression={literal(compression.value)}"
    if types is not None:
        return f"read_json({name}, {how}, columns={_struct(types)})"
    # A date format that matches nothing: strings that look like dates stay strings.
    return f"read_json({name}, {how}, sample_size=-1, dateformat='|', timestampformat='|')"


def _struct(types: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items()) + "}"


def identifier(name: str) -> str:
    """Return `name` quoted as SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn any failure of the engine inside the block into `Unreadable` about `path`."""
    try:
        yield
    except duckdb.Error as error:
        message, line = cause(error, path)
        raise Unreadable(f"{path.name} cannot be read: {message}", line=line) from None


def cause(error: duckdb.Error, *files: Path) -> tuple[str, int | None]:
    """Return the first sentence of the engine's message without the folders of files, and the line it names."""
    text = str(error)
    line = re.search(r"(?:CSV Error on Line: |in line )(\d+)", text)
    lines = [
        part for part in text.splitlines() if part.strip() and not part.startswith(("CSV Error on Line", "Original"))
    ]
    first = lines[0] if lines else type(error).__name__
    for path in files:
        first = first.replace(str(path.absolute()), path.name)
    return first[:300], int(line[1]) if line else None
