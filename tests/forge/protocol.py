"""Gitea's runner protocol: five calls of one Connect service, as JSON over HTTP."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.forge.client import TIMEOUT_SECONDS, explained, session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import requests

SERVICE = "/api/actions/runner.v1.RunnerService"
VERSION = "mlgate-tests"
LABELS = ["ubuntu-latest"]
RESULTS = ("success", "failure", "cancelled", "skipped")


@dataclass(frozen=True, kw_only=True)
class Need:
    """How a job ended that this one needs."""

    result: str
    outputs: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One job to run.

    Attributes:
        id: Of the task; 64-bit numbers are strings in this protocol.
        workflow: The workflow with only this job in it.
        context: What the `github` context holds, the event and the job's token too.
        secrets: By name.
        variables: By name.
        needs: By the job's id.
    """

    id: str
    workflow: bytes
    context: Mapping[str, Any]
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    needs: Mapping[str, Need]


@dataclass(kw_only=True)
class RunnerService:
    """The service as one registered runner sees it."""

    url: str
    _session: requests.Session = field(default_factory=session)

    def register(self, registration: str) -> None:
        """Become a runner."""
        answer = self._call("Register", {"name": "tests", "token": registration, "version": VERSION, "labels": LABELS})
        runner = answer["runner"]
        self._session.headers.update({"x-runner-uuid": runner["uuid"], "x-runner-token": runner["token"]})
        self._call("Declare", {"version": VERSION, "labels": LABELS})

    def fetch(self) -> Task | None:
        """Take the next job that waits, if any."""
        answer = self._call("FetchTask", {"tasksVersion": "0"})  # 0: look, whatever was seen before
        return parse_task(answer["task"]) if "task" in answer else None

    def start(self, task: Task) -> str:
        """Say that a job runs, and return since when."""
        started = timestamp()
        self._call("UpdateTask", {"state": {"id": task.id, "startedAt": started}})
        return started

    def finish(self, task: Task, *, started: str, result: str, outputs: Mapping[str, str], log: Sequence[str]) -> None:
        """Hand in the log, the outputs and the result, one of `RESULTS`."""
        assert result in RESULTS, result
        time = timestamp()
        rows = [{"time": time, "content": line} for line in log]
        self._call("UpdateLog", {"taskId": task.id, "index": "0", "rows": rows, "noMore": True})
        state = {"id": task.id, "result": f"RESULT_{result.upper()}", "startedAt": started, "stoppedAt": time}
        self._call("UpdateTask", {"state": state, "outputs": dict(outputs)})

    def _call(self, method: str, body: Mapping[str, Any]) -> Any:
        headers = {"Connect-Protocol-Version": "1"}
        answer = self._session.post(
            f"{self.url}{SERVICE}/{method}", json=body, headers=headers, timeout=TIMEOUT_SECONDS
        )
        assert answer.ok, explained(answer)
        return answer.json()


def parse_task(data: Mapping[str, Any]) -> Task:
    """Read a task; fields that are empty are left out of the JSON."""
    return Task(
        id=data["id"],
        workflow=base64.b64decode(data["workflowPayload"]),
        context=data["context"],
        secrets=data.get("secrets", {}),
        variables=data.get("vars", {}),
        needs={job: parse_need(need) for job, need in data.get("needs", {}).items()},
    )


def parse_need(data: Mapping[str, Any]) -> Need:
    """Read how a needed job ended."""
    result = str(data.get("result", "")).removeprefix("RESULT_").lower()
    assert result in RESULTS, data
    return Need(result=result, outputs=data.get("outputs", {}))


def timestamp() -> str:
    """Return the time in the protocol's form."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
