"""What the registry is: the fold of its log. Pure.

Reading is strict about what every record must say: its place, its predecessor, its schema, what happened to which
version. The rest of a record is decoded only where somebody asks for it, so that ten thousand of them are read in the
time that parsing their JSON takes.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlgate.core import codec
from mlgate.core.config import grammar
from mlgate.core.reasons import REASONS
from mlgate.core.registry import names, record
from mlgate.core.registry.record import SCHEMA, Event, Record
from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_EVENTS = {event.value: event for event in Event}
_STAGED = frozenset({Event.ASSIGN, Event.UNASSIGN, Event.DEPLOY})
_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class LogError(OutsideError):
    """The log is not one that this mlgate reads: `registry-damaged` or `registry-newer`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, remedy=REASONS[reason].remedy, reason=reason)


@dataclass(frozen=True, slots=True)
class Entry:
    """One record in short.

    Attributes:
        sequence: From 1, without gaps.
        event: What happened.
        model: The model's name.
        version: With `v`; None for a note on the whole model.
        stage: For assign and unassign.
        time: UTC, `2026-03-03T10:15:00Z`.
        actor: Who did it.
        commit: The commit that the version was made from.
        tag: The tag that was set with it.
        rollback: Whether an assign goes back to an older version.
        reason: A person's words.
        holdout: The identity of the holdout that judged.
        digest: sha256 of the record's bytes.
        data: The record's bytes.
    """

    sequence: int
    event: Event
    model: str
    version: str | None
    stage: str | None
    time: str
    actor: str
    commit: str | None
    tag: str | None
    rollback: bool
    reason: str
    holdout: str | None
    digest: str
    data: bytes = field(repr=False)

    @property
    def plain(self) -> dict[str, Any]:
        """Return the record as JSON has it; fields that hold their default are missing."""
        found: dict[str, Any] = codec.loads(self.data)
        return found

    def record(self) -> Record:
        """Return the whole record.

        Raises:
            LogError: If a part that the fold does not need is not what it should be.
        """
        return _record(self.sequence, self.data)


@functools.lru_cache(maxsize=256)
def _record(sequence: int, data: bytes) -> Record:
    try:
        return record.decode(data)
    except record.RecordError as error:
        raise _damaged(sequence, str(error)) from None


@dataclass(slots=True)
class _Model:
    versions: dict[str, Entry] = field(default_factory=dict)
    deprecated: dict[str, Entry] = field(default_factory=dict)
    stages: dict[str, list[Entry]] = field(default_factory=dict)
    events: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class State:
    """The registry after some records; never changed: `extend` makes another one."""

    entries: tuple[Entry, ...] = ()
    _models: Mapping[str, _Model] = field(default_factory=dict, repr=False, compare=False)

    @property
    def sequence(self) -> int:
        """Return how many records there are."""
        return len(self.entries)

    @property
    def digest(self) -> str | None:
        """Return the last record's digest, which the next one names."""
        return self.entries[-1].digest if self.entries else None

    @property
    def time(self) -> str | None:
        """Return the last record's time."""
        return self.entries[-1].time if self.entries else None

    def models(self) -> tuple[str, ...]:
        """Return the names of all models, sorted."""
        return tuple(sorted(self._models))

    def versions(self, model: str) -> tuple[Entry, ...]:
        """Return the records that registered the versions of a model, oldest first."""
        return tuple(self._of(model).versions.values())

    def version(self, model: str, version: str) -> Entry | None:
        """Return the record that registered a version."""
        return self._of(model).versions.get(version)

    def is_deprecated(self, model: str, version: str) -> bool:
        """Return whether a version must not be used any more."""
        return version in self._of(model).deprecated

    def latest(self, model: str) -> Entry | None:
        """Return the version with the highest number."""
        return max(self.versions(model), key=_number, default=None)

    def current(self, model: str, stage: str) -> str | None:
        """Return the version that a stage points to."""
        return _pointed_to(self._of(model).stages.get(stage))

    def stages(self, model: str) -> dict[str, str | None]:
        """Return what each stage that a model has ever had points to, in the order in which they came."""
        return {stage: self.current(model, stage) for stage in self._of(model).stages}

    def stage_history(self, model: str, stage: str) -> tuple[Entry, ...]:
        """Return what happened to a stage, oldest first."""
        return tuple(self._of(model).stages.get(stage, ()))

    def stage_count(self, model: str, stage: str) -> int:
        """Return how often a stage was assigned or taken back."""
        return len(self._of(model).stages.get(stage, ()))

    def events(self, model: str) -> tuple[Entry, ...]:
        """Return all records of a model, oldest first."""
        return tuple(self._of(model).events)

    def at(self, time: str) -> State:
        """Return the registry as it was at a time, records of that second included."""
        return _indexed(tuple(entry for entry in self.entries if entry.time <= time))

    def before(self, sequence: int) -> State:
        """Return the registry as it was before a record."""
        return _indexed(self.entries[: max(sequence - 1, 0)])

    def tags(self) -> dict[str, str]:
        """Return every tag that the log has set, with the commit that it points to."""
        return {entry.tag: entry.commit for entry in self.entries if entry.tag and entry.commit}

    def holdout_uses(self, holdout_digest: str) -> int:
        """Return how many registered versions a holdout has judged."""
        return sum(e.event is Event.REGISTER and e.holdout == holdout_digest for e in self.entries)

    def find(self, digest: str) -> Entry | None:
        """Return the record with a digest."""
        return next((entry for entry in reversed(self.entries) if entry.digest == digest), None)

    def _of(self, model: str) -> _Model:
        return self._models.get(model) or _Model()


