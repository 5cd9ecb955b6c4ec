"""Commands are run for real: streamed, limited in time, and nothing of them is left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlgate.core.training.log import Log
from mlgate.errors import OutsideError
from mlgate.shell.training import command

if TYPE_CHECKING:
    from mlgate.core.training.ending import Ended

BASH = ("bash", "-eo", "pipefail", "-c")


def run(script: str, folder: Path, *, timeout: float = 30, grace: float = 1, shown: list[str] | None = None) -> Ended:
    lines = [] if shown is None else shown
    return command.run(
        (*BASH, script),
        cwd=folder,
        env=dict(os.environ),
        timeout_seconds=timeout,
        log=Log(),
        show=lines.append,
        grace_seconds=grace,
    )


def is_gone(pid: int, *, within: float = 5) -> bool:
    """Return whether the process ends; a zombie that nobody reaps has ended too."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
            os.kill(pid, 0)
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False


def wait_for(path: Path) -> int:
    deadline = time.monotonic() + 10
    while not path.exists() or not path.read_text().strip():
        assert time.monotonic() < deadline, f"{path.name} was never written"
        time.sleep(0.02)
    return int(path.read_text())


def test_both_streams_come_in_order(tmp_path: Path) -> None:
    shown: list[str] = []

    ended = run("echo one; echo two >&2; printf three", tmp_path, shown=shown)

    assert ended.status == 0
    assert shown == ["one", "two", "three"]


def test_lines_come_while_the_command_runs(tmp_path: Path) -> None:
    times: dict[str, float] = {}

    def show(line: str) -> None:
        times[line] = time.monotonic()

    command.run(
        (*BASH, "echo first; sleep 0.5; echo last"),
        cwd=tmp_path,
        env=dict(os.environ),
        timeout_seconds=30,
        log=Log(),
        show=show,
    )

    assert times["last"] - times["first"] > 0.3


def test_a_failing_part_of_a_pipe_fails(tmp_path: Path) -> None:
    assert run("false | true", tmp_path).status == 1


def test_duration_and_memory_are_measured(tmp_path: Path) -> None:
    ended = run("python3 -c 'x = bytearray(200_000_000)'; sleep 0.3", tmp_path)

    assert ended.duration_seconds > 0.3
    assert ended.peak_memory_bytes
    assert ended.peak_memory_bytes > 200_000_000


def test_what_we_hold_in_memory_is_not_counted_as_the_commands(tmp_path: Path) -> None:
    ours = bytearray(300_000_000)

    ended = run("true", tmp_path)

    assert ended.peak_memory_bytes
    assert ended.peak_memory_bytes < 100_000_000 < len(ours)


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    ended = run("sleep 100 & echo $! > child; wait", tmp_path, timeout=0.5)

    assert ended.timed_out
    assert ended.status == -signal.SIGTERM
    assert is_gone(wait_for(tmp_path / "child"))


def test_a_command_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    ended = run("trap '' TERM; while true; do sleep 0.1; done", tmp_path, timeout=0.5, grace=0.5)

    assert ended.timed_out
    assert ended.status == -signal.SIGKILL


def test_what_a_command_left_in_the_background_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()

    ended = run("sleep 100 & echo $! > child", tmp_path)

    assert ended.status == 0
    assert is_gone(wait_for(tmp_path / "child"))
    assert time.monotonic() - started < 10


def test_a_process_that_left_the_group_does_not_hold_us(tmp_path: Path) -> None:
    started = time.monotonic()

    run("setsid sleep 30 & echo $! > child; sleep 0.2", tmp_path)

    assert time.monotonic() - started < 10
    with suppress(ProcessLookupError):  # the launcher killed it already where it can
        os.kill(wait_for(tmp_path / "child"), signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to a process of our choice")
def test_a_daemon_does_not_outlive_the_command(tmp_path: Path) -> None:
    daemon = "setsid sh -c 'setsid sleep 100 & echo $! > child; exec sleep 100' & echo $! > parent"

    ended = run(f"{daemon}; until [ -s child ]; do sleep 0.02; done", tmp_path)

    assert ended.status == 0
    assert is_gone(wait_for(tmp_path / "parent"))
    assert is_gone(wait_for(tmp_path / "child"))


def test_the_status_of_a_killed_command_is_its_signal(tmp_path: Path) -> None:
    assert run("kill -9 $$", tmp_path).status == -signal.SIGKILL


def test_a_command_has_no_standard_input(tmp_path: Path) -> None:
    assert run("read line", tmp_path).status == 1


def test_a_shell_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="no-such-shell"):
        command.run(("no-such-shell", "x"), cwd=tmp_path, env={}, timeout_seconds=1, log=Log(), show=lambda _: None)


def test_an_interrupt_ends_the_whole_group(tmp_path: Path) -> None:
    def interrupt() -> None:
        wait_for(tmp_path / "child")
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run("sleep 100 & echo $! > child; wait", tmp_path)

    assert is_gone(wait_for(tmp_path / "child"))
