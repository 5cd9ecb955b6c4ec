"""What the forge knows of a commit: its pull request, the workflow runs at it, and who approved a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.errors import OutsideError
from mlgate.shell.forge.answer import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.shell.forge.answer import Reply
    from mlgate.shell.forge.client import Forge

MAX_PAGES = 5
NOT_YET = (404, 409, 422)  # a commit that the host has not indexed
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0)  # 30 s in all
READS = (
    "Give the job `permissions: {contents: read, actions: read, pull-requests: read}` and promote-model "
    "`github-token: ${{ github.token }}`."
)

LACKING = " If this host's API knows no runs or artifacts, download the artifact in a step before, and set `local`."


@dataclass(frozen=True, kw_only=True)
class Host:
    """One repository on a forge.

    Attributes:
        forge: The client.
        repository: `owner/name`.
    """

    forge: Forge
    repository: str

    @property
    def is_gitea(self) -> bool:
        """Return whether the API is Gitea's or Forgejo's, which differs from GitHub's in a few paths."""
        return self.forge.url.endswith("/api/v1")

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        """Read a path below the repository.

        Raises:
            RefusedError: With the permissions that promotion needs.
        """
        try:
            return self.forge.call("GET", f"/repos/{self.repository}{path}", query=query)
        except RefusedError as error:
            if error.http_status in (403, 404):
                unknown = LACKING if self.is_gitea and error.http_status == 404 else ""
                raise RefusedError(error.message, remedy=READS + unknown, http_status=error.http_status) from None
            raise

    def listed(self, path: str, key: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        """Return what a listing under `key` holds, over a few pages."""
        size = {"limit": "50"} if self.is_gitea else {"per_page": "100"}
        page = self.get(path, {**query, **size})
        found = _items(page.data, key)
        for _ in range(MAX_PAGES):
            if page.next_page is None:
                break
            page = self.forge.call("GET", page.next_page)
            found += _items(page.data, key)
        return found


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """One run of a workflow.

    Attributes:
        workflow: The file's name.
        source: What it ran for: the branch of its commit; on Gitea, the ref, which names the pull request.
        created: When it was made, as the host writes it.
        head_repository: Where its commit came from; None where that is gone. Gitea never says: there it is this one,
            and a pull request's own head tells forks.
        bases: Of the pull requests that the host shows with it and that come from its branch; GitHub forgets those that
            are closed.
    """

    id: int
    number: int
    attempt: int
    event: str
    workflow: str
    head: str
    status: str
    conclusion: str
    url: str
    source: str
    created: str
    head_repository: str | None
    bases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """One pull request.

    Attributes:
        head: Its last commit.
        head_branch: The branch that it came from.
        created: When it was opened, as the host writes it.
        closed: When it was closed; empty while it is open.
    """

    number: int
    author: str
    head: str
    head_branch: str
    head_repository: str | None
    base_branch: str
    merged: bool
    created: str
    closed: str


@dataclass(frozen=True, kw_only=True)
class Approval:
    """What one reviewer said of a run that waited for environments."""

    login: str
    state: str
    environments: tuple[str, ...]


def runs_at(host: Host, commit: str) -> list[WorkflowRun]:
    """Return the workflow runs at a commit, the newest first."""
    listed = host.listed("/actions/runs", "workflow_runs", {"head_sha": commit})
    runs = [run for run in (_run(host, item) for item in listed) if run.head == commit]
    return sorted(runs, key=lambda run: (run.number, run.id), reverse=True)


def pull_requests_of(host: Host, commit: str, branch: str) -> list[PullRequest]:
    """Return the merged pull requests that brought a commit to a branch, tried again for 30 s: hosts index late."""
    for wait in WAITS:
        found = _merged(_pull_requests(host, commit)[0], branch)
        if found:
            return found
        host.forge.sleep(wait)
    last, problem = _pull_requests(host, commit)
    if problem is not None and not host.is_gitea:
        raise problem
    return _merged(last, branch)


def _merged(found: list[PullRequest], branch: str) -> list[PullRequest]:
    return [one for one in found if one.merged and one.base_branch == branch]


def _pull_requests(host: Host, commit: str) -> tuple[list[PullRequest], RefusedError | None]:
    try:
        data = host.get(f"/commits/{commit}/{'pull' if host.is_gitea else 'pulls'}").data
    except RefusedError as error:
        if error.http_status not in NOT_YET:
            raise
        return [], error
    return [pull_request(item) for item in (data if isinstance(data, list) else [data])], None


def author_of(host: Host, number: int) -> str:
    """Return the login of a pull request's author."""
    return pull_request(host.get(f"/pulls/{number}").data).author


def approvals(host: Host, run: int) -> list[Approval] | None:
    """Return what reviewers said of a run; None where the host knows no environments."""
    try:
        data = host.get(f"/actions/runs/{run}/approvals").data
    except RefusedError as error:
        if host.is_gitea and error.http_status == 404:
            return None
        raise
    return [_approval(item) for item in (data if isinstance(data, list) else [])]


def _items(data: Any, key: str) -> list[dict[str, Any]]:
    found = data.get(key) if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise _strange(key)
    return [item for item in found if isinstance(item, dict)]


def _strange(what: str) -> OutsideError:
    return OutsideError(f"the forge's answer holds no {what}", remedy="Check GITHUB_API_URL.")


def _run(host: Host, item: dict[str, Any]) -> WorkflowRun:
    if type(item.get("id")) is not int:
        raise _strange("workflow run")
    path, _, ref = str(item.get("path") or "").partition("@")
    repository = _full_name(item.get("head_repository"))
    return WorkflowRun(
        id=item["id"],
        number=_number(item.get("run_number")),
        attempt=_number(item.get("run_attempt")) or 1,
        event=str(item.get("event") or "").removesuffix("_sync"),  # Gitea's name for a pull request's later runs
        workflow=path.rpartition("/")[2],
        head=str(item.get("head_sha") or ""),
        status=str(item.get("status") or ""),
        conclusion=str(item.get("conclusion") or ""),
        url=str(item.get("html_url") or ""),
        source=ref if host.is_gitea else str(item.get("head_branch") or ""),
        created=str(item.get("created_at") or ""),
        head_repository=repository or (host.repository if host.is_gitea else None),
        bases=_bases(item),
    )


def _bases(item: dict[str, Any]) -> tuple[str, ...]:
    shown = item.get("pull_requests")
    tables = [_table(one) for one in shown] if isinstance(shown, list) else []
    own = [one for one in tables if _table(one.get("head")).get("ref") == item.get("head_branch")]
    return tuple(str(_table(one.get("base")).get("ref") or "") for one in own)


def pull_request(item: Any) -> PullRequest:
    """Return a pull request as the host describes it.

    Raises:
        OutsideError: If it describes none.
    """
    if not isinstance(item, dict) or type(item.get("number")) is not int:
        raise _strange("pull request")
    head, base, user = (_table(item.get(name)) for name in ("head", "base", "user"))
    return PullRequest(
        number=item["number"],
        author=str(user.get("login") or ""),
        head=str(head.get("sha") or ""),
        head_branch=str(head.get("ref") or ""),
        head_repository=_full_name(head.get("repo")),
        base_branch=str(base.get("ref") or ""),
        merged=bool(item.get("merged_at") or item.get("merged")),
        created=str(item.get("created_at") or ""),
        closed=str(item.get("closed_at") or ""),
    )


def _approval(item: Any) -> Approval:
    table = _table(item)
    environments = table.get("environments")
    names = environments if isinstance(environments, list) else []
    return Approval(
        login=str(_table(table.get("user")).get("login") or ""),
        state=str(table.get("state") or ""),
        environments=tuple(str(_table(one).get("name") or "") for one in names),
    )


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _full_name(value: Any) -> str | None:
    name = _table(value).get("full_name")
    return name if isinstance(name, str) and name else None


def _number(value: Any) -> int:
    return value if type(value) is int else 0
