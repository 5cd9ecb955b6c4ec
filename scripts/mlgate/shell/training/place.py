"""Where one training runs: the configuration that says how, its folder, its tables, and a copy of the holdout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.training import environment
from mlgate.core.training.ending import signal_name
from mlgate.core.training.environment import Given
from mlgate.errors import InputError
from mlgate.shell.tables import sources
from mlgate.shell.tables.files import Unreadable
from mlgate.shell.training import worker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlgate.core.config.model import Config
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.world import World

COPY_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one training runs; paths are absolute.

    Attributes:
        config: How to train.
        folder: The configuration's folder, in which the command runs.
        scratch: A folder of this training's own in the run folder.
        tables: By name.
        holdout: The copy without label; None where no table is called `holdout`.
        learned: The plain file that an estimator learns from; None where the table `train` is one itself.
    """

    config: Config
    folder: Path
    scratch: Path
    tables: Mapping[str, str]
    holdout: Path | None = None
    learned: Path | None = None

    @property
    def out(self) -> Path:
        """The folder for what the command wants to keep besides its declared outputs."""
        return self.scratch / "out"

    def environment(self, world: World) -> dict[str, str]:
        """Return the command's environment."""
        given = Given(
            seed=self.config.train.seed if self.config.train else 0,
            out=str(self.out),
            holdout=None if self.holdout is None else str(self.holdout),
            tables=tuple(self.tables.items()),
        )
        return environment.for_command(world.env, given)


def tables(config: Config, folder: Path) -> dict[str, str]:
    """Return the absolute path, glob or address of each table.

    Raises:
        InputError: Two tables would have the same variable.
    """
    ambiguous = environment.ambiguous_tables(table.name for table in config.tables)
    if ambiguous:
        raise InputError(
            f"the tables {', '.join(ambiguous)} would all be {environment.table_variable(ambiguous[0])}",
            remedy="Rename all but one of them.",
            reason="config-invalid",
        )
    return {
        table.name: table.path if sources.is_address(table.path) else str(folder / table.path)
        for table in config.tables
    }


def labels(policy: Policy) -> tuple[str, ...]:
    """Return the columns that training must not see in the holdout: the label, whatever either configuration calls it.

    A pull request that names another label would else be shown the one that it is judged by.
    """
    return tuple(sorted({config.label for config in (policy.judging, policy.working) if config.label is not None}))


def copy_holdout(holdout: Path | None, labels: Sequence[str], scratch: Path, world: World) -> Path | None:
    """Write the copy of the holdout without its labels, and return where it lies; None where there is no holdout.

    Raises:
        Unreadable: The holdout cannot be read.
    """
    if holdout is None:
        return None
    target = scratch / f"holdout{holdout.suffix.lower()}"
    scratch.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)  # a link would be written through
    job = {
        "task": "copy-holdout",
        "holdout": str(holdout),
        "labels": list(labels),
        "target": str(target),
        "spill": str(scratch / "spill"),
    }
    ended = worker.run(job, folder=scratch, cwd=scratch, env=world.env, timeout_seconds=COPY_SECONDS, show=world.log)
    if ended.status != 0:
        how = signal_name(ended.signal_number) if ended.signal_number else f"exit status {ended.status}"
        raise Unreadable(f"{holdout.name} could not be copied for training: the copy ended with {how}")
    return target
