"""The repository's latest comments, for the holdouts that reports among them name: one call, and no waiting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.report import named_holdouts
from mlgate.errors import MlgateError
from mlgate.shell.forge.answer import items
from mlgate.shell.forge.client import Forge
from mlgate.shell.forge.comments import comment_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.report.publishing import Comment
    from mlgate.shell.forge.answer import Reply
    from mlgate.shell.world import World

_NUMBER = re.compile(r"/(\d{1,18})(?:#[\w-]*)?$", re.ASCII)


def list_them(world: World, token: str | None, *, without: int | None) -> dict[str, int] | None:
    """Return how many pull requests' reports name each holdout, among the last 100 comments; None if that is not known.

    Args:
        world: Names the forge and the repository.
        token: That may read comments.
        without: The pull request that is being judged.
    """
    url, repository = world.env.get("GITHUB_API_URL"), world.env.get("GITHUB_REPOSITORY")
    if not url or not repository or not token:
        return None
    query = {"sort": "updated", "direction": "desc", "per_page": "100"}
    try:
        forge = Forge(url=url, token=token, calls_left=1, patience=0.0)
        page = forge.call("GET", f"/repos/{repository}/issues/comments", query=query)
        return named_holdouts.named(_numbered(page), without=without)
    except MlgateError as error:
        world.log(f"how many pull requests the holdout has judged is not known: {error.message}")
        return None


def _numbered(page: Reply) -> Iterator[tuple[int, Comment]]:
    for item in items(page):
        place = next((item.get(key) for key in ("issue_url", "pull_request_url") if item.get(key)), "")
        found = _NUMBER.search(str(place))
        if found:
            yield int(found[1]), comment_of(item)
