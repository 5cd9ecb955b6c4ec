"""The digest over all that a model depends on, read from git alone: the same for HEAD, a base, or any other commit."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core import lock as locks
from mlgate.core.gate import inputs
from mlgate.core.lock import NAME, Lock
from mlgate.errors import ConfigError
from mlgate.shell import configuration
from mlgate.shell.git.repository import Entry
from mlgate.shell.git.tree import LINK, Tree

if TYPE_CHECKING:
    from mlgate.core.config.model import Config
    from mlgate.shell.git.repository import Git


@dataclass(frozen=True, kw_only=True)
class KnownInputs:
    """What git knows of the inputs at a commit.

    Attributes:
        digest: Over their entries. None if it cannot be known: without a configuration, where git does not know a file
            or folder that it names, and where a link leads out of the tree.
        linked: What links among them lead to.
        pointers: All pointers of DVC in the tree, which stand for files that git ignores.
        fixed: All files that `mlgate.lock` fixes, most of which git ignores.
    """

    digest: str | None = None
    linked: frozenset[str] = frozenset()
    pointers: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()


def config_at(git: Git, commit: str, name: str) -> Config | None:
    """Return the configuration as a commit has it; None if it has none, or one with mistakes."""
    data = git.show(commit, name)
    if data is None:
        return None
    try:
        return configuration.parse(data, name)
    except ConfigError:
        return None


def known_inputs(git: Git, commit: str, name: str) -> KnownInputs:
    """Return what git knows of the inputs of the configuration called `name`."""
    config = config_at(git, commit, name)
    if config is None:
        return KnownInputs()
    prefix = posixpath.dirname(name)
    wanted = inputs.dependencies(config, name, prefix)
    tree = Tree(git, commit)
    lock = lock_at(git, commit, prefix) or Lock()
    fixed = {inputs.join(prefix, place) for place in inputs.fixed_places(config, lock)}
    beside = [path for path, entry in tree.entries.items() if entry.kind != "tree" and wanted.is_beside(path)]
    found = _Found(tree)
    complete = all(found.add(path) or path in fixed for path in (*wanted.code, *wanted.files, *beside))
    if fixed:
        found.add(inputs.join(prefix, NAME))
    entries = (f"{entry.mode} {entry.kind} {entry.oid}\t{entry.path}" for entry in found.entries.values())
    return KnownInputs(
        digest=inputs.digest(entries) if complete else None,
        linked=frozenset(found.linked),
        pointers=frozenset(path for path in tree.entries if path.endswith(".dvc")),
        fixed=frozenset(inputs.join(prefix, name) for name in lock.names),
    )


def lock_at(git: Git, commit: str, prefix: str) -> Lock | None:
    """Return the lock as a commit has it; None if it has none, or one with mistakes."""
    data = git.show(commit, inputs.join(prefix, NAME))
    try:
        return None if data is None else locks.parse(data, NAME)
    except ConfigError:
        return None


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


class _Found:
    """Entries of inputs, with all that links in them lead to."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.entries: dict[str, Entry] = {}
        self.linked: set[str] = set()
        self._seen: set[str] = set()

    def add(self, path: str) -> bool:
        """Add what a path stands for; False if git does not know it, or something that a link below it leads to."""
        waiting, complete = [path], True
        while waiting:
            name = waiting.pop()
            if name not in self._seen:
                self._seen.add(name)
                entry = self._entry(name)
                complete = complete and entry is not None
                waiting += self.tree.links(entry.path) if entry is not None and entry.kind == "tree" else []
        return complete

    def _entry(self, name: str) -> Entry | None:
        way = self.tree.follow(name)
        self.entries |= {link.path: link for link in way.links}
        if way.path is None:
            return None
        names = (way.path, *inputs.pointers(way.path))
        entry = next((self.tree.entries[name] for name in names if name in self.tree.entries), None)
        if entry is not None:
            self.entries[entry.path] = entry
            if way.links:
                self._add_linked(entry.path)
        return entry

    def _add_linked(self, path: str) -> None:
        """Remember what a link leads to, and what says how git is to write that to disk."""
        parts = path.split("/")
        above = ["/".join((*parts[:count], ".gitattributes")) for count in range(len(parts))]
        self.entries |= {name: self.tree.entries[name] for name in above if name in self.tree.entries}
        self.linked |= {path, *above}
