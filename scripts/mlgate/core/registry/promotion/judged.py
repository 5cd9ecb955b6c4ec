"""Which run's verdict counts for a push, and whether a report is about it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core import codec
from mlgate.core.config import grammar
from mlgate.core.documents.report import ReportDocument
from mlgate.core.gate.base import OBJECT_ID
from mlgate.core.registry.promotion.bases import plain
from mlgate.core.registry.promotion.decision import Absence
from mlgate.core.report.publishing import run_link
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mlgate.core.documents.training import Artifact

SUCCESS, SKIPPED = "success", "skipped"
SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Push:
    """What the runner says of the run that promotes.

    Attributes:
        commit: What is checked out.
        branch: The branch that was pushed.
        before: Its tip before the push; None where the event does not say.
        run: This run's id.
        attempt: From 1.
        event: What started it.
        url: Where people see it.
    """

    commit: str
    branch: str
    before: str | None
    run: int
    attempt: int
    event: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A workflow run, as far as the choice between several needs it; `source` is what it ran for."""

    event: str
    workflow: str
    status: str
    conclusion: str
    source: str
    head_repository: str | None
    url: str


def read_push(env: Mapping[str, str], payload: Any, *, commit: str, branch: str) -> Push:
    """Return what is pushed.

    Args:
        env: The runner's variables.
        payload: The event.
        commit: What HEAD is.
        branch: Whose pushes are promoted; empty for the repository's default branch.

    Raises:
        UsageError: If another branch or another commit is at hand.
    """
    event, ref = env.get("GITHUB_EVENT_NAME", ""), env.get("GITHUB_REF", "")
    wanted = branch or _default_branch(payload)
    if not wanted:
        raise UsageError(
            "the event does not say which branch is the default one",
            remedy="Name the branch whose pushes are promoted: `branch: main`.",
        )
    if ref != f"refs/heads/{wanted}":
        raise UsageError(
            f"this run is for {ref or 'no branch'}, and models are promoted from {wanted}",
            remedy=f"Let it run on pushes to {wanted}, or name the branch whose pushes are promoted by `branch`.",
        )
    pushed = env.get("GITHUB_SHA", "")
    if pushed and pushed != commit:
        raise UsageError(
            f"{commit[:12]} is checked out, and this run is for {pushed[:12]}",
            remedy="Leave `ref` out of the checkout step.",
        )
    return Push(
        commit=commit,
        branch=wanted,
        before=tip_before(env, payload),
        run=_number(env.get("GITHUB_RUN_ID")) or 0,
        attempt=_number(env.get("GITHUB_RUN_ATTEMPT")) or 1,
        event=event,
        url=run_link(env) or "",
    )


def tip_before(env: Mapping[str, str], payload: Any) -> str | None:
    """Return the branch's tip before the push; None where no push started the run, or the branch is new."""
    pushed = env.get("GITHUB_EVENT_NAME") == "push" and isinstance(payload, dict)
    before = payload.get("before") if pushed else None
    known = isinstance(before, str) and OBJECT_ID.fullmatch(before) and set(before) != {"0"}
    return before if known else None


def _default_branch(payload: Any) -> str:
    repository = payload.get("repository") if isinstance(payload, dict) else None
    name = repository.get("default_branch") if isinstance(repository, dict) else None
    return name if isinstance(name, str) else ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def choose(
    runs: Iterable[tuple[int, Ran]], *, workflow: str, event: str, repository: str, serves: Callable[[str], bool]
) -> int | Absence:
    """Return the newest run that judged, or why there is none that ended well.

    An older success makes up for no newer failure: the newest saw the most.

    Args:
        runs: Number and facts of each, the newest first.
        workflow: The file's name.
        event: What must have started it.
        repository: Where its commit must have come from.
        serves: Tells whether a run is for what was pushed, by its source.
    """
    judged = [(number, run) for number, run in runs if run.workflow == workflow and run.event == event]
    own = [(number, run) for number, run in judged if run.head_repository == repository]
    if judged and not own:
        return Absence(reason="verdict-untrusted", message=f"a fork's run judged: {judged[0][1].url}")
    served = [(number, run) for number, run in own if run.source and serves(run.source) and run.conclusion != SKIPPED]
    if not served:
        message = f"no run of {workflow} on `{event}` is known at the judged commit"
        return Absence(reason="verdict-missing", message=message)
    number, newest = served[0]
    if newest.conclusion == SUCCESS:
        return number
    message = (
        f"the newest run of {workflow} did not end well but as `{newest.conclusion or newest.status}`: {newest.url}"
    )
    return Absence(reason="verdict-missing", message=message)


def parse_report(datas: Iterable[bytes], model: str) -> tuple[ReportDocument, bytes] | Absence:
    """Return the one report about a model, with its bytes, or why there is none."""
    found, others = [], []
    for data in datas:
        try:
            report = codec.from_plain(ReportDocument, codec.loads(data))
        except codec.DecodeError as error:
            others.append(f"one that this mlgate cannot read ({plain(str(error))})")
            continue
        if not grammar.NAME.fullmatch(report.model):
            others.append("one about a model whose name is none")
        elif report.model == model:
            found.append((report, data))
        else:
            others.append(f"one about {report.model}")
    if len(found) == 1:
        return found[0]
    if found:
        return Absence(reason="verdict-untrusted", message=f"the artifact holds {len(found)} reports about {model}")
    what = f"it holds {', '.join(others[:3])}" if others else "it holds no report.json"
    return Absence(reason="verdict-missing", message=f"the artifact has no report about {model}: {what}")


def is_about_commit(report: ReportDocument, commit: str) -> Absence | None:
    """Return why a report is not about a commit."""
    judged = report.provenance.commit
    if judged == commit:
        return None
    named = judged[:12] if judged and OBJECT_ID.fullmatch(judged) else "no commit"
    what = f"the report is about {named}, not about {commit[:12]}"
    return Absence(reason="verdict-stale", message=what)


def is_about_pull_request(report: ReportDocument, number: int, head: str) -> Absence | None:
    """Return why a report is not about a pull request as it was merged."""
    if report.pull_request == number and report.provenance.head == head:
        return None
    message = f"the artifact of pull request {number}'s run names another one"
    return Absence(reason="verdict-untrusted", message=message)


def wanted_files(report: ReportDocument) -> tuple[Artifact, ...]:
    """Return the files whose bytes must be those that were judged: model, predictions, and the evidence."""
    trained = report.training.artifacts if report.training else ()
    compared = report.comparison.evidence if report.comparison else ()
    return (*trained, *compared)


def wanted_digests(report: ReportDocument) -> dict[str, int]:
    """Return the size of each wanted file by its digest; what is no sha256 becomes no name of a file."""
    return {file.digest: file.size for file in wanted_files(report) if SHA256.fullmatch(file.digest)}


def missing_files(report: ReportDocument, found: Iterable[str]) -> tuple[str, ...]:
    """Return the files, as the report calls them, whose bytes were not found; `found` are digests."""
    there, bound = set(found), report.provenance
    missing = [file.name for file in wanted_files(report) if file.digest not in there]
    named = {file.name: file.digest for file in wanted_files(report)}
    for name, digest in (("model", bound.model_digest), ("predictions", bound.predictions_digest)):
        if digest is None or named.get(name) != digest:
            missing.append(name)
    return tuple(dict.fromkeys(name if grammar.NAME.fullmatch(name) else "a file" for name in missing))
