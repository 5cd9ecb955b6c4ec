"""Finding the verdict of what was pushed: beside this run, in the merge queue's run, or in the pull request's."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.registry.log.record import Run
from mlgate.core.registry.promotion import judged
from mlgate.core.registry.promotion.decision import Absence
from mlgate.core.registry.promotion.judged import Ran
from mlgate.shell.forge import archive as archives
from mlgate.shell.forge import artifacts, runs
from mlgate.shell.registry.promotion.found import Found
from mlgate.shell.registry.promotion.served import is_another_bases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.registry.promotion.judged import Push
    from mlgate.shell.forge.runs import Host, PullRequest, WorkflowRun

MAX_PULL_REQUESTS = 3


@dataclass(frozen=True, kw_only=True)
class Search:
    """What to look for, and with what.

    Attributes:
        host: The repository on the forge.
        push: What was pushed.
        model: The model that the report must be about.
        artifact: What its artifact is called.
        workflow: File name of the workflow whose runs judge.
        folder: An empty folder for what is found.
        edits_workflows: Tells whether the push changes workflows; None where that cannot be known.
    """

    host: Host
    push: Push
    model: str
    artifact: str
    workflow: str
    folder: Path
    edits_workflows: Callable[[], bool | None]

    def find(self) -> Found:
        """Return the verdict: of this run's own gate, else of the merge queue, else of the pull request."""
        absence = Absence(reason="verdict-missing", message="")
        for attempt in (self._of_this_run, self._of_the_queue, self._of_pull_requests):
            for found in attempt():
                if found.report is not None and found.absence is None:
                    return found
                absence = found.absence or absence
        return Found(absence=absence)

    def _of_this_run(self) -> Iterator[Found]:
        push = self.push
        run = Run(id=push.run, attempt=push.attempt, url=push.url, event=push.event)
        artifact = artifacts.artifact_of(self.host, push.run, self.artifact) if push.run else None
        if artifact is not None and not artifact.expired:
            found = self._read(artifact, run)
            yield _checked(found, lambda report: judged.is_about_commit(report, push.commit))

    def _of_the_queue(self) -> Iterator[Found]:
        queue = f"gh-readonly-queue/{self.push.branch}/"
        run = self._run_at(self.push.commit, "merge_group", lambda source: source.startswith(queue))
        if isinstance(run, Absence):
            if run.reason != "verdict-missing":
                yield Found(absence=run)
            return
        found = self._of_run(run)
        yield _checked(found, lambda report: judged.is_about_commit(report, self.push.commit))

    def _of_pull_requests(self) -> Iterator[Found]:
        merged = runs.pull_requests_of(self.host, self.push.commit, self.push.branch)
        if not merged:
            what = f"{self.push.commit[:12]} came with no pull request: it was pushed directly to {self.push.branch}"
            yield Found(absence=Absence(reason="verdict-missing", message=what))
        for one in merged[:MAX_PULL_REQUESTS]:
            check = functools.partial(judged.is_about_pull_request, number=one.number, head=one.head)
            yield replace(_checked(self._of_pull_request(one), check), pull_request=one.number)

    def _of_pull_request(self, one: PullRequest) -> Found:
        if one.head_repository != self.host.repository:
            where = one.head_repository or "a repository that is gone"
            message = f"pull request {one.number} comes from {where}, whose runs anybody could have written"
            return Found(absence=Absence(reason="verdict-untrusted", message=message))
        source = f"refs/pull/{one.number}/head" if self.host.is_gitea else one.head_branch
        run = self._run_at(one.head, "pull_request", lambda found: found == source)
        if isinstance(run, Absence):
            return Found(absence=replace(run, message=f"pull request {one.number}: {run.message}"))
        problem = is_another_bases(self.host, one, run)
        return Found(absence=problem) if problem else self._of_run(run)

    def _run_at(self, commit: str, event: str, serves: Callable[[str], bool]) -> WorkflowRun | Absence:
        known = {run.id: run for run in runs.runs_at(self.host, commit)}
        facts = [(run.id, _ran(run)) for run in known.values()]
        chosen = judged.choose(
            facts, workflow=self.workflow, event=event, repository=self.host.repository, serves=serves
        )
        return chosen if isinstance(chosen, Absence) else known[chosen]

    def _of_run(self, run: WorkflowRun) -> Found:
        edits = self.edits_workflows()
        if edits is not False:
            message = (
                "the push edits workflows, which judged under its own edit"
                if edits
                else "nobody can say whether the push edits workflows: the branch's tip before it is not known"
            )
            return Found(absence=Absence(reason="verdict-untrusted", message=message))
        artifact = artifacts.artifact_of(self.host, run.id, self.artifact)
        if artifact is None:
            message = f"the run that judged uploaded no artifact called {self.artifact}: {run.url}"
            return Found(absence=Absence(reason="verdict-missing", message=message))
        return self._read(artifact, Run(id=run.id, attempt=run.attempt, url=run.url, event=run.event))

    def _read(self, artifact: artifacts.ArtifactFile, run: Run) -> Found:
        archive = self.folder / f"{artifact.id}.zip"
        try:
            if artifact.expired:
                raise artifacts.ExpiredError
            artifacts.download(self.host, artifact, archive)
            return replace(self._in(archive), run=run)
        except artifacts.ExpiredError:
            message = f"the artifact {self.artifact} of the run that judged is gone: {run.url}"
            return Found(absence=Absence(reason="verdict-expired", message=message))
        except archives.UntrustedArchiveError as error:
            message = f"the artifact {self.artifact} is not what an upload makes: {error}"
            return Found(absence=Absence(reason="verdict-untrusted", message=message))
        finally:
            archive.unlink(missing_ok=True)

    def _in(self, path: Path) -> Found:
        with archives.opened(path) as archive:
            found = judged.parse_report(archive.texts(archives.REPORT), self.model)
            if isinstance(found, Absence):
                return Found(absence=found)
            report, data = found
            files = archive.take(judged.wanted_digests(report), self.folder)
            return Found(report=report, data=data, files=files)


def _ran(run: WorkflowRun) -> Ran:
    return Ran(
        event=run.event,
        workflow=run.workflow,
        status=run.status,
        conclusion=run.conclusion,
        source=run.source,
        head_repository=run.head_repository,
        url=run.url,
    )


def _checked(found: Found, check: Callable[[ReportDocument], Absence | None]) -> Found:
    """Return `found` without its verdict where `check` has something against it."""
    problem = check(found.report) if found.report is not None and found.absence is None else None
    return found if problem is None else replace(found, report=None, files={}, absence=problem)
