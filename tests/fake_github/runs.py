"""Workflow runs, their artifacts and approvals, and the pull requests of commits, as GitHub and Gitea show them."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).parent.parent / "contract" / "github.api.json"
ROOT = re.compile(
    r"/repos/([^/]+/[^/]+)/(actions/.*|commits/[^/]+/pulls?|pulls(?:/\d+)?|issues/\d+/(?:events|timeline))"
)
DOWNLOADS = "/artifact-host/"  # stands for the blob storage; the token must not get there
RAN = "2026-11-24T09:00:00Z"
GITEA_PAGE = 50
Routed = tuple[int, Any, dict[str, str]]


@functools.cache
def _schemas() -> dict[str, Any]:
    return json.loads(FILE.read_bytes())["components"]["schemas"]  # type: ignore[no-any-return]


def shaped(schema: str, /, **values: Any) -> dict[str, Any]:
    """Return an object of GitHub's description: what it must have, with the values given."""
    made = _sample(_schemas()[schema])
    assert isinstance(made, dict)
    return _merged(made, values)


def _merged(made: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(made[key], value) if isinstance(made.get(key), dict) and isinstance(value, dict) else value
        for key, value in values.items()
    }
    return {**made, **both}


def _sample(schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _sample(_schemas()[schema["$ref"].rpartition("/")[2]])
    for choice in ("allOf", "anyOf", "oneOf"):
        if choice in schema:
            return _sample(schema[choice][0])
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("nullable"):
        return None
    kind = schema.get("type", "object")
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: _sample(properties[key]) for key in schema.get("required", ()) if key in properties}
    if kind == "string":
        return {"date-time": "2026-11-02T08:15:00Z", "uri": "https://example.org"}.get(schema.get("format", ""), "x")
    return {"array": [], "integer": 1, "number": 1.0, "boolean": False}[kind]


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return what uploading files makes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return held.getvalue()


