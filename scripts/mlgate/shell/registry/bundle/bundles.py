"""Reading the files of versions from whatever stores their records name; every byte is verified on the way."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.documents.registry import RegistryFile
from mlgate.core.registry.audit.snapshot import StoreBlob
from mlgate.core.registry.people.view import file_names
from mlgate.errors import MlgateError, UsageError
from mlgate.shell.registry.stores import open_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.registry.log.record import Record, StoredArtifact
    from mlgate.shell.forge.client import Forge
    from mlgate.shell.registry.log.journal import Journal
    from mlgate.shell.registry.place import Place
    from mlgate.shell.registry.stores import Store
    from mlgate.shell.world import World

BRANCH = "branch"


@dataclass(frozen=True, kw_only=True)
class Bundles:
    """The stores of one repository.

    Attributes:
        place: Whose configuration names the folder.
        journal: Of the log, which is the store `branch`, too.
        world: Whose variables name the forge.
        token: For the forge.
    """

    place: Place
    journal: Journal
    world: World
    token: str | None = None

    def check(self, record: Record) -> None:
        """Hold that a version's files are where its record says, and are those bytes.

        Raises:
            OutsideError: `blob-missing` or `blob-altered`.
        """
        for artifact in record.artifacts:
            store = self._open(artifact, record)
            if not store.has(artifact.digest, artifact.size):
                with tempfile.TemporaryDirectory(prefix="mlgate-") as folder:  # its error says which of the two it is
                    store.get(artifact.digest, artifact.size, Path(folder) / "file", label=_label(record, artifact))

    def fetch(self, record: Record, folder: Path) -> tuple[RegistryFile, ...]:
        """Write a version's files into a new or empty folder.

        Raises:
            UsageError: If the folder holds something.
            OutsideError: `blob-missing`, `blob-altered` or `store-failed`.
        """
        _prepare(folder)
        files = []
        for artifact, name in zip(record.artifacts, file_names(record.artifacts), strict=True):
            path = folder / name
            store = self._open(artifact, record)
            store.get(artifact.digest, artifact.size, path, label=_label(record, artifact))
            files.append(RegistryFile(name=artifact.name, path=str(path), digest=artifact.digest, size=artifact.size))
        return tuple(files)

    def look(self, records: Iterable[Record]) -> tuple[tuple[StoreBlob, ...], dict[str, str]]:
        """Return what the stores beside the branch have of what the records name, and why others were not asked."""
        found: dict[tuple[str, str], StoreBlob] = {}
        unseen: dict[str, str] = {}
        for record in records:
            for artifact in record.artifacts:
                key = (artifact.store, artifact.digest)
                if artifact.store != BRANCH and key not in found and artifact.store not in unseen:
                    try:
                        found[key] = self._look(artifact, record)
                    except MlgateError as error:
                        unseen[artifact.store] = error.message
        return tuple(blob for blob in found.values() if blob.store not in unseen), unseen

    def _look(self, artifact: StoredArtifact, record: Record) -> StoreBlob:
        store = self._open(artifact, record)
        with tempfile.TemporaryDirectory(prefix="mlgate-") as folder:
            try:
                store.get(artifact.digest, artifact.size, Path(folder) / "file", label=_label(record, artifact))
                digest: str | None = artifact.digest
            except MlgateError as error:
                if error.reason not in ("blob-missing", "blob-altered"):
                    raise
                digest = None if error.reason == "blob-missing" else ""
        return StoreBlob(store=artifact.store, digest=artifact.digest, found=digest)

    def _open(self, artifact: StoredArtifact, record: Record) -> Store:
        folder = self.place.promote.folder
        return open_store(
            artifact.store,
            journal=self.journal,
            folder=self.place.folder / folder if folder else None,
            forge=self._forge() if artifact.store == "release" else None,
            repository=self.world.env.get("GITHUB_REPOSITORY", ""),
            tag=record.tag,
        )

    def _forge(self) -> Forge | None:
        url = self.world.env.get("GITHUB_API_URL")
        if not url or not self.token:
            return None
        from mlgate.shell.forge.client import Forge  # noqa: PLC0415 - requests takes 180 ms to import

        return Forge(url=url, token=self.token)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"the folder {folder} is not empty", remedy="Name one that is new or empty by `--to`.")
    except OSError as error:
        raise UsageError(
            f"the folder {folder} cannot be used: {error.strerror}", remedy="Name another one by `--to`."
        ) from None


def _label(record: Record, artifact: StoredArtifact) -> str:
    return f"{record.model} {record.version}, {artifact.file}"
