"""Fetch the promoted model out of a release while there is a token, in case that it has to be scored again.

compare-models, which may have to, has no token. The bytes go into the run folder under their sha256, and are verified
once more when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.model import StoreKind
from mlgate.core.registry.promotion.promoted import MODEL_FOLDER, compares_with_promoted, promoted_version
from mlgate.errors import MlgateError
from mlgate.shell.forge.client import Forge
from mlgate.shell.registry.log.journal import open_journal
from mlgate.shell.registry.stores import open_store

if TYPE_CHECKING:
    from mlgate.core.config.model import Config
    from mlgate.core.registry.log.record import Record
    from mlgate.shell.git.repository import Git
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World

CALLS = 40


def fetch(
    git: Git, tip: str, config: Config, *, holdout: str | None, folder: RunFolder, world: World, token: str
) -> None:
    """Fetch the promoted model if it lies in a release and the holdout is another file than the one that judged it.

    What goes wrong is only told: whether the model is needed at all turns out later.

    Args:
        git: The clone.
        tip: The log's commit.
        config: The judging configuration.
        holdout: Digest of the table that judges now; None where that cannot be known yet.
        folder: The run's.
        world: The outside.
        token: That may read releases.
    """
    if not compares_with_promoted(config):
        return
    journal = open_journal(git, world)
    try:
        entry = promoted_version(journal.state_at(tip), config)
        version = entry.record() if entry is not None else None
        if version is None or holdout == _judged_on(version):
            return
        for artifact in (a for a in version.artifacts if a.name == "model" and a.store == StoreKind.RELEASE):
            forge = Forge(url=world.env.get("GITHUB_API_URL", ""), token=token, calls_left=CALLS)
            repository = world.env.get("GITHUB_REPOSITORY", "")
            store = open_store(artifact.store, journal=journal, forge=forge, repository=repository, tag=version.tag)
            folder.prepare()
            store.get(artifact.digest, artifact.size, folder.fresh(MODEL_FOLDER) / artifact.digest, label=artifact.file)
    except MlgateError as error:
        world.log(f"the promoted model is not fetched: {error.message}")


def _judged_on(version: Record) -> str | None:
    """Return the digest of the holdout that judged a version."""
    return version.digests.data.get("holdout", "") if version.digests else ""
