"""Blobs to files: what is too large to go through memory."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlgate.shell.git.repository import FETCH_SECONDS
from mlgate.shell.git.words import complain

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.shell.git.repository import Git


def size(git: Git, oid: str) -> int:
    """Return how many bytes a blob has."""
    done = git.ask(["cat-file", "-s", oid])
    if done.returncode != 0:
        raise complain("cat-file", done)
    return int(done.stdout)


def save(git: Git, oid: str, path: Path) -> None:
    """Write a blob's bytes to a file.

    Raises:
        OutsideError: If git does not give it; a clone may lack it, and cannot fetch it.
    """
    with path.open("wb") as file:
        done = git.ask(["cat-file", "blob", oid], into=file, seconds=FETCH_SECONDS)
    if done.returncode != 0:
        raise complain("cat-file", done)


def common_folder(git: Git) -> Path:
    """Return the folder of git's own files, which all worktrees share."""
    done = git.ask(["rev-parse", "--git-common-dir"])
    if done.returncode != 0:
        raise complain("rev-parse", done)
    return (git.root / os.fsdecode(done.stdout.rstrip(b"\n"))).resolve()
