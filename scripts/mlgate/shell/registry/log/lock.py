"""One mlgate at a time in a clone, and tidying up after one that was killed.

The kernel frees the lock when the last process that holds it is gone; git's processes hold it, too. So whoever gets it
knows that what a killed one left behind belongs to nobody: git's own lock files, which git itself would never remove.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.log.names import BRANCH
from mlgate.errors import OutsideError
from mlgate.shell.git.words import complain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mlgate.shell.git.repository import Git

TRIES, PAUSE = 600, 0.2  # two minutes


@dataclass(frozen=True, kw_only=True)
class Place:
    """What kind of clone it is.

    Attributes:
        folder: Its `.git` folder, the one that all its working copies share.
        shallow: Whether its history is cut off.
        algorithm: By which objects get their ids.
    """

    folder: Path
    shallow: bool
    algorithm: str


def place_of(git: Git) -> Place:
    """Return what kind of clone it is."""
    asked = ["--git-common-dir", "--is-shallow-repository", "--show-object-format"]
    done = git.ask(["rev-parse", *asked])
    if done.returncode != 0:
        raise complain("rev-parse", done)
    folder, shallow, algorithm = os.fsdecode(done.stdout).rstrip("\n").rsplit("\n", 2)
    return Place(folder=(git.root / folder).resolve(), shallow=shallow == "true", algorithm=algorithm)


@contextlib.contextmanager
def alone(git: Git, place: Place, sleep: Callable[[float], None]) -> Iterator[None]:
    """Be the only mlgate that works on the registry in this clone.

    Raises:
        OutsideError: `registry-busy`, if another one never ends; `store-failed`, if `.git` cannot be written.
    """
    try:
        handle = os.open(place.folder / "mlgate-registry.lock", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise OutsideError(
            f"{place.folder} cannot be written: {error.strerror}",
            remedy="See that this user may write to the repository's `.git` folder, and that the disk has room.",
            reason="store-failed",
        ) from None
    try:
        _take(handle, place, sleep)
        _tidy(handle, place)
        os.write(handle, b"at work\n")
        git.kept = (handle,)
        yield
        os.ftruncate(handle, 0)  # an error leaves the mark: a git process of ours may have been killed
    finally:
        git.kept = ()
        os.close(handle)


def _take(handle: int, place: Place, sleep: Callable[[float], None]) -> None:
    for _ in range(TRIES):
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(PAUSE)
    raise OutsideError(
        f"another mlgate works on the registry in {place.folder}, and does not end",
        remedy="Wait for it, or end it; then run this again.",
        reason="registry-busy",
    )


def _tidy(handle: int, place: Place) -> None:
    """Remove the lock files of a git that was killed: the mark in our lock is still there, with its time."""
    facts = os.fstat(handle)
    if not facts.st_size:
        return
    for file in _locks(place.folder):
        with contextlib.suppress(OSError):
            if file.stat().st_mtime_ns >= facts.st_mtime_ns - 1_000_000_000:
                file.unlink()
    os.ftruncate(handle, 0)


def _locks(folder: Path) -> Iterator[Path]:
    yield from (folder / "shallow.lock", folder / "refs" / "heads" / f"{BRANCH}.lock")
    yield from folder.glob(f"refs/remotes/*/{BRANCH}.lock")
    yield from folder.glob("refs/mlgate/*.lock")
    yield from folder.glob("refs/tags/**/*.lock")
