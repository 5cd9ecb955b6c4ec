"""A runner of the forge: takes jobs by its protocol, runs each with act in host mode, and hands in log and result."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.act import harness
from tests.forge.job import lonely, uses
from tests.toolbox import tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.forge.actions import Actions
    from tests.forge.job import LonelyJob
    from tests.forge.protocol import RunnerService, Task

LIMIT_SECONDS = 300
OPTIONS = (
    "--json",
    "--verbose",  # or act would not say that it skipped a job
    "--platform=ubuntu-latest=-self-hosted",
    "--no-cache-server",
    "--container-daemon-socket=-",
    "--action-offline-mode",
    "--no-skip-checkout",
)


@dataclass(frozen=True, kw_only=True)
class JobRun:
    """One job that ran.

    Attributes:
        run: Id of the run that it is a part of.
        job: Its id.
        repository: Whose workflow it is.
        event: What started it.
        result: How it ended.
        secrets: Names of the secrets that it got.
        outputs: By name.
        act: Its steps, summary and log.
    """

    run: int
    job: str
    repository: str
    event: str
    result: str
    secrets: frozenset[str]
    outputs: Mapping[str, str]
    act: harness.Run

    def step(self, name: str) -> harness.StepRun:
        """Return a step by its id or the action that it uses."""
        return self.act.step(self.job, name)

    def __str__(self) -> str:
        return f"job {self.job} on {self.event}: {self.result}\n{self.act.log[-6000:]}"


@dataclass(kw_only=True)
class Runner:
    """Runs jobs one after another, in this process, when asked to.

    Attributes:
        service: The forge's side.
        actions: What a `uses:` means.
        folder: Everything that jobs write.
    """

    service: RunnerService
    actions: Actions
    folder: Path

    def run_waiting(self) -> Iterator[JobRun]:
        """Run every job that waits now, with those that it lets start."""
        while task := self.service.fetch():
            yield self.run(task)

    def run(self, task: Task) -> JobRun:
        """Run one job."""
        started = self.service.start(task)
        home = self.folder / f"task-{task.id}"
        home.mkdir(parents=True)
        job = lonely(task, home / "outputs.json")
        done = self._act(task, job, home)
        result = done.jobs.get(job.name, "failure")
        outputs = read_outputs(home / "outputs.json")
        self.service.finish(task, started=started, result=result, outputs=outputs, log=done.log.split("\n"))
        return JobRun(
            run=int(task.context["run_id"]),
            job=job.name,
            repository=task.context["repository"],
            event=task.context["event_name"],
            result=result,
            secrets=frozenset(task.secrets),
            outputs=outputs,
            act=done,
        )

    def _act(self, task: Task, job: LonelyJob, home: Path) -> harness.Run:
        write_inputs(task, job, home)
        harness.share_tool_cache(home)
        programs_of_the_image(home / "bin")
        repositories = self.actions.resolve(uses(job.workflow["jobs"][job.name]))
        command = [
            *(str(tool("act")), task.context["event_name"], *OPTIONS),
            *("--directory", str(home / "workspace"), "--workflows", str(home / "workflow.yml"), "--job", job.name),
            *("--eventpath", str(home / "event.json"), "--secret-file", str(home / "secrets")),
            *("--actor", task.context["actor"]),
            *(word for pair in pairs(steps_environment(task, self)) for word in ("--env", pair)),
            *(word for pair in pairs(task.variables) for word in ("--var", pair)),
            *(word for pair in pairs(repositories) for word in ("--local-repository", pair)),
        ]
        done = subprocess.run(
            command,
            cwd=home,
            env=harness.runner_env(home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        return harness.parse(done.returncode, told(done.stdout), told(done.stderr))


def told(output: bytes) -> str:
    """Return what act says to people, and how jobs ended."""
    lines = output.decode(errors="replace").splitlines()
    return "\n".join(line for line in lines if '"level":"debug"' not in line or '"jobResult"' in line)


def write_inputs(task: Task, job: LonelyJob, home: Path) -> None:
    """Write the files that act reads."""
    (home / "workspace").mkdir()
    (home / "workflow.yml").write_text(job.text, encoding="utf-8")
    (home / "event.json").write_text(json.dumps(task.context["event"]), encoding="utf-8")
    secrets = "".join(f"{key}={json.dumps(value)}\n" for key, value in task.secrets.items())
    (home / "secrets").write_text(secrets, encoding="utf-8")


def programs_of_the_image(folder: Path) -> None:
    """Put a `pip` on the PATH that installs nothing: the stories' training needs Python alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pip").write_text('#!/bin/sh\n[ "$1 $2" = "install -r" ] && test -f "$3"\n', encoding="utf-8")
    (folder / "pip").chmod(0o755)


def steps_environment(task: Task, runner: Runner) -> dict[str, str]:
    """Return what the forge's own runner sets for every step."""
    context, url = task.context, runner.service.url
    named = ("repository", "repository_owner", "ref", "ref_name", "ref_type", "base_ref", "head_ref", "run_id")
    return {
        **{f"GITHUB_{name.upper()}": str(context[name]) for name in (*named, "run_number")},
        "GITHUB_RUN_ATTEMPT": context.get("run_attempt") or "1",
        "GITHUB_SERVER_URL": url,
        "GITHUB_API_URL": context["api_url"],
        "SHA_REF": context["sha"],  # act's own name for what GITHUB_SHA becomes
        "GITEA_ACTIONS": "true",
        "ACTIONS_RESULTS_URL": url,
        "ACTIONS_RUNTIME_URL": f"{url}/api/actions_pipeline/",
        "ACTIONS_RUNTIME_TOKEN": context["gitea_runtime_token"],
        "STANDINS": str(runner.actions.standins),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }


def pairs(values: Mapping[str, object]) -> list[str]:
    """Return values as `key=value`."""
    return [f"{key}={value}" for key, value in values.items()]


def read_outputs(file: Path) -> dict[str, str]:
    """Return a job's outputs; none where it did not come so far."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}
