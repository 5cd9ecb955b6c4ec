"""Whether a table's files are those that their pointers name: Git LFS and DVC, without their programs."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core import pointers
from mlgate.core.config.node import START, refuse
from mlgate.core.data.globs import fixed_folder, is_glob, pattern_of
from mlgate.core.data.source import SourceProblem
from mlgate.core.pointers import Found
from mlgate.errors import ConfigError
from mlgate.shell.git import copying
from mlgate.shell.links import leads_out
from mlgate.shell.tables.sources import files_of

if TYPE_CHECKING:
    from mlgate.core.data.source import TableSource
    from mlgate.core.pointers import Pointer
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.git.repository import Git

MOST_POINTER_BYTES = 2**20
BLOCK_BYTES = 2**20
_CACHES = ("files/md5", "")  # of version 3 of DVC, and of those before


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A working copy.

    Attributes:
        root: Of the repository: pointers are looked for up to here.
        folder: The configuration's: what people call files is relative to it.
        git: The repository; None where pointers of Git LFS that it has are not looked at.
        commit: The one that is checked out.
    """

    root: Path
    folder: Path
    git: Git | None = None
    commit: str | None = None

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a pointer file; None where there is none.

        Raises:
            ConfigError: It is a link that leads out of the repository: errors would tell of what lies there.
        """
        path = self.root / name
        try:
            if path.is_file() and leads_out(path, self.root):
                raise refuse(name, START, "a link that leads out of the repository", "Replace it by the file itself.")
            if not path.is_file():  # a pipe or a device may have no end
                return None
            with path.open("rb") as file:
                return file.read(MOST_POINTER_BYTES + 1)
        except (OSError, ValueError):
            return None

    def lfs(self, name: str) -> tuple[Pointer, ...]:
        """Return the pointers of Git LFS to a file: the commit's, and one that is staged; none if it has none."""
        if self.git is None or self.commit is None:
            return ()
        kept = _lfs_pointer(self.git, self.git.blob(self.commit, name))
        if kept is None:
            return ()
        staged = self.git.ask(["rev-parse", "--verify", "--quiet", f":0:{name}"])
        other = _lfs_pointer(self.git, staged.stdout.decode().strip() if staged.returncode == 0 else None)
        return (kept,) if other is None else (kept, other)

    def called(self, path: Path) -> str | None:
        """Return a file's name in the repository; None for one outside."""
        whole = path.absolute()
        return whole.relative_to(self.root).as_posix() if whole.is_relative_to(self.root) else None

    def shown(self, name: str) -> str:
        """Return what people call a file of the repository."""
        path = self.root / name
        return path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else name


def checkout_of(judge: Judge) -> Checkout:
    """Return the working copy of the configuration that is judged."""
    root = judge.git.root if judge.git is not None else judge.config_folder
    return Checkout(root=root, folder=judge.config_folder, git=judge.git, commit=judge.commit)


def _lfs_pointer(git: Git, blob: str | None) -> Pointer | None:
    if blob is None or copying.size(git, blob) >= pointers.LONGEST_LFS:
        return None
    return pointers.lfs(git.content(blob))


def pulled(source: TableSource, checkout: Checkout) -> TableSource:
    """Return a table, with a problem where its files are not those that their pointers name."""
    if "://" in source.path:
        return source
    try:
        problem = _of_missing(source, checkout) if source.problem else _of_files(source, checkout)
    except ConfigError as error:
        first = error.problems[0]
        where = f"{first.file}:{first.line}:{first.column}"
        problem = SourceProblem(message=f"{where}: {first.message}", remedy=first.remedy)
    return replace(source, problem=problem) if problem else source


def _of_missing(source: TableSource, checkout: Checkout) -> SourceProblem | None:
    """Say more of a glob that names no file, where a pointer stands for the folder that it looks in."""
    assert source.problem is not None  # noqa: S101 - the caller has looked
    name = checkout.called(checkout.folder / fixed_folder(source.path)) if is_glob(source.path) else None
    found = pointers.find(name, checkout.read) if name else None
    return _not_pulled(source.path, found, checkout) if found else None


def _of_files(source: TableSource, checkout: Checkout) -> SourceProblem | None:
    left = _left_out(source, checkout)
    if left is not None:
        return _not_pulled(checkout.shown(left.pointer.path), left, checkout)
    for file in map(Path, source.files):
        name = checkout.called(file)
        if name is None:
            continue
        data = _head(file)
        if data is not None and pointers.lfs(data) is not None:
            return _lfs_not_pulled(name, checkout)
        stored = checkout.lfs(name) if data is not None else ()
        if stored and not any(has_digest(file, pointer) for pointer in stored):
            return _lfs_changed(name, checkout)
        found = pointers.find(name, checkout.read)
        if found is None:
            continue
        if data is None:
            return _not_pulled(checkout.shown(name), found, checkout)
        if not agrees(name, found, checkout.root):
            return _changed(checkout.shown(name), found, checkout)
    return None


