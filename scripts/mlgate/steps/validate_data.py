"""validate-data: check every table against its contract, the working copy's and the base's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - options reads the annotations
from typing import TYPE_CHECKING

from mlgate.errors import UsageError
from mlgate.options import Common, option
from mlgate.shell.validation.starting import start

if TYPE_CHECKING:
    from mlgate.steps import Result, World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Check tables against their contracts: all of the configuration's, or the files that are named."""

    files: tuple[Path, ...] = option(
        "Tables to check by `contract`, without a configuration.", default=(), positional=True
    )
    contract: Path | None = option("Contract for the files that are named.", default=None)
    profile: bool = option(
        "Profile the files that are named; tables of a configuration always are.", default=False, flag=True
    )
    enforce: bool = option("Whether a failed validation ends this step with a failure.", default=True)
    show_values: bool = option("Show values of tables that git does not track, too.", default=False, flag=True)


def run(inputs: Inputs, world: World) -> Result:
    """Validate, and write `data.json`, also when something stops it."""
    _refuse_half(inputs)
    child = start(world.env)
    try:
        from mlgate.steps import _validation  # noqa: PLC0415 - the child makes its own imports meanwhile

        return _validation.run(inputs, world, child)
    finally:
        child.kill()


def _refuse_half(inputs: Inputs) -> None:
    if bool(inputs.files) != (inputs.contract is not None):
        raise UsageError(
            "files need a contract, and a contract needs files",
            remedy="Write `mlgate validate-data FILE --contract CONTRACT`; neither means the configuration's tables.",
        )
