"""The bytes of a promoted model, from the store that its record names, verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.model import StoreKind
from mlgate.core.registry.promotion.promoted import MODEL_FOLDER
from mlgate.errors import OutsideError
from mlgate.shell.registry.stores import blob
from mlgate.shell.registry.stores.folder import FolderStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlgate.core.config.model import Config
    from mlgate.core.registry.log.record import StoredArtifact
    from mlgate.shell.comparison.registry import Log


@dataclass(frozen=True, kw_only=True)
class Bytes:
    """Fetches what records name.

    Attributes:
        log: The registry's.
        config: The judging configuration, which says where stores are.
        folder: The configuration's.
        run_folder: Where fetch-base leaves the model of a release.
    """

    log: Log
    config: Config
    folder: Path
    run_folder: Path

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
        fetched = self.run_folder / MODEL_FOLDER / artifact.digest
        if artifact.store == StoreKind.RELEASE and fetched.is_file() and not fetched.is_symlink():
            blob.fill(_pieces(fetched), artifact.digest, artifact.size, to, store=artifact.store, label=artifact.file)
            return
        promote = self.config.promote
        if artifact.store != StoreKind.FOLDER or promote is None or promote.folder is None:
            raise OutsideError(
                f"the model lies in the store {artifact.store!r}, which this step, having no token, cannot read",
                remedy="Give the fetch-base step the token: `github-token: ${{ github.token }}`; its log says more.",
                reason="store-failed",
            )
        store = FolderStore(self.folder / promote.folder)
        store.get(artifact.digest, artifact.size, to, label=artifact.file)


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(blob.CHUNK):
            yield piece
