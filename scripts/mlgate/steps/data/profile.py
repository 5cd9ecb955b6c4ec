"""`mlgate data profile`: write what a table looks like, as a reference for later ones."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.errors import InputError
from mlgate.options import Common, option
from mlgate.shell.run_folder import write_atomically
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Write what a table looks like: counts, and of its values quantiles and the most frequent texts."""

    file: Path = option("The table: CSV, Parquet or JSON Lines.", positional=True)
    output: Path | None = option("The profile to write; printed where it is not given.", default=None)
    key: str | None = option("The column that names a row, which is not described.", default=None)
    redact: str = option("Columns of which no value is written, with commas between.", default="")


def run(inputs: Inputs, world: World) -> Result:
    """Describe the table, and write or print its profile.

    Raises:
        InputError: The table cannot be read, or the profile cannot be written.
    """
    from mlgate.shell.tables.reference import Subject, describe  # noqa: PLC0415 - duckdb takes 180 ms to import

    hidden = tuple(name.strip() for name in inputs.redact.split(",") if name.strip())
    subject = Subject(name=inputs.file.stem, path=world.cwd / inputs.file, key=inputs.key, shown=True, hidden=hidden)
    with tempfile.TemporaryDirectory(prefix="mlgate-spill-") as spill:
        text = codec.dumps(describe(subject, spill=Path(spill)))
    if inputs.output is None:
        return Result(text=text)
    try:
        write_atomically(world.cwd / inputs.output, text.encode())
    except OSError as error:
        message = f"{inputs.output} cannot be written: {error.strerror}"
        raise InputError(message, remedy="Make the folder, or name another file.") from None
    return Result(text=f"Wrote {inputs.output}: it holds values of the table, so treat it as you treat the data.")
