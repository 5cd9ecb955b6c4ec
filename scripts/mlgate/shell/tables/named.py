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

    from mlgate.core.config.model import Table
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
    place = sources.Place(folder=config.parent, within=config.parent, downloads=downloads, env=env)
    table = configured(word, config, cwd=cwd)
    return sources.resolve(table, place) if table is not None else one_file(cwd / word, Path(word).as_posix())


def configured(word: str, config: Path, *, cwd: Path) -> Table | None:
    """Return the table of the configuration that a word names; None where it names none.

    Args:
        word: Name or path of a table of the configuration, or a file.
        config: The configuration.
        cwd: What a file's path is relative to.
    """
    try:
        tables = configuration.load(config, config.name).tables
    except ConfigError:
        return None
    for table in tables:
        path = None if sources.is_address(table.path) else (config.parent / table.path).absolute()
        if word in (table.name, table.path) or path == (cwd / word).absolute():
            return table
    return None
