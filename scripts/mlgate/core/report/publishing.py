"""Which comment is ours, and what to do about it. Pure: `shell.comments` carries it out.

GitHub has no upsert for comments, so two jobs that find nothing both create one. The plan converges without a lock:
after a create the job lists again; of several comments of ours the oldest stays and takes the newest body, the rest go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from mlgate.core.report.md import utf16

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BODY_LIMIT = 60_000  # UTF-16 units; GitHub refuses 65,536 characters
MAX_KEY = 100  # characters: the name of a model, which a report from an untrusted run can choose
KNOWN_BOTS = frozenset({"github-actions[bot]", "gitea-actions", "forgejo-actions"})
_MARKER = re.compile(
    r"<!-- mlgate-report key=(?P<key>[\w.~%-]*) head=(?P<head>[0-9a-f]*) "
    r"run=(?P<run>\d{1,18}) attempt=(?P<attempt>\d{1,18}) -->",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class Marker:
    """The first line of our comment: whose report it is, and from which run.

    Attributes:
        key: Tells the comments of several models apart.
        head: The pull request's head commit.
        run: The run's id, which grows.
        attempt: Of that run, from 1.
    """

    key: str
    head: str
    run: int
    attempt: int

    def __str__(self) -> str:
        key = quote(self.key, safe="", errors="replace")
        return f"<!-- mlgate-report key={key} head={self.head} run={self.run} attempt={self.attempt} -->"

    @property
    def age(self) -> tuple[int, int]:
        """Return what orders runs: a greater one is newer."""
        return self.run, self.attempt


def marker_of(body: str) -> Marker | None:
    """Return the marker at the very start of a comment's body, or None; anywhere else it is a quotation."""
    found = _MARKER.match(body)
    if found is None:
        return None
    return Marker(key=unquote(found["key"]), head=found["head"], run=int(found["run"]), attempt=int(found["attempt"]))


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment as the forge tells it. Ids grow with time."""

    id: int
    author: str
    body: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """Where a report goes.

    Attributes:
        number: In the base repository.
        head: The head commit, never the merge commit.
        fork: Whether the head lies in another repository, whose runs get a token that may only read.
    """

    number: int
    head: str
    fork: bool


def pull_request(event: str, payload: Any) -> PullRequest | None:
    """Return the pull request of an event, or None where the event has none (a push, a schedule)."""
    found = _at(payload, "pull_request")
    number, head = _at(found, "number"), _at(found, "head", "sha")
    if not event.startswith("pull_request") or type(number) is not int or not isinstance(head, str):
        return None
    if number < 1 or not re.fullmatch(r"[0-9a-f]{40,64}", head):
        return None
    sides = [_at(found, side, "repo", "full_name") for side in ("head", "base")]
    return PullRequest(number=number, head=head, fork=sides[0] != sides[1])


def _at(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


class Action(StrEnum):
    """What to do about the comments that are there."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"
    YIELD = "yield"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do.

    Attributes:
        action: `create`; `update` the target with `body`; `keep` the target as it is, or `yield` to a newer run's.
        target: The comment that stays; None for `create`.
        body: What it shall say.
        delete: Doubles of it, which go afterwards.
    """

    action: Action
    target: Comment | None = None
    body: str = ""
    delete: tuple[Comment, ...] = field(default=())


def ours(comments: Iterable[Comment], key: str, authors: frozenset[str]) -> list[Comment]:
    """Return our comments, oldest first: our marker at the start *and* an author that we know."""
    found = [c for c in comments if c.author in authors and _key(c) == key]
    return sorted({c.id: c for c in found}.values(), key=lambda c: c.id)


def _key(comment: Comment) -> str | None:
    marker = marker_of(comment.body)
    return marker.key if marker else None


def plan(mine: Sequence[Comment], marker: Marker, body: str) -> Plan:
    """Decide what becomes of our comments, as `ours` returns them, and of a new body that starts with `marker`."""
    if not mine:
        return Plan(action=Action.CREATE, body=body)
    oldest, doubles = mine[0], tuple(mine[1:])
    newest = max(mine, key=_age)
    if _age(newest) > marker.age:
        return _converge(oldest, doubles, newest.body, Action.YIELD)
    return _converge(oldest, doubles, body, Action.KEEP)


def _converge(target: Comment, doubles: tuple[Comment, ...], body: str, otherwise: Action) -> Plan:
    action = otherwise if _same(target.body, body) else Action.UPDATE
    return Plan(action=action, target=target, body=body, delete=doubles)


def _same(stored: str, body: str) -> bool:
    """Return whether a forge that normalises line ends already shows `body`."""
    return stored.replace("\r\n", "\n").strip() == body.strip()


def _age(comment: Comment) -> tuple[int, int]:
    marker = marker_of(comment.body)
    return marker.age if marker else (0, 0)


def authors(extra: str) -> frozenset[str]:
    """Return whose comments can be ours: the bots that we know, or else the one that the user names."""
    return KNOWN_BOTS | ({extra} if extra else set())


def identity(env: Mapping[str, str], key: str, head: str) -> Marker:
    """Return the marker of this run, from the runner's own variables."""
    return Marker(
        key=key[:MAX_KEY], head=head, run=_number(env, "GITHUB_RUN_ID"), attempt=_number(env, "GITHUB_RUN_ATTEMPT")
    )


def _number(env: Mapping[str, str], name: str) -> int:
    value = env.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 18 else 0


@dataclass(frozen=True, kw_only=True)
class Post:
    """What is to be published.

    Attributes:
        repository: `owner/name` of the base repository.
        pull_request: Where it goes.
        marker: Of this run.
        body: Complete, the marker first.
        authors: Whose comments can be ours.
    """

    repository: str
    pull_request: PullRequest
    marker: Marker
    body: str
    authors: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Posted:
    """How publishing ended.

    Attributes:
        posted: Whether the comment shows this run; false where a newer run's stands there.
        id: The comment's.
        url: Its address.
        stranger: Its author, where that is none that we know: the next run would not find the comment.
    """

    posted: bool
    id: int
    url: str
    stranger: str = ""


def compose(marker: Marker, markdown: str, footer: str) -> str:
    """Return a comment's body."""
    return f"{marker}\n{markdown.rstrip()}\n{footer}"


def footer(marker: Marker, link: str | None) -> str:
    """Return the last line of a comment: which run wrote it, for which commit."""
    run = f"[run {marker.run}, attempt {marker.attempt}]({link})" if link else f"run {marker.run}"
    return f"\n<sub>mlgate, {run}, for {marker.head}</sub>\n"


def room(marker: Marker, link: str | None) -> int:
    """Return how many UTF-16 units of a comment are left for the report."""
    return BODY_LIMIT - utf16(compose(marker, "", footer(marker, link)))


def run_link(env: Mapping[str, str]) -> str | None:
    """Return the address of this run's page, or None outside a workflow."""
    server, repository, run = (env.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if not (server.startswith(("https://", "http://")) and repository and run):
        return None
    return f"{quote(server.rstrip('/'), safe=':/')}/{quote(repository)}/actions/runs/{quote(run)}"
