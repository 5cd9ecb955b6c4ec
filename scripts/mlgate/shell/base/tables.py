"""The base's version of a table, as local files."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.gate import inputs
from mlgate.errors import MlgateError
from mlgate.shell.base.policy import LFS_POINTER
from mlgate.shell.git import copying
from mlgate.shell.git.objects import list_files
from mlgate.shell.tables.files import BLOCK_BYTES, one_file

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Table
    from mlgate.core.data.source import TableSource
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.git.repository import Git

MAX_POINTER = 1024
MAX_FILES = 10_000
_MD5 = re.compile(rb"^\s*-?\s*md5:\s*([0-9a-f]{32})(\.dir)?\s*$", re.MULTILINE)
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, kw_only=True)
class BaseTable:
    """What the base has of a table.

    Attributes:
        source: Its files, copied out; None where it has none, it is unchanged, or it cannot be had.
        missing: Why it cannot be had.
        is_unchanged: Whether the base has the bytes that lie here.
        is_known: Whether whoever reads the repository can read them.
    """

    source: TableSource | None = None
    missing: str = ""
    is_unchanged: bool = False
    is_known: bool = True


class _MissingError(Exception):
    """A file of the base cannot be had."""


def base_table(judge: Judge, table: Table, folder: Path) -> BaseTable:
    """Return the base's version of a table, copied into a folder.

    Args:
        judge: The base.
        table: Its entry in the base's configuration.
        folder: An empty one, for the copies.
    """
    if judge.git is None or judge.base is None:
        return BaseTable()
    try:
        return _Copy(judge.git, judge.base, judge, folder).table(table)
    except _MissingError as error:
        return BaseTable(missing=str(error))
    except MlgateError as error:
        return BaseTable(missing=error.message)
    except OSError as error:
        return BaseTable(missing=f"the base's version cannot be written to {error.filename}: {error.strerror}")


@dataclass(frozen=True, kw_only=True)
class _Found:
    """One file of the base: where its bytes are, or which blob has them."""

    name: str
    blob: str | None = None
    path: Path | None = None
    is_known: bool = True


class _Copy:
    """One table's files at one commit."""

    def __init__(self, git: Git, commit: str, judge: Judge, folder: Path) -> None:
        self.git = git
        self.commit = commit
        self.judge = judge
        self.folder = folder

    def table(self, table: Table) -> BaseTable:
        names = self._names(table.path)
        if not names:
            return BaseTable(missing=f"git does not track {table.path} at the base {self.commit[:12]}")
        found = [self._find(name) for name in names]
        known = all(file.is_known for file in found)
        if self._is_here(table, found):
            return BaseTable(is_unchanged=True, is_known=known)
        paths = [self._local(file) for file in found]
        told = one_file(paths[0], table.path)
        source = replace(
            told,
            files=tuple(map(str, paths)),
            names=tuple(self._shown(file.name) for file in found),
            format=table.format or told.format,
            compression=table.compression or told.compression,
            dialect=table.dialect,
        )
        return BaseTable(source=source, is_known=known)

    def _names(self, pattern: str) -> list[str]:
        """Return the names, in the repository, of the files that a path or glob means."""
        whole = inputs.join(self.judge.prefix, pattern)
        if "://" in pattern or pattern.startswith("/") or posixpath.normpath(whole).startswith(".."):
            return []
        found = _GLOB.search(whole)
        if found is None:
            return [whole] if self._has(whole) else []
        start = posixpath.dirname(whole[: found.start()])
        tree = {name.removesuffix(".dvc") for name, _ in list_files(self.git, self.commit, start or ".")}
        wanted = _matcher(whole)
        return sorted(name for name in tree if wanted.fullmatch(name))[:MAX_FILES]

    def _has(self, name: str) -> bool:
        return any(self.git.blob(self.commit, item) is not None for item in (name, f"{name}.dvc"))

    def _shown(self, name: str) -> str:
        return posixpath.relpath(name, self.judge.prefix) if self.judge.prefix else name

    def _find(self, name: str) -> _Found:
        blob = self.git.blob(self.commit, name)
        if blob is None:
            return self._from_dvc(name)
        if copying.size(self.git, blob) <= MAX_POINTER and (pointer := LFS_POINTER.match(self.git.content(blob))):
            return self._from_lfs(name, pointer[1].decode())
        return _Found(name=name, blob=blob)

    def _from_lfs(self, name: str, oid: str) -> _Found:
        path = copying.common_folder(self.git) / "lfs" / "objects" / oid[:2] / oid[2:4] / oid
        if not path.is_file():
            raise _MissingError(
                f"{self._shown(name)} lies in Git LFS, and the base's object is not in this clone: "
                f"run `git lfs fetch origin {self.commit}`"
            )
        return _Found(name=name, path=path)

    def _from_dvc(self, name: str) -> _Found:
        pointer = _MD5.search(self.git.show(self.commit, f"{name}.dvc") or b"")
        if pointer is None or pointer[2]:
            raise _MissingError(f"{self._shown(name)}.dvc at the base names no file that can be found")
        digest = pointer[1].decode()
        cache = self.git.root / ".dvc" / "cache"
        places = (cache / "files" / "md5" / digest[:2] / digest[2:], cache / digest[:2] / digest[2:])
        path = next((path for path in places if path.is_file()), None)
        if path is None:
            raise _MissingError(
                f"{self._shown(name)} is kept by DVC, and the base's version is not in the local cache: "
                "run `dvc fetch --all-commits`"
            )
        return _Found(name=name, path=path, is_known=False)

    def _is_here(self, table: Table, found: list[_Found]) -> bool:
        """Return whether the working copy has the same bytes under the same names, and no others."""
        here = _here(self.judge.config_folder, table.path)
        if sorted(inputs.join(self.judge.prefix, name) for name in here) != [file.name for file in found]:
            return False
        return all(self._is_same(self.judge.config_folder / self._shown(file.name), file) for file in found)

    def _is_same(self, path: Path, file: _Found) -> bool:
        if not path.is_file():
            return False
        if file.blob is not None:
            return file.blob in self.git.hashes(path, file.name)
        assert file.path is not None  # noqa: S101 - a file that is no blob lies somewhere
        return path.stat().st_size == file.path.stat().st_size and _same_bytes(path, file.path)

    def _local(self, file: _Found) -> Path:
        """Return a path under the table's own name, whose extension says how it is written."""
        path = self.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if file.blob is not None:
            copying.save(self.git, file.blob, path)
        else:
            path.symlink_to(str(file.path))
        return path


def _here(folder: Path, pattern: str) -> list[str]:
    if not _GLOB.search(pattern):
        return [pattern] if (folder / pattern).is_file() else []
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file())


def _same_bytes(one: Path, other: Path) -> bool:
    with one.open("rb") as a, other.open("rb") as b:
        while block := a.read(BLOCK_BYTES):
            if block != b.read(BLOCK_BYTES):
                return False
        return not b.read(1)


def _matcher(pattern: str) -> re.Pattern[str]:
    """Return the expression of a glob: `*` and `?` stay inside a folder, `**` goes through any number of them."""
    parts = []
    for part in pattern.split("/"):
        if part == "**":
            parts.append("(?:[^/]+/)*")
            continue
        words = re.split(r"(\*|\?|\[[^\]]+\])", part)
        parts.append("".join(_glob_word(word) for word in words) + "/")
    return re.compile("".join(parts).removesuffix("/"))


def _glob_word(word: str) -> str:
    if word in ("*", "?"):
        return {"*": "[^/]*", "?": "[^/]"}[word]
    return word.replace("[!", "[^") if word.startswith("[") and word.endswith("]") else re.escape(word)
