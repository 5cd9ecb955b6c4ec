"""One record of the log in short, read strictly. Pure.

What every record must say is checked when it is read: its place, its predecessor, its schema, what happened to which
version. The rest is decoded only where somebody asks for it, so that ten thousand records are read in the time that
parsing their JSON takes.
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
from mlgate.core.registry.log import names, record
from mlgate.core.registry.log.record import SCHEMA, Event, Record
from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def mentions(self, digest: str) -> bool:
        """Return whether the record says a digest anywhere: what to ask before decoding thousands of them."""
        return digest.encode() in self.data

    def signer(self) -> str | None:
        """Return who signs the record, as far as it says so."""
        told = json.loads(self.data).get("signer") if b'"signer":' in self.data else None
        return told if isinstance(told, str) else None

    def approved_by(self) -> tuple[str, ...]:
        """Return who agreed; what is no list of texts names nobody, so that a page can be made of any log."""
        told = json.loads(self.data).get("approved_by") if b'"approved_by"' in self.data else None
        return tuple(name for name in told if isinstance(name, str)) if isinstance(told, list) else ()

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
        raise damaged(sequence, str(error)) from None


def read_entry(data: bytes, last: Entry | None) -> Entry:
    """Return a record in short; `last` is the one before it.

    Raises:
        LogError: If it does not follow it, or is no record.
    """
    sequence = last.sequence + 1 if last else 1
    try:
        # mlgate writes no escapes but those of control characters: what has others may be text that nobody can write.
        plain = codec.loads(data) if b"\\u" in data else json.loads(data.decode())
        get = plain.get
    except (ValueError, AttributeError, RecursionError):
        raise damaged(sequence, "it is not a JSON object") from None
    _check_shape(sequence, plain)
    if plain["sequence"] != sequence:
        raise damaged(sequence, f"it says that it is record {plain['sequence']!r:.40}: one is missing or doubled")
    if get("previous") != (last.digest if last else None):
        raise damaged(sequence, "the record before it is not the one that it names")
    if last and plain["time"] < last.time:
        raise damaged(sequence, f"its time {plain['time']} is before that of the record before it, {last.time}")
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
    if _is_usual(plain):
        return
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
        raise damaged(sequence, problem)


def _is_usual(plain: dict[str, Any]) -> bool:
    """Return whether it is a register or assign record in which nothing is odd: the checks below, in one go."""
    get: Callable[..., Any] = plain.get
    event, version, stage = get("event"), get("version"), get("stage")
    commit, digests = get("commit"), get("digests")
    try:
        return (
            ((event == "register" and stage is None) or (event == "assign" and _is_name_text(stage)))
            and get("schema") == SCHEMA
            and type(version) is str
            and _is_version_text(version)
            and _is_name_text(get("model"))
            and _TIME.fullmatch(get("time")) is not None
            and _COMMIT.fullmatch(commit) is not None
            and type(get("sequence")) is int
            and type(get("actor")) is type(get("tag")) is type(get("reason", "")) is str
            and type(get("rollback", False)) is bool
            and (digests is None or (type(digests) is dict and type(digests.get("holdout", "")) is str))
        )
    except TypeError:
        return False  # something that is no text, or not even hashable


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
    return isinstance(value, str) and _is_version_text(value)


def _is_version_text(value: str) -> bool:
    return names.parse_version(value) is not None and value[0] == "v"


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


@functools.lru_cache(maxsize=1024)
def _is_name_text(value: str) -> bool:
    return grammar.NAME.fullmatch(value) is not None


def damaged(sequence: int, problem: str) -> LogError:
    """Return the error that a record cannot be used."""
    return LogError("registry-damaged", f"Record {sequence} of the registry's log cannot be used: {problem}.")


def _foreign(sequence: int, schema: Any) -> LogError:
    if isinstance(schema, str) and schema.startswith("mlgate/record/"):
        message = f"Record {sequence} has the schema {schema!r:.60}, and this mlgate reads {SCHEMA!r}."
        return LogError("registry-newer", message)
    return damaged(sequence, f"its schema is {schema!r:.60}")
