"""Which model, version and stage a person means. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.log.names import parse_version
from mlgate.core.words import did_you_mean, shown
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.config.model import Promote
    from mlgate.core.registry.log.state import Entry, State

LISTED = 20  # names in one message


def known_model(state: State, name: str) -> str:
    """Return the name if the log has such a model.

    Raises:
        UsageError: `version-unknown`.
    """
    if name in state.models():
        return name
    if not state.entries:
        raise unknown("there is no registry yet: nothing has been promoted", "Promote a model first.")
    raise unknown(f"the registry has no model {shown(name)}{did_you_mean(name, state.models())}", _has(state.models()))


def choose_model(state: State, given: str | None, configured: str | None) -> str:
    """Return the model that is meant: the one given, else the configuration's, else the only one of the log.

    Raises:
        UsageError: If there is no such model, or if several could be meant.
    """
    if given is not None:
        return known_model(state, given)
    if configured in state.models():
        return str(configured)
    models = tuple(state.models())
    if len(models) == 1 and configured is None:
        return models[0]
    if len(models) > 1 and configured is None:
        raise UsageError("the registry has several models, and none is named", remedy=f"Add `--model`. {_has(models)}")
    return known_model(state, configured or "")


def model_in(text: str | None) -> str | None:
    """Return the model that a version's tag names, `churn@v1.1.0`; None for other texts."""
    model, _, version = (text or "").rpartition("@")
    return model if model and parse_version(version) is not None else None


def choose(state: State, given: str | None, configured: str | None, *texts: str) -> tuple[str, ...]:
    """Return the model that is meant, and the versions: each as `choose_version` takes it, or as its tag.

    Raises:
        UsageError: `version-unknown`, or if the tags and `given` name several models.
    """
    named = dict.fromkeys(model for model in (given, *map(model_in, texts)) if model is not None)
    if len(named) > 1:
        raise UsageError(f"several models are named: {', '.join(named)}", remedy="Name one, and versions of it.")
    model = choose_model(state, next(iter(named), None), configured)
    return (model, *(choose_version(state, model, text) for text in texts))


def choose_version(state: State, model: str, text: str) -> str:
    """Return the version that a text means: a version, with or without its `v`, its tag, or a stage that points to one.

    Raises:
        UsageError: `version-unknown`.
    """
    text = text.removeprefix(f"{model}@")
    version = parse_version(text)
    if version is not None and state.version(model, str(version)) is not None:
        return str(version)
    current = state.current(model, text) if version is None else None
    if current is not None:
        return current
    versions = [str(entry.version) for entry in state.versions(model)]
    known = [*versions, *state.stages(model)]
    raise unknown(f"{model} has no version {shown(text)}{did_you_mean(text, known)}", _has(versions[-LISTED:]))


def registered(state: State, model: str, version: str) -> Entry:
    """Return the record that registered a version.

    Raises:
        UsageError: `version-unknown`.
    """
    entry = state.version(model, version)
    if entry is None:
        raise unknown(f"{model} has no version {shown(version)}", "`mlgate registry show` lists what there is.")
    return entry


def choose_stage(state: State, model: str, given: str | None, promote: Promote | None) -> str:
    """Return the stage that is meant: the one given, else the last of the configuration, else the model's only one.

    Raises:
        UsageError: If the model has no such stage, or if several could be meant.
    """
    stages = tuple(state.stages(model))
    stage = given or (promote.stage if promote is not None else None)
    if stage is not None:
        if stage in stages:
            return stage
        raise unknown(f"{model} has no stage {shown(stage)}{did_you_mean(stage, stages)}", _has(stages))
    if len(stages) == 1:
        return stages[0]
    if not stages:
        raise unknown(f"no stage has ever pointed to a version of {model}", "Promote a version first.")
    raise UsageError(f"{model} has several stages, and none is named", remedy=f"Add `--stage`. {_has(stages)}")


def unknown(message: str, remedy: str) -> UsageError:
    """Return the error about a model, version or stage that the log does not have."""
    return UsageError(message, remedy=remedy, reason="version-unknown")


def _has(names: Iterable[str]) -> str:
    listed = list(names)
    more = ", ..." if len(listed) > LISTED else ""
    return f"It has: {', '.join(listed[:LISTED]) or 'none'}{more}. `mlgate registry show` lists what there is."
