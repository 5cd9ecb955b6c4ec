"""Which comment is ours, what is done about it, and where a report goes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fake_github import shapes

from mlgate.core.report import publishing
from mlgate.core.report.md import utf16
from mlgate.core.report.publishing import BODY_LIMIT, Action, Comment, Marker, marker_of

HEAD = shapes.HEAD
BOT = "github-actions[bot]"


def a_marker(run: int = 5, attempt: int = 1, key: str = "flights") -> Marker:
    return Marker(key=key, head=HEAD, run=run, attempt=attempt)


def a_comment(number: int, run: int, *, author: str = BOT, key: str = "flights", before: str = "") -> Comment:
    return Comment(id=number, author=author, body=f"{before}{a_marker(run, key=key)}\nreport {run}\n")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100), st.integers(0, 10**17), st.integers(0, 99))
def test_a_marker_is_read_back(key: str, run: int, attempt: int) -> None:
    marker = Marker(key=key, head=HEAD, run=run, attempt=attempt)
    assert marker_of(f"{marker}\ntext") == marker
    assert "\n" not in str(marker)
    assert str(marker).index("-->") == len(str(marker)) - 3


@pytest.mark.parametrize(
    "body",
    [
        "",
        f"> {a_marker()}",
        f" {a_marker()}",
        f"```\n{a_marker()}",
        "<!-- mlgate-report key=flights -->",
        f"<!-- mlgate-report key=a b head={HEAD} run=1 attempt=1 -->",
        f"<!-- mlgate-report key=a head={HEAD} run=\u0661 attempt=1 -->",
        f"<!-- mlgate-report key=a head={HEAD} run={'9' * 30} attempt=1 -->",
    ],
)
def test_what_only_looks_like_a_marker_is_none(body: str) -> None:
    assert marker_of(body) is None


def test_ours_has_our_marker_at_the_start_and_an_author_that_we_know() -> None:
    mine = [a_comment(9, 2), a_comment(3, 1), a_comment(9, 2)]
    others = [
        a_comment(1, 1, author="mona"),
        a_comment(2, 1, key="prices"),
        a_comment(4, 1, before="> "),
        Comment(id=5, author=BOT, body="hello"),
    ]
    assert [c.id for c in publishing.ours([*others, *mine], "flights", publishing.KNOWN_BOTS)] == [3, 9]


@pytest.mark.parametrize(
    ("there", "action", "target", "shows", "deleted"),
    [
        ([], Action.CREATE, None, 5, []),
        ([(1, 4)], Action.UPDATE, 1, 5, []),
        ([(1, 5)], Action.KEEP, 1, 5, []),
        ([(1, 6)], Action.YIELD, 1, 6, []),
        ([(1, 4), (2, 5)], Action.UPDATE, 1, 5, [2]),
        ([(1, 5), (2, 4)], Action.KEEP, 1, 5, [2]),
        ([(1, 4), (2, 6)], Action.UPDATE, 1, 6, [2]),
        ([(1, 6), (2, 4), (3, 5)], Action.YIELD, 1, 6, [2, 3]),
    ],
)
def test_the_oldest_comment_stays_and_shows_the_newest_run(
    there: list[tuple[int, int]], action: Action, target: int | None, shows: int, deleted: list[int]
) -> None:
    mine = [a_comment(number, run) for number, run in there]
    plan = publishing.plan(mine, a_marker(5), a_comment(0, 5).body)
    assert plan.action is action
    assert (plan.target.id if plan.target else None) == target
    assert plan.body.strip() == a_comment(0, shows).body.strip()
    assert [c.id for c in plan.delete] == deleted


@given(st.permutations(range(1, 5)))
def test_jobs_that_all_create_agree_whatever_the_order(runs: list[int]) -> None:
    comments = [a_comment(number, run) for number, run in enumerate(runs)]
    plans = [publishing.plan(comments, a_marker(run), a_comment(0, run).body) for run in runs]
    assert {plan.target.id for plan in plans if plan.target} == {0}
    assert {publishing.marker_of(plan.body) for plan in plans} == {a_marker(4)}


def test_line_ends_that_the_forge_changed_are_the_same_body() -> None:
    body = a_comment(0, 5).body
    stored = Comment(id=1, author=BOT, body=body.replace("\n", "\r\n").rstrip())
    assert publishing.plan([stored], a_marker(5), body).action is Action.KEEP


def event(**changes: Any) -> dict[str, Any]:
    payload = shapes.pull_request_event("octo/flights", 7)
    payload["pull_request"].update(changes)
    return payload


def test_a_pull_request_is_read_from_its_event() -> None:
    found = publishing.pull_request("pull_request", event())
    assert found == publishing.PullRequest(number=7, head=HEAD, fork=False)
    fork = shapes.pull_request_event("octo/flights", 7, head_repository="mona/flights")
    assert publishing.pull_request("pull_request", fork) == publishing.PullRequest(number=7, head=HEAD, fork=True)


def test_a_fork_that_was_deleted_is_a_fork() -> None:
    found = publishing.pull_request("pull_request", event(head={"sha": HEAD, "repo": None}))
    assert found is not None
    assert found.fork


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("push", shapes.push_event("octo/flights")),
        ("push", event()),
        ("pull_request", {}),
        ("pull_request", []),
        ("pull_request", None),
        ("pull_request", event(number="7")),
        ("pull_request", event(number=True)),
        ("pull_request", event(number=-1)),
        ("pull_request", event(head=None)),
        ("pull_request", event(head={"sha": "main"})),
        ("pull_request", event(head={"sha": f"{HEAD}\n"})),
    ],
)
def test_an_event_without_a_pull_request_has_none(name: str, payload: Any) -> None:
    assert publishing.pull_request(name, payload) is None


def test_this_runs_marker_is_from_the_runners_variables() -> None:
    env = {"GITHUB_RUN_ID": "9001", "GITHUB_RUN_ATTEMPT": "2"}
    assert publishing.identity(env, "flights", HEAD) == a_marker(9001, 2)
    assert publishing.identity({"GITHUB_RUN_ID": "x"}, "flights", HEAD).age == (0, 0)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.just("https://github.com/o/r/actions/runs/1"))
def test_what_goes_around_the_report_leaves_room_for_it(key: str, link: str | None) -> None:
    marker = publishing.identity({}, key, HEAD)
    room = publishing.room(marker, link)
    assert room > 50_000
    body = publishing.compose(marker, "x" * room, publishing.footer(marker, link))
    assert utf16(body) <= BODY_LIMIT
    assert marker_of(body) == marker


def test_the_link_to_the_run() -> None:
    env = {"GITHUB_SERVER_URL": "https://git.example/", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "1"}
    assert publishing.run_link(env) == "https://git.example/o/r/actions/runs/1"
    assert publishing.run_link({}) is None
    assert publishing.run_link({**env, "GITHUB_SERVER_URL": "javascript:x"}) is None
