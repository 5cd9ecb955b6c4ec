"""What the forge answered: a reply, a refusal in its own words, or a rate limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from mlgate.errors import OutsideError
from mlgate.shell.runner import harmless

CLOCK_SKEW = timedelta(seconds=60)
PERMISSION = (
    "Give the job `permissions: {contents: read, pull-requests: write}` and post-report "
    "`github-token: ${{ github.token }}`."
)
LATER = "Run the job again later."


class RefusedError(OutsideError):
    """The forge did not do what it was asked.

    Args:
        message: What was asked and what it answered.
        remedy: What to change.
        http_status: Of its answer; None where there was none.
    """

    def __init__(self, message: str, *, remedy: str, http_status: int | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.http_status = http_status


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A successful answer: its JSON value (None if empty), the next page's address, and the forge's clock."""

    data: Any
    next_page: str | None = None
    date: datetime | None = None


def since(page: Reply) -> dict[str, str]:
    """Return the query for what changed after `page` was sent, by the forge's own clock; empty where it has none."""
    if page.date is None:
        return {}
    return {"since": (page.date - CLOCK_SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def is_rate_limit(answer: requests.Response) -> bool:
    """Return whether a refusal only means "later": GitHub answers 403 for that as well as for a missing permission."""
    if answer.status_code == 429:
        return True
    limited = "retry-after" in answer.headers or answer.headers.get("x-ratelimit-remaining") == "0"
    return answer.status_code == 403 and (limited or "rate limit" in _words(answer).lower())


def reply(answer: requests.Response) -> Reply:
    """Read a successful answer."""
    if answer.is_redirect:
        raise RefusedError("the forge redirects in a circle", remedy="Check GITHUB_API_URL.")
    try:
        data = answer.json() if answer.content else None
    except ValueError:
        raise RefusedError(
            f"the forge answered {answer.status_code} with something that is not JSON", remedy="Check GITHUB_API_URL."
        ) from None
    return Reply(data=data, next_page=answer.links.get("next", {}).get("url"), date=_date(answer))


def _date(answer: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None


def items(page: Reply) -> list[Any]:
    """Return what a page lists."""
    if not isinstance(page.data, list):
        raise RefusedError("the forge answered with no list", remedy="Check GITHUB_API_URL.")
    return page.data


def refused(method: str, address: str, answer: requests.Response | requests.RequestException) -> RefusedError:
    """Return the error for an answer that no further try will change."""
    asked = f"{method} {urlsplit(address).path}"
    if isinstance(answer, requests.RequestException):
        return RefusedError(f"{asked}: the forge cannot be reached ({type(answer).__name__})", remedy=LATER)
    status = answer.status_code
    if is_rate_limit(answer):
        return RefusedError(
            f"{asked}: rate limit ({status})", remedy="Run the job again when the limit is over.", http_status=status
        )
    words = _words(answer)
    return RefusedError(f"{asked}: {status} {words}".rstrip(), remedy=_remedy(status), http_status=status)


def _words(answer: requests.Response) -> str:
    try:
        message = answer.json().get("message", "")
    except (ValueError, AttributeError):
        return ""
    return " ".join(harmless(str(message)).split())[:200]


def _remedy(status: int) -> str:
    match status:
        case 401:
            return "The token is not valid: pass `github-token: ${{ github.token }}`."
        case 403 | 404:
            return PERMISSION
        case _:
            return LATER
