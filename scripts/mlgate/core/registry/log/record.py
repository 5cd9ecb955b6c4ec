"""One record of the registry's log: an event, immutable, that names its predecessor's digest.

A record is one line of JSON in a file of its own. Fields that hold their default are left out, so that a record is
small, and one written today reads the same after fields were added. What stands here is read for ever.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mlgate import __version__
from mlgate.core import codec
from mlgate.core.documents.promotion import Origin  # noqa: TC001 - codec reads annotations
from mlgate.core.outcome import Outcome  # noqa: TC001 - as above

SCHEMA = "mlgate/record/1"
FOLDER = 100  # records a folder
SHELF = 10  # such folders a folder: every commit writes the trees above its record anew


class Event(StrEnum):
    """What happened. `deploy` is written by deploy-model."""

    REGISTER = "register"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    DEPRECATE = "deprecate"
    NOTE = "note"
    DEPLOY = "deploy"


@dataclass(frozen=True, kw_only=True)
class StoredArtifact:
    """One file of a version's bundle.

    Attributes:
        name: `model`, `holdout-predictions`, `profile`, `report`, `card`, `environment`, `provenance` or `manifest`.
        file: The file name that a person gets, without folders.
        digest: sha256 of its bytes, which is its address in the store.
        size: Bytes.
        store: Where it lies: `branch`, `release` or `folder`.
    """

    name: str
    file: str
    digest: str
    size: int
    store: str


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One rule of the verdict, as measured.

    Attributes:
        metric: scikit-learn's scorer name.
        value: The candidate's.
        against: The baseline's name; null for a floor or ceiling.
        baseline: The baseline's value.
        interval: Of the difference, or of the value for a floor.
        outcome: The rule's.
    """

    metric: str
    value: float | None = None
    against: str | None = None
    baseline: float | None = None
    interval: tuple[float, float] | None = None
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the report said.

    Attributes:
        outcome: The report's.
        reasons: Its reason ids, worst first.
        rules: As measured.
        confidence: Of every interval.
        rows: Of the holdout.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    rules: tuple[Measured, ...] = ()
    confidence: float = 0.95
    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class Digests:
    """What the verdict was bound to; the same names as in the report's provenance.

    Attributes:
        inputs: Over all that the model depends on, from git.
        config: sha256 of the judging configuration.
        contracts: sha256 of each contract, by path.
        data: sha256 of each table, by name.
        holdout: The holdout's identity: key, label, group and weight.
        model: sha256 of the model.
        predictions: sha256 of the candidate's predictions.
    """

    inputs: str | None = None
    config: str | None = None
    contracts: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    holdout: str | None = None
    model: str | None = None
    predictions: str | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """The workflow run that judged.

    Attributes:
        id: The forge's.
        attempt: From 1.
        url: Where people see it.
        event: What started it.
    """

    id: int
    attempt: int = 1
    url: str = ""
    event: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One event.

    Attributes:
        schema: The record's shape and its version.
        mlgate: The version that wrote it.
        sequence: From 1, without gaps.
        previous: sha256 of the record before; null for the first.
        event: What happened.
        model: The model's name.
        version: With `v`, as in `v1.2.0`; null for a note on the whole model.
        stage: For assign and unassign.
        actor: Who did it: the forge's login, else git's name.
        time: UTC, `2026-03-03T10:15:00Z`; never before the record before.
        tag: The tag that was set with it; null for a note.
        reason: A person's words: of a rollback, a deprecation, a note.
        rollback: Whether an assign goes back to an older version.
        commit: The commit that the version was made from, which its tags point to.
        merge: The pushed commit that was promoted, where it is another one.
        pull_request: Its number.
        origin: Where the verdict came from.
        run: The workflow run that judged.
        report_digest: sha256 of the report.
        verdict: What the report said.
        digests: What the verdict was bound to.
        artifacts: The bundle.
        format: The model file's: `onnx`, `safetensors`, `skops`, `xgboost-json`, `lightgbm-text`, `pickle`, ...
        runs_code: Whether loading the model can run code: a pickle.
        approved_by: Who agreed.
        signer: The principal that signs the record's commit; null where nobody does.
        involved: Others than the actor who had a hand in the run that registered: who started it, and who pushed.
        configuration: Path in the repository of the configuration that the version belongs to.
    """

    schema: str = SCHEMA
    mlgate: str = __version__
    sequence: int
    previous: str | None = None
    event: Event
    model: str
    version: str | None = None
    stage: str | None = None
    actor: str
    time: str
    tag: str | None = None
    reason: str = ""
    rollback: bool = False
    commit: str | None = None
    merge: str | None = None
    pull_request: int | None = None
    origin: Origin | None = None
    run: Run | None = None
    report_digest: str | None = None
    verdict: Verdict | None = None
    digests: Digests | None = None
    artifacts: tuple[StoredArtifact, ...] = ()
    format: str | None = None
    runs_code: bool = False
    approved_by: tuple[str, ...] = ()
    signer: str | None = None
    involved: tuple[str, ...] = ()
    configuration: str | None = None


class RecordError(ValueError):
    """Bytes that are no record that this mlgate reads; `newer` where a newer one wrote them."""

    def __init__(self, message: str, *, newer: bool = False) -> None:
        super().__init__(message)
        self.newer = newer


def encode(record: Record) -> bytes:
    """Return a record's bytes: compact JSON in the fields' order, and a line end."""
    plain = {"schema": record.schema, "mlgate": record.mlgate, **_sparse(record)}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def decode(data: bytes) -> Record:
    """Return the record that the bytes hold.

    Raises:
        RecordError: If they hold none; `newer` is set where a newer mlgate wrote them.
    """
    try:
        plain = codec.loads(data)
    except codec.DecodeError as error:
        raise RecordError(str(error)) from None
    schema = plain.get("schema") if isinstance(plain, dict) else None
    if isinstance(schema, str) and schema != SCHEMA and schema.startswith("mlgate/record/"):
        raise RecordError(f"its schema is {schema!r:.60}, and this mlgate reads {SCHEMA!r}", newer=True)
    try:
        return codec.from_plain(Record, plain)
    except codec.DecodeError as error:
        raise RecordError(str(error)) from None


def digest_of(data: bytes) -> str:
    """Return the sha256 by which the next record names this one."""
    return hashlib.sha256(data).hexdigest()


def path_of(sequence: int) -> str:
    """Return where a record lies on the branch: folders of 100, ten of them in a folder."""
    return f"{folder_of(sequence)}/{sequence:06d}.json"


def folder_of(sequence: int) -> str:
    """Return the folder in which a record lies."""
    return f"records/{sequence // FOLDER // SHELF:03d}/{sequence // FOLDER:04d}"


def _sparse(value: Any) -> dict[str, Any]:
    found = {}
    for item in dataclasses.fields(value):
        current = getattr(value, item.name)
        if item.default is not dataclasses.MISSING and current == item.default:
            continue
        if item.default_factory is not dataclasses.MISSING and current == item.default_factory():
            continue
        found[item.name] = _plain(current)
    return found


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return _sparse(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
