"""Which configuration says what may be done to a model: its own, never another model's that is at hand."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mlgate.core.words import did_you_mean, shown
from mlgate.errors import ConfigError, UsageError
from mlgate.shell.configuration import parse
from mlgate.shell.registry.place import DEFAULT, Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.model import Config

NAME_IT = "Name the model's configuration by `--config FILE`: it says which stages need somebody's agreement."


def governing(place: Place, model: str | None) -> Place:
    """Return the place with the configuration of the model that is to be written about.

    One that is not at hand is looked for among the committed files called `mlgate.yml`. A repository without any has
    nothing that could be passed over.

    Args:
        place: Where the command stands.
        model: The model that was named; None for the configuration's.

    Raises:
        UsageError: If no configuration of the model is known, or several are.
        ConfigError: If the only one is wrong.
    """
    if place.config is not None and model in (None, place.config.model):
        return place
    files = _committed(place)
    if not files and place.config is None:
        return place
    if model is None:
        return _only(place, files)
    found = {path: config for path, data in files.items() if (config := _read(data, path)) and config.model == model}
    if len(found) == 1:
        return _at(place, *next(iter(found.items())))
    if found:
        raise UsageError(f"several configurations are of {shown(model)}: {', '.join(sorted(found))}", remedy=NAME_IT)
    known = [config.model for path, data in files.items() if (config := _read(data, path))]
    known += [place.config.model] if place.config else []
    raise UsageError(
        f"no committed configuration is that of the model {shown(model)}{did_you_mean(model, known)}: "
        "what its stages need is not known",
        remedy=NAME_IT,
    )


def _committed(place: Place) -> dict[str, bytes]:
    """Return the committed files that are called as a configuration is, by their paths."""
    head = place.git.resolve("HEAD")
    paths = sorted(place.git.called(head, DEFAULT.name)) if head else ()
    return {path: data for path in paths if head and (data := place.git.show(head, path)) is not None}


def _only(place: Place, files: Mapping[str, bytes]) -> Place:
    if len(files) > 1:
        raise UsageError(
            f"there are several configurations, and none is named: {', '.join(files)}",
            remedy="Add `--model`, or `--config`.",
        )
    path, data = next(iter(files.items()))
    return _at(place, path, parse(data, path))


def _at(place: Place, path: str, config: Config) -> Place:
    return Place(git=place.git, config=config, folder=place.git.root / posixpath.dirname(path))


def _read(data: bytes, path: str) -> Config | None:
    """Return a configuration; None of a file that is none, which then is nobody's."""
    try:
        return parse(data, path)
    except ConfigError:
        return None
