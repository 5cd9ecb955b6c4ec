"""A folder as store: `sha256/ab/<64 hex digits>` below it, on a disk that the runners share.

A file appears whole or not at all: it is written beside, synced, renamed, and its folder synced. Links in the store are
never followed: whoever can write there could point one anywhere.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from typing import TYPE_CHECKING

from mlgate.shell.registry.stores import blob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "folder"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
REMEDY = "Free space, or correct the permissions of the folder that `promote.store` names; then run it again."


class FolderStore:
    """Blobs in a folder.

    Attributes:
        root: The folder; made when the first blob comes.
    """

    name = NAME

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, digest: str, file: Path, *, name: str = "") -> None:
        """Store a file's bytes; what is there already and right is left alone, what is wrong is replaced.

        Raises:
            OutsideError: `store-failed`; the store then has the blob as it was before, or not at all.
        """
        blob.checked(digest)
        try:
            if self.has(digest, file.stat().st_size):
                return
            with self._folder(digest, make=True) as folder:
                _write(folder, digest, file)
        except OSError as error:
            raise blob.failed(NAME, f"does not take {name or file.name}: {error.strerror}", REMEDY) from None

    def has(self, digest: str, size: int) -> bool:
        """Return whether the right bytes are there; they are read to know."""
        with self._open(blob.checked(digest)) as found:
            return found is not None and os.fstat(found).st_size == size and _digest(found) == digest

    def get(self, digest: str, size: int, to: Path, *, label: str = "") -> None:
        """Copy a blob to `to`, verified.

        Raises:
            OutsideError: `blob-missing`, `blob-altered` or `store-failed`.
        """
        with self._open(blob.checked(digest)) as found:
            if found is None:
                raise blob.missing(NAME, digest, label)
            if not stat.S_ISREG(os.fstat(found).st_mode):
                raise blob.altered(NAME, digest, label)
            blob.fill(_chunks(found), digest, size, to, store=NAME, label=label)

    def blobs(self) -> Mapping[str, Path]:
        """Return nothing: the record's push carries none of these."""
        return {}

    def publish(self, tag: str, *, title: str, text: str) -> None:
        """Do nothing: a blob in a folder is there at once."""

    @contextlib.contextmanager
    def _open(self, digest: str) -> Iterator[int | None]:
        """Open a blob; None if nothing is there. A link in its place, or above it, is as good as altered bytes."""
        try:
            with self._folder(digest, make=False) as folder:
                found = os.open(digest, _READ, dir_fd=folder)
        except FileNotFoundError:
            yield None
            return
        except OSError as error:
            if _is_link_or_folder(error):
                with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is wanted
                    yield nothing.fileno()
                return
            raise blob.failed(NAME, f"cannot be read: {error.strerror}", REMEDY) from None
        try:
            yield found
        finally:
            os.close(found)

    @contextlib.contextmanager
    def _folder(self, digest: str, *, make: bool) -> Iterator[int]:
        if make:
            self.root.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as opened:
            folder = _opened(opened, os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
            for name in ("sha256", digest[:2]):
                if make:
                    _make(name, folder)
                folder = _opened(opened, os.open(name, _FOLDER, dir_fd=folder))
            yield folder


def _opened(stack: contextlib.ExitStack, descriptor: int) -> int:
    stack.callback(os.close, descriptor)
    return descriptor


def _make(name: str, folder: int) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
        os.fsync(folder)


def _write(folder: int, digest: str, file: Path) -> None:
    aside = f".{digest}.{os.urandom(8).hex()}"
    try:
        target = os.open(aside, _NEW, 0o644, dir_fd=folder)
        with os.fdopen(target, "wb") as written, file.open("rb") as source:
            found = hashlib.sha256()
            while chunk := source.read(blob.CHUNK):
                found.update(chunk)
                written.write(chunk)
            if found.hexdigest() != digest:
                raise blob.failed(NAME, f"was given {file.name} with another digest", "Run it again: it has changed.")
            written.flush()
            os.fsync(written.fileno())
        os.rename(aside, digest, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside, dir_fd=folder)
        raise


def _is_link_or_folder(error: OSError) -> bool:
    return error.errno in (errno.ELOOP, errno.ENOTDIR)


def _digest(descriptor: int) -> str:
    found = hashlib.sha256()
    for chunk in _chunks(descriptor):
        found.update(chunk)
    return found.hexdigest()


def _chunks(descriptor: int) -> Iterator[bytes]:
    while chunk := os.read(descriptor, blob.CHUNK):
        yield chunk
