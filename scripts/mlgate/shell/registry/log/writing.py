"""Writing the commits and tags of new records into the clone, where nothing points to them yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.registry.log.message import message
from mlgate.core.registry.log.record import digest_of, encode, path_of
from mlgate.errors import OutsideError
from mlgate.shell.git.objects import NewCommit, ObjectWriter, Person, TreeEditor, signed_commit, tag_text
from mlgate.shell.git.pushing import NONE, Move
from mlgate.shell.registry.log.reading import HEAD, blob_path, fail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import Entry, State
    from mlgate.shell.git.repository import Git
    from mlgate.shell.registry.verification.signing import Signer

README = "README.md"
COMMITTER = ("mlgate", "mlgate@users.noreply.github.com")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Records to append, and the state that they make.

    Attributes:
        records: In order.
        datas: Their bytes.
        after: The state with them.
        blobs: Bytes for the branch, by sha256.
    """

    records: tuple[Record, ...]
    datas: tuple[bytes, ...]
    after: State
    blobs: Mapping[str, bytes | Path]

    @property
    def last(self) -> str:
        """Return the last record's digest, by which the log tells whether it has the batch."""
        return digest_of(self.datas[-1])

    def paths(self) -> set[str]:
        """Return every path of the tree that they touch."""
        changed = {path_of(record.sequence) for record in self.records} | {blob_path(digest) for digest in self.blobs}
        return changed | {README} | {page_path(record.model) for record in self.records}


def encoded(records: Sequence[Record]) -> tuple[bytes, ...]:
    """Return the records' bytes."""
    return tuple(encode(record) for record in records)


def page_path(model: str) -> str:
    """Return where the branch keeps a model's history for people."""
    return f"models/{model}.md"


class Writer:
    """Writes batches into one clone."""

    def __init__(self, git: Git, algorithm: str, signer: Signer | None, emails: Mapping[str, str]) -> None:
        self._git = git
        self._algorithm = algorithm
        self._signer = signer
        self._emails = emails

    @property
    def signs(self) -> bool:
        """Return whether what it writes is signed."""
        return self._signer is not None

    def write(self, tip: str | None, batch: Batch) -> tuple[Move, ...]:
        """Write the objects of a batch that follows `tip`, and return the moves that make it so.

        Raises:
            OutsideError: `store-failed`, if the clone does not take them, or a blob is not what it is called.
        """
        objects = ObjectWriter(self._git, self._algorithm)
        tree = TreeEditor(self._git, tip, batch.paths())
        trees = self._trees(objects, tree, batch)
        tags = [self._tag(objects, record, data) for record, data in zip(batch.records, batch.datas, strict=True)]
        if self._signer is not None:
            objects.flush()
        commit = tip
        for record, data, oid in zip(batch.records, batch.datas, trees, strict=True):
            commit = self._commit(objects, self._new(record, data, oid, commit))
        objects.flush()
        return (Move(ref=HEAD, old=tip or NONE, new=str(commit)), *(tag for tag in tags if tag is not None))

    def tags(self, entries: Sequence[Entry]) -> tuple[Move, ...]:
        """Write the tags of records that the log has, and return the moves that set them."""
        objects = ObjectWriter(self._git, self._algorithm)
        tags = [self._tag(objects, entry.record(), entry.data) for entry in entries]
        objects.flush()
        return tuple(tag for tag in tags if tag is not None)

    def _trees(self, objects: ObjectWriter, tree: TreeEditor, batch: Batch) -> list[str]:
        """Add the tree of each commit: the blobs come with the first record, the pages with the last."""
        for digest, source in batch.blobs.items():
            tree.put(blob_path(digest), objects.add("blob", _bytes(digest, source)))
        found = []
        for record, data in zip(batch.records, batch.datas, strict=True):
            tree.put(path_of(record.sequence), objects.add("blob", data))
            if record is batch.records[-1]:
                for path, text in _pages(batch).items():
                    tree.put(path, objects.add("blob", text.encode()))
            found.append(tree.write(objects))
        return found

    def _new(self, record: Record, data: bytes, tree: str, parent: str | None) -> NewCommit:
        seconds = _seconds(record)
        return NewCommit(
            tree=tree,
            parent=parent,
            author=self._author(record),
            committer=Person(name=COMMITTER[0], email=COMMITTER[1], seconds=seconds),
            message=message(record, digest_of(data)),
        )

    def _commit(self, objects: ObjectWriter, commit: NewCommit) -> str:
        if self._signer is None:
            return objects.add("commit", commit.text())
        return signed_commit(self._git, commit, self._signer.commit_arguments(), self._signer.settings())

    def _tag(self, objects: ObjectWriter, record: Record, data: bytes) -> Move | None:
        if record.tag is None or record.commit is None:
            return None
        text = message(record, digest_of(data))
        tag = tag_text(commit=record.commit, name=record.tag, tagger=self._author(record), message=text)
        return Move(ref=f"refs/tags/{record.tag}", old=NONE, new=objects.add("tag", tag))

    def _author(self, record: Record) -> Person:
        email = self._emails.get(record.actor) or f"{record.actor}@users.noreply.github.com"
        return Person(name=record.actor, email=email, seconds=_seconds(record))


def _seconds(record: Record) -> int:
    return int(datetime.fromisoformat(record.time).timestamp())


def _pages(batch: Batch) -> dict[str, str]:
    from mlgate.core.registry.log import pages  # noqa: PLC0415 - readers of the log need no pages

    models = {record.model for record in batch.records}
    shown = {page_path(model): pages.history(batch.after, model) for model in sorted(models)}
    return {README: pages.index(batch.after), **shown}


def _bytes(digest: str, source: bytes | Path) -> bytes:
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        raise fail("store-failed", f"{error.filename} cannot be read: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise OutsideError(
            f"the bytes to be kept under {digest} are others now, usually because the file was written meanwhile",
            remedy="Run it again, with nothing that writes to the file.",
            reason="store-failed",
        )
    return data
