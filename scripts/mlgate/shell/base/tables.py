"""The base's version of a table, as local files."""

from __future__ import annotations

import posixpath
import shutil
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlgate.core import pointers
from mlgate.core.data.globs import fixed_folder, is_glob, pattern_of
from mlgate.core.gate import inputs
from mlgate.errors import MlgateError
from mlgate.shell.git import copying
from mlgate.shell.git.objects import list_files
from mlgate.shell.tables.files import BLOCK_BYTES
from mlgate.shell.tables.sources import Place, files_of, is_address, resolve

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Table
    from mlgate.core.data.source import TableSource
    from mlgate.core.pointers import Found, Pointer
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.git.repository import Git

MOST_FILES = 1_000  # git is asked about each
CACHES = ("files/md5", "")  # of version 3 of DVC, and of those before


@dataclass(frozen=True, kw_only=True)
class BaseTable:
    """What the base has of a table.

    Attributes:
        source: Its files, copied out; None where it has none, it is unchanged, or it cannot be had.
        missing: Why it cannot be had.
        is_outside: Whether that is because git has no version of it at all.
        is_unchanged: Whether the base has the bytes that lie here.
        is_known: Whether whoever reads the repository can read them.
    """

    source: TableSource | None = None
    missing: str = ""
    is_outside: bool = False
    is_unchanged: bool = False
    is_known: bool = True


class _MissingError(Exception):
    """A file of the base cannot be had."""


class _OutsideError(_MissingError):
    """Git has never had it."""


def base_table(judge: Judge, table: Table, folder: Path) -> BaseTable:
    """Return the base's version of a table, copied into a folder.

    Args:
        judge: The base.
        table: Its entry in the base's configuration.
        folder: For the copies; made if absent.
    """
    if judge.git is None or judge.base is None:
        return BaseTable()
    try:
        return _Base(judge, judge.git, judge.base, folder).table(table)
    except _MissingError as error:
        return BaseTable(missing=str(error), is_outside=isinstance(error, _OutsideError))
    except MlgateError as error:
        return BaseTable(missing=error.message)
    except OSError as error:
        return BaseTable(missing=f"the base's version cannot be copied: {error.strerror}")


@dataclass(frozen=True, kw_only=True)
class _File:
    """One file of the base: its name in the repository, and the blob or the path that has its bytes."""

    name: str
    blob: str | None = None
    path: Path | None = None
    is_known: bool = True


