"""A table as one plain file, for whoever reads no other: trainings, and the comparison of models.

Cells come in the usual form, as `core.data.dialect` has them; every column of a CSV is text as before.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.data.dialect import Declared, number_pattern, usual_cells
from mlgate.core.data.source import Format
from mlgate.shell.tables import engine, layout
from mlgate.shell.tables.files import header
from mlgate.shell.tables.preparing import prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from mlgate.core.data.source import TableSource

MEMORY_LIMIT = "1GB"


def suffix_of(source: TableSource) -> str:
    """Return the extension of the plain file."""
    return f".{source.format.value}"


def write_one_file(source: TableSource, target: Path, declared: Declared, *, spill: Path) -> None:
    """Write the rows of a table, in their order, to one file in the default dialect of its format.

    Args:
        source: The table.
        target: The file, with the extension of the format.
        declared: What a contract says of its columns; all others are numbers where every cell is written as one.
        spill: Folder for what does not fit into memory.

    Raises:
        Unreadable: With a one-line cause.
    """
    plain = prepared(source, spill / "plain")
    target.parent.mkdir(parents=True, exist_ok=True)
    if plain.format is Format.JSON_LINES:
        _join(plain.files, target)
        return
    files = [*map(Path, plain.files), target]
    with (
        engine.reading(Path(source.path)),
        engine.connect(files, spill=spill / "engine", memory_limit=MEMORY_LIMIT) as database,
    ):
        is_parquet = plain.format is Format.PARQUET
        query, written = _parquet(database, plain) if is_parquet else _csv(database, plain, declared)
        # A temporary file beside the target would be one more file that the locked database may not touch.
        database.execute(f"COPY ({query}) TO {engine.literal(str(target.absolute()))} ({written}, USE_TMP_FILE false)")


def _join(files: Sequence[str], target: Path) -> None:
    with target.open("wb") as whole:
        for file in files:
            with Path(file).open("rb") as part:
                shutil.copyfileobj(part, whole)
            if whole.tell():
                whole.write(b"\n")  # blank lines are no rows, and a last line may lack its end


def _parquet(database: duckdb.DuckDBPyConnection, source: TableSource) -> tuple[str, str]:
    table = layout.parquet_table(database, source)  # refuses files of different columns
    names = ", ".join(engine.identifier(column.name) for column in table.columns)
    return f"SELECT {names} FROM read_parquet({engine.paths(source)})", "FORMAT parquet"  # noqa: S608 - quoted


def _csv(database: duckdb.DuckDBPyConnection, source: TableSource, declared: Declared) -> tuple[str, str]:
    names = header(Path(source.files[0]), source)
    item = engine.csv_item(source, {f"c{index}": "VARCHAR" for index in range(len(names))})
    declared = _with_numbers(database, source, item, names, declared)
    cells = usual_cells(source.dialect, names, declared)
    named = ", ".join(f"c{index} AS {engine.identifier(name)}" for index, name in enumerate(names))
    query = f"SELECT {named} FROM (SELECT {', '.join(cells)} FROM {item})"  # noqa: S608 - quoted
    return query, f"FORMAT csv, HEADER true, DELIMITER {engine.literal(source.format.delimiter)}"


def _with_numbers(
    database: duckdb.DuckDBPyConnection, source: TableSource, item: str, names: Sequence[str], declared: Declared
) -> Declared:
    """Take a column for numbers if no contract says otherwise and all its cells are written as such."""
    if source.dialect.decimal == "." and source.dialect.thousands is None:
        return declared
    form = engine.literal(number_pattern(source.dialect))
    asked = ", ".join(f"bool_and(regexp_full_match(c{index}, {form}))" for index in range(len(names)))
    row = database.execute(f"SELECT {asked} FROM {item}").fetchone() or ()  # noqa: S608 - quoted
    found = {name for name, is_number in zip(names, row, strict=True) if is_number}
    numbers = declared.numbers | (found - declared.texts)
    return Declared(
        numbers=numbers,
        texts=frozenset(names) - numbers,
        dates=declared.dates,
        times=declared.times,
    )
