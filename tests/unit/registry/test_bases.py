"""Which pull requests can have started a run, and what another base means."""

from __future__ import annotations

from typing import Any

import pytest

from mlgate.core.registry.promotion.bases import Proposal, may_have_started, other_base, too_old

HEAD = "a" * 40
RAN = "2026-11-24T09:00:00Z"


def proposal(**fields: Any) -> Proposal:
    return Proposal(**{"number": 8, "head": "b" * 40, "base": "main", "closed": "", **fields})


@pytest.mark.parametrize(
    ("fields", "created", "expected"),
    [
        ({}, RAN, True),
        ({"closed": "2026-11-24T10:00:00Z"}, RAN, True),
        ({"closed": "2026-11-24T08:59:59Z"}, RAN, True),
        ({"closed": "2026-11-23T09:00:01Z"}, RAN, True),
        ({"closed": "2026-11-23T08:59:59Z"}, RAN, False),
        ({"closed": "2026-11-23T08:59:59Z", "head": HEAD}, RAN, True),
        ({"closed": "2026-11-23T08:59:59Z"}, "", True),
        ({"closed": "2026-11-23T08:59:59"}, RAN, True),
        ({"closed": "long ago"}, RAN, True),
    ],
)
def test_only_what_was_closed_long_before_with_another_head_started_nothing(
    fields: dict[str, str], created: str, expected: bool
) -> None:
    assert may_have_started(proposal(**fields), head=HEAD, created=created) is expected


def test_every_base_must_be_the_pushed_branch() -> None:
    assert other_base([proposal(), proposal(number=9)], "main") is None
    found = other_base([proposal(), proposal(number=9, base="evil-base")], "main")
    assert found is not None
    assert found.reason == "verdict-untrusted"
    assert "pull request 9" in found.message


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("2026-11-24T08:00:00Z", True),
        (RAN, True),
        ("2026-11-24T09:00:10Z", True),
        ("2026-11-24T09:00:11Z", False),
        ("", False),
    ],
)
def test_a_run_is_no_older_than_its_pull_request(opened: str, expected: bool) -> None:
    assert (too_old(7, opened=opened, created=RAN) is None) is expected
