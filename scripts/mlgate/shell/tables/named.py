"""A table as somebody names it on the command line: by its name or path in the configuration, else by its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.errors import ConfigError
from mlgate.shell import configuration
from mlgate.shell.tables import sources
from mlgate.shell.tables.files import one_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.data.source import TableSource


def named_table(word: str, config: Path, downloads: Path, *, cwd: Path, env: Mapping[str, str]) -> TableSource:
    """Return what a word names.

    A configuration that is not there, or that has mistakes, names no table: then the word is a file.

    Args:
        word: Name or path of a table of the configuration, or a file.
        config: The configuration.
        downloads: Folder for objects of a store.
        cwd: What a file's path is relative to.
        env: Where the store's credentials are.
    """
    try:
        tables = configuration.load(config, config.name).tables
    except ConfigError:
        tables = ()
    place = sources.Place(folder=config.parent, within=config.parent, downloads=downloads, env=env)
    for table in tables:
        is_same = (
            not sources.is_address(table.path) and (config.parent / table.path).absolute() == (cwd / word).absolute()
        )
        if word in (table.name, table.path) or is_same:
            return sources.resolve(table, place)
    return one_file(cwd / word, Path(word).as_posix())
