"""A log of the registry in memory, and how `verify` sees it: what journal and git make, without either."""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any

from mlgate.core.registry.audit.snapshot import Changed, LogCommit, SeenTag, Snapshot, StoreBlob, TreeFile
from mlgate.core.registry.log import pages
from mlgate.core.registry.log.message import message
from mlgate.core.registry.log.plan import UNPLACED, promote
from mlgate.core.registry.log.record import Digests, Event, Record, StoredArtifact, digest_of, encode, path_of
from mlgate.core.registry.log.state import State, extend

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL = "flight-delays"
STAGES = ("staging", "production")
T0 = "2026-03-03T10:00:00Z"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def git_id(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def a_draft(name: str = "a", **fields: Any) -> Record:
    """Return the draft that registers the model made from a commit called `name`."""
    digests = Digests(
        inputs=sha256(f"inputs {name}"),
        config=sha256("config"),
        contracts={"flights.yml": sha256("contract")},
        data={"train": sha256("train")},
        holdout=sha256("holdout"),
        model=sha256(f"model {name}"),
    )
    artifacts = tuple(
        StoredArtifact(name=what, file=what, digest=sha256(f"{what} {name}"), size=9, store=store)
        for what, store in (("model", "release"), ("report", "branch"))
    )
    return Record(
        **{
            "sequence": UNPLACED,
            "event": Event.REGISTER,
            "model": MODEL,
            "actor": "ada",
            "time": T0,
            "commit": git_id(name.encode()),
            "digests": digests,
            "artifacts": artifacts,
            **fields,
        }
    )


class Log:
    """A log that grows by batches, each pushed at once."""

    def __init__(self) -> None:
        self.state = State()
        self.commits: list[LogCommit] = []
        self.files: dict[str, TreeFile] = {}
        self.tags: dict[str, SeenTag] = {}
        self.blobs: dict[str, StoreBlob] = {}

    def promote(self, name: str, stages: Sequence[str] = STAGES, **fields: Any) -> tuple[Record, ...]:
        return self.append(promote(self.state, draft=a_draft(name, **fields), stages=stages))

    def append(self, records: Sequence[Record]) -> tuple[Record, ...]:
        after = extend(self.state, map(encode, records))
        for record in records:
            changes = [self._put(path_of(record.sequence), encode(record))]
            changes += self._blobs(record)
            if record is records[-1]:
                changes += self._pages(after, {each.model for each in records})
            self._commit(record, tuple(change for change in changes if change.before != change.after))
        self.state = after
        return tuple(records)

    def snapshot(self, **fields: Any) -> Snapshot:
        """Return the log as `verify` sees it."""
        return Snapshot(
            **{
                "tip": self.commits[-1].id if self.commits else None,
                "commits": tuple(self.commits),
                "files": tuple(self.files.values()),
                "tags": tuple(self.tags.values()),
                "stores": ("release",),
                "blobs": tuple(self.blobs.values()),
                "stages": {MODEL: STAGES},
                **fields,
            }
        )

    def _commit(self, record: Record, changes: tuple[Changed, ...]) -> None:
        text = message(record, digest_of(encode(record)))
        parents = (self.commits[-1].id,) if self.commits else ()
        made = LogCommit(
            id="", parents=parents, message=text, time=record.time, author=record.actor, changes=tuple(changes)
        )
        self.commits.append(dataclasses.replace(made, id=git_id(repr(made).encode())))
        if record.tag:
            self.tags[record.tag] = SeenTag(name=record.tag, target=record.commit, message=text)

    def _blobs(self, record: Record) -> list[Changed]:
        changes = []
        for artifact in record.artifacts:
            if artifact.store == "branch":
                path = f"blobs/sha256/{artifact.digest[:2]}/{artifact.digest}"
                changes.append(self._put(path, b"", digest=artifact.digest))
            else:
                self.blobs[artifact.digest] = StoreBlob(
                    store=artifact.store, digest=artifact.digest, found=artifact.digest
                )
        return changes

    def _pages(self, after: State, models: set[str]) -> list[Changed]:
        shown = {pages.path_of_page(model): pages.history(after, model) for model in sorted(models)}
        shown[pages.INDEX] = pages.index(after)
        return [self._put(path, text.encode()) for path, text in shown.items()]

    def _put(self, path: str, data: bytes, *, digest: str | None = None) -> Changed:
        before = self.files.get(path)
        blob = digest[:40] if digest else git_id(data)
        self.files[path] = TreeFile(
            path=path, blob=blob, digest=digest or digest_of(data), data=None if digest else data
        )
        return Changed(path=path, before=before.blob if before else None, after=blob)
