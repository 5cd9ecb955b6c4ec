"""The log as one clone reaches it: on its remote, else in a branch of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.log.names import BRANCH, REF
from mlgate.core.registry.log.state import State, extend
from mlgate.errors import OutsideError
from mlgate.shell.git.pushing import NETWORK_SECONDS, Answer, Move, move_here, push, refs_here, remote_refs
from mlgate.shell.git.words import words_of
from mlgate.shell.registry.log import reading
from mlgate.shell.registry.log.reading import HEAD, SEEN, fail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.shell.base.commit import Remote
    from mlgate.shell.git.repository import Git
    from mlgate.shell.registry.log.lock import Place

TAGS = "refs/tags/"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The log as it was read.

    Attributes:
        tip: Its commit, which is in this clone; None if there is no log.
        state: The fold of its records.
    """

    tip: str | None
    state: State


class Log:
    """The log of one repository.

    Attributes:
        git: The clone.
        seen: What was read or written last; None before.
        is_here: Whether the clone has no remote, so that the log is its own branch.
    """

    def __init__(self, git: Git, place: Place, remote: Remote | None) -> None:
        self.git = git
        self.seen: Seen | None = None
        self.is_here = remote is None
        self._place = place
        self._remote = remote
        self._ids: tuple[str, ...] = ()
        self._state = State()

    def refresh(self) -> Seen:
        """Read the log as it is now, from the remote if there is one."""
        if self._remote is None:
            tip, seen = reading.tips(self.git, HEAD)
        else:
            tip, seen = reading.fetch_tip(self.git, self._place, self._remote), self.git.resolve(SEEN)
        reading.check_continues(self.git, self._place, tip, seen)
        return self._read(tip)

    def cached(self) -> Seen:
        """Read the log as this clone has it, without any network."""
        return self._read(self.git.resolve(HEAD if self.is_here else REF))

    def _read(self, tip: str | None) -> Seen:
        """Read what a tip has; records that were read before are not read again."""
        ids = reading.record_ids(self.git, tip) if tip else ()
        known = len(self._ids)
        if ids[:known] != self._ids:
            known, self._state = 0, State()
        if len(ids) > known or not known:
            self._state = extend(self._state, reading.contents(self.git, ids[known:]))
        self._ids = ids
        self.seen = Seen(tip=tip, state=self._state)
        return self.seen

    def move(self, moves: Sequence[Move]) -> Answer:
        """Make all the moves or none, where the log is."""
        if self._remote is not None:
            return push(self.git, self._remote.source, self._remote.secret, moves)
        _check_not_checked_out(self.git)
        return move_here(self.git, moves)

    def accept(self, tip: str, state: State) -> None:
        """Remember what was just written."""
        reading.remember(self.git, tip)
        self.seen = Seen(tip=tip, state=state)

    def tags(self, names: Sequence[str]) -> set[str]:
        """Return those of the tags that there are, where the log is."""
        if self._remote is None:
            found = set(refs_here(self.git, TAGS))
        else:
            wanted = [TAGS + name for name in names]
            found = set(remote_refs(self.git, self._remote.source, self._remote.secret, wanted)) if wanted else set()
        return {name for name in names if TAGS + name in found}

    def need(self, commits: Sequence[str], state: State) -> None:
        """Bring commits that tags are to point to into this clone, where it lacks them.

        Raises:
            OutsideError: If one cannot be had.
        """
        for commit in dict.fromkeys(commits):
            if not self.git.has(commit):
                self._bring(commit, state)

    def _bring(self, commit: str, state: State) -> None:
        """Fetch a commit: by a tag of the log, which any host gives, else by its id."""
        tag = next((tag for tag, target in state.tags().items() if target == commit), None)
        said = "this clone has no remote"
        for what in [f"{TAGS}{tag}"] * (tag is not None) + [commit]:
            if self._remote is None:
                break
            depth = ["--depth=1"] if self._place.shallow else []
            command = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", *depth, "--"]
            command += [self._remote.source, what]
            said = words_of(self.git.ask(command, secret=self._remote.secret, seconds=NETWORK_SECONDS))
            if self.git.has(commit):
                return
        raise OutsideError(
            f"the commit {commit}, which the version was made from, is not in this clone and cannot be fetched: {said}",
            remedy="Check it out with `fetch-depth: 0`; or push it, so that the remote has it.",
        )


def _check_not_checked_out(git: Git) -> None:
    done = git.ask(["worktree", "list", "--porcelain"])
    if f"branch {HEAD}\n".encode() in done.stdout:
        raise fail(
            "registry-refused",
            f"the branch {BRANCH} is checked out in a working copy, which would no longer match it",
            "Switch that working copy to another branch; `mlgate registry show` reads the log without a checkout.",
        )
