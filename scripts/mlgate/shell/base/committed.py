"""Whether a file that no configuration names is one of the commit that is checked out."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mlgate.shell.base.policy import Judge
from mlgate.shell.git.repository import Git

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def is_committed(file: Path, env: Mapping[str, str]) -> bool:
    """Return whether the commit has these bytes: whoever reads the repository knows them."""
    git = Git.discover(file.parent, env)
    name = git.relative(file) if git is not None else None
    if git is None or name is None:
        return False
    judge = Judge(
        config_folder=file.parent.resolve(), git=git, commit=git.resolve("HEAD"), prefix=posixpath.dirname(name)
    )
    return judge.as_committed(file.name)
