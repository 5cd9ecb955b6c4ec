"""Which version of a model the registry has already, so that promoting the same thing again does nothing. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.log.record import Event

if TYPE_CHECKING:
    from mlgate.core.registry.log.record import Digests
    from mlgate.core.registry.log.state import Entry, State


def present(state: State, model: str, *, inputs: str | None, commit: str | None) -> Entry | None:
    """Return the version in use that a commit's model is already, whatever bytes another training has made of it.

    Args:
        state: What there is.
        model: The model's name.
        inputs: The digest over the commit's inputs.
        commit: The commit; one that was promoted before stays what it was then.
    """
    last = judged_last(state, model)
    if last is not None and _made_from(last, inputs):
        return last
    for event in reversed(state.events(model)):
        if commit and event.mentions(commit) and commit in (event.commit, _pushed(event)):
            entry = _usable(state, event)
            if entry is not None and _made_from(entry, inputs):
                return entry
    return None


def judged_last(state: State, model: str) -> Entry | None:
    """Return the version in use that a verdict brought last: registered by it, or brought back by the one of a revert.

    Neither a rollback nor what a person assigns by hand counts: what the branch has stays the same.
    """
    for event in reversed(state.events(model)):
        if event.event is Event.REGISTER or (event.event is Event.ASSIGN and _pushed(event)):
            entry = _usable(state, event)
            if entry is not None:
                return entry
    return None


def same_version(state: State, model: str, digests: Digests | None) -> Entry | None:
    """Return the newest version in use that is this very model, made from the same inputs."""
    if digests is None or digests.inputs is None or digests.model is None:
        return None
    for entry in reversed(state.versions(model)):
        if entry.mentions(digests.model) and _usable(state, entry) is not None:
            bound = entry.record().digests
            if bound is not None and (bound.inputs, bound.model) == (digests.inputs, digests.model):
                return entry
    return None


def has_been_in(state: State, model: str, stage: str, version: str) -> bool:
    """Return whether a stage has ever pointed to a version."""
    return any(entry.event is Event.ASSIGN and entry.version == version for entry in state.stage_history(model, stage))


def _usable(state: State, event: Entry) -> Entry | None:
    version = event.version
    usable = version is not None and not state.is_deprecated(event.model, version)
    return state.version(event.model, version) if usable and version is not None else None


def _made_from(entry: Entry, inputs: str | None) -> bool:
    if inputs is None or not entry.mentions(inputs):
        return False
    bound = entry.record().digests
    return bound is not None and bound.inputs == inputs


def _pushed(event: Entry) -> str | None:
    """Return the pushed commit of a record that names one beside the commit of its version."""
    return event.record().merge if event.mentions('"merge":') else None
