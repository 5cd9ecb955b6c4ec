"""The digest over all that a model depends on, read from git alone: the same for HEAD, a base, or any other commit."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from mlgate.core.gate import inputs
from mlgate.errors import ConfigError
from mlgate.shell import configuration
from mlgate.shell.git.repository import Entry, inside

if TYPE_CHECKING:
    from mlgate.core.config.model import Config
    from mlgate.core.gate.inputs import Dependencies
    from mlgate.shell.git.repository import Git

LINK = "120000"


def config_at(git: Git, commit: str, name: str) -> Config | None:
    """Return the configuration as a commit has it; None if it has none, or one with mistakes."""
    data = git.show(commit, name)
    if data is None:
        return None
    try:
        return configuration.parse(data, name)
    except ConfigError:
        return None


def input_digest(git: Git, commit: str, name: str) -> str | None:
    """Return the digest over the inputs of the configuration called `name`; None if it cannot be known.

    It cannot be known without a configuration, and when git does not know one of the files or folders it names.
    """
    config = config_at(git, commit, name)
    if config is None:
        return None
    wanted = inputs.dependencies(config, name, posixpath.dirname(name))
    entries = _entries(git, commit, wanted)
    return None if entries is None else inputs.digest(entries)


def identity(git: Git, commit: str, path: str) -> Entry | None:
    """Return git's entry that stands for a file: its own, that of what it links to, or its DVC pointer's."""
    own = next(iter(git.entries(commit, [path])), None)
    if own is not None and own.mode != LINK:
        return own
    target = git.blob(commit, path)
    if target is not None:
        return Entry(mode=LINK, kind="blob", oid=target, path=path)
    pointers = git.entries(commit, inputs.pointers(path))
    return max(pointers, key=lambda entry: len(entry.path), default=None)


def _entries(git: Git, commit: str, wanted: Dependencies) -> list[str] | None:
    named = [path for path in (*wanted.code, *wanted.files) if inside(path) is not None]
    if len(named) != len(wanted.code) + len(wanted.files):
        return None
    found = [identity(git, commit, path) for path in named]
    known = [entry for entry in found if entry is not None]
    if len(known) != len(found):
        return None
    environment = [
        entry
        for folder in wanted.folders
        for entry in git.children(commit, folder)
        if inputs.is_environment_file(posixpath.basename(entry.path))
    ]
    return [f"{entry.mode} {entry.kind} {entry.oid}\t{entry.path}" for entry in (*known, *environment)]
