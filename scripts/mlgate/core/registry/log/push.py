"""What it means when a push of the log did not go through. Pure: git's words in, one of five effects out."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Effect(StrEnum):
    """What became of a push."""

    LOST = "lost"  # somebody else was faster: nothing was written
    TAKEN = "taken"  # a tag that must not exist does: nothing was written
    REFUSED = "refused"  # the host does not allow it: nothing was written
    FULL = "full"  # the objects could not be stored, here or there: nothing was written
    UNKNOWN = "unknown"  # it may have arrived


_FULL = re.compile(r"no space left|disk quota|SIGXFSZ|file too large|disk full", re.IGNORECASE)
_REFUSED = re.compile(
    r"GH0\d\d|protected branch|hook declined|declined due to|not allowed|not permitted|prohibited|read.only"
    r"|error: 40[13]\b|returned error: 403|permission|denied|authentication failed|not authorized|unauthori[sz]ed"
    r"|could not read username|archived|insufficient|deny updating|push is disabled|service not enabled",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"stale info|fetch first|non-fast-forward|failed to update ref|cannot lock ref|failed to lock|unable to lock"
    r"|incorrect old value|but expected|reference already exists|unable to create '[^']*\.lock'",
    re.IGNORECASE,
)
_TAKEN_HERE = re.compile(r"cannot lock ref 'refs/tags/[^']*': reference already exists")


def judge(refs: Mapping[str, str], words: str, branch: str) -> Effect:
    """Return what became of a push that git did not call done.

    Args:
        refs: What git says of each reference that was not moved.
        words: All that it said.
        branch: The reference of the log.
    """
    if _FULL.search(words):
        return Effect.FULL
    stale = [ref for ref, said in refs.items() if "stale info" in said or "already exists" in said]
    if branch in stale:
        return Effect.LOST
    if stale or (not refs and _TAKEN_HERE.search(words)):
        return Effect.TAKEN
    if _LOST.search(" ".join(refs.values())):
        return Effect.LOST
    if _REFUSED.search(words):
        return Effect.REFUSED
    if "unpack failed" in words:
        return Effect.FULL
    return Effect.LOST if _LOST.search(words) else Effect.UNKNOWN


def tags_in(refs: Mapping[str, str], words: str, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags of `wanted` that git names as being in the way."""
    stale = [ref.removeprefix("refs/tags/") for ref, said in refs.items() if "stale" in said or "exists" in said]
    named = [tag for tag in wanted if f"refs/tags/{tag}'" in words]
    return tuple(tag for tag in (*stale, *named) if tag in wanted) or wanted
