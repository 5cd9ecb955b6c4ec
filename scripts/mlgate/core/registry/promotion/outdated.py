"""Why what was pushed must not be promoted, whatever a verdict says: it is old, or it was taken out of use. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.log.record import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlgate.core.registry.log.record import Digests
    from mlgate.core.registry.log.state import Entry, State


def overtaken(state: State, model: str, stages: Sequence[str], is_behind: Callable[[str], bool]) -> str:
    """Return what says that a later commit, which has the pushed one in its history, is in a stage already; or nothing.

    Args:
        state: The registry.
        model: The model's name.
        stages: Its stages.
        is_behind: Tells whether the pushed commit is older than another one, and no longer the branch's tip.
    """
    for stage in stages:
        history = state.stage_history(model, stage)
        last = history[-1] if history and history[-1].event is Event.ASSIGN else None
        commit = _promoted(last) if last is not None else None
        if last is not None and commit is not None and is_behind(commit):
            return f"{stage} has {last.version} of {commit[:12]}, a later commit, which this one would undo"
    return ""


def _promoted(entry: Entry) -> str | None:
    """Return the commit that led a stage to its version: the one that brought it back, else the one that made it."""
    return (entry.record().merge if entry.mentions('"merge":') else None) or entry.commit


def withdrawn(state: State, model: str, *, inputs: str | None, data: str | None) -> str:
    """Return what says that the newest version of the pushed inputs, or bytes, is deprecated; or nothing.

    Args:
        state: The registry.
        model: The model's name.
        inputs: The digest over the pushed inputs; None where git does not know all of them.
        data: sha256 of the judged model; None where there is no verdict.
    """
    newest = _newest(state, model, inputs, lambda digests: digests.inputs)
    if newest is not None and state.is_deprecated(model, str(newest.version)):
        return f"{newest.version} was made from the same inputs, and is deprecated"
    newest = _newest(state, model, data, lambda digests: digests.model)
    if newest is not None and state.is_deprecated(model, str(newest.version)):
        return f"{newest.version} is this very model, and is deprecated"
    return ""


def _newest(state: State, model: str, digest: str | None, of: Callable[[Digests], str | None]) -> Entry | None:
    for entry in reversed(state.versions(model)):
        bound = entry.record().digests if digest and entry.mentions(digest) else None
        if bound is not None and of(bound) == digest:
            return entry
    return None
