"""Large bytes to and from the forge, never whole in memory, and the token never to a host that must not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import requests

from mlgate.shell.forge.answer import RefusedError, Reply, refused, reply
from mlgate.shell.forge.client import MAX_REDIRECTS, TIMEOUT_SECONDS, Forge, Token, origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK = 2**20
BYTES = "application/octet-stream"


class StrangeHostError(RefusedError):
    """The forge names a host for uploads that is none of its own."""


class Part:
    """A range of a file as the body of a request: `requests` asks for its length first, and then reads it."""

    def __init__(self, file: Path, offset: int, size: int) -> None:
        self._file = file.open("rb")
        self._file.seek(offset)
        self._size = self._left = size

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(CHUNK):
            yield piece

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes of the range."""
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def may_have_token(address: str, api: str) -> bool:
    """Return whether the token may go there: the API's own origin, or GitHub's host for uploads beside it."""
    there, here = origin(address), origin(api)
    if there == here:
        return True
    beside = f"uploads.{(here[1] or '').removeprefix('api.')}"
    return (here[1] or "").startswith("api.") and (there, here[0]) == (("https", beside, 443), "https")


def upload(forge: Forge, address: str, name: str, part: Part) -> Reply:
    """Send a range of a file once, under a name, and close it.

    Raises:
        RefusedError: With the forge's own words; whoever calls decides about another try.
    """
    try:
        if not may_have_token(address, forge.url):
            raise StrangeHostError(
                f"the forge wants uploads at another host, {origin(address)[1]!r:.100}, which must not see the token",
                remedy="Check GITHUB_API_URL.",
            )
        answer = _request(
            forge, "POST", address, token=True, params={"name": name}, data=part, headers={"Content-Type": BYTES}
        )
    finally:
        part.close()
    if isinstance(answer, requests.RequestException) or answer.status_code >= 300:
        raise refused("POST", address, answer)
    return reply(answer)


def download(forge: Forge, address: str) -> Iterator[bytes]:
    """Yield the bytes at an address of the forge, wherever it redirects to; other hosts get no token.

    Raises:
        RefusedError: With the forge's own words.
    """
    for _ in range(MAX_REDIRECTS + 1):
        _check(forge, address)
        token = origin(address) == origin(forge.url)
        headers = {"Accept": BYTES, "Accept-Encoding": "identity"}
        answer = _request(forge, "GET", address, token=token, headers=headers, stream=True)
        if isinstance(answer, requests.RequestException) or answer.status_code >= 400:
            raise refused("GET", address, answer)
        with answer:
            if not answer.is_redirect:
                yield from _pieces(answer, address)
                return
            address = urljoin(address, answer.headers["Location"])
    raise RefusedError("the forge redirects in a circle", remedy="Check GITHUB_API_URL.")


def _pieces(answer: requests.Response, address: str) -> Iterator[bytes]:
    try:
        yield from answer.iter_content(CHUNK)
    except requests.RequestException as error:
        raise refused("GET", address, error) from None


def _check(forge: Forge, address: str) -> None:
    scheme, host, _ = origin(address)
    if host is None or scheme not in ("https", origin(forge.url)[0]):
        raise RefusedError(
            f"the forge sends us to {urlsplit(forge.url).scheme} no longer: {scheme!r:.20}",
            remedy="Check GITHUB_API_URL.",
        )


def _request(
    forge: Forge, method: str, address: str, *, token: bool, **more: Any
) -> requests.Response | requests.RequestException:
    forge.spend()
    with requests.Session() as session:
        try:
            return session.request(
                method,
                address,
                auth=Token(forge.token) if token else _nobody,
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **more,
            )
        except requests.RequestException as error:
            return error
        except ValueError:  # an address in the redirect that is none
            raise RefusedError("the forge redirects to what is no address", remedy="Check GITHUB_API_URL.") from None


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand where credentials go, so that `~/.netrc` is not asked for any."""
    return request
