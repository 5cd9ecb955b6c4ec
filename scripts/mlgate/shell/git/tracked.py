"""Whether git tracks anything in a folder: one call of git, and none where there is no repository."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from pathlib import Path


def tracks(folder: Path) -> bool:
    """Return whether git tracks a file in `folder`.

    Raises:
        OutsideError: If there is a repository and git does not answer.
    """
    place = folder.resolve()
    if not place.is_dir() or not any((above / ".git").exists() for above in (place, *place.parents)):
        return False
    import subprocess  # noqa: PLC0415 - enforce-gate is to start at once where there is no repository

    from mlgate.shell.git.environment import SETTINGS, environment  # noqa: PLC0415 - as above

    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    command = ["git", *settings, "ls-files", "--cached", "-z", "--", "."]
    try:
        done = subprocess.run(
            command, check=False, cwd=place, env=environment(os.environ), capture_output=True, timeout=120
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _silent(str(error)) from None
    if done.returncode:
        raise _silent(done.stderr.decode(errors="replace").strip())
    return bool(done.stdout)


def _silent(why: str) -> OutsideError:
    return OutsideError(
        f"git does not say whether the run folder is committed: {why}",
        remedy="Install git, and let it read this repository (`git config --global --add safe.directory`).",
    )
