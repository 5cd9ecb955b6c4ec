"""A table as somebody names it on the command line: by its name or path in the configuration, else by its file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.errors import ConfigError
from mlgate.shell.tables.files import one_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    table = configured(word, config, cwd=cwd)
    if table is None:
        return one_file(cwd / word, Path(word).as_posix())
    from mlgate.shell.tables import sources  # noqa: PLC0415 - most words are files

    place = sources.Place(folder=config.parent, within=config.parent, downloads=downloads, env=env)
    return sources.resolve(table, place)


def configured(word: str, config: Path, *, cwd: Path) -> Table | None:
    """Return the table of the configuration that a word names; None where it names none.

    Args:
        word: Name or path of a table of the configuration, or a file.
        config: The configuration.
        cwd: What a file's path is relative to.
    """
    if not config.is_file():
        return None
    from mlgate.shell import configuration  # noqa: PLC0415 - many who look at one file have none

    try:
        tables = configuration.load(config, config.name).tables
    except ConfigError:
        return None
    for table in tables:
        path = None if "://" in table.path else (config.parent / table.path).absolute()
        if word in (table.name, table.path) or path == (cwd / word).absolute():
            return table
    return None


def redacted(words: Iterable[str], config: Path, *, cwd: Path) -> tuple[str, ...]:
    """Return the columns whose values the contracts of tables that these words name forbid to show.

    Raises:
        ConfigError: Of a contract: nobody can tell then what may be shown.
    """
    found: set[str] = set()
    for word in words:
        table = configured(word, config, cwd=cwd)
        if table is not None and table.contract is not None:
            from mlgate.shell import configuration  # noqa: PLC0415 - as above

            found |= set(configuration.load_contract(config.parent / table.contract, table.contract).redacted)
    return tuple(sorted(found))
