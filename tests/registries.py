"""Registries for tests: a bare remote with a model's code, clones of any depth, and records that follow a state."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.repository import QUIET, Repository, environment

from mlgate.core.registry.log import names
from mlgate.core.registry.log.record import Digests, Event, Record
from mlgate.shell.base.commit import Remote
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.log.journal import Journal
from mlgate.shell.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mlgate.core.registry.log.state import State

Planner: TypeAlias = "Callable[[State], tuple[Record, ...]]"
BRANCH = f"refs/heads/{names.BRANCH}"
MODEL = "flight-delays"


class Lab:
    """A bare remote, `remote.git`, whose main branch has code; and clones of it.

    Attributes:
        folder: Where all lies.
        remote: The bare repository.
        code: The commit at the tip of main.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin = Repository.new(folder / "origin")
        self.origin.commit({"train.py": "print(1)\n"}, "first")
        self.code = self.origin.commit({"train.py": "print(2)\n"}, "second")
        self.remote = folder / "remote.git"
        self.bare("init", "-q", "--bare", "-b", "main", str(self.remote), at=folder)
        self.origin.git("remote", "add", "origin", self.url)
        self.origin.git("push", "-q", "origin", "main")

    @property
    def url(self) -> str:
        return f"file://{self.remote}"

    def bare(self, *words: str, at: Path | None = None) -> str:
        return bare(at or self.remote, *words)

    def clone(self, name: str, depth: int | None = None) -> Repository:
        """Clone as actions/checkout does: main alone, no tags; with a depth, shallow."""
        to = self.folder / name
        limit = [] if depth is None else [f"--depth={depth}"]
        self.bare(
            "clone", "-q", "--no-tags", "--single-branch", "-b", "main", *limit, self.url, str(to), at=self.folder
        )
        return Repository(to)

    def journal(self, clone: Repository, **more: Any) -> Journal:
        return journal(clone, self.url, **more)

    def hook(self, name: str, text: str) -> None:
        """Give the remote a hook."""
        path = self.remote / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)

    def refs(self) -> dict[str, str]:
        """Return all references of the remote."""
        return refs(self.remote)


def bare(at: Path, *words: str) -> str:
    """Run git in a folder."""
    return Repository(at).git(*words)


def refs(repository: Path) -> dict[str, str]:
    """Return all references of a repository."""
    listed = Repository(repository).git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split(" ", 1) for line in listed)


def world(folder: Path, env: Mapping[str, str] | None = None, said: list[str] | None = None) -> World:
    """Return a world whose log lines are kept in `said`."""
    return World(env=env or variables(), cwd=folder, clock=lambda: 0.0, log=(said if said is not None else []).append)


def variables() -> dict[str, str]:
    """Return an environment without anybody's git configuration."""
    return {**environment(), "PATH": os.environ["PATH"], **QUIET}


def journal(clone: Repository, url: str | None, said: list[str] | None = None, **more: Any) -> Journal:
    """Return the journal of a clone, whose remote is at `url`; None for one without a remote."""
    given = world(clone.root, said=said)
    source = None if url is None else Remote(source=url, secret=None, log=given.log)
    options = {"sleep": lambda _: None, **more}
    return Journal(Git(clone.root, given.env), given, source, "ada", **options)


def record(state: State, event: Event, **fields: Any) -> Record:
    """Return a record that follows a state."""
    given = {
        "sequence": state.sequence + 1,
        "previous": state.digest,
        "model": MODEL,
        "actor": "ada",
        "time": "2026-03-03T10:15:00Z",
        **fields,
    }
    return Record(event=event, **given)


def register(commit: str, version: str, **fields: Any) -> Callable[[State], tuple[Record, ...]]:
    """Return a planner that registers a version, unless there is one."""

    def plan(state: State) -> tuple[Record, ...]:
        if state.version(MODEL, version) is not None:
            return ()
        tag = names.version_tag(MODEL, version)
        digests = Digests(inputs="1" * 64, model="2" * 64)
        return (
            record(state, Event.REGISTER, version=version, commit=commit, tag=tag, **{"digests": digests, **fields}),
        )

    return plan


def next_version(commit: str, **fields: Any) -> Callable[[State], tuple[Record, ...]]:
    """Return a planner that registers one more version, whatever there is."""
    return lambda state: register(commit, f"v1.{len(state.versions(MODEL))}.0", **fields)(state)
