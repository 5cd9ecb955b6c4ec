"""What GitHub's answers and events look like, written from its published description."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

HEAD = "c0ffee0123456789c0ffee0123456789c0ffee01"
LONG_AGO = "2026-11-02T08:15:00Z"
BASE = "ba5e0123456789ba5e0123456789ba5e01234567"


def now() -> str:
    """Return the time as GitHub writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(login: str) -> dict[str, Any]:
    """Return an account."""
    root = f"https://api.github.com/users/{login}"
    names = ("followers", "following", "gists", "starred", "subscriptions", "orgs", "repos", "events")
    return {
        "login": login,
        "id": sum(map(ord, login)),
        "node_id": "MDM6Qm90",
        "avatar_url": "https://avatars.githubusercontent.com/in/15368",
        "gravatar_id": "",
        "url": root,
        "html_url": f"https://github.com/{login}",
        **{f"{name}_url" if name != "orgs" else "organizations_url": f"{root}/{name}" for name in names},
        "received_events_url": f"{root}/received_events",
        "type": "Bot" if login.endswith("[bot]") else "User",
        "site_admin": False,
    }


def comment(api: str, thread: tuple[str, int], number: int, author: str, body: str, *, created: str) -> dict[str, Any]:
    """Return an issue comment."""
    repository, issue = thread
    return {
        "id": number,
        "node_id": f"IC_{number}",
        "url": f"{api}/repos/{repository}/issues/comments/{number}",
        "html_url": f"https://github.com/{repository}/pull/{issue}#issuecomment-{number}",
        "issue_url": f"{api}/repos/{repository}/issues/{issue}",
        "user": user(author),
        "created_at": created,
        "updated_at": created,
        "author_association": "CONTRIBUTOR",
        "body": body,
    }


def error(message: str, status: int) -> dict[str, Any]:
    """Return a basic error."""
    return {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}


def validation(message: str) -> dict[str, Any]:
    """Return a validation error."""
    errors = [{"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": message}]
    return {"message": "Validation Failed", "errors": errors, "documentation_url": "https://docs.github.com/rest"}


def repository(full_name: str, number: int) -> dict[str, Any]:
    """Return the part of a repository that events carry and we read."""
    owner, name = full_name.split("/")
    return {
        "id": number,
        "node_id": f"R_{number}",
        "name": name,
        "full_name": full_name,
        "private": False,
        "owner": user(owner),
        "html_url": f"https://github.com/{full_name}",
        "fork": False,
        "default_branch": "main",
    }


def pull_request_event(full_name: str, number: int, *, head: str = HEAD, head_repository: str = "") -> dict[str, Any]:
    """Return a `pull_request` event as `GITHUB_EVENT_PATH` holds it; `head_repository` makes it a fork's."""
    base, fork = repository(full_name, 1296269), repository(head_repository or full_name, 1296270)
    return {
        "action": "synchronize",
        "number": number,
        "before": BASE,
        "after": head,
        "pull_request": {
            "url": f"https://api.github.com/repos/{full_name}/pulls/{number}",
            "id": 1843,
            "number": number,
            "state": "open",
            "draft": False,
            "title": "Use the weather, too",
            "user": user("mona"),
            "head": {"label": "mona:weather", "ref": "weather", "sha": head, "repo": fork, "user": user("mona")},
            "base": {"label": "octo:main", "ref": "main", "sha": BASE, "repo": base, "user": user("octo")},
            "merge_commit_sha": "3e7600123456789a3e7600123456789a3e760012",
            "comments": 0,
            "commits": 2,
        },
        "repository": base,
        "sender": user("mona"),
    }


def push_event(full_name: str) -> dict[str, Any]:
    """Return a `push` event."""
    return {
        "ref": "refs/heads/main",
        "before": BASE,
        "after": HEAD,
        "repository": repository(full_name, 1296269),
        "sender": user("mona"),
    }


def release(api: str, repository: str, number: int, upload_host: str) -> dict[str, Any]:
    """Return a release; its tag, name, text and state come with the request that makes it."""
    root = f"{api}/repos/{repository}/releases/{number}"
    return {
        "id": number,
        "node_id": f"RE_{number}",
        "url": root,
        "assets_url": f"{root}/assets",
        "upload_url": f"{upload_host}/repos/{repository}/releases/{number}/assets{{?name,label}}",
        "html_url": f"https://github.com/{repository}/releases/tag/untagged-{number}",
        "tarball_url": None,
        "zipball_url": None,
        "tag_name": "",
        "target_commitish": "main",
        "name": None,
        "body": None,
        "draft": True,
        "prerelease": False,
        "created_at": LONG_AGO,
        "published_at": None,
        "author": user("github-actions[bot]"),
        "assets": [],
    }


def asset(root: str, number: int, name: str, size: int, digest: str | None) -> dict[str, Any]:
    """Return a release's asset."""
    return {
        "id": number,
        "node_id": f"RA_{number}",
        "url": f"{root}/releases/assets/{number}",
        "browser_download_url": f"{root}/releases/download/v/{name}",
        "name": name,
        "label": "",
        "state": "uploaded",
        "content_type": "application/octet-stream",
        "size": size,
        "digest": digest,
        "download_count": 0,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        "uploader": user("github-actions[bot]"),
    }
