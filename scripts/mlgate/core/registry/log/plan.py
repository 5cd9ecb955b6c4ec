"""What is to be written next: planners from the state to the records that follow it. Pure.

Every planner can be asked again after others wrote, and answers with no records where nothing is left to do.
A draft is a record whose place is not known yet: its sequence is 0, and its time is the time at which it was asked for.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from mlgate.core.config.model import Bump
from mlgate.core.registry.log.placing import UNPLACED, PlanError, chain, draft_of, utc
from mlgate.core.registry.log.presence import has_been_in, present, same_version
from mlgate.core.registry.log.record import Event
from mlgate.core.registry.log.versions import Change, change_between, next_version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import Entry, State

__all__ = [
    "UNPLACED",
    "PlanError",
    "assign",
    "before",
    "chain",
    "deprecate",
    "note",
    "promote",
    "rollback",
    "same_version",
    "unassign",
    "utc",
]


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

    The model of a commit that was promoted, or of the inputs that were promoted last, exists, whatever its bytes are:
    many a format holds the time. A stage that the version has been in, or that points to a newer version, is not
    assigned again: who runs an old job once more does not roll back.

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
    inputs = draft.digests.inputs if draft.digests else None
    known = present(state, draft.model, inputs=inputs, commit=draft.commit)
    known = known or same_version(state, draft.model, draft.digests)
    if known is None:
        version = _next_version(state, draft, bump, change)
        drafts = [dataclasses.replace(draft, event=Event.REGISTER, version=version, stage=None)]
        missing = tuple(stages)
    else:
        version, drafts = str(known.version), []
        missing = _missing(state, known, stages)
    _check_order(state, draft.model, version, missing, order or stages)
    fields = {"commit": draft.commit if known is None else known.commit, "approved_by": draft.approved_by}
    drafts += [
        draft_of(Event.ASSIGN, draft.model, version, draft.actor, draft.time, stage=stage, **fields)
        for stage in missing
    ]
    return chain(state, drafts)


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

    Args:
        state: What there is.
        model: The model's name.
        version: With `v`; it must not be deprecated.
        stage: The stage.
        actor: Who acts.
        time: Now, in UTC.
        order: All stages in their order: the version must have been in the one before `stage`.
        reason: A person's words.
        approved_by: Who agreed.

    Raises:
        PlanError: `version-unknown`, `stage-order`, `clock-behind`.
    """
    entry = _usable(state, model, version)
    if state.current(model, stage) == version:
        return ()
    _check_order(state, model, version, (stage,), order)
    draft = draft_of(
        Event.ASSIGN,
        model,
        version,
        actor,
        time,
        stage=stage,
        commit=entry.commit,
        reason=reason,
        approved_by=approved_by,
    )
    return chain(state, [draft])


def unassign(state: State, *, model: str, stage: str, actor: str, time: str, reason: str = "") -> tuple[Record, ...]:
    """Return what lets a stage point to nothing; nothing if it does.

    Raises:
        PlanError: `version-unknown` if the model never had such a stage, `clock-behind`.
    """
    _check_stage(state, model, stage)
    version = state.current(model, stage)
    entry = state.version(model, version) if version else None
    if entry is None:
        return ()
    draft = draft_of(Event.UNASSIGN, model, version, actor, time, stage=stage, commit=entry.commit, reason=reason)
    return chain(state, [draft])


def deprecate(state: State, *, model: str, version: str, actor: str, time: str, reason: str) -> tuple[Record, ...]:
    """Return what says that a version must not be used any more; nothing if that was said.

    Raises:
        PlanError: `version-unknown`, `clock-behind`.
    """
    entry = _known(state, model, version)
    if state.is_deprecated(model, version):
        return ()
    return chain(state, [draft_of(Event.DEPRECATE, model, version, actor, time, commit=entry.commit, reason=reason)])


def note(
    state: State, *, model: str, version: str | None = None, actor: str, time: str, reason: str
) -> tuple[Record, ...]:
    """Return what keeps a person's words on a model or a version; nothing if the same was said at that time.

    Raises:
        PlanError: `version-unknown`, `clock-behind`.
    """
    if model not in state.models():
        raise PlanError("version-unknown", f"The registry has no model {model}.")
    if version is not None:
        _known(state, model, version)
    said = (Event.NOTE, version, actor, reason)
    for entry in state.events(model):
        if entry.time >= time and (entry.event, entry.version, entry.actor, entry.reason) == said:
            return ()
    return chain(state, [draft_of(Event.NOTE, model, version, actor, time, reason=reason)])


