"""Moving references: all or none of them, each only from the value that is expected; here and on a remote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.shell.git.words import complain, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.shell.git.environment import Secret
    from mlgate.shell.git.repository import Git

NETWORK_SECONDS = 300
NONE = ""  # the value of a reference that does not exist


@dataclass(frozen=True, kw_only=True)
class Move:
    """One reference's way.

    Attributes:
        ref: Its full name.
        old: The value that it must have; empty if it must not exist, None where that does not matter.
        new: The value that it gets.
    """

    ref: str
    old: str | None
    new: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of the moves.

    Attributes:
        done: Whether all were made.
        refs: What git says of each reference that was not moved.
        words: git's own.
    """

    done: bool
    refs: Mapping[str, str]
    words: str


def push(git: Git, source: str, secret: Secret | None, moves: Sequence[Move]) -> Answer:
    """Make the moves on a remote: one atomic push."""
    expected = [f"--force-with-lease={move.ref}:{move.old}" for move in moves]
    wanted = [f"{move.new}:{move.ref}" for move in moves]
    quiet = [
        "--porcelain",
        "--no-progress",
        "--no-signed",
        "--recurse-submodules=no",
        "--no-follow-tags",
        "--no-verify",
    ]
    command = ["push", *quiet, "--atomic", *expected, "--", source, *wanted]
    done = git.ask(command, secret=secret, settings=["push.pushOption="], seconds=NETWORK_SECONDS)
    lines = (line.split("\t") for line in done.stdout.decode(errors="replace").splitlines())
    refs = {parts[1].partition(":")[2]: parts[2] for parts in lines if parts[0] == "!" and len(parts) == 3}
    return Answer(done=done.returncode == 0, refs=refs, words=words_of(done) if done.returncode else "")


def move_here(git: Git, moves: Sequence[Move]) -> Answer:
    """Make the moves in this clone: one transaction."""
    lines = [_instruction(move) for move in moves]
    given = "".join(f"{line}\n" for line in ["start", *lines, "prepare", "commit"])
    command = ["update-ref", "--no-deref", "--stdin"]
    done = git.ask(command, given=given.encode(), settings=["core.fsync=committed,reference"])
    return Answer(done=done.returncode == 0, refs={}, words=words_of(done) if done.returncode else "")


def _instruction(move: Move) -> str:
    if move.old is None:
        return f"update {move.ref} {move.new}"
    return f"create {move.ref} {move.new}" if move.old == NONE else f"update {move.ref} {move.new} {move.old}"


def remote_refs(git: Git, source: str, secret: Secret | None, names: Sequence[str]) -> dict[str, str]:
    """Return those of the references that a remote has, with their values.

    Raises:
        OutsideError: With git's own words.
    """
    wanted = set(names)
    return {ref: value for ref, value in remote_refs_like(git, source, secret, names).items() if ref in wanted}


def remote_refs_like(git: Git, source: str, secret: Secret | None, patterns: Sequence[str]) -> dict[str, str]:
    """Return the references of a remote that patterns mean, with their values; NAME^{} is what the tag NAME leads to.

    Raises:
        OutsideError: With git's own words.
    """
    done = git.ask(["ls-remote", "--quiet", "--", source, *patterns], secret=secret, seconds=NETWORK_SECONDS)
    if done.returncode != 0:
        raise complain("ls-remote", done)
    lines = (line.split("\t", 1) for line in done.stdout.decode(errors="replace").splitlines())
    return {parts[1]: parts[0] for parts in lines if len(parts) == 2}


def refs_here(git: Git, pattern: str) -> dict[str, str]:
    """Return the references of this clone that a pattern means, with their values."""
    done = git.ask(["for-each-ref", "--format=%(objectname) %(refname)", pattern])
    if done.returncode != 0:
        raise complain("for-each-ref", done)
    lines = (line.split(" ", 1) for line in done.stdout.decode(errors="replace").splitlines())
    return {ref: value for value, ref in lines}
