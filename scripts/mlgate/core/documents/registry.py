"""What `mlgate registry ... --json` prints: one shape for every sub-command, which fills the parts that it has."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlgate.core.documents.shared import Document


@dataclass(frozen=True, kw_only=True)
class RegistryVersion:
    """One version of a model.

    Attributes:
        version: With `v`.
        time: When it was registered.
        actor: Who registered it.
        commit: What it was made from.
        stages: The stages that point to it.
        deprecated: Whether it must not be used any more.
        outcome: The verdict's.
        origin: Where the verdict came from: `ci` or `local`.
        measured: What the verdict's rules measured, by metric.
        format: The model file's.
        model_digest: sha256 of the model.
        record_digest: sha256 of the record that registered it.
    """

    version: str
    time: str
    actor: str
    commit: str | None = None
    stages: tuple[str, ...] = ()
    deprecated: bool = False
    outcome: str | None = None
    origin: str | None = None
    measured: dict[str, float] = field(default_factory=dict)
    format: str | None = None
    model_digest: str | None = None
    record_digest: str


@dataclass(frozen=True, kw_only=True)
class RegistryModel:
    """One model.

    Attributes:
        model: Its name.
        stages: The version that each stage points to; null where it was taken back.
        latest: The newest version.
        count: How many versions it has.
        versions: The newest of them, newest first; as many as `--limit` says.
    """

    model: str
    stages: dict[str, str | None] = field(default_factory=dict)
    latest: str | None = None
    count: int = 0
    versions: tuple[RegistryVersion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RegistryEvent:
    """One record of the log, in short.

    Attributes:
        sequence: From 1.
        time: UTC.
        event: `register`, `assign`, `unassign`, `deprecate`, `note` or `deploy`.
        model: The model's name.
        version: With `v`.
        stage: For assign and unassign.
        previous_version: What the stage pointed to before.
        rollback: Whether the stage went back to an older version.
        actor: Who did it.
        origin: Where the verdict of a registered version came from: `ci` or `local`.
        approved_by: Who agreed, where the stage asks for it.
        reason: In that person's words.
        commit: What the version was made from.
        record_digest: sha256 of the record.
    """

    sequence: int
    time: str
    event: str
    model: str
    version: str | None = None
    stage: str | None = None
    previous_version: str | None = None
    rollback: bool = False
    actor: str
    origin: str | None = None
    approved_by: tuple[str, ...] = ()
    reason: str = ""
    commit: str | None = None
    record_digest: str


@dataclass(frozen=True, kw_only=True)
class RegistryDifference:
    """One thing in which two versions differ.

    Attributes:
        what: The record's field, as `digests.data.train`.
        name: What people call it.
        old: Its value in the first version, as text; null if it has none.
        new: Its value in the second.
    """

    what: str
    name: str = ""
    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, kw_only=True)
class RegistryFinding:
    """One thing that `verify` found wrong.

    Attributes:
        reason: Stable id, as in `docs/reference/reasons.md`.
        subject: The record, tag, blob or page.
        message: What is wrong with it.
        remedy: What to do.
    """

    reason: str
    subject: str
    message: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True)
class RegistryFile:
    """One file of a version's bundle.

    Attributes:
        name: What it is: `model`, `report`, ...
        path: Where it was written.
        digest: sha256 of its bytes.
        size: Bytes.
    """

    name: str
    path: str
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True)
class RegistryDocument(Document):
    """`registry.json`: what a sub-command of `mlgate registry` shows or did. Printed by `--json`, written nowhere.

    Attributes:
        command: The sub-command.
        tip: The commit of the log that was read, or that was written; null while there is no registry.
        sequence: How many records the log has there.
        time: The moment that is shown; null for now.
        models: Models with their versions: `show`, `at`.
        events: Records, newest first: `history`; or those that were written.
        remarks: What to know of it: a deprecated version that is in use, versions that a rollback passes over.
        differences: In what two versions differ: `diff`.
        findings: What is wrong: `verify`.
        checked: How many records, tags, blobs, pages and signatures `verify` looked at.
        unsigned: How many records before the first signed one are unsigned; 0 where none is signed.
        unsigned_after: How many are after it.
        unchecked: What `verify` could not look at, and why.
        files: The bundle: `get`.
    """

    schema: str = "mlgate/registry/1"
    command: str = ""
    tip: str | None = None
    sequence: int = 0
    time: str | None = None
    models: tuple[RegistryModel, ...] = ()
    events: tuple[RegistryEvent, ...] = ()
    remarks: tuple[str, ...] = ()
    differences: tuple[RegistryDifference, ...] = ()
    findings: tuple[RegistryFinding, ...] = ()
    checked: dict[str, int] = field(default_factory=dict)
    unsigned: int = 0
    unsigned_after: int = 0
    unchecked: tuple[str, ...] = ()
    files: tuple[RegistryFile, ...] = ()
