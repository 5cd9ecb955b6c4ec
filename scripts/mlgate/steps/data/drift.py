"""`mlgate data drift`: how far a table has moved from a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.model import Drift
from mlgate.options import Common, option
from mlgate.shell.validation.starting import start
from mlgate.steps import Result

if TYPE_CHECKING:
    import subprocess

    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Tell how far a table has moved from a reference. Judges nothing: the status is 0 whatever is found."""

    reference: str = option(
        "A table: a name or path of the configuration's, or a file; or a profile that ends with `.json`.",
        positional=True,
    )
    current: str = option("The table, the same way.", positional=True)
    columns: str = option("The columns to compare, with commas between; default: all.", default="")
    threshold: float = option("What an alarm must exceed.", default=Drift.threshold, least=0)
    null_threshold: float = option(
        "The same for the change of the share of nulls.", default=Drift.null_threshold, least=0
    )
    binned: bool = option("Leave out distances of the values themselves: quicker.", default=False, flag=True)


def run(inputs: Inputs, world: World) -> Result:
    """Compare, and print the table.

    Raises:
        InputError: One of the two cannot be read.
    """
    child = start(world.env)
    try:
        return _compared(inputs, world, child)
    finally:
        child.kill()


def _compared(inputs: Inputs, world: World, child: subprocess.Popen[bytes]) -> Result:
    # The imports below wait until the child is on its way: it has its own to make meanwhile.
    from mlgate.core.data.drift import wording  # noqa: PLC0415 - the child is on its way first
    from mlgate.shell.tables.named import named_table, redacted  # noqa: PLC0415 - the child is on its way first
    from mlgate.shell.validation.drift_alone import Comparison  # noqa: PLC0415 - the child is on its way first
    from mlgate.shell.validation.scanner import Scanner  # noqa: PLC0415 - the child is on its way first

    with Scanner(world.env, process=child) as scanner:
        config, words = world.cwd / inputs.config, (inputs.reference, inputs.current)
        comparison = Comparison(
            reference=inputs.reference,
            current=inputs.current,
            cwd=world.cwd,
            table=lambda word, downloads: named_table(word, config, downloads, cwd=world.cwd, env=world.env),
            redact=redacted(words, config, cwd=world.cwd),
            columns=tuple(column.strip() for column in inputs.columns.split(",") if column.strip()),
            threshold=inputs.threshold,
            null_threshold=inputs.null_threshold,
            exact=not inputs.binned,
        )
        document = comparison.measured(scanner)
    drift = document.tables[0].drift
    return Result(text="\n".join(wording.lines(drift)) if drift else "", document=document)
