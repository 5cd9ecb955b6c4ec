"""Run one command in a process group of its own: its output streamed, its time limited, nothing of it left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.training.ending import Ended
from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlgate.core.training.log import Log

GRACE_SECONDS = 5.0  # between SIGTERM and SIGKILL; GitHub's own cancellation leaves 7.5 s
POLL_SECONDS = 0.05
DRAIN_SECONDS = 1.0
CHUNK_BYTES = 65_536
REPORT_BYTES = 100
PROCESSES = Path("/proc")  # on Linux
LAUNCHER = Path(__file__).with_name("launcher.py")
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # Linux counts kilobytes


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout_seconds: float,
    log: Log,
    show: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
    grace_seconds: float = GRACE_SECONDS,
) -> Ended:
    """Run `argv` to its end and return how it ended.

    Standard output and error go through one pipe, so that their lines keep their order. When the command ends, when its
    time is over, and when an exception (Ctrl-C) passes through, every process left in its group is ended: SIGTERM,
    `grace_seconds`, SIGKILL.

    Args:
        argv: Program and arguments; nothing is interpreted.
        cwd: Its working folder.
        env: Its whole environment.
        timeout_seconds: Wall time that it may take.
        log: Turns its bytes into lines and keeps the last.
        show: Called with each line as it comes.
        clock: Monotonic seconds.
        grace_seconds: How long a process may take to obey SIGTERM.

    Raises:
        OutsideError: The program cannot be started.
    """
    started = clock()
    group = _Group(argv[0], _start(argv, cwd, env), log, show=show, clock=clock)
    try:
        timed_out = not group.wait(timeout_seconds)
    finally:
        group.end(grace_seconds)
    return Ended(
        status=group.status,
        duration_seconds=clock() - started,
        timed_out=timed_out,
        peak_memory_bytes=group.peak_memory_bytes,
    )


def _start(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int, int]:
    """Start the command; return its launcher with the reading ends of the pipes for its output and for the report."""
    output, output_end = os.pipe()
    report, report_end = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), str(report_end), *argv],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output_end,
            stderr=output_end,
            pass_fds=(report_end,),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        os.close(output)
        os.close(report)
        raise _not_started(argv[0], str(error)) from None
    finally:
        os.close(output_end)
        os.close(report_end)
    return process, output, report


def _not_started(program: str, cause: str) -> OutsideError:
    return OutsideError(
        f"{program!r} cannot be started: {cause}",
        remedy="Name a shell that this machine has under `train.shell`.",
        reason="training-failed",
    )


class _Group:
    """A started command with all that it starts; `status` and `peak_memory_bytes` are known after `end`."""

    def __init__(
        self,
        program: str,
        started: tuple[subprocess.Popen[bytes], int, int],
        log: Log,
        *,
        show: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._program = program
        self._process, self._output, self._report = started
        self._log = log
        self._show = show
        self._clock = clock
        self._open = True
        self.status = 0
        self.peak_memory_bytes: int | None = None

    def wait(self, seconds: float) -> bool:
        """Relay output until the command ends; return whether it did within `seconds`."""
        deadline = self._clock() + seconds
        while not self._reaped():
            left = deadline - self._clock()
            if left <= 0:
                return False
            self._relay(min(left, POLL_SECONDS))
        return True

    def end(self, grace_seconds: float) -> None:
        """End what is left of the group, and relay what it still had to say."""
        try:
            if self._signal(signal.SIGTERM):
                deadline = self._clock() + grace_seconds
                while self._alive() and self._clock() < deadline:
                    self._relay(POLL_SECONDS)
        finally:
            self._signal(signal.SIGKILL)
            while not self._reaped():
                time.sleep(POLL_SECONDS)
            self._finish()

    def _alive(self) -> bool:
        self._reaped()
        return self._signal(0) and _has_living(self._process.pid)

    def _signal(self, number: int) -> bool:
        """Send a signal to the group; return whether it still has a process."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
            return True
        return False

    def _reaped(self) -> bool:
        return self._process.poll() is not None

    def _relay(self, seconds: float) -> bool:
        """Show what comes within `seconds`; return whether something came."""
        if not self._open:
            time.sleep(seconds)
            return False
        if not select.select([self._output], [], [], seconds)[0]:
            return False
        data = os.read(self._output, CHUNK_BYTES)
        self._open = bool(data)
        for line in self._log.feed(data):
            self._show(line)
        return self._open

    def _finish(self) -> None:
        """Take what is in the pipe, for a second: a process that left the group may hold it open, or write for ever."""
        deadline = self._clock() + DRAIN_SECONDS
        try:
            while self._open and self._clock() < deadline and self._relay(0):
                pass
            for line in self._log.feed(b"", final=True):
                self._show(line)
            self._read_report()
        finally:
            os.close(self._output)
            os.close(self._report)

    def _read_report(self) -> None:
        """Take the launcher's report; one that was killed with its command left none, and its own end stands for it."""
        first, _, second = os.read(self._report, REPORT_BYTES).decode().partition(" ")
        if first == "error":
            raise _not_started(str(self._program), os.strerror(int(second)))
        self.status = int(first) if first else self._process.returncode
        self.peak_memory_bytes = int(second) * _MAXRSS_BYTES if second else None


def _has_living(group: int) -> bool:
    """Return whether a process of the group runs; one that has ended stays a member until somebody reaps it."""
    if not PROCESSES.is_dir():
        return True
    for process in PROCESSES.glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, its_group = process.read_text(errors="replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False
