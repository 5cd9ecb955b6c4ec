"""`mlgate data profile`: write what a table looks like, as a reference for later ones."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.data.profile.request import ProfileRequest
from mlgate.core.data.request import ScanRequest
from mlgate.errors import InputError
from mlgate.options import Common, option
from mlgate.shell.run_folder import write_atomically
from mlgate.shell.tables.named import configured, named_table, redacted
from mlgate.shell.validation.scanner import Scanner, processors, said_and_remedy
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.core.documents.profile import Profile
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Write what a table looks like: counts, and of its values quantiles and the most frequent texts."""

    file: str = option(
        "The table: a name or path of the configuration's, read as that says, or a file.", positional=True
    )
    output: Path | None = option("The profile to write; printed where it is not given.", default=None)
    key: str | None = option("The column that names a row, which is not described.", default=None)
    redact: str = option("Columns of which no value is written, with commas between.", default="")


def run(inputs: Inputs, world: World) -> Result:
    """Describe the table, and write or print its profile.

    Raises:
        InputError: The table cannot be read, or the profile cannot be written.
    """
    text = codec.dumps(_profile(inputs, world))
    if inputs.output is None:
        return Result(text=text)
    try:
        write_atomically(world.cwd / inputs.output, text.encode())
    except OSError as error:
        message = f"{inputs.output} cannot be written: {error.strerror}"
        raise InputError(message, remedy="Make the folder, or name another file.") from None
    return Result(text=f"Wrote {inputs.output}: it holds values of the table, so treat it as you treat the data.")


def _profile(inputs: Inputs, world: World) -> Profile:
    config = world.cwd / inputs.config
    with Scanner(world.env) as scanner, tempfile.TemporaryDirectory(prefix="mlgate-spill-") as spill:
        source = named_table(inputs.file, config, Path(spill) / "downloads", cwd=world.cwd, env=world.env)
        request = ScanRequest(source=source, profile=_asked(inputs, world), spill=spill, threads=processors())
        scanned, digest = scanner.scan(request)
    if scanned.profile is None:
        said, remedy = said_and_remedy(scanned)
        raise InputError(f"{inputs.file}: {said}", remedy=remedy or "Correct the file that it names, or the path.")
    return replace(scanned.profile, digest=digest)


def _asked(inputs: Inputs, world: World) -> ProfileRequest:
    """Return what the profile may say; what the table's contract redacts stays out of it, too."""
    config = world.cwd / inputs.config
    table = configured(inputs.file, config, cwd=world.cwd)
    named = {name.strip() for name in inputs.redact.split(",") if name.strip()}
    return ProfileRequest(
        name=table.name if table is not None else Path(inputs.file).stem,
        keys=(inputs.key,) if inputs.key else (),
        hidden=tuple(sorted({*named, *redacted([inputs.file], config, cwd=world.cwd)})),
        shown=True,
    )