def fold(datas: Iterable[bytes]) -> State:
    """Return what a log's records make, in order.

    Raises:
        LogError: `registry-newer` if a newer mlgate wrote one; `registry-damaged` if they are no log.
    """
    return extend(State(), datas)


def extend(state: State, datas: Iterable[bytes]) -> State:
    """Return the state after further records; raises as `fold` does."""
    entries = list(state.entries)
    for data in datas:
        entries.append(_entry(data, entries[-1] if entries else None))
    return _indexed(tuple(entries))


def _entry(data: bytes, last: Entry | None) -> Entry:
    """Return a record in short; `last` is the one before it."""
    sequence = last.sequence + 1 if last else 1
    try:
        plain = json.loads(data)
        get = plain.get
    except (ValueError, AttributeError, RecursionError):
        raise _damaged(sequence, "it is not a JSON object") from None
    _check_shape(sequence, plain)
    if plain["sequence"] != sequence:
        raise _damaged(sequence, f"it says that it is record {plain['sequence']!r:.40}: one is missing or doubled")
    if get("previous") != (last.digest if last else None):
        raise _damaged(sequence, "the record before it is not the one that it names")
    if last and plain["time"] < last.time:
        raise _damaged(sequence, f"its time {plain['time']} is before that of the record before it, {last.time}")
    digests = get("digests") or {}
    return Entry(
        sequence,
        _EVENTS[plain["event"]],
        plain["model"],
        get("version"),
        get("stage"),
        plain["time"],
        plain["actor"],
        get("commit"),
        get("tag"),
        get("rollback", False),
        get("reason", ""),
        digests.get("holdout"),
        record.digest_of(data),
        data,
    )


def _check_shape(sequence: int, plain: dict[str, Any]) -> None:
    get = plain.get
    if get("schema") != SCHEMA:
        raise _foreign(sequence, get("schema"))
    event = _EVENTS.get(str(get("event")))
    problem = (
        (event is None and f"its event is {get('event')!r:.40}")
        or (not _is_name(get("model")) and f"its model is {get('model')!r:.40}")
        or (not _fits(get("version"), event is not Event.NOTE, _is_version) and "its version is none")
        or (not _fits(get("stage"), event in _STAGED, _is_name) and "its stage is none")
        or (not _is_time(get("time")) and f"its time is {get('time')!r:.40}")
        or (not isinstance(get("actor"), str) and "nobody did it")
        or (not isinstance(get("rollback", False), bool) and "its rollback is neither true nor false")
        or (type(get("sequence")) is not int and "it has no number")
        or _odd(plain)
    )
    if problem:
        raise _damaged(sequence, problem)


def _odd(plain: dict[str, Any]) -> str:
    """Return what is wrong with the parts that only some records have."""
    commit, tag, digests = plain.get("commit"), plain.get("tag"), plain.get("digests")
    if commit is not None and not (isinstance(commit, str) and _COMMIT.fullmatch(commit)):
        return f"its commit is {commit!r:.80}"
    if tag is not None and not isinstance(tag, str):
        return f"its tag is {tag!r:.40}"
    if not isinstance(plain.get("reason", ""), str):
        return "its reason is no text"
    if digests is not None and not isinstance(digests, dict):
        return "its digests are none"
    if digests and not isinstance(digests.get("holdout", ""), str):
        return "its holdout is none"
    return ""


def _fits(value: Any, needed: bool, test: Callable[[Any], bool]) -> bool:
    return test(value) if value is not None else not needed


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and _is_name_text(value)


def _is_version(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("v") and names.parse_version(value) is not None


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


@functools.lru_cache(maxsize=1024)
def _is_name_text(value: str) -> bool:
    return grammar.NAME.fullmatch(value) is not None


def _indexed(entries: tuple[Entry, ...]) -> State:
    models: dict[str, _Model] = {}
    for entry in entries:
        model = models.get(entry.model)
        if model is None:
            model = models[entry.model] = _Model()
        _apply(model, entry)
    return State(entries, models)


def _apply(model: _Model, entry: Entry) -> None:
    """Add a record to what is known of its model; what cannot have happened is damage."""
    event, version, stage = entry.event, entry.version, entry.stage
    model.events.append(entry)
    if event is Event.REGISTER and version is not None:
        if version in model.versions:
            raise _damaged(entry.sequence, f"{entry.model} {version} is registered a second time")
        model.versions[version] = entry
        return
    if version is not None and version not in model.versions:
        raise _damaged(entry.sequence, f"{entry.model} {version} is registered nowhere before it")
    if event is Event.DEPRECATE and version is not None:
        model.deprecated.setdefault(version, entry)
    elif event in (Event.ASSIGN, Event.UNASSIGN) and stage is not None:
        history = model.stages.setdefault(stage, [])
        if event is Event.UNASSIGN and _pointed_to(history) != version:
            raise _damaged(entry.sequence, f"{stage} does not point to {version}, which is taken from it")
        history.append(entry)


def _pointed_to(history: Sequence[Entry] | None) -> str | None:
    return history[-1].version if history and history[-1].event is Event.ASSIGN else None


def _number(entry: Entry) -> names.SemVer:
    return names.parse_version(entry.version or "") or names.SemVer(0, 0, 0)


def _damaged(sequence: int, problem: str) -> LogError:
    return LogError("registry-damaged", f"Record {sequence} of the registry's log cannot be used: {problem}.")


def _foreign(sequence: int, schema: Any) -> LogError:
    if isinstance(schema, str) and schema.startswith("mlgate/record/"):
        message = f"Record {sequence} has the schema {schema!r:.60}, and this mlgate reads {SCHEMA!r}."
        return LogError("registry-newer", message)
    return _damaged(sequence, f"its schema is {schema!r:.60}")
