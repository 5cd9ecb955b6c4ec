"""How a training command ended, and what that means for the candidate."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

STEP = "train-model"
_SHELL_SIGNAL_BASE = 128  # a shell reports a command that a signal ended as 128 + its number
_LAST_SIGNAL = 31


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended.

    Attributes:
        status: Its exit status; negative for a signal.
        duration_seconds: Wall time.
        timed_out: Whether it was ended because its time was over.
        peak_memory_bytes: The largest resident size of one of its processes; None where it is not counted.
    """

    status: int
    duration_seconds: float
    timed_out: bool = False
    peak_memory_bytes: int | None = None

    @property
    def signal_number(self) -> int | None:
        """The signal that ended the command, also one that its shell reports; None if none did."""
        if self.status < 0:
            return -self.status
        reported = self.status - _SHELL_SIGNAL_BASE
        return reported if 1 <= reported <= _LAST_SIGNAL else None


def reason(
    ended: Ended, *, timeout_seconds: float, missing: Sequence[str], what: str = "The training command"
) -> Reason | None:
    """Return why there is no candidate, or None if there is one.

    Args:
        ended: How the command ended.
        timeout_seconds: How long it might run.
        missing: Declared outputs that it did not write anew.
        what: The command, as messages call it.
    """
    if ended.timed_out:
        limit = duration(timeout_seconds)
        return _reason("training-timeout", f"{what} was ended after {limit}: raise `train.timeout`.")
    if ended.signal_number is not None:
        return _reason("training-killed", _killed(what, ended.signal_number))
    if ended.status != 0:
        return _reason("training-failed", f"{what} ended with exit status {ended.status}.")
    if missing:
        named = " and ".join(f"`{path}`" for path in missing)
        return _reason("training-wrote-nothing", f"{what} ended well, but did not write {named}.")
    return None


def _reason(identity: str, message: str) -> Reason:
    return Reason(id=identity, message=message, step=STEP)


def _killed(what: str, number: int) -> str:
    message = f"{what} was ended by {signal_name(number)}"
    if number == signal.SIGKILL:
        return f"{message}: usually memory ran out. Use a runner with more, or train on less."
    return f"{message}."


def signal_name(number: int) -> str:
    """Return `SIGKILL (9)`; the bare number where it has no name."""
    try:
        return f"{signal.Signals(number).name} ({number})"
    except ValueError:
        return f"signal {number}"


def duration(seconds: float) -> str:
    """Return seconds for people: `90s` is `1m30s`, `3600` is `1h`."""
    if seconds < 60:
        return f"{seconds:g}s"
    whole = round(seconds)
    parts = ((whole // 3600, "h"), (whole % 3600 // 60, "m"), (whole % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count)
