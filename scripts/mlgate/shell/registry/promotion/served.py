"""Whether the run that judged a pull request can have served another base, as far as the host tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.promotion.bases import Proposal, may_have_started, other_base, shown_base, too_old, untrusted
from mlgate.shell.forge import bases
from mlgate.shell.forge.answer import RefusedError

if TYPE_CHECKING:
    from mlgate.core.registry.promotion.decision import Absence
    from mlgate.shell.forge.runs import Host, PullRequest, WorkflowRun

MAX_PROPOSALS = 5
UNKNOWN = (403, 404)


def is_another_bases(host: Host, merged: PullRequest, run: WorkflowRun) -> Absence | None:
    """Return why nobody can trust a run to be that of a merged pull request with its base, or None.

    Args:
        host: The repository.
        merged: The pull request.
        run: The run at its head, from its branch.
    """
    try:
        return shown_base(run.bases, merged.base_branch) or _problem(host, merged, run)
    except bases.TooLongError:
        return untrusted(f"more has happened to pull request {merged.number} than can be read")
    except RefusedError as error:
        if error.http_status not in UNKNOWN:
            raise
        return untrusted(f"nobody can say whether the run had another base ({error.message}): {error.remedy}")


def _problem(host: Host, merged: PullRequest, run: WorkflowRun) -> Absence | None:
    proposals = [
        one
        for one in map(_proposal, _from_the_same_branch(host, merged))
        if may_have_started(one, head=run.head, created=run.created)
    ]
    problem = _too_old(host, merged, run) or other_base(proposals, merged.base_branch)
    if problem is None and len(proposals) > MAX_PROPOSALS:
        problem = untrusted(f"the run can be that of {len(proposals)} pull requests")
    return problem or next((_changed(one) for one in proposals if bases.had_another_base(host, one.number)), None)


def _too_old(host: Host, merged: PullRequest, run: WorkflowRun) -> Absence | None:
    return None if host.is_gitea else too_old(merged.number, opened=merged.created, created=run.created)


def _from_the_same_branch(host: Host, merged: PullRequest) -> list[PullRequest]:
    if host.is_gitea:  # there the run names its pull request
        return [merged]
    others = bases.pull_requests_from(host, merged.head_branch)
    return [merged, *(one for one in others if one.number != merged.number)]


def _proposal(one: PullRequest) -> Proposal:
    return Proposal(number=one.number, head=one.head, base=one.base_branch, closed=one.closed)


def _changed(one: Proposal) -> Absence:
    return untrusted(f"pull request {one.number} had another base before, whose workflow may have judged")
