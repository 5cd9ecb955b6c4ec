"""Where a record goes: its place in the log, its time and its tag. Pure."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mlgate.core.reasons import REASONS
from mlgate.core.registry.log import names, record
from mlgate.core.registry.log.record import Event, Record
from mlgate.core.registry.log.state import State, extend
from mlgate.errors import ExitStatus, MlgateError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

UNPLACED = 0  # the sequence of a draft
LEEWAY = timedelta(minutes=10)  # by which the clocks of two machines may differ
REASON, ACTOR = 1_000, 200  # characters: what is in the log stays, and is read by everybody
AHEAD = timedelta(minutes=5)  # by which the log's own clock may run ahead
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_SECOND = timedelta(seconds=1)


class PlanError(MlgateError):
    """What was asked for cannot follow the state: `version-unknown`, `nothing-to-roll-back`, `stage-order`, ..."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, remedy=REASONS[reason].remedy, reason=reason)
        self.status = ExitStatus.OUTSIDE if reason == "clock-behind" else ExitStatus.USAGE


def utc(time: datetime) -> str:
    """Return a time as records write it."""
    return time.astimezone(UTC).strftime(_FORMAT)


def draft_of(event: Event, model: str, version: str | None, actor: str, time: str, **fields: Any) -> Record:
    """Return a record that has no place yet."""
    return Record(sequence=UNPLACED, event=event, model=model, version=version, actor=actor, time=time, **fields)


def chain(state: State, drafts: Iterable[Record]) -> tuple[Record, ...]:
    """Return the drafts as records that follow the state: with place, predecessor, tag and time.

    Raises:
        PlanError: `clock-behind`.
        UsageError: If somebody's words are too many.
        LogError: If a draft cannot follow the state at all.
    """
    placed: list[Record] = []
    for draft in drafts:
        _check_words(draft)
        found = dataclasses.replace(
            draft,
            sequence=state.sequence + 1,
            previous=state.digest,
            time=_time(state, draft),
            tag=names.tag_of(draft, state.stage_count(draft.model, draft.stage or "") + 1),
        )
        placed.append(found)
        state = extend(state, (record.encode(found),))
    return tuple(placed)


def _check_words(draft: Record) -> None:
    if len(draft.reason) > REASON:
        raise UsageError(
            f"the reason has {len(draft.reason):,} characters, and the log takes {REASON:,}",
            remedy="Say it in short, and name the page that says more.",
        )
    if len(draft.actor) > ACTOR:
        raise UsageError(
            f"the name of who acts has {len(draft.actor):,} characters, and the log takes {ACTOR}",
            remedy="Set a shorter one: `git config user.name NAME`.",
        )


def _time(state: State, draft: Record) -> str:
    """Return the record's time: never before the last one's, and alone in its second among those of its stage.

    GTO orders the tags of a stage by their time. A burst of records lets the log's clock run ahead by a few minutes.
    """
    now = _parsed(draft.time)
    last = _parsed(state.time) if state.time else now
    if now < last - LEEWAY:
        raise PlanError(
            "clock-behind",
            f"This machine's clock says {draft.time}, and the registry's last record is of {state.time}.",
        )
    time = max(now, last)
    history = state.stage_history(draft.model, draft.stage) if draft.stage else ()
    if history and history[-1].time == utc(time) and time < now + AHEAD:
        time += _SECOND
    return utc(time)


def _parsed(time: str) -> datetime:
    return datetime.strptime(time, _FORMAT).replace(tzinfo=UTC)
