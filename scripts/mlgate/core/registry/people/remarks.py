"""What people should know of what they see or did: deprecated versions in use, versions that were passed over. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.log.record import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.registry.log.record import Record
    from mlgate.core.registry.log.state import Entry, State


def in_use(state: State, model: str, version: str) -> tuple[str, ...]:
    """Return that a deprecated version has stages which point to it, and what to do."""
    if not state.is_deprecated(model, version):
        return ()
    stages = [stage for stage, current in state.stages(model).items() if current == version]
    ways = "`mlgate registry rollback` or `assign` points it to another one"
    return tuple(f"{stage} still points to {model} {version}, which is deprecated: {ways}" for stage in stages)


def deprecated(state: State, model: str, version: str) -> tuple[str, ...]:
    """Return that a version must not be used any more, and why."""
    if not state.is_deprecated(model, version):
        return ()
    record = next(e for e in reversed(state.events(model)) if e.event is Event.DEPRECATE and e.version == version)
    why = f": {record.reason}" if record.reason else ""
    return (f"{model} {version} is deprecated (record {record.sequence}, by {record.actor}){why}",)


def after(state: State, records: Iterable[Record]) -> tuple[str, ...]:
    """Return what to know of records that were just written."""
    found: dict[str, None] = {}
    for record in records:
        if record.event is Event.DEPRECATE and record.version:
            found |= dict.fromkeys(in_use(state, record.model, record.version))
    return tuple(found)


def passed_over(state: State, model: str, stage: str, target: str) -> tuple[str, ...]:
    """Return which versions a rollback to the version before passes over, and why; `state` is that before it."""
    history, current = state.stage_history(model, stage), state.current(model, stage)
    found: dict[str, str] = {}
    for at in range(len(history) - 1, -1, -1):
        entry = history[at]
        version = str(entry.version)
        if entry.event is not Event.ASSIGN or version in (current, *found):
            continue
        if version == target:
            break
        found[version] = _why(state, history[at + 1 :], entry)
    return tuple(f"passed over {version}: {why}" for version, why in found.items())


def _why(state: State, later: Iterable[Entry], entry: Entry) -> str:
    if state.is_deprecated(entry.model, str(entry.version)):
        return "it is deprecated"
    back = next((other for other in later if other.rollback), None)
    if back is None:
        return "it was in that stage before"
    return (
        f"{entry.stage} was rolled back from it in record {back.sequence}{f' ({back.reason})' if back.reason else ''}"
    )
