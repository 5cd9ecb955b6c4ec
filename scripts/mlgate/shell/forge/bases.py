"""Which bases pull requests have and had: all that come from one branch, and whether one was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.errors import OutsideError
from mlgate.shell.forge.runs import pull_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.shell.forge.runs import Host, PullRequest

MAX_PAGES = 6
# GitHub's two, by hand and as the old base was deleted; Gitea's.
CHANGES = ("base_ref_changed", "automatic_base_change_succeeded", "change_target_branch")


class TooLongError(Exception):
    """A listing has more pages than are read, so what it does not show proves nothing."""


def pull_requests_from(host: Host, branch: str) -> list[PullRequest]:
    """Return all pull requests, open and closed, that come from one of the repository's own branches.

    Raises:
        TooLongError: If there are more than can be read.
    """
    owner = host.repository.partition("/")[0]
    items = _listed(host, "/pulls", {"state": "all", "head": f"{owner}:{branch}"})
    found = [pull_request(item) for item in items]
    return [one for one in found if one.head_repository in (None, host.repository) and one.head_branch == branch]


def had_another_base(host: Host, number: int) -> bool:
    """Return whether a pull request's base was ever changed.

    Raises:
        TooLongError: If more has happened to it than can be read.
    """
    key, listing = ("type", "timeline") if host.is_gitea else ("event", "events")
    return any(item.get(key) in CHANGES for item in _listed(host, f"/issues/{number}/{listing}", {}))


def _listed(host: Host, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield a whole listing. Gitea names no next page here, so there it is read until a page is empty."""
    size = {"limit": "50"} if host.is_gitea else {"per_page": "100"}
    page = host.get(path, {**query, **size})
    for number in range(2, MAX_PAGES + 2):
        items = _items(page.data)
        yield from (item for item in items if isinstance(item, dict))
        if not items or not (host.is_gitea or page.next_page):
            return
        if number > MAX_PAGES:
            raise TooLongError
        page = (
            host.get(path, {**query, **size, "page": str(number)})
            if page.next_page is None
            else host.forge.call("GET", page.next_page)
        )


def _items(data: Any) -> list[Any]:
    if data is None:  # Gitea's empty page
        return []
    if not isinstance(data, list):
        raise OutsideError("the forge's answer is no list", remedy="Check GITHUB_API_URL.")
    return data
