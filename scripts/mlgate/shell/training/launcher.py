"""Run by path: start a command from a process that is small, and say how it ended.

The operating system counts a process's memory from that of the one that started it. Started from mlgate itself, which
may have read a large table before, a small command would seem large.

    python -I -S launcher.py FD PROGRAM [ARGUMENT ...]

`STATUS PEAK` (in the system's own unit), or `error ERRNO`, is written to the file descriptor FD.
"""

import os
import signal
import sys


def main(report: int, argv: list[str]) -> None:
    """Start `argv`, wait for it, and write the report."""
    os.set_inheritable(report, False)
    try:
        pid = os.posix_spawnp(argv[0], argv, os.environ)
    except OSError as error:
        os.write(report, b"error %d" % (error.errno or 0))
        return
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # sent to the whole group: it is the command that has to obey
    _, status, usage = os.wait4(pid, 0)
    os.write(report, b"%d %d" % (os.waitstatus_to_exitcode(status), usage.ru_maxrss))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
