"""Run by path: start a command from a process that is small, and say how it ended.

The operating system counts a process's memory from that of the one that started it. Started from mlgate itself, which
may have read a large table before, a small command would seem large.

    python -I -S launcher.py FD PROGRAM [ARGUMENT ...]

When the command ends, what it started and what left its process group is killed: on Linux orphans are handed to this
process, so that none gets away to wait for a later step. What stayed in the group is left to who started us.

`STATUS PEAK` (in the system's own unit), or `error ERRNO`, is written to the file descriptor FD.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
ROUNDS = 200  # a process that is killed may have started another one meanwhile
ROUND_SECONDS = 0.01


def main(report: int, argv: list[str]) -> None:
    """Start `argv`, wait for it, and write the report."""
    os.set_inheritable(report, False)
    adopt_orphans()
    try:
        pid = os.posix_spawnp(argv[0], argv, os.environ)
    except OSError as error:
        os.write(report, b"error %d" % (error.errno or 0))
        return
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # sent to the whole group: it is the command that has to obey
    _, status, usage = os.wait4(pid, 0)
    os.write(report, b"%d %d" % (os.waitstatus_to_exitcode(status), usage.ru_maxrss))
    for _ in range(ROUNDS):
        if not kill_escaped():
            return
        time.sleep(ROUND_SECONDS)


def adopt_orphans() -> None:
    """Let the system hand us, and not its first process, the descendants whose parents have ended."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - elsewhere it may be absent

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_escaped() -> bool:
    """Kill the descendants outside of our process group; return whether there were any that lived."""
    parents, groups = living()
    escaped = [pid for pid, group in groups.items() if group != os.getpgrp() and descends(pid, parents)]
    for pid in escaped:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    return bool(escaped)


def living() -> tuple[dict[int, int], dict[int, int]]:
    """Return parent and group of every process; the group of those alone that have not ended."""
    parents, groups = {}, {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent, group = file.read_text(errors="replace").rpartition(")")[2].split()[:3]
            parents[int(file.parent.name)] = int(parent)
            if state not in "ZX":
                groups[int(file.parent.name)] = int(group)
    return parents, groups


def descends(pid: int, parents: dict[int, int]) -> bool:
    """Return whether we started the process, or one that started it."""
    seen = set()
    while pid in parents and pid not in seen:
        seen.add(pid)
        pid = parents[pid]
        if pid == os.getpid():
            return True
    return False


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
