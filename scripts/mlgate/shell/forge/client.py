"""The forge's REST API (GitHub, GHES, Gitea, Forgejo), as far as a report needs it.

Few calls, each with a timeout. Only what may pass on its own is tried again: connection errors, 5xx answers, and rate
limits that the headers tell apart from a missing permission. The token goes to the API's own host and nowhere else.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urljoin, urlsplit

import requests

from mlgate import __version__
from mlgate.errors import UsageError
from mlgate.shell.forge.answer import LATER, RefusedError, Reply, is_rate_limit, items, refused, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mlgate.core.report.publishing import Post, Posted

MAX_CALLS = 12  # a report's share of 1,000 requests an hour
MAX_PAGES = 7  # leaves five calls for create, list again, read, update, delete
MAX_TRIES = 4
MAX_REDIRECTS = 3
MAX_WAIT_SECONDS = 90.0
RATE_LIMIT_SECONDS = 60.0  # what GitHub asks for where no header says how long
TIMEOUT_SECONDS = (10.0, 30.0)  # to connect; between two bytes


class Publisher(Protocol):
    """A place that a report can go to. A comment today; checks and statuses fit the same shape."""

    def publish(self, post: Post) -> Posted:
        """Publish, or raise `OutsideError`."""
        ...


class Token(requests.auth.AuthBase):
    """Sets the header at the last moment; given as `auth`, it also keeps `~/.netrc` out of it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set it."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def __repr__(self) -> str:
        return "Token(***)"


@dataclass(kw_only=True)
class Forge:
    """A client for one forge.

    Attributes:
        url: The API's root, as `GITHUB_API_URL` gives it.
        token: Never shown.
        sleep: Waits for so many seconds.
        now: Seconds since the epoch.
        calls_left: Every request counts, redirects and second tries too.
        patience: Seconds that may be spent waiting between tries.
    """

    url: str
    token: str = field(repr=False)
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    calls_left: int = MAX_CALLS
    patience: float = MAX_WAIT_SECONDS
    _session: requests.Session = field(default_factory=requests.Session, repr=False)
    _waited: float = field(default=0.0, repr=False)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        self.token = self.token.strip()
        scheme, host, _ = origin(self.url)
        if scheme not in ("https", "http") or not host:
            raise UsageError(f"GITHUB_API_URL is no address: {self.url!r:.200}", remedy="Leave it to the runner.")
        if not re.fullmatch(r"[\x21-\x7e]+", self.token):
            raise UsageError(
                "MLGATE_GITHUB_TOKEN holds spaces or characters that no token has",
                remedy="Pass `github-token: ${{ github.token }}`.",
            )
        self._session.headers.update(
            {
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": "2022-11-28",
                "User-Agent": f"mlgate/{__version__}",
            }
        )

    def call(self, method: str, path: str, *, body: Any = None, query: Mapping[str, str] | None = None) -> Reply:
        """Make one call.

        Args:
            method: `GET`, `POST`, `PATCH` or `DELETE`.
            path: Below the API's root, or a whole address there (the next page's).
            body: Sent as JSON.
            query: Added to the address.

        Raises:
            RefusedError: With the forge's own words.
        """
        address = path if path.startswith(("https://", "http://")) else self.url + path
        for attempt in count():  # `_wait_before_next` ends it
            answer = self._send(method, address, body, query)
            if isinstance(answer, requests.Response) and answer.status_code < 400:
                return reply(answer)
            wait = self._wait_before_next(answer, attempt)
            if wait is None:
                raise refused(method, address, answer)
            self._waited += wait
            self.sleep(wait)
        raise AssertionError

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Reply]:
        """Yield a listing page by page, as `Link` leads, until a page brings no id that is new (Gitea ignores `page`).

        Raises:
            RefusedError: Also where there are more pages than a report may read.
        """
        page, seen = self.call("GET", path, query={"per_page": "100", **(query or {})}), set[Any]()
        for _ in range(MAX_PAGES):
            ids = {_id(item) for item in items(page)}
            yield page
            if page.next_page is None or ids <= seen:
                return
            seen |= ids
            page = self.call("GET", page.next_page)
        raise RefusedError(
            f"more than {MAX_PAGES} pages of comments", remedy="Delete some, or use another pull request."
        )

    def location(self, path: str) -> str:
        """Return the address to which a path redirects: of a download that another host gives, without the token.

        Raises:
            RefusedError: If it redirects nowhere.
        """
        address = self.url + path
        for attempt in count():
            answer = self._send_once("GET", address, None, None)
            if isinstance(answer, requests.Response) and answer.is_redirect:
                return _joined(address, answer.headers["Location"])
            wait = self._wait_before_next(answer, attempt)
            if wait is None:
                raise refused("GET", address, answer)
            self._waited += wait
            self.sleep(wait)
        raise AssertionError

    def _send(
        self, method: str, address: str, body: Any, query: Mapping[str, str] | None
    ) -> requests.Response | requests.RequestException:
        answer = self._send_once(method, address, body, query)
        for _ in range(MAX_REDIRECTS):
            if isinstance(answer, requests.RequestException) or not answer.is_redirect:
                break
            address = urljoin(address, answer.headers["Location"])
            answer = self._send_once(method, address, body, None)
        return answer

    def _send_once(
        self, method: str, address: str, body: Any, query: Mapping[str, str] | None
    ) -> requests.Response | requests.RequestException:
        self._spend(address)
        try:
            return self._session.request(
                method,
                address,
                params=query,
                json=body,
                auth=Token(self.token),
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return error
        except ValueError:  # requests looks at the redirect's address even when it shall not follow it
            raise RefusedError("the forge redirects to what is no address", remedy="Check GITHUB_API_URL.") from None

    def _spend(self, address: str) -> None:
        if origin(address) != origin(self.url):
            raise RefusedError(
                f"the forge sends us to another host, {origin(address)[1]!r:.100}, which must not see the token",
                remedy="Check GITHUB_API_URL.",
            )
        self.spend()

    def spend(self) -> None:
        """Count a request that is about to be made.

        Raises:
            RefusedError: If that would be one too many.
        """
        if self.calls_left <= 0:
            raise RefusedError("a report may make no more calls", remedy=LATER)
        self.calls_left -= 1

    def _wait_before_next(self, answer: requests.Response | requests.RequestException, attempt: int) -> float | None:
        """Return how long to wait before the next try; None where another try would be of no use."""
        if attempt == MAX_TRIES - 1:
            return None
        if isinstance(answer, requests.RequestException) or answer.status_code >= 500:
            wait = float(2**attempt)
        elif is_rate_limit(answer):
            wait = self._rate_limit_wait(answer.headers)
        else:
            return None
        return wait if self._waited + wait <= self.patience else None

    def _rate_limit_wait(self, headers: Mapping[str, str]) -> float:
        after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
        if after.isdecimal():
            return float(after)
        if reset.isdecimal() and headers.get("x-ratelimit-remaining") == "0":
            return max(0.0, float(reset) - self.now()) + 1
        return RATE_LIMIT_SECONDS


def origin(address: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port; no host where `address` is none."""
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:  # a port that is no number, a bracket that does not close
        return "", None, None


def _joined(address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError:
        raise RefusedError("the forge redirects to what is no address", remedy="Check GITHUB_API_URL.") from None


def _id(item: Any) -> Any:
    return item.get("id") if isinstance(item, dict) else None
