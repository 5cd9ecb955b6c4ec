"""The bytes of a promoted model, from the store that its record names, verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.model import StoreKind
from mlgate.errors import OutsideError
from mlgate.shell.registry.stores import blob
from mlgate.shell.registry.stores.folder import FolderStore

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Config
    from mlgate.core.registry.record import StoredArtifact
    from mlgate.shell.comparison.registry import Log


@dataclass(frozen=True, kw_only=True)
class Bytes:
    """Fetches what records name.

    Attributes:
        log: The registry's.
        config: The judging configuration, which says where stores are.
        folder: The configuration's.
    """

    log: Log
    config: Config
    folder: Path

    def write(self, artifact: StoredArtifact, to: Path) -> None:
        """Write an artifact's bytes to a path.

        Raises:
            MlgateError: `blob-missing`, `blob-altered` or `store-failed`.
        """
        if artifact.store == StoreKind.BRANCH:
            data = self.log.blob(artifact.digest)
            if data is None:
                raise blob.missing(artifact.store, artifact.digest, artifact.file)
            blob.fill([data], artifact.digest, artifact.size, to, store=artifact.store, label=artifact.file)
            return
        promote = self.config.promote
        if artifact.store != StoreKind.FOLDER or promote is None or promote.folder is None:
            raise OutsideError(
                f"the model lies in the store {artifact.store!r}, which this step, having no token, cannot read",
                remedy="Keep the holdout as it is where models are kept in releases, or set `promote.store: branch`.",
                reason="store-failed",
            )
        store = FolderStore(self.folder / promote.folder)
        store.get(artifact.digest, artifact.size, to, label=artifact.file)
