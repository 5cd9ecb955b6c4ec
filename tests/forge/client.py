"""Gitea's API as one account sees it. Each method is one thing that a story needs; a refusal fails the test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

TIMEOUT_SECONDS = 60
PASSWORD = "a-Passw0rd-for-tests"


def session() -> requests.Session:
    """Return a session that uses no proxy and no `.netrc` of this machine."""
    made = requests.Session()
    made.trust_env = False
    return made


@dataclass(frozen=True, kw_only=True)
class Client:
    """One account.

    Attributes:
        url: The server's root.
        name: The account's login.
        token: An access token with every scope.
        password: For the pages that have no API.
    """

    url: str
    name: str
    token: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def log_in(cls, url: str, name: str, password: str) -> Client:
        """Make a token for an account whose password is known."""
        answer = session().post(
            f"{url}/api/v1/users/{name}/tokens",
            json={"name": "tests", "scopes": ["all"]},
            auth=(name, password),
            timeout=TIMEOUT_SECONDS,
        )
        assert answer.ok, explained(answer)
        return cls(url=url, name=name, token=answer.json()["sha1"], password=password)

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Send one request and return whatever is answered."""
        return session().request(
            method,
            f"{self.url}/api/v1{path}",
            json=body,
            headers={"Authorization": f"token {self.token}"},
            timeout=TIMEOUT_SECONDS,
        )

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request that has to succeed, and return its JSON."""
        answer = self.send(method, path, body)
        assert answer.ok, explained(answer)
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content

    def remote(self, repository: str) -> str:
        """Return the address under which git reaches a repository as this account."""
        return f"http://{self.name}:{self.token}@{urlsplit(self.url).netloc}/{repository}.git"

    def add_user(self, name: str) -> Client:
        """As an administrator, make an account."""
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD, "must_change_password": False}
        self.call("POST", "/admin/users", body)
        return Client.log_in(self.url, name, PASSWORD)

    def add_organization(self, name: str) -> None:
        """Make an organization that this account owns."""
        self.call("POST", "/orgs", {"username": name})

    def add_repository(self, repository: str, *, private: bool, workflows: bool = True) -> None:
        """Make an empty repository in an organization, whose workflows run or do not."""
        owner, name = repository.split("/")
        body = {"name": name, "private": private, "default_branch": "main"}
        self.call("POST", f"/orgs/{owner}/repos", body)
        self.call("PATCH", f"/repos/{repository}", {"has_actions": workflows})

    def runner_registration(self) -> str:
        """As an administrator, return a token with which a runner may register for every repository."""
        return str(self.call("POST", "/admin/actions/runners/registration-token")["token"])

    def approve_run(self, repository: str, run: int) -> None:
        """Approve the run of a fork's pull request: a page's button, as the API has no such call."""
        web = session()
        web.headers["Origin"] = self.url
        login = {"user_name": self.name, "password": self.password}
        for path, form in (("user/login", login), (f"{repository}/actions/runs/{run}/approve", {})):
            answer = web.post(f"{self.url}/{path}", data=form, timeout=TIMEOUT_SECONDS)
            assert answer.ok, explained(answer)


def explained(answer: requests.Response) -> str:
    """Return what was asked and what was answered."""
    request = answer.request
    return f"{request.method} {urlsplit(request.url or '').path}: {answer.status_code} {answer.text[:500]}"
