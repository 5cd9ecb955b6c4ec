"""The comment recipe against the fake GitHub; every exchange is held against GitHub's published description."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.fake_github.openapi import violations
from tests.fake_github.server import Answer, FakeGitHub, Trouble
from tests.fake_github.shapes import HEAD

from mlgate.core.report import publishing
from mlgate.core.report.publishing import KNOWN_BOTS, Marker, Post, Posted, PullRequest
from mlgate.errors import UsageError
from mlgate.shell.forge.answer import RefusedError, Reply, since
from mlgate.shell.forge.client import MAX_CALLS, Forge
from mlgate.shell.forge.comments import CommentPublisher

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "ghs_secret-token"
BOT = "github-actions[bot]"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as fake:
        yield fake
        assert violations(fake.exchanges) == []


def post(run: int = 100, attempt: int = 1, *, key: str = "flights", text: str = "") -> Post:
    marker = Marker(key=key, head=HEAD, run=run, attempt=attempt)
    return Post(
        repository="octo/flights",
        pull_request=PullRequest(number=7, head=HEAD, fork=False),
        marker=marker,
        body=publishing.compose(marker, text or f"report of run {run}", publishing.footer(marker, None)),
        authors=KNOWN_BOTS,
    )


def forge(github: FakeGitHub, slept: list[float] | None = None, now: float = 0.0) -> Forge:
    waits = [] if slept is None else slept
    return Forge(url=github.url, token=TOKEN, sleep=waits.append, now=lambda: now)


def publish(github: FakeGitHub, what: Post, slept: list[float] | None = None) -> Posted:
    return CommentPublisher(forge=forge(github, slept)).publish(what)


def test_the_first_report_creates_one_comment(github: FakeGitHub) -> None:
    done = publish(github, post())
    assert github.bodies() == {done.id: post().body}
    assert done.posted
    assert done.url.endswith(f"/pull/7#issuecomment-{done.id}")


def test_the_next_report_updates_it_in_place(github: FakeGitHub) -> None:
    github.add("mona", "nice")
    first = publish(github, post(100))
    second = publish(github, post(101))
    assert first.id == second.id
    assert list(github.bodies().values()) == ["nice", post(101).body]


def test_the_same_report_again_writes_nothing(github: FakeGitHub) -> None:
    publish(github, post())
    before = len(github.exchanges)
    assert publish(github, post()).posted
    assert [e.method for e in github.exchanges[before:]] == ["GET"]


def test_a_person_who_quotes_our_marker_is_left_alone(github: FakeGitHub) -> None:
    theirs = github.add("mona", post(99).body)
    quoted = github.add(BOT, f"> {post(99).body}")
    done = publish(github, post())
    assert done.id not in (theirs, quoted)
    assert github.bodies()[theirs] == post(99).body
    assert len(github.bodies()) == 3


def test_another_model_has_its_own_comment(github: FakeGitHub) -> None:
    publish(github, post(key="flights"))
    publish(github, post(key="prices --> <b>"))
    publish(github, post(101, key="prices --> <b>"))
    assert len(github.bodies()) == 2


def test_our_comment_is_found_on_page_three(github: FakeGitHub) -> None:
    for i in range(250):
        github.add("mona", f"talk {i}")
    mine = github.add(BOT, post(99).body)
    assert publish(github, post()).id == mine
    assert [e.query.get("page") for e in github.exchanges if e.path.endswith("/comments")] == [None, "2", "3"]


def test_a_newer_run_is_not_overwritten(github: FakeGitHub) -> None:
    mine = github.add(BOT, post(101).body)
    done = publish(github, post(100))
    assert (done.posted, done.id) == (False, mine)
    assert github.bodies() == {mine: post(101).body}


def test_a_later_attempt_of_the_same_run_overwrites(github: FakeGitHub) -> None:
    mine = github.add(BOT, post(100, 1).body)
    assert publish(github, post(100, 2)).posted
    assert github.bodies() == {mine: post(100, 2).body}


def test_a_run_that_wins_between_listing_and_writing_is_kept(github: FakeGitHub) -> None:
    mine = github.add(BOT, post(99).body)

    def newer_arrives(method: str, path: str) -> None:
        if method == "GET" and path.endswith(str(mine)):
            github.comments[mine]["comment"]["body"] = post(105).body

    github.gate = newer_arrives
    assert not publish(github, post(100)).posted
    assert github.bodies() == {mine: post(105).body}


def test_doubles_are_folded_into_the_oldest(github: FakeGitHub) -> None:
    oldest = github.add(BOT, post(98).body)
    github.add(BOT, post(99).body)
    github.add(BOT, post(97).body)
    assert publish(github, post(100)).id == oldest
    assert github.bodies() == {oldest: post(100).body}


@pytest.mark.parametrize("jobs", [2, 3])
def test_concurrent_jobs_converge_to_one_comment(github: FakeGitHub, jobs: int) -> None:
    everyone = threading.Barrier(jobs)
    creating = threading.local()

    def meet_before_creating(method: str, _path: str) -> None:
        if method == "POST" and not getattr(creating, "met", False):
            everyone.wait(timeout=10)

    github.gate = meet_before_creating
    with ThreadPoolExecutor(jobs) as pool:
        done = list(pool.map(lambda run: publish(github, post(run)), range(100, 100 + jobs)))
    assert github.bodies() == {min(d.id for d in done): post(99 + jobs).body}


def test_gitea_answers_with_everything_at_once() -> None:
    with FakeGitHub(flavour="gitea", tokens={TOKEN: "gitea-actions"}, may_write={"gitea-actions"}).serve() as gitea:
        for i in range(130):
            gitea.add("mona", f"talk {i}")
        assert publish(gitea, post(100)).id == publish(gitea, post(101)).id


def test_a_listing_that_repeats_itself_ends(github: FakeGitHub) -> None:
    """A forge that ignores `page` but says that there is a next one would never end."""
    github.add("mona", "talk")
    real = github._list

    def endless(thread: tuple[str, int], path: str, query: dict[str, str]) -> Answer:
        answer = real(thread, path, query)
        return replace(answer, headers={"Link": f'<{github.url}{path}?page=1&per_page=100>; rel="next"'})

    github._list = endless  # type: ignore[method-assign]
    assert len(list(forge(github).pages("/repos/octo/flights/issues/7/comments"))) == 2


def test_a_report_spends_at_most_twelve_calls(github: FakeGitHub) -> None:
    for i in range(690):
        github.add("mona", f"talk {i}")
    assert publish(github, post()).posted
    assert len(github.exchanges) <= MAX_CALLS


def test_more_pages_than_a_report_may_read_is_said(github: FakeGitHub) -> None:
    for i in range(701):
        github.add("mona", f"talk {i}")
    with pytest.raises(RefusedError, match="more than 7 pages"):
        publish(github, post())


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (Trouble(status=401, message="Bad credentials"), "401 Bad credentials"),
        (Trouble(status=403, message="Resource not accessible by integration"), "403 Resource not accessible"),
        (Trouble(status=404, message="Not Found"), "404 Not Found"),
        (Trouble(status=410, message="Issues are disabled"), "410 Issues are disabled"),
    ],
    ids=lambda value: str(getattr(value, "status", "")),
)
def test_a_permission_error_is_never_tried_again(github: FakeGitHub, trouble: Trouble, message: str) -> None:
    github.trouble.append(trouble)
    with pytest.raises(RefusedError, match=message):
        publish(github, post())
    assert len(github.exchanges) == 1


def test_a_body_that_is_too_long_is_refused(github: FakeGitHub) -> None:
    with pytest.raises(RefusedError, match="422"):
        publish(github, post(text="\N{GRINNING FACE}" * 40_000))


def test_a_server_error_is_tried_again(github: FakeGitHub) -> None:
    github.trouble.append(Trouble(status=502, times=2))
    slept: list[float] = []
    assert publish(github, post(), slept).posted
    assert slept == [1.0, 2.0]


def test_a_create_whose_answer_was_lost_leaves_one_comment(github: FakeGitHub) -> None:
    github.trouble.append(Trouble(status=502, method="POST", after=True))
    assert publish(github, post()).posted
    assert list(github.bodies().values()) == [post().body]


def test_a_forge_that_stays_down_is_given_up(github: FakeGitHub) -> None:
    github.trouble.append(Trouble(status=503, times=99))
    with pytest.raises(RefusedError, match="503"):
        publish(github, post())
    assert len(github.exchanges) == 4


@pytest.mark.parametrize(
    ("headers", "waits"),
    [
        ({"retry-after": "7"}, [7.0]),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1030"}, [31.0]),
        ({"x-ratelimit-remaining": "0"}, [60.0]),
    ],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_rate_limit_is_waited_for(
    github: FakeGitHub, status: int, headers: dict[str, str], waits: list[float]
) -> None:
    github.trouble.append(Trouble(status=status, message="API rate limit exceeded", headers=headers))
    slept: list[float] = []
    publisher = CommentPublisher(forge=forge(github, slept, now=1000.0))
    assert publisher.publish(post()).posted
    assert slept == waits


def test_a_secondary_limit_without_headers_is_told_by_its_words(github: FakeGitHub) -> None:
    github.trouble.append(Trouble(status=403, message="You have exceeded a secondary rate limit."))
    slept: list[float] = []
    assert publish(github, post(), slept).posted
    assert slept == [60.0]


def test_a_long_rate_limit_is_not_waited_for(github: FakeGitHub) -> None:
    github.trouble.append(Trouble(status=429, headers={"retry-after": "3600"}))
    slept: list[float] = []
    with pytest.raises(RefusedError, match="rate limit"):
        publish(github, post(), slept)
    assert slept == []


def test_the_token_does_not_follow_a_redirect_to_another_host(github: FakeGitHub) -> None:
    with FakeGitHub().serve() as elsewhere:
        github.trouble.append(Trouble(status=307, headers={"Location": f"{elsewhere.url}/steal"}))
        with pytest.raises(RefusedError, match="another host"):
            publish(github, post())
        assert elsewhere.exchanges == []
    github.exchanges.clear()  # GitHub's description has no redirects


@pytest.mark.parametrize("location", ["http://x:port/", "http://[x", "//elsewhere.example/", "file:///etc/passwd"])
def test_a_redirect_to_nonsense_is_refused(github: FakeGitHub, location: str) -> None:
    github.trouble.append(Trouble(status=307, headers={"Location": location}))
    with pytest.raises(RefusedError, match=r"another host|no address"):
        publish(github, post())
    github.exchanges.clear()


def test_a_circle_of_redirects_ends(github: FakeGitHub) -> None:
    github.trouble.append(Trouble(status=307, times=99, headers={"Location": "/circle"}))
    with pytest.raises(RefusedError, match="circle"):
        publish(github, post())
    github.exchanges.clear()


def test_a_renamed_repository_is_followed_on_the_same_host(github: FakeGitHub) -> None:
    target = f"{github.url}/repos/octo/flights/issues/7/comments"
    github.trouble.append(Trouble(status=301, headers={"Location": target}))
    assert publish(github, post()).posted
    github.exchanges.clear()


def test_a_comment_that_vanishes_before_the_update_is_written_anew(github: FakeGitHub) -> None:
    mine = github.add(BOT, post(99).body)

    def somebody_deletes(method: str, path: str) -> None:
        if method == "GET" and path.endswith(str(mine)):
            github.comments.pop(mine, None)

    github.gate = somebody_deletes
    assert publish(github, post(100)).posted
    assert list(github.bodies().values()) == [post(100).body]


def test_a_token_of_another_name_is_told(github: FakeGitHub) -> None:
    github.tokens[TOKEN] = "release-robot"
    github.may_write.add("release-robot")
    assert publish(github, post()).stranger == "release-robot"
    mine = replace(post(101), authors=publishing.authors("release-robot"))
    assert publish(github, mine).stranger == ""
    assert len(github.bodies()) == 1


def test_the_token_is_in_no_repr_and_no_error(github: FakeGitHub) -> None:
    client = forge(github)
    assert TOKEN not in repr(client)
    github.trouble.append(Trouble(status=403))
    with pytest.raises(RefusedError) as caught:
        CommentPublisher(forge=client).publish(post())
    assert TOKEN not in repr(caught.value) + str(caught.value)
    with pytest.raises(UsageError) as bad:
        Forge(url=github.url, token=f"{TOKEN}\nX-Evil: 1")
    assert TOKEN not in str(bad.value)


def test_an_unreachable_forge_is_one_line() -> None:
    client = Forge(url="http://127.0.0.1:9", token=TOKEN, sleep=lambda _seconds: None)
    with pytest.raises(RefusedError, match="cannot be reached"):
        client.call("GET", "/repos/octo/flights/issues/7/comments")


@pytest.mark.parametrize("url", ["", "ftp://x", "https://", "api.github.com", "https://x:port", "https://[x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="GITHUB_API_URL"):
        Forge(url=url, token=TOKEN)


def test_since_is_by_the_forges_clock() -> None:
    assert since(Reply(data=[], date=datetime(2026, 11, 24, 12, 0, tzinfo=UTC))) == {"since": "2026-11-24T11:59:00Z"}
    assert since(Reply(data=[])) == {}
