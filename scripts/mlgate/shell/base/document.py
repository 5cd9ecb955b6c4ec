"""What `base.json` says, worked out from the clone."""

from __future__ import annotations

import hashlib
import os
import posixpath
from typing import TYPE_CHECKING

from mlgate.core.documents.base import BaseDocument, PolicySource
from mlgate.core.gate import inputs
from mlgate.core.gate.change import policy_differs
from mlgate.core.lock import Lock
from mlgate.errors import ConfigError
from mlgate.shell import configuration
from mlgate.shell.base import commit as base_commit
from mlgate.shell.base.inputs import config_at, identity, known_inputs, lock_at
from mlgate.shell.base.on_disk import moved_on_disk
from mlgate.shell.git.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlgate.core.config.model import Config
    from mlgate.core.gate.inputs import Dependencies
    from mlgate.shell.base.commit import Found, Remote
    from mlgate.shell.base.inputs import KnownInputs
    from mlgate.shell.git.repository import Change, Git


def describe(
    path: Path,
    git: Git | None,
    env: Mapping[str, str],
    *,
    name: str,
    option: str | None = None,
    remote: Remote | None = None,
) -> BaseDocument:
    """Return which commit is judged, which one judges, and what differs between them.

    Mistakes in the configuration are no business of this document: whoever needs the configuration reports them.

    Args:
        path: The configuration.
        git: Its repository; None outside one.
        env: For the event that started the run.
        name: The configuration as the user names it.
        option: What `--base` names.
        remote: Where to fetch from; None for no network.

    Raises:
        BaseUnreadableError: If there is a base and it cannot be had.
    """
    found = base_commit.find(git, base_commit.gather(git, env, option), remote)
    relative = git.relative(path) if git else None
    if git is None or relative is None or found.facts.commit is None:
        shown = text_of(relative or name)
        return BaseDocument(
            event=found.facts.event,
            pull_request=found.facts.pull_request,
            config=shown,
            prefix=posixpath.dirname(shown) if relative else "",
            config_digest=_digest(path),
        )
    return _in_repository(git, path, relative, found)


def _in_repository(git: Git, path: Path, name: str, found: Found) -> BaseDocument:
    commit = str(found.facts.commit)
    changes = git.status()
    working = _working(path, name)
    base_config = git.show(found.base, name) if found.base else None
    wanted = inputs.dependencies(working, name, posixpath.dirname(name)) if working else None
    known = known_inputs(git, commit, name)
    touched = tuple(change for change in changes if wanted is None or _touches(change, wanted, known))
    base_digest = known_inputs(git, found.base, name).digest if found.base else None
    moved = _moved_from(git, path, name, found, introduced=base_config is None) if found.base else frozenset()
    edited = moved if base_config is None else moved | _edited(git, name, found, working, changes)
    unchanged = known.digest is not None and known.digest == base_digest and not touched
    return BaseDocument(
        event=found.facts.event,
        pull_request=found.facts.pull_request,
        commit=commit,
        tree=git.tree(commit),
        head=found.plan.head,
        base=found.base,
        base_source=found.plan.source.value,
        merge_base=found.merge_base,
        policy=_source(git, name, found, working=path.is_file(), base=base_config is not None, moved=bool(moved)),
        config=text_of(name),
        prefix=text_of(posixpath.dirname(name)),
        config_digest=_digest(path),
        base_config_digest=None if base_config is None else hashlib.sha256(base_config).hexdigest(),
        policy_changed=tuple(sorted(map(text_of, edited))),
        dirty=tuple(sorted({text_of(change.path) for change in changes if change.tracked or change in touched})),
        inputs_digest=known.digest,
        base_inputs_digest=base_digest,
        inputs_unchanged=unchanged
        and not (wanted and _has_ignored(git, wanted, known))
        and not (working and _moved_on_disk(git, commit, path, working)),
    )


def _moved_on_disk(git: Git, commit: str, path: Path, working: Config) -> bool:
    lock = lock_at(git, commit, posixpath.dirname(git.relative(path) or "")) or Lock()
    return moved_on_disk(working, lock, folder=path.parent, root=git.root)


def _touches(change: Change, wanted: Dependencies, known: KnownInputs) -> bool:
    linked = any(inputs.below(change.path, path) for path in known.linked)
    return linked or wanted.covers(change.path, tracked=change.tracked)


def _has_ignored(git: Git, wanted: Dependencies, known: KnownInputs) -> bool:
    """Return whether git ignores a file in a folder that is named as an input: no digest knows what is in it."""
    stood_for = (path for path in git.ignored(wanted.code) if known.pointers.isdisjoint(inputs.pointers(path)))
    return any(wanted.covers_ignored(path) for path in stood_for if path not in known.fixed)


def _working(path: Path, name: str) -> Config | None:
    try:
        return configuration.load(path, name)
    except ConfigError:
        return None


def _source(git: Git, name: str, found: Found, *, working: bool, base: bool, moved: bool) -> PolicySource:
    if found.base is None:
        return PolicySource.WORKING_COPY
    if moved:
        return PolicySource.REMOVED
    if not base:
        return PolicySource.INTRODUCED
    # A branch from before the configuration came has removed nothing: it lacks one, which is another mistake.
    behind = found.merge_base is not None and git.show(found.merge_base, name) is None
    return PolicySource.BASE if working or behind else PolicySource.REMOVED


def _moved_from(git: Git, path: Path, name: str, found: Found, *, introduced: bool) -> frozenset[str]:
    """Return the configurations of this name that the pull request takes away.

    One that comes to a new place while another goes was renamed, or hidden behind a link, and introduces nothing. So
    was one whose folder is reached by a link that led elsewhere before.
    """
    before, file = str(found.merge_base or found.base), posixpath.basename(name)
    lexical = posixpath.dirname(git.lexical(path) or name) or "."
    tree = Tree(git, before)
    way = tree.follow(lexical)
    folder = posixpath.dirname(name) or "."
    if way.path != folder and (way.links or posixpath.join(lexical, file) in tree.entries):
        return frozenset({posixpath.join(way.path or lexical, file)})
    if not introduced:
        return frozenset()
    return git.called(before, file) - git.called(str(found.facts.commit), file)


def _edited(git: Git, name: str, found: Found, working: Config | None, changes: tuple[Change, ...]) -> frozenset[str]:
    """Return the files of the policy that differ between the merge base (else the base) and the working copy."""
    before = str(found.merge_base or found.base)
    dirty = {change.path for change in changes}
    before_config = config_at(git, before, name)
    configs = (working, before_config, config_at(git, str(found.base), name))
    prefix = posixpath.dirname(name)
    named = {inputs.join(prefix, path) for config in configs if config for path in inputs.policy_files(config)}
    commit = str(found.facts.commit)
    changed = {path for path in named if path in dirty or _differs(git, before, commit, path)}
    if (name in dirty or _differs(git, before, commit, name)) and policy_differs(working, before_config):
        changed.add(name)
    return frozenset(changed)


def _differs(git: Git, before: str, commit: str, path: str) -> bool:
    return identity(git, before, path) != identity(git, commit, path)


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def text_of(path: str) -> str:
    """Return a path so that JSON can hold it: bytes that are no UTF-8 become question marks."""
    return os.fsencode(path).decode(errors="replace")
