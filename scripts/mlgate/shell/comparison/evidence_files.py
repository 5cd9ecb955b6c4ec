"""The files that a comparison leaves for promotion: the candidate's holdout predictions, and the reference profile."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core import codec
from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import Artifact
from mlgate.errors import MlgateError
from mlgate.shell.comparison import recorded
from mlgate.shell.run_folder import write_atomically
from mlgate.shell.tables import reference

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.comparison.sides import Predictions, Truth
    from mlgate.shell.comparison.holdout import HoldoutTable
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.tables.reference import Subject
    from mlgate.shell.world import World

FOLDER = "evidence"
STEP = "compare-models"
PREDICTIONS, PROFILE = "holdout-predictions", "profile"


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Writes evidence into the run folder.

    Attributes:
        folder: The run's.
        subject: The table that is profiled.
        spill: Folder for what does not fit into memory.
        world: The outside.
    """

    folder: RunFolder
    subject: Subject
    spill: Path
    world: World

    def keep(
        self, table: HoldoutTable, truth: Truth, candidate: Predictions
    ) -> tuple[tuple[Artifact, ...], tuple[Reason, ...]]:
        """Write the evidence, and return what was written and what has to be said of it."""
        place = self.folder.fresh(FOLDER)
        profile = self._profile(place)
        data = recorded.encode(table, truth, candidate)
        if data is None:
            return profile, (_too_large(truth.n),)
        return (_written(place / f"{PREDICTIONS}.csv.gz", PREDICTIONS, data), *profile), ()

    def _profile(self, place: Path) -> tuple[Artifact, ...]:
        try:
            profile = reference.describe(self.subject, spill=self.spill)
        except MlgateError as error:  # validate-data judges the table; a version can do without its profile
            self.world.log(f"no reference profile of {self.subject.name}: {error.message}")
            return ()
        return (_written(place / f"{PROFILE}.json", PROFILE, codec.dumps(profile).encode()),)


def _written(path: Path, name: str, data: bytes) -> Artifact:
    write_atomically(path, data)
    digest = hashlib.sha256(data).hexdigest()
    return Artifact(name=name, path=f"{FOLDER}/{path.name}", digest=digest, size=len(data))


def _too_large(rows: int) -> Reason:
    message = f"The candidate's predictions of {rows:,} rows take more than 20 MB, so they are not kept."
    return Reason(id="predictions-not-kept", message=message, step=STEP)
