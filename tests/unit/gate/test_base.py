"""Which commit judges, for every event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgate.core.gate.base import BaseSource, Facts, Plan, lacks_base, plan_fetch, read_event

HEAD, ONE, TWO, GROUP = "a" * 40, "b" * 40, "c" * 40, "d" * 40


def pull_request(**fields: Any) -> Facts:
    given_fields = {
        "event": "pull_request",
        "pull_request": 1,
        "pull_request_head": TWO,
        "pull_request_branch": "main",
        "runner_commit": HEAD,
        "commit": HEAD,
        "parents": (ONE, TWO),
        **fields,
    }
    return Facts(**given_fields)


@pytest.mark.parametrize(
    ("facts", "plan"),
    [
        (
            pull_request(),
            Plan(source=BaseSource.MERGE_COMMIT, commit=ONE, branch="main", head=TWO, is_ancestor=True),
        ),
        (
            pull_request(commit=TWO, parents=(ONE,)),
            Plan(source=BaseSource.BRANCH_TIP, branch="main", head=TWO),
        ),
        (
            pull_request(runner_commit=GROUP),  # a merge that the author made
            Plan(source=BaseSource.BRANCH_TIP, branch="main", head=TWO),
        ),
        (
            pull_request(runner_commit=None),
            Plan(source=BaseSource.BRANCH_TIP, branch="main", head=TWO),
        ),
        (
            pull_request(parents=(TWO, ONE)),
            Plan(source=BaseSource.BRANCH_TIP, branch="main", head=TWO),
        ),
        (
            pull_request(parents=(ONE, TWO, HEAD)),
            Plan(source=BaseSource.BRANCH_TIP, branch="main", head=TWO),
        ),
        (
            pull_request(pull_request_head=None, parents=(ONE, TWO)),
            Plan(source=BaseSource.BRANCH_TIP, branch="main", head=HEAD),
        ),
        (
            Facts(event="merge_group", group_base=GROUP, group_head=HEAD, commit=HEAD, parents=(ONE, TWO)),
            Plan(source=BaseSource.MERGE_GROUP, commit=GROUP, head=HEAD, is_ancestor=True),
        ),
        (Facts(event="push", commit=HEAD, parents=(ONE, TWO)), Plan(source=BaseSource.NONE, head=HEAD)),
        (Facts(commit=HEAD, option="main"), Plan(source=BaseSource.OPTION, name="main", head=HEAD)),
        (pull_request(option="v1"), Plan(source=BaseSource.OPTION, name="v1", head=TWO)),
        (Facts(), Plan(source=BaseSource.NONE)),
        (Facts(option="main"), Plan(source=BaseSource.OPTION, name="main")),
        (pull_request(commit=None, parents=()), Plan(source=BaseSource.BRANCH_TIP, branch="main", head=TWO)),
    ],
)
def test_the_base_of_every_event(facts: Facts, plan: Plan) -> None:
    assert plan_fetch(facts) == plan


@pytest.mark.parametrize(
    ("facts", "lacking"),
    [
        (pull_request(), False),
        (pull_request(pull_request_branch=None), True),
        (pull_request(pull_request_branch=None, option="main"), False),
        (Facts(event="pull_request_target"), True),
        (Facts(event="merge_group"), True),
        (Facts(event="merge_group", pull_request_branch="main"), True),
        (Facts(event="merge_group", group_base=GROUP), False),
        (Facts(event="push"), False),
        (Facts(), False),
    ],
)
def test_an_event_that_has_a_base_must_name_it(facts: Facts, lacking: bool) -> None:
    assert lacks_base(facts) is lacking


def test_the_event_of_a_pull_request() -> None:
    payload = {"pull_request": {"number": 7, "head": {"sha": TWO}, "base": {"ref": "main", "sha": ONE}}}
    assert read_event("pull_request", payload) == Facts(
        event="pull_request", pull_request=7, pull_request_head=TWO, pull_request_branch="main"
    )


def test_the_event_of_a_merge_group() -> None:
    payload = {"merge_group": {"base_sha": ONE, "head_sha": TWO}}
    assert read_event("merge_group", payload) == Facts(event="merge_group", group_base=ONE, group_head=TWO)


@pytest.mark.parametrize("sha", ["", "main", "--upload-pack=x", "A" * 40, "a" * 41, 7, None, ["a"]])
def test_what_is_no_object_id_is_absent(sha: Any) -> None:
    payload = {"pull_request": {"head": {"sha": sha}}, "merge_group": {"base_sha": sha}}
    facts = read_event("pull_request", payload)
    assert (facts.pull_request_head, facts.group_base) == (None, None)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["pull_request", "merge_group", "head", "base", "sha", "ref"]), inner)
    ),
)


@given(payload=json_values)
def test_any_payload_is_read(payload: Any) -> None:
    plan = plan_fetch(read_event("pull_request", payload))
    assert plan.commit is None
    assert plan.source is (BaseSource.NONE if plan.branch is None else BaseSource.BRANCH_TIP)
