"""Which commit judges: decided from what the event says and what HEAD is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

OBJECT_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


class BaseSource(StrEnum):
    """How the base was found."""

    MERGE_COMMIT = "merge-commit"
    MERGE_GROUP = "merge-group"
    BRANCH_TIP = "branch-tip"
    OPTION = "option"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known before anything is fetched.

    Attributes:
        event: `GITHUB_EVENT_NAME`, or `local`.
        pull_request: Its number.
        pull_request_head: The commit that its author pushed.
        pull_request_branch: The branch it is to be merged into.
        group_base: `merge_group.base_sha`.
        group_head: `merge_group.head_sha`.
        runner_commit: `GITHUB_SHA`: what the runner checks out, which for a pull request is the host's own merge.
        commit: What HEAD is; None outside git.
        parents: Of that commit.
        option: What `--base` names.
    """

    event: str = "local"
    pull_request: int | None = None
    pull_request_head: str | None = None
    pull_request_branch: str | None = None
    group_base: str | None = None
    group_head: str | None = None
    runner_commit: str | None = None
    commit: str | None = None
    parents: tuple[str, ...] = ()
    option: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which commit is the base, or which name will tell.

    Attributes:
        source: Why this one.
        commit: Its id, where it is known.
        branch: The branch whose tip it is, or can be reached from.
        name: What `--base` names, to be resolved.
        head: The commit that statuses belong to.
        is_ancestor: Whether HEAD was built on the base: then all that differs from it was edited.
    """

    source: BaseSource
    commit: str | None = None
    branch: str | None = None
    name: str | None = None
    head: str | None = None
    is_ancestor: bool = False


def read_event(name: str, payload: Any) -> Facts:
    """Return what an event's payload says; values of another shape than the hosts document count as absent."""
    number = _at(payload, "pull_request", "number")
    branch = _at(payload, "pull_request", "base", "ref")
    return Facts(
        event=name,
        pull_request=number if isinstance(number, int) else None,
        pull_request_head=_object_id(_at(payload, "pull_request", "head", "sha")),
        pull_request_branch=branch if isinstance(branch, str) and branch else None,
        group_base=_object_id(_at(payload, "merge_group", "base_sha")),
        group_head=_object_id(_at(payload, "merge_group", "head_sha")),
    )


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _object_id(value: Any) -> str | None:
    return value if isinstance(value, str) and OBJECT_ID.fullmatch(value) else None


def lacks_base(facts: Facts) -> bool:
    """Return whether the event has a base and does not say which: then nothing may stand in for it."""
    if facts.option is not None:
        return False
    if facts.event == "merge_group":
        return facts.group_base is None
    return facts.event.startswith("pull_request") and facts.pull_request_branch is None and facts.group_base is None


def plan_fetch(facts: Facts) -> Plan:
    """Return which commit judges.

    `pull_request.base.sha` is no source: hosts leave it as it was when the pull request was opened or last pushed to.
    """
    head = facts.pull_request_head or facts.group_head or facts.commit
    if facts.option is not None:
        return Plan(source=BaseSource.OPTION, name=facts.option, head=head)
    if facts.group_base is not None:
        return Plan(source=BaseSource.MERGE_GROUP, commit=facts.group_base, head=head, is_ancestor=True)
    if facts.pull_request_branch is None:
        return Plan(source=BaseSource.NONE, head=head)
    if _is_merge_of_the_host(facts):
        return Plan(
            source=BaseSource.MERGE_COMMIT,
            commit=facts.parents[0],
            branch=facts.pull_request_branch,
            head=head,
            is_ancestor=True,
        )
    return Plan(source=BaseSource.BRANCH_TIP, branch=facts.pull_request_branch, head=head)


def _is_merge_of_the_host(facts: Facts) -> bool:
    """Anybody can make a merge whose second parent is the head: only the one that the runner names is the host's."""
    if facts.commit is None or facts.commit != facts.runner_commit:
        return False
    return len(facts.parents) == 2 and facts.parents[1] == facts.pull_request_head
