"""Are the data that a lock or a pointer stands for the data on disk? git itself cannot tell: it ignores them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.shell.digests import file_digest
from mlgate.shell.tables import sources
from mlgate.shell.tables.files import is_odd
from mlgate.shell.tables.pointers import Checkout, pulled

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Config
    from mlgate.core.lock import Lock


def moved_on_disk(config: Config, lock: Lock, *, folder: Path, root: Path) -> bool:
    """Return whether a file that is there is not the one that the lock or its pointer fixes.

    A file that is not there has not moved: what judges nothing need not be pulled.

    Args:
        config: The working copy's.
        lock: The working copy's.
        folder: The configuration's.
        root: Of the repository.
    """
    if any(_differs(folder / name, lock.digest(name)) for name in sorted(lock.names)):
        return True
    checkout = Checkout(root=root, folder=folder)
    place = sources.Place(folder=folder, within=root, downloads=folder)
    tables = (sources.resolve(table, place) for table in config.tables if not sources.is_address(table.path))
    problems = (pulled(source, checkout).problem for source in tables if source.problem is None)
    return any(problem is not None and problem.reason != "data-not-pulled" for problem in problems)


def _differs(path: Path, digest: str | None) -> bool:
    try:
        return is_odd(path) or file_digest(path) != digest
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
