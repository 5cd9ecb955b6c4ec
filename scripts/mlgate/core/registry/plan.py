"""What is to be written next: planners from the state to the records that follow it. Pure.

Every planner can be asked again after others wrote, and answers with no records where nothing is left to do.
A draft is a record whose place is not known yet: its sequence is 0, and its time is the time at which it was asked for.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mlgate.core.config.model import Bump
from mlgate.core.reasons import REASONS
from mlgate.core.registry import names, record
from mlgate.core.registry.record import Event, Record
from mlgate.core.registry.state import Entry, State, extend
from mlgate.core.registry.versions import change_between, next_version
from mlgate.core.words import counted
from mlgate.errors import ExitStatus, MlgateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mlgate.core.registry.versions import Change

UNPLACED = 0  # the sequence of a draft
LEEWAY = timedelta(minutes=10)  # by which clocks of two machines may differ
AHEAD = timedelta(minutes=5)  # by which the log's own clock may run ahead
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class PlanError(MlgateError):
    """What was asked for cannot follow the state: `version-unknown`, `nothing-to-roll-back`, `stage-order`, ..."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, remedy=REASONS[reason].remedy, reason=reason)
        self.status = ExitStatus.OUTSIDE if reason == "clock-behind" else ExitStatus.USAGE


def utc(time: datetime) -> str:
    """Return a time as records write it."""
    return time.astimezone(UTC).strftime(_FORMAT)


def chain(state: State, drafts: Iterable[Record]) -> tuple[Record, ...]:
    """Return the drafts as records that follow the state: with place, predecessor, tag and time.

    Raises:
        PlanError: `clock-behind`.
    """
    placed: list[Record] = []
    for draft in drafts:
        found = dataclasses.replace(
            draft,
            sequence=state.sequence + 1,
            previous=state.digest,
            time=_time(state, draft),
            tag=_tag(state, draft),
        )
        placed.append(found)
        state = extend(state, (record.encode(found),))
    return tuple(placed)


def promote(
    state: State,
    *,
    draft: Record,
    stages: Sequence[str],
    bump: Bump = Bump.MINOR,
    change: Change | Callable[[Entry], Change] | None = None,
    order: Sequence[str] | None = None,
) -> tuple[Record, ...]:
    """Return what registers a version and assigns it to stages; only what is missing if the version exists.

    Args:
        state: What there is.
        draft: The register record, without version, tag and place; `commit` and `digests` are needed.
        stages: The stages to assign now, in their order.
        bump: Which part of the number is raised.
        change: What changed since the version before, which is handed to a function; None: as far as digests tell.
        order: All stages in their order, if `stages` are only some of them.

    Raises:
        PlanError: `stage-order`, `clock-behind`.
    """
    raise NotImplementedError


def assign(
    state: State,
    *,
    model: str,
    version: str,
    stage: str,
    actor: str,
    time: str,
    order: Sequence[str] = (),
    reason: str = "",
    approved_by: tuple[str, ...] = (),
) -> tuple[Record, ...]:
    """Return what lets a stage point to a version; nothing if it does.

    Raises:
        PlanError: `version-unknown`, `stage-order`, `clock-behind`.
    """
    raise NotImplementedError


def unassign(state: State, *, model: str, stage: str, actor: str, time: str, reason: str = "") -> tuple[Record, ...]:
    """Return what lets a stage point to nothing; nothing if it does.

    Raises:
        PlanError: `version-unknown` if the model never had such a stage, `clock-behind`.
    """
    raise NotImplementedError


def deprecate(state: State, *, model: str, version: str, actor: str, time: str, reason: str) -> tuple[Record, ...]:
    """Return what says that a version must not be used any more; nothing if that was said.

    Raises:
        PlanError: `version-unknown`, `clock-behind`.
    """
    raise NotImplementedError


def note(
    state: State, *, model: str, version: str | None = None, actor: str, time: str, reason: str
) -> tuple[Record, ...]:
    """Return what keeps a person's words on a model or a version.

    Raises:
        PlanError: `version-unknown`, `clock-behind`.
    """
    raise NotImplementedError


def rollback(
    state: State, *, model: str, stage: str, to: str | None, actor: str, time: str, reason: str
) -> tuple[Record, ...]:
    """Return what lets a stage point to an earlier version again; nothing if it points to `to`.

    Without `to` it is the version to which the stage pointed before the current one, passing over versions that are
    deprecated and versions from which it was rolled back.

    Raises:
        PlanError: `version-unknown`, `nothing-to-roll-back`, `clock-behind`.
    """
    raise NotImplementedError


def _time(state: State, draft: Record) -> str:
    return draft.time


def _tag(state: State, draft: Record) -> str | None:
    return draft.tag