class _Base:
    """The files of one table at the base's commit."""

    def __init__(self, judge: Judge, git: Git, commit: str, folder: Path) -> None:
        self.judge = judge
        self.git = git
        self.commit = commit
        self.folder = folder

    def table(self, table: Table) -> BaseTable:
        if is_address(table.path) or posixpath.isabs(table.path):
            raise _OutsideError(f"git has no earlier version of {table.path}, which lies outside the repository")
        names = self._names(table.path)
        if not names:
            raise _OutsideError(f"git does not track {table.path} at the base {self.commit[:12]}")
        files = [self._find(name) for name in names]
        is_known = all(file.is_known for file in files)
        if self._is_here(table.path, files):
            return BaseTable(is_unchanged=True, is_known=is_known)
        for file in files:
            self._copy(file)
        source = resolve(
            table, Place(folder=self.folder / self.judge.prefix, within=self.folder, downloads=self.folder)
        )
        if source.problem is not None:
            raise _MissingError(f"the base's version cannot be read: {source.problem.message}")
        return BaseTable(source=source, is_known=is_known)

    def _names(self, path: str) -> list[str]:
        """Return the names, in the repository, of the files that a path or glob means at the base."""
        whole = inputs.join(self.judge.prefix, path)
        if not is_glob(path):
            return [whole] if self.git.blob(self.commit, whole) is not None or self._pointer(whole) else []
        start, wanted = fixed_folder(whole), pattern_of(whole)
        tracked = {name for name, _ in list_files(self.git, self.commit, start)}
        kept = {name.removesuffix(".dvc") for name in tracked}
        found = self._pointer(f"{start}/any")
        if found is not None and found.pointer.is_folder:
            kept |= {posixpath.join(found.pointer.path, name) for name in self._listed(found)}
        names = sorted(name for name in kept if wanted.fullmatch(name) and "/." not in f"/{name}")
        if len(names) > MOST_FILES:
            raise _MissingError(f"{path} names {len(names):,} files at the base, more than {MOST_FILES:,}")
        return names

    def _pointer(self, name: str) -> Found | None:
        return pointers.find(name, lambda path: self.git.show(self.commit, path))

    def _find(self, name: str) -> _File:
        blob = self.git.blob(self.commit, name)
        if blob is None:
            return _File(name=name, path=self._of_dvc(name), is_known=False)
        pointer = self._lfs_pointer(blob)
        return _File(name=name, path=self._of_lfs(name, pointer)) if pointer else _File(name=name, blob=blob)

    def _lfs_pointer(self, blob: str) -> Pointer | None:
        is_small = copying.size(self.git, blob) < pointers.LONGEST_LFS
        return pointers.lfs(self.git.content(blob)) if is_small else None

    def _of_lfs(self, name: str, pointer: Pointer) -> Path:
        path = self._git_folder / "lfs" / "objects" / pointer.digest[:2] / pointer.digest[2:4] / pointer.digest
        if path.is_file():
            return path
        raise _MissingError(
            f"{self._shown(name)} lies in Git LFS, and the base's object is not in this clone: "
            f"run `git lfs fetch origin {self.commit}`"
        )

    @cached_property
    def _git_folder(self) -> Path:
        return copying.common_folder(self.git)

    def _of_dvc(self, name: str) -> Path:
        found = self._pointer(name)
        if found is None:
            raise _MissingError(f"git does not track {self._shown(name)} at the base {self.commit[:12]}")
        digest: str | None = found.pointer.digest
        if found.pointer.is_folder:
            digest = self._listed(found).get(name.removeprefix(f"{found.pointer.path}/"))
        if digest is None:
            raise _MissingError(f"{self._shown(found.file)} at the base does not name {self._shown(name)}")
        return self._cached(digest, name)

    def _listed(self, found: Found) -> dict[str, str]:
        """Return the md5 of each file of a folder that DVC keeps."""
        data = self._cached(f"{found.pointer.digest}.dir", found.pointer.path).read_bytes()
        return pointers.listed(data) or {}

    def _cached(self, digest: str, name: str) -> Path:
        for cache in CACHES:
            path = self.git.root / ".dvc" / "cache" / cache / digest[:2] / digest[2:]
            if path.is_file():
                return path
        raise _MissingError(
            f"{self._shown(name)} is kept by DVC, and the base's version is not in the local cache: "
            "run `dvc fetch --all-commits`"
        )

    def _shown(self, name: str) -> str:
        return posixpath.relpath(name, self.judge.prefix) if self.judge.prefix else name

    def _is_here(self, path: str, files: list[_File]) -> bool:
        """Return whether the working copy has the same bytes under the same names, and no others."""
        here = files_of(path, self.judge.config_folder) if is_glob(path) else (path,)
        if sorted(inputs.join(self.judge.prefix, name) for name in here) != [file.name for file in files]:
            return False
        return all(self._is_same(self.judge.config_folder / self._shown(file.name), file) for file in files)

    def _is_same(self, path: Path, file: _File) -> bool:
        if not path.is_file():
            return False
        if file.path is None:
            return file.blob in self.git.hashes(path, file.name)
        return path.stat().st_size == file.path.stat().st_size and _same_bytes(path, file.path)

    def _copy(self, file: _File) -> None:
        """Put a file where the table's path finds it; what a cache has is shared where that can be."""
        path = self.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.path is None:
            copying.save(self.git, file.blob or "", path)
            return
        try:
            path.hardlink_to(file.path)
        except OSError:
            shutil.copyfile(file.path, path)


def _same_bytes(one: Path, other: Path) -> bool:
    with one.open("rb") as a, other.open("rb") as b:
        while block := a.read(BLOCK_BYTES):
            if block != b.read(BLOCK_BYTES):
                return False
        return not b.read(1)
