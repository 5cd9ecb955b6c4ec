"""Files that git does not track and the base fixes all the same: by its `mlgate.lock`, or by a pointer of DVC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core import pointers
from mlgate.core.gate import inputs
from mlgate.core.lock import NAME
from mlgate.shell import lock as shell_lock
from mlgate.shell.digests import file_digest
from mlgate.shell.tables.pointers import agrees, has_digest

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.pointers import Found
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.git.repository import Git


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A file that the base fixes.

    Attributes:
        by: The file that does: `mlgate.lock`, `data/holdout.csv.dvc`.
        is_here: Whether it is the one on disk.
    """

    by: str
    is_here: bool


def fixed_at_base(judge: Judge, path: str, here: Path) -> Fixed | None:
    """Return what the base fixes of a file that it does not track; None where nothing does.

    Args:
        judge: The base.
        path: Of the file there, relative to the configuration.
        here: The file on disk.

    Raises:
        ConfigError: The base's lock, or its pointer, has mistakes.
    """
    lock = shell_lock.at_base(judge)
    digest = lock.digest(path) if lock else None
    if digest is not None:
        return Fixed(by=NAME, is_here=here.is_file() and file_digest(here) == digest)
    if judge.git is None or judge.base is None:
        return None
    git, base, name = judge.git, judge.base, inputs.join(judge.prefix, path)
    found = pointers.find(name, lambda place: git.show(base, place))
    return None if found is None else Fixed(by=found.file, is_here=_is_here(name, found, here, git))


def _is_here(name: str, found: Found, here: Path, git: Git) -> bool:
    if found.pointer.is_folder:
        return git.root / name == here and agrees(name, found, git.root)
    return here.is_file() and has_digest(here, found.pointer)
