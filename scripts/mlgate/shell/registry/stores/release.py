"""Assets of the version's release as store: for models too large for the branch, up to the host's limits.

A release needs a tag, and the tag comes with the record, after the blobs. So the blobs go to a draft, which needs none
and which readers do not see; when the record is pushed, `publish` turns the draft into the release of the new tag. What
is left by a crash between is found by its mark: the draft of the same key is used again, its half-uploaded files
are replaced, its whole ones kept.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.registry.assets import PART_BYTES, Piece, in_order, pieces
from mlgate.shell.digests import file_digest
from mlgate.shell.forge.answer import RefusedError
from mlgate.shell.forge.transfer import StrangeHostError
from mlgate.shell.registry.stores import blob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlgate.shell.forge.releases import Asset, Release, Releases

NAME = "release"
TRIES = 4
REMEDY = "Give the job `permissions: {contents: write}` and the token, and run it again."
READ_REMEDY = "Give the job `permissions: {contents: read}` and the token, and run it again."


class ReleaseStore:
    """Blobs as assets of releases.

    Attributes:
        tag: The tag of the version that is read; it saves looking through all releases.
        key: What tells the draft of one promotion from others', the same in every try: the model's digest, say.
        part_bytes: What is larger is divided.
    """

    name = NAME

    def __init__(
        self, releases: Releases, *, tag: str | None = None, key: str = "", part_bytes: int = PART_BYTES
    ) -> None:
        self._releases = releases
        self.tag = tag
        self.key = key
        self.part_bytes = part_bytes
        self._draft: Release | None = None

    def put(self, digest: str, file: Path, *, name: str = "") -> None:
        """Upload a file to the draft; what is there whole and right is left alone, anything else is replaced.

        Raises:
            OutsideError: `store-failed`.
        """
        size = file.stat().st_size
        if file_digest(file) != blob.checked(digest):
            raise blob.failed(NAME, f"was given {file.name} with another digest", "Run it again: it has changed.")
        try:
            draft = self._open_draft()
            for piece in pieces(digest, name or file.name, size, self.part_bytes):
                self._upload(draft, piece, file)
        except RefusedError as error:
            raise blob.failed(NAME, f"does not take {name or file.name}: {error.message}", REMEDY) from None

    def has(self, digest: str, size: int) -> bool:
        """Return whether a release has it, by size, and by digest where the forge computes one of a single asset."""
        found = self._find(blob.checked(digest))
        if found is None or sum(asset.size for asset in found) != size:
            return False
        return len(found) > 1 or found[0].digest in (None, digest)

    def get(self, digest: str, size: int, to: Path, *, label: str = "") -> None:
        """Download a blob to `to`, verified.

        Raises:
            OutsideError: `blob-missing`, `blob-altered` or `store-failed`.
        """
        try:
            found = self._find(blob.checked(digest))
            if found is None:
                raise blob.missing(NAME, digest, label)
            blob.fill(self._bytes(found), digest, size, to, store=NAME, label=label)
        except RefusedError as error:
            raise blob.failed(NAME, f"cannot be read: {error.message}", READ_REMEDY) from None

    def blobs(self) -> Mapping[str, Path]:
        """Return nothing: the record's push carries none of these."""
        return {}

    def publish(self, tag: str, *, title: str, text: str) -> None:
        """Make the draft the release of a tag that the record's push has set; done before is no mistake.

        Raises:
            OutsideError: `store-failed`; the record stands, and a second run publishes.
        """
        try:
            draft = self._find_draft()
            if draft is not None and self._releases.drafts_take_tags:
                self._draft = self._releases.publish(draft, tag, title, f"{text}\n\n{self._mark}")
            elif draft is not None:
                self._move(draft, tag, title, text)
        except RefusedError as error:
            raise blob.failed(NAME, f"has the files in a draft, not published: {error.message}", REMEDY) from None

    @property
    def _mark(self) -> str:
        return f"<!-- mlgate-bundle {hashlib.sha256(self.key.encode()).hexdigest()} -->"

    def _find_draft(self) -> Release | None:
        if self._draft is None or not self._draft.draft:
            ours = (each for each in self._releases.all() if each.draft and self._mark in each.text)
            self._draft = min(ours, key=lambda each: each.id, default=None)
        return self._draft

    def _open_draft(self) -> Release:
        found = self._find_draft()
        if found is None:
            name = f"mlgate-draft-{hashlib.sha256(self.key.encode()).hexdigest()[:16]}"
            found = self._draft = self._releases.create(name, name, self._mark, draft=True)
        return found

    def _move(self, draft: Release, tag: str, title: str, text: str) -> None:
        """Carry a draft's files over to the release of a tag, and remove the draft when all are there."""
        target = self._releases.by_tag(tag) or self._releases.create(tag, title, text, draft=False)
        with tempfile.TemporaryDirectory() as scratch:
            for asset in self._releases.assets(draft):
                copy = Path(scratch, "asset")
                with copy.open("wb") as written:
                    for chunk in self._releases.download(asset):
                        written.write(chunk)
                self._upload(target, Piece(name=asset.name, offset=0, size=copy.stat().st_size), copy)
        self._releases.remove(draft)
        self._draft = target

    def _upload(self, release: Release, piece: Piece, file: Path) -> None:
        digest = _digest(file, piece)
        for attempt in range(TRIES):
            there = {asset.name: asset for asset in self._releases.assets(release)}.get(piece.name)
            if there is not None and self._is(there, piece, digest):
                return
            if there is not None:
                self._releases.delete(release, there)
            try:
                sent = self._releases.upload(release, file, piece)
            except RefusedError as error:
                if attempt == TRIES - 1 or not _may_pass(error):
                    raise
                self._releases.forge.sleep(float(2**attempt))
                continue
            if self._is(sent, piece, digest):
                return
        raise blob.failed(NAME, f"keeps other bytes of {piece.name} than were sent", "Run it again.")

    def _is(self, asset: Asset, piece: Piece, digest: str) -> bool:
        if not asset.complete or (asset.name, asset.size) != (piece.name, piece.size):
            return False
        return digest == (asset.digest or self._read_digest(asset))

    def _read_digest(self, asset: Asset) -> str:
        found = hashlib.sha256()
        for chunk in self._releases.download(asset):
            found.update(chunk)
        return found.hexdigest()

    def _find(self, digest: str) -> list[Asset] | None:
        return next(filter(None, (_in(release, digest) for release in self._likely())), None)

    def _likely(self) -> Iterator[Release]:
        if self.tag is not None and (release := self._releases.by_tag(self.tag)):
            yield release
        yield from self._releases.all()

    def _bytes(self, found: list[Asset]) -> Iterator[bytes]:
        for asset in found:
            yield from self._releases.download(asset)


def _in(release: Release, digest: str) -> list[Asset] | None:
    whole = {asset.name: asset for asset in release.assets if asset.complete}
    names = in_order(digest, list(whole))
    return None if names is None else [whole[name] for name in names]


def _digest(file: Path, piece: Piece) -> str:
    found, left = hashlib.sha256(), piece.size
    with file.open("rb") as source:
        source.seek(piece.offset)
        while left and (chunk := source.read(min(left, blob.CHUNK))):
            found.update(chunk)
            left -= len(chunk)
    return found.hexdigest()


def _may_pass(error: RefusedError) -> bool:
    if isinstance(error, StrangeHostError):
        return False
    status = error.http_status
    return status is None or status >= 500 or status == 422  # 422: an upload of that name got there after all