def rollback(
    state: State, *, model: str, stage: str, to: str | None, actor: str, time: str, reason: str
) -> tuple[Record, ...]:
    """Return what lets a stage point to an earlier version again; nothing if it points to `to`.

    Without `to` it is the version to which the stage pointed before the current one, passing over versions that are
    deprecated and versions from which it was rolled back.

    Raises:
        PlanError: `version-unknown`, `nothing-to-roll-back`, `clock-behind`.
    """
    _check_stage(state, model, stage)
    version = to if to is not None else before(state, model, stage)
    if version is None:
        message = f"{stage} of {model} has never pointed to another version that can be used."
        raise PlanError("nothing-to-roll-back", message)
    entry = _usable(state, model, version)
    if state.current(model, stage) == version:
        return ()
    if not has_been_in(state, model, stage, version):
        message = f"{stage} of {model} has never pointed to {version}: that would be no way back."
        raise PlanError("nothing-to-roll-back", message)
    draft = draft_of(
        Event.ASSIGN,
        model,
        version,
        actor,
        time,
        stage=stage,
        commit=entry.commit,
        reason=reason,
        rollback=True,
    )
    return chain(state, [draft])


def before(state: State, model: str, stage: str) -> str | None:
    """Return the version that a stage would be rolled back to; None if there is none."""
    current = state.current(model, stage)
    for version in reversed(_trail(state.stage_history(model, stage))):
        if version != current and not state.is_deprecated(model, version):
            return version
    return None


def _trail(history: Sequence[Entry]) -> list[str]:
    """Return the versions that lead to the present one; a rollback leaves the way behind the version it goes to."""
    trail: list[str] = []
    for entry in history:
        version = str(entry.version)
        if entry.event is not Event.ASSIGN:
            continue
        if entry.rollback and version in trail:
            while trail[-1] != version:
                trail.pop()
        else:
            trail.append(version)
    return trail


def _next_version(state: State, draft: Record, bump: Bump, change: Change | Callable[[Entry], Change] | None) -> str:
    last = state.latest(draft.model)
    if last is None:
        return next_version((), bump)
    if change is None:
        found = change_between(last.record().digests, draft.digests) if bump is Bump.AUTO else Change.CODE
    else:
        found = change if isinstance(change, Change) else change(last)
    return next_version((str(last.version),), bump, found)


def _missing(state: State, entry: Entry, stages: Sequence[str]) -> tuple[str, ...]:
    """Return the stages that a version which exists still has to reach."""
    missing = []
    for stage in stages:
        if has_been_in(state, entry.model, stage, str(entry.version)):
            continue
        current = state.version(entry.model, state.current(entry.model, stage) or "")
        if current is not None and current.sequence > entry.sequence:
            break  # a newer version has overtaken it
        missing.append(stage)
    return tuple(missing)


def _check_order(state: State, model: str, version: str, stages: Sequence[str], order: Sequence[str]) -> None:
    """Hold that the version is or was in the stage before each of `stages`, which are assigned in their order."""
    reached = set[str]()
    for stage in stages:
        earlier = order[order.index(stage) - 1] if stage in order and order.index(stage) else None
        if earlier is not None and earlier not in reached and not has_been_in(state, model, earlier, version):
            message = f"{model} {version} has not been in {earlier}, the stage before {stage}."
            raise PlanError("stage-order", message)
        reached.add(stage)


def _check_stage(state: State, model: str, stage: str) -> None:
    if stage not in state.stages(model):
        raise PlanError("version-unknown", f"{model} has no stage {stage}: nothing was ever assigned to it.")


def _known(state: State, model: str, version: str) -> Entry:
    entry = state.version(model, version)
    if entry is None:
        raise PlanError("version-unknown", f"The registry has no {model} {version}.")
    return entry


def _usable(state: State, model: str, version: str) -> Entry:
    entry = _known(state, model, version)
    if state.is_deprecated(model, version):
        raise PlanError("version-unknown", f"{model} {version} is deprecated: it must not be used any more.")
    return entry
