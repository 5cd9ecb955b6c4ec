"""`mlgate contract infer`: write a first contract from what a table holds, for a person to read and to correct."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.setup.contract import Known, contract_text
from mlgate.core.setup.scalars import scalar
from mlgate.core.words import did_you_mean, shown
from mlgate.errors import InputError, UsageError
from mlgate.options import Common, option
from mlgate.shell import configuration
from mlgate.shell.run_folder import write_atomically
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.core.setup.profile import Profile
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Write a first contract from what a table holds; it is printed, or written to `--output`."""

    file: str = option(
        "The table: a name or path of the configuration's, read as that says, or a file.", positional=True
    )
    other: str | None = option(
        "Another table with the same columns, which the contract is to hold for too.", default=None
    )
    key: str | None = option("The column that names a row; by default one that looks like it.", default=None)
    label: str | None = option("The column that is predicted: its classes are listed.", default=None)
    output: Path | None = option("The contract to write; printed where it is not given.", default=None)
    force: bool = option("Write over a contract that is there.", default=False, flag=True)


def run(inputs: Inputs, world: World) -> Result:
    """Read the table, and write or print the contract.

    Raises:
        InputError: Of a table that cannot be read.
        UsageError: Of a column that is not there, or a contract that is.
    """
    output = world.cwd / inputs.output if inputs.output else None
    if output is not None and output.exists() and not inputs.force:
        raise UsageError(f"{inputs.output} is already there", remedy="`--force` writes over it.")
    table = _profile(inputs.file, inputs, world)
    other = _profile(inputs.other, inputs, world) if inputs.other else None
    _check(inputs, table)
    if other is not None:
        _check(inputs, other, inputs.other)
    text = contract_text(table, other, Known(key=inputs.key, label=inputs.label, holds_for_other=True))
    configuration.parse_contract(text.encode(), inputs.output.as_posix() if inputs.output else "the contract")
    if output is None:
        return Result(text=text)
    _write(output, text)
    advice = "Read it: it says what is true of the data today, and you decide what must stay true."
    return Result(text=f"Wrote {inputs.output}. {advice}\n{_next_step(inputs, output, world)}")


def _next_step(inputs: Inputs, output: Path, world: World) -> str:
    from mlgate.shell.tables.named import configured  # noqa: PLC0415 - as below

    config = world.cwd / inputs.config
    table = configured(inputs.file, config, cwd=world.cwd)
    if table is None:
        return f"Then: mlgate validate-data {inputs.file} --contract {inputs.output}"
    path = Path(os.path.relpath(output, config.parent)).as_posix()
    if table.contract == path:
        return f"{inputs.config} names it as the contract of {shown(table.name)}. Then: mlgate validate-data"
    setting = f"Set `contract: {scalar(path)}` of the table {shown(table.name)} in {inputs.config}"
    return f"{setting}. Then: mlgate validate-data"


def _profile(word: str, inputs: Inputs, world: World) -> Profile:
    from mlgate.shell.tables.named import named_table  # noqa: PLC0415 - as below
    from mlgate.shell.tables.profile import profile  # noqa: PLC0415 - duckdb takes 180 ms to import

    with tempfile.TemporaryDirectory(prefix="mlgate-download-") as downloads:
        config = world.cwd / inputs.config
        return profile(named_table(word, config, Path(downloads), cwd=world.cwd, env=world.env))


def _check(inputs: Inputs, table: Profile, file: str | None = None) -> None:
    file = file or inputs.file
    problems = [
        f"--{flag}: {file} has no column {shown(name)}{did_you_mean(name, table.by_name)}"
        for flag, name in (("key", inputs.key), ("label", inputs.label))
        if name is not None and name not in table.by_name
    ]
    key = table.by_name.get(inputs.key or "")
    if key is not None and (key.nulls or key.distinct != table.rows):
        problems.append(f"--key: in {file} {shown(key.name)} has null or doubled values")
    if problems:
        known = ", ".join(table.by_name)
        raise UsageError("; ".join(problems), remedy=f"The columns are {known:.500}.")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode())
    except OSError as error:
        raise InputError(f"{path.name} cannot be written: {error.strerror}", remedy="Correct the folder.") from None
