"""Which version `promoted` means, and which configurations have to do with the registry at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.model import BaselineKind, Promote

if TYPE_CHECKING:
    from mlgate.core.config.model import Config
    from mlgate.core.registry.log.state import Entry, State

# In the run folder: where fetch-base leaves the model of a release, under its sha256.
MODEL_FOLDER = "promoted"


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
