"""What git said when something failed, made fit to be shown."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from mlgate.errors import OutsideError
from mlgate.shell.runner import harmless

if TYPE_CHECKING:
    import subprocess

LIMIT = 600
_TOLD = ("fatal:", "error:", "remote:", "ERROR:", "!")
_SEEN_BY_NOBODY = re.compile(r"://[^/@\s]*@")  # a name and password in an address


def words_of(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the lines that tell what failed, on one line; of a git that was killed, by which signal."""
    if done.returncode < 0:
        return f"git was ended by {_signal(-done.returncode)}"
    text = _SEEN_BY_NOBODY.sub("://", harmless((done.stdout[:20_000] + done.stderr).decode(errors="replace")))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [re.sub(r"\s+", " ", line) for line in lines if line.startswith(_TOLD)] or lines[-1:]
    return "; ".join(dict.fromkeys(told))[:LIMIT] or "it said nothing"


def _signal(number: int) -> str:
    if number == signal.SIGXFSZ:
        return "the limit on the size of files (SIGXFSZ)"
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def complain(command: str, done: subprocess.CompletedProcess[bytes]) -> OutsideError:
    """Return the error of a git command that should have worked."""
    return OutsideError(
        f"`git {command}` failed: {words_of(done)}",
        remedy=f"Run `git {command}` in the checkout to see the whole message; `git fsck` tells whether it is whole.",
    )