@dataclass(kw_only=True)
class FakeRuns:
    """The runs of one repository.

    Attributes:
        runs: By id.
        artifacts: What the API says of each, with `run` and `data`.
        pulls: By the commits that they brought.
        others: Pull requests that brought no commit that anybody asks for.
        events: What happened to pull requests, by number: names of GitHub's events.
        approvals: By run.
        stores: Folders into which runs upload, one folder an artifact, by run; what lies there is served.
        late: So many looks for a commit's pull requests find nothing yet.
        lying: The downloads have other bytes than were uploaded.
        download_host: Where archives are redirected to in the place of this server.
    """

    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    artifacts: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    others: list[dict[str, Any]] = field(default_factory=list)
    events: dict[int, list[str]] = field(default_factory=dict)
    approvals: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    stores: dict[int, Path] = field(default_factory=dict)
    late: int = 0
    lying: bool = False
    download_host: str = ""
    next_id: int = 9000

    def add_run(
        self,
        head: str,
        *,
        event: str = "pull_request",
        repository: str = "octo/flights",
        workflow: str = "mlgate.yml",
        conclusion: str = "success",
        branch: str = "change",
        **values: Any,
    ) -> int:
        """Let a workflow have run; on Gitea, for pull request 7 unless `path_ref` names another's ref."""
        self.next_id += 1
        self.runs[self.next_id] = shaped(
            "workflow-run",
            id=self.next_id,
            run_number=self.next_id - 9000,
            run_attempt=1,
            event=event,
            head_sha=head,
            head_branch=branch,
            path=f".github/workflows/{workflow}",
            html_url=f"https://example.org/runs/{self.next_id}",
            **{
                "created_at": RAN,
                "status": "completed",
                "conclusion": conclusion,
                "head_repository": {"full_name": repository},
                **values,
            },
        )
        return self.next_id

    def add_artifact(self, run: int, name: str, data: bytes, *, expired: bool = False) -> int:
        """Let a run have uploaded an artifact."""
        self.next_id += 1
        self.artifacts[self.next_id] = {"run": run, "name": name, "data": data, "expired": expired}
        return self.next_id

    def add_pull(self, commit: str, number: int, head: str, **values: Any) -> None:
        """Let a commit have come by a pull request."""
        self.pulls.setdefault(commit, []).append(self._given(number, head, values))

    def add_other_pull(self, number: int, head: str, **values: Any) -> None:
        """Let there be another pull request."""
        self.others.append(self._given(number, head, values))

    @staticmethod
    def _given(number: int, head: str, values: dict[str, Any]) -> dict[str, Any]:
        given = {
            "number": number,
            "state": "closed",
            "merged_at": "2026-11-24T10:00:00Z",
            "user": shaped("simple-user", login=values.pop("author", "mona")),
            "closed_at": "2026-11-24T10:00:00Z",
            "head": {
                "ref": values.pop("branch", "change"),
                "sha": head,
                "repo": {"full_name": values.pop("fork", "octo/flights")},
            },
            "base": {"ref": values.pop("base", "main")},
        }
        return {**given, **values}

    def approve(self, run: int, login: str, environment: str, state: str = "approved") -> None:
        """Let a reviewer have said something of a run."""
        said = shaped("environment-approvals", state=state, user={"login": login}, comment="")
        said["environments"] = [{"name": environment}]
        self.approvals.setdefault(run, []).append(said)

    def route(self, url: str, request: Mapping[str, Any], *, gitea: bool) -> Routed | None:
        """Answer a request about runs or pull requests, or None if it is none."""
        path = request["path"]
        if path.startswith(DOWNLOADS):
            return self._download(int(path.removeprefix(DOWNLOADS)))
        found = ROOT.fullmatch(path)
        if found is None:
            return None
        match [*found[2].split("/")]:
            case ["actions", "runs"]:
                return self._runs(request["query"], gitea=gitea)
            case ["actions", "runs", run, "artifacts"]:
                return self._artifacts(int(run), request["query"], gitea=gitea)
            case ["actions", "runs", run, "approvals"] if not gitea:
                return 200, self.approvals.get(int(run), []), {}
            case ["actions", "artifacts", number, "zip"] if int(number) in self.artifacts:
                return self._redirect(url, int(number), gitea=gitea)
        return self._of_pulls(found[2].split("/"), request, gitea=gitea)

    def _of_pulls(self, words: list[str], request: Mapping[str, Any], *, gitea: bool) -> Routed:
        match words:
            case ["commits", commit, "pulls"] if not gitea:
                return 200, [_pull("pull-request-simple", one) for one in self._pulls(commit)], {}
            case ["commits", commit, "pull"] if gitea:
                pulls = self._pulls(commit)
                return (200, _pull("pull-request-simple", pulls[0]), {}) if pulls else _missing()
            case ["pulls"] if not gitea:
                return self._listed(request["query"])
            case ["issues", number, "events"] if not gitea:
                return 200, [_event(name) for name in self.events.get(int(number), [])], {}
            case ["issues", number, "timeline"] if gitea:
                return self._timeline(int(number), int(request["query"].get("page", "1")))
            case ["pulls", number]:
                known = [one for pulls in self.pulls.values() for one in pulls if one["number"] == int(number)]
                return (200, _pull("pull-request", known[0]), {}) if known else _missing()
        return _missing()

    def _listed(self, query: Mapping[str, str]) -> Routed:
        """List pull requests; of those from a branch, if `head` names one."""
        every = {one["number"]: one for pulls in self.pulls.values() for one in pulls}
        every |= {one["number"]: one for one in self.others}
        owner, _, branch = query.get("head", "").partition(":")
        shown = [
            _pull("pull-request-simple", one)
            for one in every.values()
            if not branch or (one["head"]["ref"] == branch and one["head"]["repo"]["full_name"].startswith(f"{owner}/"))
        ]
        return 200, [one for one in shown if query.get("state") == "all" or one["state"] == "open"], {}

    def _timeline(self, number: int, page: int) -> Routed:
        """List as Gitea does: page by page, and with no `Link` to the next."""
        names = {"base_ref_changed": "change_target_branch"}
        happened = [{"id": i, "type": names.get(name, name)} for i, name in enumerate(self.events.get(number, []))]
        return 200, happened[(page - 1) * GITEA_PAGE : page * GITEA_PAGE] or None, {}

    def _redirect(self, url: str, number: int, *, gitea: bool) -> Routed:
        if self.artifacts[number]["expired"]:
            return (
                (404 if gitea else 410),
                {"message": "Artifact has expired", "documentation_url": "", "status": ""},
                {},
            )
        return 302, None, {"Location": f"{self.download_host or url}{DOWNLOADS}{number}"}

    def _runs(self, query: Mapping[str, str], *, gitea: bool) -> Routed:
        found = [run for run in self.runs.values() if run["head_sha"] == query.get("head_sha", run["head_sha"])]
        if gitea:
            found = [_as_gitea(run) for run in found]
        return 200, {"total_count": len(found), "workflow_runs": found}, {}

    def _take_uploads(self, run: int) -> None:
        """Add the artifacts that a run has put into its folder since."""
        known = {one["name"] for one in self.artifacts.values() if one["run"] == run}
        store = self.stores.get(run)
        for folder in sorted(store.iterdir()) if store and store.is_dir() else ():
            if folder.name not in known:
                paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
                data = archive({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})
                self.add_artifact(run, folder.name, data)

    def _artifacts(self, run: int, query: Mapping[str, str], *, gitea: bool) -> Routed:
        self._take_uploads(run)
        found = [
            shaped(
                "artifact",
                id=number,
                name=one["name"],
                expired=one["expired"],
                size_in_bytes=len(one["data"]),
                **({} if gitea else {"digest": f"sha256:{hashlib.sha256(one['data']).hexdigest()}"}),
            )
            for number, one in self.artifacts.items()
            if one["run"] == run and one["name"] == query.get("name", one["name"])
        ]
        return 200, {"total_count": len(found), "artifacts": found}, {}

    def _download(self, number: int) -> Routed:
        data = self.artifacts[number]["data"]
        return 200, data + b"!" if self.lying else data, {}

    def _pulls(self, commit: str) -> list[dict[str, Any]]:
        if self.late > 0:
            self.late -= 1
            return []
        return self.pulls.get(commit, [])


def _pull(schema: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return shaped(schema, **values)


def _event(name: str) -> dict[str, Any]:
    """Return an event; GitHub's description has no schema for the change of a base, so another's is used."""
    return shaped("labeled-issue-event", event=name, label={"name": "x", "color": "ededed"})


def _as_gitea(run: Mapping[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in run.items() if key not in ("head_repository", "created_at", "path_ref")}
    event = "pull_request_sync" if run["event"] == "pull_request" else run["event"]
    path = run["path"].rpartition("/")[2] + "@" + run.get("path_ref", "refs/pull/7/head")
    return {**shown, "path": path, "head_branch": "", "event": event}


def _missing() -> Routed:
    return 404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}, {}
