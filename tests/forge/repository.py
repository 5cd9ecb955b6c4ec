"""A repository on the forge, as its owner sees it through the API."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.e2e.act import project as local
from tests.forge.client import session

if TYPE_CHECKING:
    import requests
    from tests.forge.client import Client

WAIT_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment on a pull request."""

    id: int
    author: str
    body: str


@dataclass(frozen=True, kw_only=True)
class WorkflowRun:
    """A run of a workflow, as the forge lists it."""

    id: int
    event: str
    sha: str
    status: str
    conclusion: str
    path: str


@dataclass(frozen=True, kw_only=True)
class HostedRepository:
    """A repository, asked and changed by `owner`."""

    owner: Client
    name: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Make one call below the repository that has to succeed."""
        return self.owner.call(method, f"/repos/{self.name}{path}", body)

    def let(self, person: Client, permission: str) -> None:
        """Give an account `read` or `write`."""
        self.call("PUT", f"/collaborators/{person.name}", {"permission": permission})

    def set_secret(self, name: str, value: str) -> None:
        """Give every workflow of this repository a secret."""
        self.call("PUT", f"/actions/secrets/{name}", {"data": value})

    def require(self, branch: str, *contexts: str) -> None:
        """Let a branch change only by pull requests whose statuses `contexts` are green, the administrator's too."""
        rule = {"rule_name": branch, "enable_push": False, "block_admin_merge_override": True}
        self.call(
            "POST", "/branch_protections", {**rule, "enable_status_check": True, "status_check_contexts": contexts}
        )

    def reserve(self, branch: str, tags: str, writer: Client) -> None:
        """Let nobody but `writer` push `branch` and the tags that match `tags`; nobody may force the branch."""
        rule = {"rule_name": branch, "enable_push": True, "enable_push_whitelist": True}
        self.call("POST", "/branch_protections", {**rule, "push_whitelist_usernames": [writer.name]})
        self.call("POST", "/tag_protections", {"name_pattern": tags, "whitelist_usernames": [writer.name]})

    def open_pull_request(self, by: Client, head: str, title: str) -> int:
        """Open a pull request to main and return its number."""
        body = {"title": title, "head": head, "base": "main"}
        return int(by.call("POST", f"/repos/{self.name}/pulls", body)["number"])

    def merge(self, number: int, by: Client, how: str = "merge") -> requests.Response:
        """Try to `merge`, `squash` or `rebase`, once the forge has worked out whether it could."""
        for _ in range(WAIT_SECONDS * 10):
            if self.call("GET", f"/pulls/{number}")["mergeable"]:
                answer = by.send("POST", f"/repos/{self.name}/pulls/{number}/merge", {"Do": how})
                if "try again later" not in answer.text:
                    return answer
            time.sleep(0.1)
        raise AssertionError(f"the forge never found pull request {number} mergeable")

    def refs(self) -> dict[str, str]:
        """Return what each branch and tag points to as git sees it; an annotated tag has its commit under `…^{}`."""
        listed = local.git(Path.cwd(), "ls-remote", self.owner.remote(self.name), "refs/heads/*", "refs/tags/*")
        return {name: commit for commit, name in (line.split("\t") for line in listed.splitlines())}

    def comments(self, number: int) -> list[Comment]:
        """Return the comments on a pull request."""
        listed = self.call("GET", f"/issues/{number}/comments")
        return [Comment(id=item["id"], author=item["user"]["login"], body=item["body"]) for item in listed]

    def statuses(self, sha: str) -> dict[str, str]:
        """Return the newest state of each status of a commit."""
        listed = self.call("GET", f"/commits/{sha}/status")["statuses"] or []
        return {item["context"]: item["status"] for item in listed}

    def runs(self) -> list[WorkflowRun]:
        """Return the runs of workflows, newest first."""
        return [
            WorkflowRun(
                id=item["id"],
                event=item["event"],
                sha=item["head_sha"],
                status=item["status"],
                conclusion=item.get("conclusion") or "",
                path=item["path"],
            )
            for item in self.call("GET", "/actions/runs?limit=50")["workflow_runs"]
        ]

    def is_finished(self, run: WorkflowRun) -> bool:
        """Return whether every job has ended: a run is called completed before a job is that starts after a failure."""
        return all(job["status"] == "completed" for job in self.call("GET", f"/actions/runs/{run.id}/jobs")["jobs"])

    def dispatch(self, workflow: str, inputs: dict[str, str], by: Client) -> None:
        """Start a workflow by hand on main."""
        path = f"/repos/{self.name}/actions/workflows/{workflow}/dispatches"
        by.call("POST", path, {"ref": "main", "inputs": inputs})

    def artifacts(self, run: int) -> dict[str, zipfile.ZipFile]:
        """Return the artifacts of a run by name."""
        return {
            item["name"]: zipfile.ZipFile(io.BytesIO(self.call("GET", f"/actions/artifacts/{item['id']}/zip")))
            for item in self.call("GET", f"/actions/runs/{run}/artifacts")["artifacts"]
        }

    def release(self, tag: str) -> dict[str, bytes]:
        """Return the assets of the release of a tag, by name."""
        release = self.call("GET", f"/releases/tags/{quote(tag, safe='')}")
        assert not release["draft"]
        return {asset["name"]: download(self.owner, asset["browser_download_url"]) for asset in release["assets"]}


def download(client: Client, address: str) -> bytes:
    """Return what lies at an address of the forge."""
    answer = session().get(address, headers={"Authorization": f"token {client.token}"}, timeout=WAIT_SECONDS)
    answer.raise_for_status()
    return answer.content
