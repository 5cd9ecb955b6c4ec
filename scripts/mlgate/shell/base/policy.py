"""Which configuration judges, and the files that it names: from the base commit where there is one."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core import pointers
from mlgate.core.data.globs import is_glob
from mlgate.core.documents.base import BaseDocument, PolicySource
from mlgate.core.gate import inputs
from mlgate.core.gate.policy import Policy
from mlgate.errors import BaseUnreadableError, ExitStatus, InputError, MlgateError, OutsideError
from mlgate.shell import configuration
from mlgate.shell.base.document import describe, text_of
from mlgate.shell.digests import file_digest
from mlgate.shell.git.repository import Git
from mlgate.shell.tables.sources import files_of, is_address

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Config
    from mlgate.core.documents.shared import Failure
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World


@dataclass(frozen=True, kw_only=True)
class Judge:
    """The files that judge. Paths are relative to the configuration's folder.

    Attributes:
        config_folder: Absolute.
        git: The repository; None outside one.
        commit: The commit that is checked out.
        base: The commit whose policy judges; None where the working copy is the policy.
        prefix: The configuration's folder in the repository.
        from_base: Whether judging files are read at the base.
    """

    config_folder: Path
    git: Git | None = None
    commit: str | None = None
    base: str | None = None
    prefix: str = ""
    from_base: bool = False

    def judging_bytes(self, path: str) -> bytes | None:
        """Return a file that the judging policy names: at the base where that judges, else from disk; None if absent.

        Raises:
            OutsideError: If it is there and cannot be read.
        """
        if self.from_base:
            return self.base_bytes(path)
        try:
            return (self.config_folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise OutsideError(f"{path} cannot be read: {error.strerror}", remedy="Correct its permissions.") from None

    def base_bytes(self, path: str) -> bytes | None:
        """Return a file at the base; None when there is no base, or no such file in it."""
        if self.git is None or self.base is None:
            return None
        return self.git.show(self.base, inputs.join(self.prefix, path))

    def base_blob(self, path: str) -> str | None:
        """Return git's id of a file at the base."""
        if self.git is None or self.base is None:
            return None
        return self.git.blob(self.base, inputs.join(self.prefix, path))

    def tracked(self, path: str) -> bool:
        """Return whether the commit that is checked out has the file."""
        if self.git is None or self.commit is None:
            return False
        return self.git.blob(self.commit, inputs.join(self.prefix, path)) is not None

    def as_committed(self, path: str) -> bool:
        """Return whether a table's files are those of the commit: whoever reads the repository knows them."""
        if is_glob(path) and not (self.config_folder / path).is_file():
            names = files_of(path, self.config_folder)
            return bool(names) and all(self._is_committed(name) for name in names)
        return not is_address(path) and self._is_committed(path)

    def _is_committed(self, path: str) -> bool:
        if self.git is None or self.commit is None:
            return False
        file, name = self.config_folder / path, inputs.join(self.prefix, path)
        committed = self.git.blob(self.commit, name)
        if committed is None or not file.is_file():
            return False
        return committed in self.git.hashes(file, name) or _is_stored_elsewhere(file, self.git, self.commit, name)


def _is_stored_elsewhere(file: Path, git: Git, commit: str, name: str) -> bool:
    """Return whether the commit has a pointer of Git LFS to the bytes of `file`, as where git-lfs is not installed."""
    found = pointers.lfs(git.show(commit, name) or b"")
    return found is not None and file_digest(file) == found.digest


def load(inputs_config: Path, folder: RunFolder, world: World) -> tuple[Policy, Judge]:
    """Return both configurations and the files that judge.

    The base is taken from `base.json` if fetch-base wrote it, else worked out from this clone without network. Where
    the pull request removed the configuration, the base's stands in for it, and the verdict is `policy-removed`.

    Raises:
        ConfigError: For either configuration; the base's is named `base:mlgate.yml`.
        MlgateError: What kept fetch-base from finding the base.
    """
    path = world.cwd / inputs_config
    git = Git.discover(path.parent, world.env)
    document = folder.find(BaseDocument)
    if document is None:
        document = describe(path, git, world.env, name=inputs_config.as_posix())
    if document.error is not None:
        raise error_of(document.error)
    _refuse_stale(document, path, git)
    judge = Judge(
        config_folder=path.parent.resolve(),
        git=git,
        commit=document.commit,
        base=document.base,
        prefix=document.prefix,
        from_base=document.base_config_digest is not None,
    )
    return _policy(document, path, judge), judge


def _policy(document: BaseDocument, path: Path, judge: Judge) -> Policy:
    base = _base_config(document, judge) if judge.from_base else None
    removed = document.policy is PolicySource.REMOVED
    working = base if removed and base is not None else configuration.load(path, document.config)
    proposed = working if base is not None and document.policy_changed and not removed else None
    return Policy(base=document, working=working, judging=base or working, proposed=proposed)


def _base_config(document: BaseDocument, judge: Judge) -> Config:
    name = posixpath.basename(document.config)
    data = judge.base_bytes(name)
    if data is None:
        raise BaseUnreadableError(
            f"the base {document.base} had {document.config} when fetch-base ran, and has not now",
            remedy="Run the steps again in their order, in one checkout.",
        )
    return configuration.parse(data, f"base:{document.config}")


def _refuse_stale(document: BaseDocument, path: Path, git: Git | None) -> None:
    """Refuse a `base.json` that was written for another commit or configuration than the one at hand."""
    if git is None:
        if document.commit is not None:
            _stale(f"base.json was written in a git repository, and {path.parent} is in none")
        return
    commit, name = git.resolve("HEAD"), git.relative(path)
    if document.commit != commit:
        _stale(f"base.json was written at commit {document.commit}, and HEAD is {commit}")
    if name is None or document.config != text_of(name):
        _stale(f"base.json was written for {document.config}, and this is {name}")


def _stale(message: str) -> None:
    raise InputError(message, remedy="Run fetch-base again, or `mlgate check`, which does.", reason="document-stale")


def error_of(failure: Failure) -> MlgateError:
    """Return the error that a document recorded."""
    if failure.reason == "base-unreadable":
        return BaseUnreadableError(failure.message, remedy=failure.remedy)
    kind = InputError if failure.status == ExitStatus.USAGE else OutsideError
    return kind(failure.message, remedy=failure.remedy, reason=failure.reason)
