"""The registry's branch as store: blobs are files of its tree and travel in the same push as the record.

That needs no permission beyond the record's own, and no other service: right for small models, and on a laptop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.errors import OutsideError
from mlgate.shell.digests import file_digest
from mlgate.shell.registry.stores import blob

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlgate.shell.registry.log.journal import Journal

NAME = "branch"
LIMIT = 50 * 10**6  # GitHub warns at 50 MB a file and refuses at 100 MB; every clone of the branch carries it


class BranchStore:
    """Blobs in the registry's own tree."""

    name = NAME

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._pending: dict[str, Path] = {}

    def put(self, digest: str, file: Path, *, name: str = "") -> None:
        """Hold a file ready for the push of the record, which carries what `blobs` returns.

        Raises:
            OutsideError: `store-failed`, if it is too large for a git host.
        """
        size = file.stat().st_size
        if size > LIMIT:
            raise blob.failed(
                NAME,
                f"takes files to {LIMIT // 10**6} MB, and {name or file.name} has {size / 10**6:.1f} MB",
                "Set `promote.store: release`, or `{folder: path}`.",
            )
        if file_digest(file) != blob.checked(digest):
            raise blob.failed(NAME, f"was given {file.name} with another digest", "Run it again: it has changed.")
        self._pending[digest] = file

    def has(self, digest: str, size: int) -> bool:
        """Return whether the branch has it."""
        found = self._journal.blob(blob.checked(digest))
        return found is not None and len(found) == size

    def get(self, digest: str, size: int, to: Path, *, label: str = "") -> None:
        """Copy a blob to `to`, verified.

        Raises:
            OutsideError: `blob-missing`, `blob-altered` or `store-failed`.
        """
        try:
            found = self._journal.blob(blob.checked(digest))
        except OutsideError as error:
            if error.reason == "blob-altered":  # the journal does not know what people call it
                raise blob.altered(NAME, digest, label) from None
            raise
        if found is None:
            raise blob.missing(NAME, digest, label)
        blob.fill([found], digest, size, to, store=NAME, label=label)

    def blobs(self) -> Mapping[str, Path]:
        """Return what the record's push has to carry: `Journal.append(plan, blobs)`."""
        return self._pending

    def publish(self, tag: str, *, title: str, text: str) -> None:
        """Do nothing: the record's push has published the blobs."""
