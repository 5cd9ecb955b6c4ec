"""Which version `promoted` means, and which configurations have to do with the registry at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.model import BaselineKind, Promote
from mlgate.core.words import counted

if TYPE_CHECKING:
    from mlgate.core.config.model import Config
    from mlgate.core.registry.log.state import Entry, State

# In the run folder: where fetch-base leaves the model of a release, under its sha256.
MODEL_FOLDER = "promoted"
SHOWN = 5  # names in a message


def compares_with_promoted(*configs: Config | None) -> bool:
    """Return whether a configuration has the baseline `promoted`."""
    baselines = (baseline for config in configs if config is not None for baseline in config.baselines)
    return any(baseline.kind is BaselineKind.PROMOTED for baseline in baselines)


def uses_registry(*configs: Config | None) -> bool:
    """Return whether a configuration promotes, compares with what was promoted, or counts how often a holdout judged.

    Nobody else pays for the log.
    """
    known = [config for config in configs if config is not None]
    counts = any(config.promote is not None or config.gate.holdout_budget is not None for config in known)
    return counts or compares_with_promoted(*known)


def promoted_version(state: State, config: Config) -> Entry | None:
    """Return the version that the last stage points to, else the nearest earlier stage that has one."""
    promote = config.promote or Promote()
    for stage in reversed(promote.stages):
        version = state.current(config.model, stage.name)
        if version is not None:
            return state.version(config.model, version)
    return None


@dataclass(frozen=True, kw_only=True)
class Unpromoted:
    """Why there is no promoted version.

    Attributes:
        reason: `registry-empty`, which passes, only if the log has no version of the model; else `baseline-missing`.
        message: For people, with what to do.
    """

    reason: str
    message: str


def unpromoted(state: State, config: Config) -> Unpromoted:
    """Return why there is no promoted version: a model that is taken out of its stages is none that never was."""
    versions = state.versions(config.model)
    others = [name for name in state.models() if name != config.model]
    if not versions and others:
        named = ", ".join(others[:SHOWN]) + (", ..." if len(others) > SHOWN else "")
        return Unpromoted(
            reason="registry-empty",
            message=f"Nothing has been promoted of {config.model} yet, so there is nothing to compare with. The "
            f"registry knows {named}: a model that gets another name begins anew.",
        )
    if not versions:
        message = "Nothing has been promoted yet, so there is nothing to compare with."
        return Unpromoted(reason="registry-empty", message=message)
    return Unpromoted(reason="baseline-missing", message=_left_out(state, config))


def _left_out(state: State, config: Config) -> str:
    """Return in which stages the versions are that no configured stage points to, and what to do."""
    stages = [stage.name for stage in (config.promote or Promote()).stages]
    versions = state.versions(config.model)
    elsewhere = [f"{name} to {version}" for name, version in state.stages(config.model).items() if version]
    usable = [str(e.version) for e in versions if not state.is_deprecated(config.model, str(e.version))]
    has = f"{counted(len(versions), 'version')} of {config.model}"
    points = f"; it points {', '.join(elsewhere[:SHOWN])}" if elsewhere else ""
    which = usable[-1] if usable else "VERSION"
    return (
        f"The registry has {has}, and no stage of the configuration ({', '.join(stages)}) points to one{points}. "
        f"Point one to the version to compare with: `mlgate registry assign {which} --stage {stages[0]}`, or promote "
        "it there."
    )
