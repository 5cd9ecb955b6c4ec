"""All that `verify` looks at, as it was seen; `audit` judges it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.registry.audit.signatures import SignerResult

FILE = "100644"  # git's mode of everything on the branch


@dataclass(frozen=True, kw_only=True)
class Changed:
    """One path that a commit changes against its parent.

    Attributes:
        path: On the branch.
        before: git's id of the blob before; None if the commit adds the path.
        after: git's id of the blob after; None if the commit deletes the path.
        mode: git's mode after.
    """

    path: str
    before: str | None = None
    after: str | None = None
    mode: str = FILE


@dataclass(frozen=True, kw_only=True)
class LogCommit:
    """One commit of the log.

    Attributes:
        id: Its id.
        parents: Of a log it has one, the first has none.
        message: The whole message.
        time: Of the author, in UTC as in records.
        author: The author's name.
        changes: What it changes.
    """

    id: str
    parents: tuple[str, ...] = ()
    message: str = ""
    time: str = ""
    author: str = ""
    changes: tuple[Changed, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TreeFile:
    """One file at the log's tip.

    Attributes:
        path: On the branch.
        blob: git's id of its bytes.
        digest: sha256 of its bytes, calculated from them.
        mode: git's mode.
        data: The bytes of a record or of a page; None for other files.
    """

    path: str
    blob: str
    digest: str
    mode: str = FILE
    data: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class SeenTag:
    """One tag of the repository.

    Attributes:
        name: Without `refs/tags/`.
        target: The commit that it leads to; None if it leads to something else.
        annotated: Whether it is an object of its own.
        message: That object's.
    """

    name: str
    target: str | None
    annotated: bool = True
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class StoreBlob:
    """What a store other than the branch has for a digest that a record names.

    Attributes:
        store: `release` or `folder`.
        digest: As the record names it.
        found: sha256 of the bytes that the store gave; None if it has none.
    """

    store: str
    digest: str
    found: str | None


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """What this clone has seen of the log before.

    Attributes:
        tip: The commit.
        sequence: How many records it had; None if nobody knows any more.
        digest: The last record's then.
        is_ancestor: Whether the tip descends from it; None if history is too short to tell.
    """

    tip: str
    sequence: int | None = None
    digest: str | None = None
    is_ancestor: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The registry as it was seen.

    Attributes:
        tip: The log's commit; None if there is no log.
        commits: From the first to the tip; in a shallow clone the last ones, those whose parent is there.
        whole: Whether `commits` begins with the log's first one.
        files: The tree of the tip.
        tags: All tags of the repository; None if they were not looked at.
        stores: The stores that were looked at, beside the branch.
        blobs: What these have.
        remembered: What this clone has seen before.
        expected: The start of a record's digest that whoever asks knows from elsewhere.
        signatures: By commit; None if they were not looked at.
        must_sign: Whether every record must be signed, from the first one on that is.
        all_signed: Whether all must be, those before the first one too.
        stages: The order of stages, by model; a model that is missing here has no order.
    """

    tip: str | None
    commits: tuple[LogCommit, ...] = ()
    whole: bool = True
    files: tuple[TreeFile, ...] = ()
    tags: tuple[SeenTag, ...] | None = None
    stores: tuple[str, ...] = ()
    blobs: tuple[StoreBlob, ...] = ()
    remembered: Remembered | None = None
    expected: str | None = None
    signatures: Mapping[str, SignerResult] | None = None
    must_sign: bool = False
    all_signed: bool = False
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
