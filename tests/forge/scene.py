"""Where a story plays: one repository on the forge, the people around it, and the runner that runs its workflows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.act import project as local

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.forge.client import Client
    from tests.forge.repository import HostedRepository, WorkflowRun
    from tests.forge.runner import JobRun, Runner

WAIT_SECONDS = 30
SECRET = "DEPLOY_KEY"  # every story's repository has this secret
GATE = "Model / gate (pull_request)"  # workflow, job and event: the name that the forge gives the job's status


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A story's place.

    Attributes:
        repository: On the forge.
        runner: Runs what waits when it is asked to.
        alice: Writes to the repository.
        bob: May read it, and has a fork where a test makes one.
        folder: Working copies.
    """

    repository: HostedRepository
    runner: Runner
    alice: Client
    bob: Client
    folder: Path

    def clone(self, person: Client, repository: str | None = None) -> WorkingCopy:
        """Clone a repository, by default the story's, as one of the people."""
        place = self.folder / f"{person.name}-{len(list(self.folder.glob('*')))}"
        place.mkdir(parents=True)
        local.git(place, "clone", "--quiet", person.remote(repository or self.repository.name), ".")
        return WorkingCopy(root=place)

    def propose(self, branch: str, change: Mapping[str, str]) -> tuple[int, str]:
        """As alice, open a pull request from a branch with a change; return its number and its head."""
        copy = self.clone(self.alice)
        copy.branch(branch)
        head = copy.commit(change, "Change the model")
        copy.push()
        return self.repository.open_pull_request(self.alice, branch, "Change the model"), head

    def merge(self, number: int, how: str = "merge") -> str:
        """As alice, merge a pull request, and return the commit that main has now."""
        merged = self.repository.merge(number, self.alice, how)
        assert merged.status_code == 200, merged.text
        return self.repository.refs()["refs/heads/main"]

    def await_run(self, sha: str) -> WorkflowRun:
        """Return the first run that the forge made for a commit; it makes them a moment after the event."""
        for _ in range(WAIT_SECONDS * 20):
            if found := [run for run in self.repository.runs() if run.sha == sha]:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"nothing was started for {sha}: {self.repository.runs()}")

    def settle(self, sha: str, event: str) -> dict[str, JobRun]:
        """Run what `event` on commit `sha` has started until nothing is left to run; return its jobs by name."""
        done: dict[str, JobRun] = {}
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            ran = list(self.runner.run_waiting())
            done |= {job.job: job for job in ran if job.event == event}
            mine = [run for run in self.repository.runs() if run.sha == sha and run.event.startswith(event)]
            if mine and all(map(self.repository.is_finished, mine)):
                return done
            if ran:
                deadline = time.monotonic() + WAIT_SECONDS
            else:
                time.sleep(0.05)
        logs = "\n".join(map(str, done.values()))
        raise AssertionError(f"{event} on {sha} did not settle: {self.repository.runs()}\n{logs}")


@dataclass(frozen=True, kw_only=True)
class WorkingCopy:
    """Somebody's clone."""

    root: Path

    def commit(self, changed: Mapping[str, str], message: str) -> str:
        """Commit on the branch that is checked out."""
        return local.commit(self.root, changed, message)

    def git(self, *words: str) -> str:
        """Run git, which has to succeed."""
        return local.git(self.root, *words)

    def branch(self, name: str) -> None:
        """Begin a branch at the newest main."""
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "-b", name, "origin/main")

    def push(self) -> None:
        """Push the branch that is checked out."""
        self.git("push", "--quiet", "origin", "HEAD")
