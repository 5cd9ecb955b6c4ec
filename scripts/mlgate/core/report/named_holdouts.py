"""Which holdouts the reports on pull requests name: what a holdout has judged beside what was promoted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.report.numbers import SHORT_DIGEST
from mlgate.core.report.publishing import KNOWN_BOTS, marker_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.report.publishing import Comment

_ROW = re.compile(
    rf"^\| <code>Holdout identity</code> \| <code>([0-9a-f]{{{SHORT_DIGEST}}})</code> \|", re.MULTILINE | re.ASCII
)


def named(comments: Iterable[tuple[int, Comment]], *, without: int | None) -> dict[str, int]:
    """Return how many pull requests have a report of ours that names a holdout, by the start of its identity.

    Args:
        comments: Each with the number of its pull request.
        without: The pull request that is being judged: its own earlier reports do not count.
    """
    found: dict[str, set[int]] = {}
    for number, comment in comments:
        row = _ROW.search(comment.body)
        if row and number != without and comment.author in KNOWN_BOTS and marker_of(comment.body):
            found.setdefault(row[1], set()).add(number)
    return {holdout: len(numbers) for holdout, numbers in sorted(found.items())}
