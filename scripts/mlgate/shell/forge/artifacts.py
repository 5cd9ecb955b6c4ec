"""Artifacts of workflow runs: listed, and downloaded without the token."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests

from mlgate.errors import OutsideError
from mlgate.shell.forge.answer import RefusedError
from mlgate.shell.forge.client import MAX_REDIRECTS, TIMEOUT_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.shell.forge.runs import Host

MAX_ARCHIVE_BYTES = 4 * 2**30
CHUNK = 2**20
GONE = (404, 410)


@dataclass(frozen=True, kw_only=True)
class ArtifactFile:
    """One artifact of a run: an archive on the forge; `digest` is its sha256 where the host tells."""

    id: int
    expired: bool
    digest: str | None


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
        try:
            _check_address(address, secure=secure)
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
