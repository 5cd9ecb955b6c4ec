"""An artifact's archive, read as hostile.

No name in it ever becomes a path on disk: files are found by the digest that the report tells, and written under that
digest.
"""

from __future__ import annotations

import errno
import hashlib
import io
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlgate.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import IO

MAX_ENTRIES = 10_000
MAX_DIRECTORY_BYTES = 4 * 2**20
MAX_TEXT_BYTES = 64 * 2**20  # of all of them together
MAX_TEXTS = 100
MAX_READ_BYTES = 16 * 2**30
CHUNK = 2**20
REPORT = "report.json"
# What Python's reader raises for bytes that are no archive, as far as changing bytes at random shows.
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, ValueError, LookupError, OverflowError)


class UntrustedArchiveError(Exception):
    """An archive that no upload makes: links, paths that lead out, too many entries."""


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive.

    Raises:
        UntrustedArchiveError: If it is not what uploading makes.
    """
    try:
        with _Sparing(io.FileIO(path)) as sparing, zipfile.ZipFile(sparing) as file:
            yield Archive(file)
    except DAMAGED as error:
        raise UntrustedArchiveError(f"it is no sound archive ({type(error).__name__})") from None
    except OSError as error:
        if error.errno in (None, errno.EINVAL):  # it points to a place before its beginning
            raise UntrustedArchiveError("it is no sound archive") from None
        raise OutsideError(
            f"the artifact cannot be unpacked: {error.strerror}",
            remedy="See whether the disk is full and the run folder writable; then run it again.",
            reason="store-failed",
        ) from None


class _Sparing(io.BufferedReader):
    """A file that gives no more at once than a table of contents may have.

    An archive says in several places how long its table is, and the reader takes the whole of it at once. What the
    reader asks for, and not what we would read, is therefore held to the limit.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        limit = MAX_DIRECTORY_BYTES + 1
        data = super().read(limit if size is None or size < 0 else min(size, limit))
        if len(data) == limit:
            raise UntrustedArchiveError("its table of contents is too large")
        return data


class Archive:
    """The files of one artifact."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._left = MAX_READ_BYTES
        self._members = [member for member in file.infolist() if not member.is_dir()]
        if len(file.infolist()) > MAX_ENTRIES:
            raise UntrustedArchiveError(f"it has more than {MAX_ENTRIES} entries")
        for member in self._members:
            _check_member(member)

    def texts(self, name: str) -> Iterator[bytes]:
        """Yield the content of every file that is called `name`, in any folder."""
        members = [member for member in self._members if member.filename.rpartition("/")[2] == name]
        if len(members) > MAX_TEXTS:
            raise UntrustedArchiveError(f"it has more than {MAX_TEXTS} files called {name}")
        if sum(member.file_size for member in members) > MAX_TEXT_BYTES:
            raise UntrustedArchiveError(f"its {name} are larger than {MAX_TEXT_BYTES >> 20} MiB together")
        for member in members:
            text = io.BytesIO()
            with self._file.open(member) as stream:
                copied(stream, text, member.file_size)
            yield text.getvalue()

    def take(self, wanted: Mapping[str, int], folder: Path) -> dict[str, Path]:
        """Write the files whose sha256 is wanted, each under its digest, and return them by it.

        Args:
            wanted: Sizes by digest.
            folder: Where to.
        """
        found: dict[str, Path] = {}
        for member in self._members:
            digests = [digest for digest, size in wanted.items() if size == member.file_size and digest not in found]
            if digests:
                self._left -= member.file_size
                if self._left < 0:
                    raise UntrustedArchiveError("it holds too many files of one size")
                part = folder / "part"
                digest = self._copy(member, part)
                if digest in digests:
                    found[digest] = part.replace(folder / digest)
        return found

    def _copy(self, member: zipfile.ZipInfo, to: Path) -> str:
        with self._file.open(member) as stream, to.open("wb") as file:
            return copied(stream, file, member.file_size)


def copied(stream: IO[bytes], to: IO[bytes], limit: int) -> str:
    """Copy at most `limit` bytes and return their sha256."""
    digest = hashlib.sha256()
    while limit > 0 and (chunk := stream.read(min(CHUNK, limit))):
        limit -= len(chunk)
        digest.update(chunk)
        to.write(chunk)
    return digest.hexdigest()


def _check_member(member: zipfile.ZipInfo) -> None:
    parts = member.filename.replace("\\", "/").split("/")
    if member.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]:
        raise UntrustedArchiveError(f"an entry's path leads out of it: {member.filename!r:.100}")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UntrustedArchiveError(f"an entry is packed in an unusual way: {member.filename!r:.100}")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise UntrustedArchiveError(f"an entry is a link or a device: {member.filename!r:.100}")
