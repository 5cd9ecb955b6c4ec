"""Real git repositories for tests: commits, merges, clones of any depth, and the events that a runner would bring."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

QUIET = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.org",
}


def environment(**more: str) -> dict[str, str]:
    """Return an environment that shows nobody's git configuration, nor the run that these tests may be part of."""
    foreign = ("GITHUB_", "MLGATE_", "GIT_")
    kept = {key: value for key, value in os.environ.items() if key != "CI" and not key.startswith(foreign)}
    return {**kept, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", **more}


class Repository:
    """A repository with a working copy at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def new(cls, root: Path) -> Repository:
        root.mkdir(parents=True)
        made = cls(root)
        made.git("init", "-q", "-b", "main")
        # A host gives any commit by its id; a plain repository has to be told to.
        made.git("config", "uploadpack.allowAnySHA1InWant", "true")
        return made

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.root, env={**environment(), **QUIET}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, files: dict[str, str | bytes | None]) -> None:
        """Write files, or remove those that are None."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: dict[str, str | bytes | None] | None = None, message: str = "change") -> str:
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str = "HEAD") -> None:
        self.git("checkout", "-q", "-b", name, start)

    def switch(self, name: str) -> None:
        self.git("checkout", "-q", name)

    def merge_commit(self, head: str, base: str = "main", ref: str = "refs/pull/1/merge") -> str:
        """Merge as a host does for a pull request: on no branch, under a ref of its own."""
        self.git("checkout", "-q", "--detach", base)
        self.git("merge", "-q", "--no-ff", "-m", "merge", head)
        commit = self.git("rev-parse", "HEAD")
        self.git("update-ref", ref, commit)
        return commit

    def clone(self, to: Path, ref: str, depth: int | None = None) -> Repository:
        """Check a ref out as actions/checkout does: fetched alone, HEAD detached."""
        to.mkdir(parents=True)
        made = Repository(to)
        made.git("init", "-q", "-b", "main")
        made.git("remote", "add", "origin", f"file://{self.root}")
        limit = [] if depth is None else [f"--depth={depth}"]
        made.git("fetch", "-q", "--no-tags", *limit, "origin", f"+{ref}:refs/remotes/pull/1/merge")
        made.git("checkout", "-q", "--detach", "refs/remotes/pull/1/merge")
        return made


def event(folder: Path, name: str, payload: dict[str, Any]) -> dict[str, str]:
    """Write an event and return the variables that point to it."""
    path = folder / "event.json"
    path.write_text(json.dumps(payload))
    return {"GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": str(path)}


def pull_request(
    folder: Path, *, head: str, base_sha: str = "0" * 40, number: int = 1, merge: str | None = None
) -> dict[str, str]:
    """Return the event of a pull request to main; `base_sha` is stale unless given, as on real hosts.

    `merge` is the host's merge commit, which the runner names beside the event.
    """
    payload = {"number": number, "pull_request": {"number": number, "head": {"sha": head}}}
    payload["pull_request"]["base"] = {"ref": "main", "sha": base_sha}  # type: ignore[index]
    named = {} if merge is None else {"GITHUB_SHA": merge}
    return {**event(folder, "pull_request", payload), **named}
