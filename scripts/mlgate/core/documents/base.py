"""`base.json`: which commit is judged, and which one judges."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mlgate.core.documents.shared import Document


class PolicySource(StrEnum):
    """Whose configuration judges."""

    BASE = "base"
    WORKING_COPY = "working-copy"
    INTRODUCED = "introduced"
    REMOVED = "removed"


class RegistryState(StrEnum):
    """What was seen of the registry's log."""

    UNKNOWN = "unknown"  # nobody looked
    EMPTY = "empty"  # seen, and there is no log yet
    SEEN = "seen"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class RegistrySeen:
    """The registry's log as this run sees it; every later step reads it at that commit.

    Attributes:
        state: What was seen.
        tip: The commit of the log, which is in this clone; null unless seen.
        message: Why it could not be read.
        reports: How many pull requests' reports name a holdout, by the start of its identity; null where no token could
            list them.
    """

    state: RegistryState = RegistryState.UNKNOWN
    tip: str | None = None
    message: str = ""
    reports: dict[str, int] | None = None


@dataclass(frozen=True, kw_only=True)
class BaseDocument(Document):
    """`base.json`: which commit is judged, and which one judges. Written by fetch-base.

    Attributes:
        event: `GITHUB_EVENT_NAME`, or `local`.
        pull_request: Its number, if the event has one.
        commit: The commit that is checked out; None outside git.
        tree: Its tree.
        head: The pull request's head commit: statuses go there, never on the merge commit.
        base: The commit whose policy judges; None where the working copy is the policy.
        base_source: How it was found: `merge-commit`, `merge-group`, `branch-tip`, `option` or `none`.
        merge_base: What a policy edit is measured from.
        policy: Whose configuration judges.
        config: The configuration's path, relative to the repository's root.
        prefix: The configuration's folder, relative to the repository's root; empty at the root.
        config_digest: sha256 of the working copy's configuration; None if there is none.
        base_config_digest: sha256 of the base's; None if it has none.
        policy_changed: Paths of judging files that differ from the merge base.
        dirty: Paths of tracked files that differ from `commit`, and of untracked ones under the model's inputs.
        inputs_digest: Digest over all that the model depends on, from git; None when it cannot be known.
        base_inputs_digest: The same at the base.
        inputs_unchanged: Both are known and equal, and the tree is clean: nothing needs training.
        registry: The registry's log as this run sees it.
    """

    schema: str = "mlgate/base/1"
    event: str = "local"
    pull_request: int | None = None
    commit: str | None = None
    tree: str | None = None
    head: str | None = None
    base: str | None = None
    base_source: str = "none"
    merge_base: str | None = None
    policy: PolicySource = PolicySource.WORKING_COPY
    config: str = "mlgate.yml"
    prefix: str = ""
    config_digest: str | None = None
    base_config_digest: str | None = None
    policy_changed: tuple[str, ...] = ()
    dirty: tuple[str, ...] = ()
    inputs_digest: str | None = None
    base_inputs_digest: str | None = None
    inputs_unchanged: bool = False
    registry: RegistrySeen = RegistrySeen()
