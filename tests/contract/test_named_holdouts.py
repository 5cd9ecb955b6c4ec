"""Which holdouts reports name, by one call to the fake GitHub, held against GitHub's published description."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests import builders as a
from tests.fake_github.openapi import violations
from tests.fake_github.server import FakeGitHub, Trouble

from mlgate.core.report import publishing
from mlgate.core.report.markdown import render_markdown
from mlgate.core.report.publishing import Marker
from mlgate.shell.forge.named_holdouts import list_them
from mlgate.shell.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "ghs_secret-token"
BOT = "github-actions[bot]"
ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as fake:
        yield fake
        assert violations(fake.exchanges) == []


def post(github: FakeGitHub, identity: str, number: int, author: str = BOT, run: int = 1) -> None:
    """Put a report on a pull request, whose holdout has this identity."""
    report = a.a_report(provenance=a.a_provenance(holdout_digest=identity))
    marker = Marker(key="flights", head="d" * 40, run=run, attempt=1)
    body = publishing.compose(marker, render_markdown(report), publishing.footer(marker, None))
    github.add(author, body, number)


def listed(github: FakeGitHub, without: int | None = None, **env: str) -> tuple[dict[str, int] | None, list[str]]:
    said: list[str] = []
    given = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": github.repository, **env}
    world = World(env=given, cwd=Path(), clock=lambda: 0.0, log=said.append)
    return list_them(world, TOKEN, without=without), said


@pytest.mark.parametrize("flavour", ["github", "gitea"])
def test_pull_requests_are_counted_by_the_holdout_that_their_reports_name(github: FakeGitHub, flavour: str) -> None:
    github.flavour = flavour
    for number in (1, 2, 3):
        post(github, ONE, number)
    post(github, ONE, 3, run=2)
    post(github, TWO, 4)
    post(github, ONE, 5, author="a-person")
    github.add(BOT, "| <code>Holdout identity</code> | <code>111111111111</code> |", 6)
    assert listed(github) == ({"1" * 12: 3, "2" * 12: 1}, [])
    assert listed(github, without=2) == ({"1" * 12: 2, "2" * 12: 1}, [])
    assert len(github.calls()) == 2


def test_the_latest_comments_are_those_that_are_read(github: FakeGitHub) -> None:
    post(github, ONE, 1)
    for number in range(100):
        github.add("a-person", "words", 2)
        github.comments[max(github.comments)]["comment"]["updated_at"] = f"2098-01-01T00:{number % 60:02d}:00Z"
    assert listed(github) == ({}, [])
    post(github, TWO, 3)
    github.comments[max(github.comments)]["comment"]["updated_at"] = "2099-02-01T00:00:00Z"
    assert listed(github) == ({"2" * 12: 1}, [])


def test_a_forge_that_does_not_list_comments_is_asked_once_and_not_waited_for(github: FakeGitHub) -> None:
    github.trouble = [Trouble(status=503, times=9)]
    found, said = listed(github)
    assert found is None
    assert "is not known" in said[0]
    assert len(github.calls()) == 1


def test_without_a_forge_nothing_is_asked(github: FakeGitHub) -> None:
    assert listed(github, GITHUB_API_URL="") == (None, [])
    assert listed(github, GITHUB_REPOSITORY="") == (None, [])
    assert github.calls() == []
