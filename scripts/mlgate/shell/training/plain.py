"""Tables as one plain file: whoever trains or compares reads no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.data.dialect import Declared, declared_by
from mlgate.core.training.ending import signal_name
from mlgate.errors import ConfigError
from mlgate.shell import configuration
from mlgate.shell.tables import sources
from mlgate.shell.tables.files import Unreadable
from mlgate.shell.training import worker

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Table
    from mlgate.core.data.source import TableSource
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.world import World

SECONDS = 1800


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Makes plain files, each once.

    Attributes:
        place: Where tables are looked for.
        scratch: Where files may be written.
        world: The outside.
    """

    place: sources.Place
    scratch: Path
    world: World

    @classmethod
    def of(cls, judge: Judge, scratch: Path, world: World) -> Plain:
        """Return what makes plain files of the working copy's tables."""
        return cls(place=sources.place_of(judge, scratch / "downloads", world.env), scratch=scratch, world=world)

    def file(self, table: Table) -> Path:
        """Return the plain file of a table: its own where it is one.

        Raises:
            Unreadable: It cannot be read.
        """
        if sources.is_ordinary(table):
            return self.place.folder / table.path
        return self.file_of(sources.resolve(table, self.place), table)

    def file_of(self, source: TableSource, table: Table, name: str = "") -> Path:
        """Return the plain file of some version of a table.

        Raises:
            Unreadable: It cannot be read.
        """
        if source.problem is not None:
            raise Unreadable(source.problem.message, remedy=source.problem.remedy, reason=source.problem.reason)
        folder = self.scratch / "plain" / (name or table.name)
        target = folder / f"{name or table.name}.{source.format.value}"
        if target.exists():
            return target
        job = {
            "task": "one-file",
            "source": codec.to_plain(source),
            "declared": {name: sorted(found) for name, found in vars(self._declared(table)).items()},
            "target": str(target),
            "spill": str(folder / "spill"),
        }
        folder.mkdir(parents=True, exist_ok=True)
        env, show = self.world.env, self.world.log
        ended = worker.run(job, folder=folder, cwd=folder, env=env, timeout_seconds=SECONDS, show=show)
        if ended.status != 0:
            target.unlink(missing_ok=True)
            how = signal_name(ended.signal_number) if ended.signal_number else f"exit status {ended.status}"
            raise Unreadable(f"{source.path} could not be copied to one plain file: the copy ended with {how}")
        return target

    def _declared(self, table: Table) -> Declared:
        if table.contract is None:
            return Declared()
        try:
            contract = configuration.load_contract(self.place.folder / table.contract, table.contract)
        except ConfigError:
            return Declared()  # validate-data reports it
        return declared_by([contract.row])
