"""Whether a pull request's run can have served another base. Pure.

A host tells the commit and the branch that a run was for, and not its pull request. Several pull requests can share
both, each with another base; and the base gives the workflow, the policy and the baseline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mlgate.core.registry.promotion.decision import Absence

if TYPE_CHECKING:
    from collections.abc import Iterable

# What a host makes of an event can come so much later than the event.
LATEST = timedelta(days=1)
SKEW = timedelta(seconds=10)  # between two clocks of one host


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A pull request from the branch that a run was for.

    Attributes:
        number: Its number.
        head: Its last commit; a closed one keeps it.
        base: The branch that it would be merged into.
        closed: When it was closed, in ISO 8601; anything else while it is open.
    """

    number: int
    head: str
    base: str
    closed: str


def may_have_started(one: Proposal, *, head: str, created: str) -> bool:
    """Return whether a run at the commit `head`, made at the time `created`, can be this pull request's.

    Also a closed one starts runs, for example when it is labelled, but at its last head only.
    """
    closed, ran = _moment(one.closed), _moment(created)
    return one.head == head or closed is None or ran is None or ran - closed < LATEST


def too_old(number: int, *, opened: str, created: str) -> Absence | None:
    """Return why a run, made at the time `created`, is no run of a pull request that was `opened` later."""
    begin, ran = _moment(opened), _moment(created)
    if begin is not None and ran is not None and begin - ran <= SKEW:
        return None
    return untrusted(f"the run is older than pull request {number}, so another one started it")


def other_base(proposals: Iterable[Proposal], branch: str) -> Absence | None:
    """Return why a run that any of `proposals` can have started is not to be trusted, if one is for another branch."""
    for one in proposals:
        if one.base != branch:
            base = plain(one.base)
            return untrusted(
                f"pull request {one.number}, of the same branch, is for {base}, whose workflow may have judged"
            )
    return None


def shown_base(bases: Iterable[str], branch: str) -> Absence | None:
    """Return why a run is not to be trusted with which the host shows pull requests for other branches."""
    other = next((base for base in bases if base != branch), None)
    return None if other is None else untrusted(f"the host shows the run with a pull request for {plain(other)}")


def untrusted(message: str) -> Absence:
    """Return the absence of a verdict that somebody may have written himself."""
    return Absence(reason="verdict-untrusted", message=message)


def plain(text: str) -> str:
    """Return what somebody else chose as one short line that no reader takes for markup."""
    return re.sub(r"[^A-Za-z0-9 .,:/_'-]", "?", text)[:120]


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else found
