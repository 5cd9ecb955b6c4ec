"""The registry as its command shows it: models, records, differences, from the fold of the log. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.documents.registry import RegistryEvent, RegistryModel, RegistryVersion
from mlgate.core.registry.log.record import Event
from mlgate.core.registry.log.told import origin, told
from mlgate.core.registry.people.choice import known_model, unknown
from mlgate.core.words import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.registry.log.record import Record, StoredArtifact
    from mlgate.core.registry.log.state import Entry, State

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,149}(?<!\.)")


def models(state: State, model: str | None, limit: int) -> tuple[RegistryModel, ...]:
    """Return the models, or the one that is named, with their newest versions; a limit of 0 means all of them.

    Raises:
        UsageError: `version-unknown`.
    """
    names = state.models() if model is None else (known_model(state, model),)
    return tuple(_model(state, name, limit) for name in names)


def _model(state: State, model: str, limit: int) -> RegistryModel:
    stages, versions = state.stages(model), state.versions(model)
    latest = state.latest(model)
    newest = versions[::-1][: limit or None]
    return RegistryModel(
        model=model,
        stages=stages,
        latest=latest.version if latest else None,
        count=len(versions),
        versions=tuple(_version(state, entry, stages) for entry in newest),
    )


def _version(state: State, entry: Entry, stages: Mapping[str, str | None]) -> RegistryVersion:
    record, known, version = entry.record(), told(entry), str(entry.version)
    return RegistryVersion(
        version=version,
        time=entry.time,
        actor=entry.actor,
        commit=entry.commit,
        stages=tuple(stage for stage, current in stages.items() if current == version),
        deprecated=state.is_deprecated(entry.model, version),
        outcome=known.outcome,
        origin=known.origin,
        measured=known.measured,
        format=record.format,
        model_digest=next((item.digest for item in record.artifacts if item.name == "model"), None),
        record_digest=entry.digest,
    )


def chosen(state: State, model: str | None, stage: str | None) -> tuple[Entry, ...]:
    """Return the records of a model and of a stage, where these are named, newest first.

    Raises:
        UsageError: `version-unknown`.
    """
    entries = state.entries if model is None else state.events(known_model(state, model))
    if stage is not None:
        stages = {name for each in state.models() for name in state.stages(each)}
        if stage not in stages:
            what = f"the registry has no stage {shown(stage)}{did_you_mean(stage, stages)}"
            raise unknown(what, f"It has: {', '.join(sorted(stages)) or 'none'}.")
        entries = tuple(entry for entry in entries if entry.stage == stage)
    return entries[::-1]


def events(state: State, entries: Sequence[Entry], limit: int = 0) -> tuple[RegistryEvent, ...]:
    """Return records in short; a limit of 0 means all of them."""
    before = _before(state)
    return tuple(_event(entry, before.get(entry.sequence)) for entry in entries[: limit or None])


def written(state: State, records: Iterable[Record]) -> tuple[RegistryEvent, ...]:
    """Return records that were just written, in short."""
    return events(state, [state.entries[record.sequence - 1] for record in records])


def _before(state: State) -> dict[int, str | None]:
    """Return, by its sequence, what the stage of each record pointed to before it."""
    found: dict[int, str | None] = {}
    current: dict[tuple[str, str], str | None] = {}
    for entry in state.entries:
        if entry.stage is not None and entry.event in (Event.ASSIGN, Event.UNASSIGN):
            key = (entry.model, entry.stage)
            found[entry.sequence] = current.get(key)
            current[key] = entry.version if entry.event is Event.ASSIGN else None
    return found


def _event(entry: Entry, before: str | None) -> RegistryEvent:
    return RegistryEvent(
        sequence=entry.sequence,
        time=entry.time,
        event=entry.event.value,
        model=entry.model,
        version=entry.version,
        stage=entry.stage,
        previous_version=before,
        rollback=entry.rollback,
        actor=entry.actor,
        origin=origin(entry),
        approved_by=entry.approved_by(),
        reason=entry.reason,
        commit=entry.commit,
        record_digest=entry.digest,
    )


def file_names(artifacts: Iterable[StoredArtifact]) -> tuple[str, ...]:
    """Return the names that people get a bundle's files by: whatever a record says, no folder and no two alike."""
    found: list[str] = []
    for artifact in artifacts:
        name = artifact.file if _PLAIN.fullmatch(artifact.file) else f"file-{artifact.digest[:12]}"
        alike = name.casefold() in {other.casefold() for other in found}
        found.append(f"{artifact.digest[:12]}-{len(found)}-{name}" if alike else name)
    return tuple(found)
