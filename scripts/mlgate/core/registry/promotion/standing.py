"""Where a version stands: the stages that have it, those that it may still get, and those that were led away. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlgate.core.registry.log.names import parse_version
from mlgate.core.registry.log.presence import has_been_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.registry.log.state import State


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The stages of a version.

    Attributes:
        reached: Those that point to it.
        left: Those that do not, although they have or a newer one came first, with a sentence about each.
    """

    reached: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)


def of_version(state: State, model: str, version: str, stages: Sequence[str]) -> Standing:
    """Return where a version stands."""
    reached = tuple(stage for stage in stages if state.current(model, stage) == version)
    left = [
        stage
        for stage in stages
        if stage not in reached
        and (has_been_in(state, model, stage, version) or _is_newer(state.current(model, stage), version))
    ]
    return Standing(reached=reached, left={stage: _stays(state, model, stage) for stage in left})


def missing(state: State, model: str, version: str, stages: Sequence[str], *, is_own: bool) -> tuple[str, ...]:
    """Return the stages that a version which exists still has to reach: those that have never pointed to it.

    The first that was led away from it, by a rollback or by hand, ends the way.

    Args:
        state: What there is.
        model: The model's name.
        version: The version.
        stages: Those that it may reach, in their order.
        is_own: Whether the commit at hand is the one that made the version: an old push that runs again overtakes no
            newer version. Another commit with the same inputs leads a stage away from a deprecated version, too.
    """
    found = []
    for stage in stages:
        current = state.current(model, stage)
        bad = current is not None and not is_own and state.is_deprecated(model, current)
        if current == version:
            continue
        if not bad and (has_been_in(state, model, stage, version) or (is_own and _is_newer(current, version))):
            break
        found.append(stage)
    return tuple(found)


def _stays(state: State, model: str, stage: str) -> str:
    history = state.stage_history(model, stage)
    last, current = history[-1], state.current(model, stage)
    if current is None:
        return f"{stage} stays empty: {last.version} was taken from it (record {last.sequence})"
    if last.rollback and len(history) > 1:
        return f"{stage} stays at {current}: rolled back from {history[-2].version} (record {last.sequence})"
    return f"{stage} stays at {current} (record {last.sequence})"


def _is_newer(current: str | None, version: str) -> bool:
    there, ours = parse_version(current or ""), parse_version(version)
    return there is not None and ours is not None and there > ours
