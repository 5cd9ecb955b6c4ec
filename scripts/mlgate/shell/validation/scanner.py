"""The scan of a table in a child process with limits: whatever a file does to it, the parent reports."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import threading
from typing import TYPE_CHECKING, Any, Self

from mlgate.core import codec
from mlgate.core.data.request import ScanResult
from mlgate.core.documents.data import DataFinding
from mlgate.shell.tables.sources import digest_of
from mlgate.shell.validation.starting import start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from types import TracebackType

    from mlgate.core.data.request import ScanRequest

WALL_SECONDS = 1800.0
CPU_SECONDS = 3600


class Scanner:
    """A child process, started before there is anything to ask, so that its imports cost the parent no time.

    Use it as context manager: leaving it, by Ctrl-C too, ends the child and what it started.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        wall_seconds: float = WALL_SECONDS,
        process: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self.wall_seconds = wall_seconds
        self.is_late = False
        self.process = process or start(env)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Kill the child and everything in its process group, and wait for it."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # what it was not there to read
                    stream.close()

    def scan(self, request: ScanRequest) -> tuple[ScanResult, str | None]:
        """Return what the child found, and the digest of the files, which are read meanwhile; None where it cannot be.

        A child that dies, or takes too long, is a `data-unreadable` finding.
        """
        timer = threading.Timer(self.wall_seconds, self._stop_late)
        timer.start()
        try:
            self._ask(request)
            digest = None if request.drift_alone else digest_of(request.source)
            answer = self._answer()
        finally:
            timer.cancel()
            self.end()
        if "result" in answer:
            return codec.from_plain(ScanResult, answer["result"]), digest
        if "bug" in answer:
            raise RuntimeError(answer["bug"])
        return ScanResult(findings=(_died(answer.get("died") or self._cause_of_death()),)), digest

    def _ask(self, request: ScanRequest) -> None:
        message = {"request": codec.to_plain(request, exact=True), "cpu_seconds": CPU_SECONDS}
        assert self.process.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return  # it has died; the missing answer says so

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            answer = json.loads(self.process.stdout.readline() or b"{}")
        except ValueError:
            return {}
        return answer if isinstance(answer, dict) else {}

    def _stop_late(self) -> None:
        self.is_late = True
        self.process.kill()

    def _cause_of_death(self) -> str:
        if self.is_late:
            return f"it took longer than {self.wall_seconds:.0f} seconds"
        status = self.process.returncode
        if status == -signal.SIGXCPU:
            return f"it used more than {CPU_SECONDS} seconds of processor time"
        if status < 0:
            return f"it was ended by signal {-status}, usually because memory ran out"
        return f"it ended with status {status} and no answer"


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def said_and_remedy(result: ScanResult) -> tuple[str, str]:
    """Return what a table that could not be read is said to be, and the remedy, where it has one of its own."""
    said, _, remedy = result.findings[0].message.partition(". ") if result.findings else ("", "", "")
    return said or "it could not be read", remedy


def _died(cause: str) -> DataFinding:
    message = f"the scan of the file did not come to an end: {cause}"
    return DataFinding(check="", count=1, reason="data-unreadable", message=message)
