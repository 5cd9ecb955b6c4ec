"""Copy the holdout without its label: what a training command may see of the test set.

The copy has the format of the holdout, its rows in their order and its values as they are: cells of CSV stay text.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mlgate.core.data.source import Format
from mlgate.shell.tables.files import Unreadable, inspect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MEMORY_LIMIT = "1GB"


def copy_without(holdout: Path, labels: Sequence[str], target: Path, *, spill: Path) -> None:
    """Write the rows of `holdout` without the columns `labels` to `target`.

    Args:
        holdout: A table.
        labels: The columns to leave out; a table without them is copied whole.
        target: Where the copy goes, with the same extension.
        spill: Folder for what does not fit into memory.

    Raises:
        Unreadable: With a one-line cause.
    """
    form = inspect(holdout)
    if form is Format.JSON_LINES:
        _copy_json_lines(holdout, labels, target)
    else:
        _copy_columns(holdout, form, labels, target, spill)


def _copy_columns(holdout: Path, form: Format, labels: Sequence[str], target: Path, spill: Path) -> None:
    from mlgate.shell.tables import engine  # noqa: PLC0415 - 180 ms that JSON Lines need not pay

    source = engine.source(holdout)
    with engine.reading(holdout), engine.connect((holdout, target), spill=spill, memory_limit=MEMORY_LIMIT) as database:
        named = database.execute(f"SELECT * FROM {source.sql} LIMIT 0").description  # noqa: S608 - quoted by engine
        columns = [name for name, *_ in named if name not in labels]
        if not columns:
            raise Unreadable(f"{holdout.name} has no column besides the label")
        selected = ", ".join(engine.identifier(name) for name in columns)
        query = f"SELECT {selected} FROM {source.sql}"  # noqa: S608 - quoted by engine
        database.execute(f"COPY ({query}) TO {engine.literal(str(target.absolute()))} ({_options(form)})")


def _options(form: Format) -> str:
    # A temporary file beside the target would be one more file that the locked database may not touch.
    written = "FORMAT parquet" if form is Format.PARQUET else f"FORMAT csv, HEADER true, DELIMITER '{form.delimiter}'"
    return f"{written}, USE_TMP_FILE false"


def _copy_json_lines(holdout: Path, labels: Sequence[str], target: Path) -> None:
    with holdout.open("rb") as lines, target.open("w", encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                file.write(json.dumps(_row(line, number, holdout.name, labels), ensure_ascii=False) + "\n")


def _row(line: bytes, number: int, name: str, labels: Sequence[str]) -> dict[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{name} cannot be read: {error}", line=number) from None
    if not isinstance(row, dict):
        raise Unreadable(f"{name} cannot be read: expected an object", line=number)
    return {key: value for key, value in row.items() if key not in labels}
