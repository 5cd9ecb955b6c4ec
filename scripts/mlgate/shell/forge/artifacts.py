"""Artifacts of workflow runs: listed, downloaded without the token, and read as hostile archives.

No name in an archive ever becomes a path on disk: files are found by the digest that the report tells, and written
under that digest.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests

from mlgate.errors import OutsideError
from mlgate.shell.forge.answer import RefusedError
from mlgate.shell.forge.client import MAX_REDIRECTS, TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import IO

    from mlgate.shell.forge.runs import Host

MAX_ARCHIVE_BYTES = 4 * 2**30
MAX_ENTRIES = 10_000
MAX_TEXT_BYTES = 64 * 2**20
MAX_READ_BYTES = 16 * 2**30
CHUNK = 2**20
GONE = (404, 410)
REPORT = "report.json"


@dataclass(frozen=True, kw_only=True)
class ArtifactFile:
    """One artifact of a run: an archive on the forge; `digest` is its sha256 where the host tells."""

    id: int
    expired: bool
    digest: str | None


class UntrustedArchiveError(Exception):
    """An archive that no upload makes: links, paths that lead out, too many entries."""


class ExpiredError(Exception):
    """The artifact is known, and its bytes are gone."""


class _NoToken(requests.auth.AuthBase):
    """Sets no header; given as `auth`, it also keeps `~/.netrc` out of it."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def artifact_of(host: Host, run: int, name: str) -> ArtifactFile | None:
    """Return the newest artifact called `name` of a run; one that has not expired comes first."""
    listed = host.listed(f"/actions/runs/{run}/artifacts", "artifacts", {"name": name})
    found = [
        ArtifactFile(id=item["id"], expired=bool(item.get("expired")), digest=_sha256(item.get("digest")))
        for item in listed
        if item.get("name") == name and type(item.get("id")) is int
    ]
    return max(found, key=lambda one: (not one.expired, one.id), default=None)


def _sha256(value: object) -> str | None:
    return value.removeprefix("sha256:") if isinstance(value, str) and value.startswith("sha256:") else None


def download(host: Host, artifact: ArtifactFile, to: Path) -> None:
    """Write an artifact's archive to `to`.

    Raises:
        ExpiredError: If the host has dropped it.
        OutsideError: If it cannot be had, or its digest is not the one that the host lists.
    """
    try:
        address = host.forge.location(f"/repos/{host.repository}/actions/artifacts/{artifact.id}/zip")
    except RefusedError as error:
        if error.http_status in GONE:
            raise ExpiredError from None
        raise
    digest = _fetch(address, to, secure=host.forge.url.startswith("https:"))
    if artifact.digest is not None and digest != artifact.digest:
        raise OutsideError(
            f"the artifact {artifact.id} arrived with the sha256 {digest}, and the host lists {artifact.digest}",
            remedy="Run the job again; if it stays so, the artifact was altered where it is stored.",
        )


def _fetch(address: str, to: Path, *, secure: bool) -> str:
    """Download from a signed address: it is on another host, which must not see the token."""
    session = requests.Session()
    session.auth = _NoToken()
    for _ in range(MAX_REDIRECTS):
        _check_address(address, secure=secure)
        try:
            with session.get(address, stream=True, timeout=TIMEOUT_SECONDS, allow_redirects=False) as answer:
                if answer.is_redirect:
                    address = urljoin(address, answer.headers["Location"])
                    continue
                if answer.status_code in GONE:
                    raise ExpiredError
                answer.raise_for_status()
                return _save(answer, to)
        except (requests.RequestException, ValueError, OSError) as error:
            raise OutsideError(
                f"the artifact cannot be downloaded ({type(error).__name__})", remedy="Run the job again."
            ) from None
    raise OutsideError("the forge redirects the download in a circle", remedy="Run the job again.")


def _check_address(address: str, *, secure: bool) -> None:
    scheme = urlsplit(address).scheme
    if scheme not in ("https", "http") or (secure and scheme != "https"):
        raise OutsideError(f"the forge redirects the download to a {scheme!r:.20} address", remedy="Check the host.")


def _save(answer: requests.Response, to: Path) -> str:
    digest, size = hashlib.sha256(), 0
    with to.open("wb") as file:
        for chunk in answer.iter_content(CHUNK):
            size += len(chunk)
            if size > MAX_ARCHIVE_BYTES:
                raise OutsideError("the artifact is larger than 4 GiB", remedy="Upload what is promoted, no more.")
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open an archive.

    Raises:
        UntrustedArchiveError: If it is not what uploading makes.
    """
    try:
        with zipfile.ZipFile(path) as file:
            yield Archive(file)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise UntrustedArchiveError(f"it is no sound archive ({type(error).__name__})") from None


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
        for member in self._members:
            if member.filename.rpartition("/")[2] == name:
                if member.file_size > MAX_TEXT_BYTES:
                    raise UntrustedArchiveError(f"its {name} is larger than {MAX_TEXT_BYTES >> 20} MiB")
                with self._file.open(member) as stream:
                    yield stream.read(MAX_TEXT_BYTES)

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
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise UntrustedArchiveError(f"an entry is a link or a device: {member.filename!r:.100}")