def _left_out(source: TableSource, checkout: Checkout) -> Found | None:
    """Return a pointer to a file that a glob would name if it had been pulled."""
    pattern = checkout.called(checkout.folder / source.path) if is_glob(source.path) else None
    if pattern is None:
        return None
    wanted = pattern_of(pattern)
    for file in (*_beside(source.path, checkout), *_above(fixed_folder(pattern))):
        for pointer in pointers.in_file(file, checkout.read(file)):
            if wanted.fullmatch(pointer.path) and not (checkout.root / pointer.path).exists():
                return Found(file=file, pointer=pointer)
    return None


def _beside(path: str, checkout: Checkout) -> list[str]:
    found = (checkout.called(checkout.folder / name) for name in files_of(f"{path}.dvc", checkout.folder))
    return [name for name in found if name is not None]


def _above(folder: str) -> list[str]:
    return [name for name in pointers.places(f"{folder}/x") if name.endswith(pointers.DVC_LOCK)]


def agrees(name: str, found: Found, root: Path) -> bool:
    """Return whether a file has the bytes that a pointer of DVC fixes.

    Args:
        name: Of the file, in the repository.
        found: The pointer.
        root: Of the repository, where the file lies.
    """
    path, pointer = root / name, found.pointer
    if not pointer.is_folder:
        return path.is_file() and has_digest(path, pointer)
    digests = _files_of(pointer, root) or _files_in(root / pointer.path)
    if hashlib.md5(pointers.listing(digests), usedforsecurity=False).hexdigest() != pointer.digest:
        return False
    if not all((root / pointer.path / inner).is_file() for inner in digests):
        return False
    wanted = digests.get(name.removeprefix(f"{pointer.path}/"))
    return wanted is not None and path.is_file() and has_digest(path, replace(pointer, digest=wanted, size=None))


def has_digest(path: Path, pointer: Pointer) -> bool:
    """Return whether a file has a pointer's size and digest."""
    if pointer.tool is pointers.Tool.LFS:
        return _digest(path, hashlib.sha256()) == pointer.digest
    if _digest(path, hashlib.md5(usedforsecurity=False)) == pointer.digest:
        return True
    return pointer.is_of_lines and _digest(path, hashlib.md5(usedforsecurity=False), lines=True) == pointer.digest


def _digest(path: Path, digest: hashlib._Hash, *, lines: bool = False) -> str:
    """Return the digest of a file's bytes; with `lines`, of its bytes with LF where it has CRLF."""
    held = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            block = held + block
            held = b"\r" if lines and block.endswith(b"\r") else b""
            block = block.removesuffix(held) if held else block
            digest.update(block.replace(b"\r\n", b"\n") if lines else block)
    digest.update(held)
    return digest.hexdigest()


def _files_of(pointer: Pointer, root: Path) -> dict[str, str] | None:
    """Return a folder's files as DVC's cache lists them; None where it does not."""
    inner = f"{pointer.digest[:2]}/{pointer.digest[2:]}.dir"
    for cache in _CACHES:
        try:
            return pointers.listed((root / ".dvc" / "cache" / cache / inner).read_bytes())
        except OSError:
            continue
    return None


def _files_in(folder: Path) -> dict[str, str]:
    """Return the md5 of each file in a folder, by its path there."""
    return {
        path.relative_to(folder).as_posix(): _digest(path, hashlib.md5(usedforsecurity=False))
        for path in folder.rglob("*")
        if path.is_file()
    }


def _head(path: Path) -> bytes | None:
    """Return the first bytes of a file; None where there is none."""
    try:
        if not path.is_file():  # a pipe or a device may have no end
            return None
        with path.open("rb") as file:
            return file.read(pointers.LONGEST_LFS)
    except (OSError, ValueError):
        return None


def _lfs_changed(name: str, checkout: Checkout) -> SourceProblem:
    return SourceProblem(
        message=f"{checkout.shown(name)} is not the file that the commit's pointer of Git LFS names",
        remedy=f"Run `git lfs checkout {_quoted(name)}` for the data that it names; if these are new data, "
        "`git add` them where git-lfs is installed.",
        reason="data-changed",
    )


def _quoted(name: str) -> str:
    return f'"{name}"' if shlex.quote(name) == name else shlex.quote(name)


def _lfs_not_pulled(name: str, checkout: Checkout) -> SourceProblem:
    quoted = _quoted(name)
    return SourceProblem(
        message=f"{checkout.shown(name)} is a pointer of Git LFS, not the data",
        remedy=f"Run `git lfs pull --include {quoted}`, or check out with `lfs: true`.",
        reason="data-not-pulled",
    )


def _not_pulled(shown: str, found: Found, checkout: Checkout) -> SourceProblem:
    return SourceProblem(
        message=f"{shown} has not been pulled: only {checkout.shown(found.file)} is here",
        remedy=f"Run `{_pull(found, checkout)}`.",
        reason="data-not-pulled",
    )


def _changed(shown: str, found: Found, checkout: Checkout) -> SourceProblem:
    return SourceProblem(
        message=f"{shown} is not the file that {checkout.shown(found.file)} names",
        remedy=f"Run `{_pull(found, checkout)}` for the data that it names; if these are new data, `dvc commit` them.",
        reason="data-changed",
    )


def _pull(found: Found, checkout: Checkout) -> str:
    return f"dvc pull {shlex.quote(checkout.shown(found.target()))}"
