"""Where the bytes of models lie, behind one small seam: by sha256, written once, verified whenever they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from mlgate.core.config.model import StoreKind
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlgate.shell.forge.client import Forge
    from mlgate.shell.registry.log.journal import Journal


class Store(Protocol):
    """A place for blobs.

    The order of a promotion: `put` each; push the record with `blobs()`; `publish`. Whatever stops it between leaves
    bytes that nothing names, which the next run finds and uses.
    """

    @property
    def name(self) -> str:
        """Return the kind, as a record's artifacts say it."""
        ...

    def put(self, digest: str, file: Path, *, name: str = "") -> None:
        """Store a file's bytes under their sha256, once; `store-failed` if they cannot be.

        `name` is the file's for people, where it is not called so on this disk.
        """
        ...

    def has(self, digest: str, size: int) -> bool:
        """Return whether it has the bytes, as far as that can be told without reading them all from afar."""
        ...

    def get(self, digest: str, size: int, to: Path, *, label: str = "") -> None:
        """Write the bytes to `to`, verified, or raise `blob-missing`, `blob-altered` or `store-failed`.

        Args:
            digest: Their sha256.
            size: How many they are.
            to: The file; it appears whole or not at all.
            label: What people call it, for the message: `flight-delays v1.2.0, model.skops`.
        """
        ...

    def blobs(self) -> Mapping[str, Path]:
        """Return what the record's own push has to carry, by digest."""
        ...

    def publish(self, tag: str, *, title: str, text: str) -> None:
        """After the record's push: show the bytes to everybody under the version's tag. Twice is as good as once."""
        ...


def open_store(
    kind: StoreKind | str,
    *,
    journal: Journal,
    folder: Path | None = None,
    forge: Forge | None = None,
    repository: str = "",
    tag: str | None = None,
    key: str = "",
) -> Store:
    """Return a store.

    Args:
        kind: Which: `promote.store` to write, or what an artifact's `store` says to read.
        journal: Of the registry.
        folder: `promote.folder`, resolved against the configuration's folder.
        forge: A client whose budget of calls suffices: about 4 a file, and one for every 100 releases.
        repository: As in `owner/name`.
        tag: Of the version to read, where it is known.
        key: What is the same in each try of one promotion and different in others: model, inputs and model digest.

    Raises:
        UsageError: If what the kind needs is not given.
    """
    if kind == StoreKind.BRANCH:
        from mlgate.shell.registry.stores.branch import BranchStore  # noqa: PLC0415 - only what is used is loaded

        return BranchStore(journal)
    if kind == StoreKind.FOLDER:
        if folder is None:
            raise UsageError("the store is a folder, and none is named", remedy="Set `promote.store: {folder: path}`.")
        from mlgate.shell.registry.stores.folder import FolderStore  # noqa: PLC0415 - as above

        return FolderStore(folder)
    if forge is None or not repository:
        raise UsageError(
            "the store is releases, and there is no forge to ask: the token or GITHUB_REPOSITORY is not set",
            remedy="Pass `github-token: ${{ github.token }}`; on a laptop set MLGATE_GITHUB_TOKEN, GITHUB_API_URL and "
            "GITHUB_REPOSITORY.",
        )
    from mlgate.shell.forge.releases import Releases  # noqa: PLC0415 - as above
    from mlgate.shell.registry.stores.release import ReleaseStore  # noqa: PLC0415 - as above

    return ReleaseStore(Releases(forge, repository), tag=tag, key=key)
