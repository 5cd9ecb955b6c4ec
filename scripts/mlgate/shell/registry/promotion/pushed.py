"""What was pushed, as git has it: its configuration, its inputs, and whether the push changes workflows."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.node import Place as At
from mlgate.core.config.node import refuse
from mlgate.core.gate import inputs
from mlgate.errors import ConfigError, InputError, MlgateError
from mlgate.shell import configuration
from mlgate.shell.base.inputs import known_inputs
from mlgate.shell.git.repository import Entry, Git
from mlgate.shell.registry.place import Place

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Config, Promote
    from mlgate.core.gate.inputs import Dependencies
    from mlgate.shell.base.commit import Remote
    from mlgate.shell.world import World

FETCHED = "refs/mlgate/older"
# What a host runs on a pull request: whoever edits it there says what the run does.
WORKFLOWS = (".github", ".gitea", ".forgejo")


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """One commit that is to be promoted, and what it says of itself.

    Attributes:
        git: The repository.
        commit: The commit.
        name: The configuration's path in it.
        config: The configuration as the commit has it.
        folder: The configuration's folder on disk.
        policy: The commit whose configuration `promote` was taken from; None where it is this one's own.
        edits_policy: Whether this commit's own `promote` is another one.
    """

    git: Git
    commit: str
    name: str
    config: Config
    folder: Path
    policy: str | None = None
    edits_policy: bool = False

    @property
    def promote(self) -> Promote:
        """Return what the configuration says of promotion.

        Raises:
            ConfigError: If it says nothing.
        """
        if self.config.promote is None:
            raise refuse(
                self.name,
                At(line=1, column=1),
                "there is no `promote`, so nothing says where a model goes",
                "Add `promote: {stage: production}`.",
            )
        return self.config.promote

    @property
    def place(self) -> Place:
        """Return the same as the registry's commands know it."""
        return Place(git=self.git, config=self.config, folder=self.folder, policy=self.policy)

    def has_model(self, path: str) -> bool:
        """Return whether the configuration at a path of the repository is one of the same model."""
        data = self.git.show(self.commit, path)
        try:
            return data is not None and configuration.parse(data, path).model == self.config.model
        except ConfigError:
            return True  # a mistake in it gives its model to nobody

    def inputs(self) -> str | None:
        """Return the digest over all that the model depends on; None if git does not know all of it."""
        return known_inputs(self.git, self.commit, self.name).digest

    def text(self, path: str) -> str | None:
        """Return a text file as the commit has it; the path is relative to the configuration's folder."""
        name = self.git.relative(self.folder / path)
        data = self.git.show(self.commit, name) if name else None
        return None if data is None else data.decode(errors="replace")

    def edits_workflows(self, before: str | None, remote: Remote | None) -> bool | None:
        """Return whether workflows differ from the branch's tip before the push; None where that is not known."""
        if before is None or not self.has(before, remote):
            return None
        return self.git.entries(before, WORKFLOWS) != self.git.entries(self.commit, WORKFLOWS)

    def edits_code(self, older: str | None, remote: Remote | None) -> bool:
        """Return whether an input that is no table differs from an older commit; what is not known differs."""
        if older is None or not self.has(older, remote):
            return True
        return self._code(older) != self._code(self.commit)

    def differing(self, older: str | None) -> tuple[str, ...]:
        """Return the inputs that differ from an older commit, as far as this clone knows it."""
        if older is None or not self.git.has(older):
            return ()
        wanted = self._wanted
        entries = [set(self.git.all_entries(commit)) for commit in (older, self.commit)]
        paths = {entry.path for entry in entries[0] ^ entries[1] if entry.kind != "tree"}
        return tuple(sorted(path for path in paths if wanted.covers(path, tracked=True)))

    @property
    def _wanted(self) -> Dependencies:
        return inputs.dependencies(self.config, self.name, posixpath.dirname(self.name))

    def _code(self, commit: str) -> frozenset[Entry]:
        prefix = posixpath.dirname(self.name)
        wanted = self._wanted
        tables = [inputs.join(prefix, table.path) for table in self.config.tables]
        files = (entry for entry in self.git.all_entries(commit) if entry.kind != "tree")
        return frozenset(
            entry
            for entry in files
            if (wanted.is_beside(entry.path) or any(inputs.below(entry.path, name) for name in wanted.code))
            and not any(inputs.is_of_table(entry.path, table) for table in tables)
        )

    def has(self, commit: str, remote: Remote | None) -> bool:
        """Return whether a commit is in this clone, fetched if need be."""
        if not self.git.has(commit) and remote is not None:
            depth = ["--depth=1"] if self.git.is_shallow() else []
            try:
                self.git.fetch(remote.source, [f"+{commit}:{FETCHED}"], depth, remote.secret)
            except MlgateError as error:
                remote.log(f"the commit {commit} cannot be fetched: {error.message}")
        return self.git.has(commit)


def commit_of(config: Path, world: World) -> str | None:
    """Return what HEAD is, where more cannot be had; None if even that cannot."""
    try:
        git = Git.discover((world.cwd / config).parent, world.env)
        return git.resolve("HEAD") if git else None
    except MlgateError:
        return None


def _remedy(path: Path, config: Path, root: Path) -> str:
    """Return what to do about a configuration that a commit does not have."""
    if path.exists():
        return f"{config.as_posix()} is not committed: commit it, and push."
    if (root / config).exists():
        return f"Run it in {root}, where {config.as_posix()} is; or name another file by `--config`."
    return "`--config` names another one; `mlgate init` writes one."


def find_pushed(config: Path, world: World) -> Pushed:
    """Return what HEAD is, with the configuration as HEAD has it: the working copy's own is not what was pushed.

    Raises:
        InputError: If there is no repository, or no commit in it.
        ConfigError: If the commit has no configuration, or one with mistakes.
    """
    path = world.cwd / config
    git = Git.discover(path.parent, world.env)
    commit = git.resolve("HEAD") if git else None
    if git is None or commit is None:
        raise InputError(
            f"there is no commit at {path.parent}, and promotion is of a commit",
            remedy="Run it in a checkout of the repository; in a workflow, after actions/checkout and with git there.",
        )
    name = git.relative(path)
    data = git.show(commit, name) if name else None
    if name is None or data is None:
        raise refuse(
            config.as_posix(),
            At(line=1, column=1),
            f"the commit {commit[:12]} has no such file",
            _remedy(path, config, git.root),
        )
    return Pushed(git=git, commit=commit, name=name, config=configuration.parse(data, name), folder=path.parent)
