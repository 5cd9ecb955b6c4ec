"""What is left of a log whose branch is gone: the tags that it has set. A registry that never was has left none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.log.message import Bound, bound
from mlgate.core.registry.log.names import BRANCH, REF
from mlgate.errors import OutsideError
from mlgate.shell.git.objects import read_objects
from mlgate.shell.git.pushing import NETWORK_SECONDS, refs_here, remote_refs_like
from mlgate.shell.git.words import words_of
from mlgate.shell.registry.log.reading import HEAD, fail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlgate.shell.base.commit import Remote
    from mlgate.shell.git.repository import Git
    from mlgate.shell.registry.log.lock import Place

TAGS = "refs/tags/"
LOOKED_AT = 100
PEELED = "^{}"


def check_never_was(git: Git, place: Place, remote: Remote | None, models: Iterable[str]) -> None:
    """Hold that there is no log against the tags of the models.

    A tag tells by its message that the log has set it: those of a person or of another tool tell nothing.

    Raises:
        OutsideError: `registry-rewritten`, if there was a log; `registry-unreadable`, if the tags cannot be had.
    """
    for tag, known in _traces(git, place, remote, models):
        source = remote.source if remote else None
        restore = f"git push {source} {REF}:{HEAD}" if source else f"git branch {BRANCH} COMMIT"
        raise fail(
            "registry-rewritten",
            f"there is no branch {BRANCH}, and the tag {tag} was set with record {known.sequence} of its log: "
            "somebody has deleted the branch",
            f"Restore it from a clone that has read it: `{restore}` there; then protect it from deletion. Only if it "
            "was meant: delete its tags too.",
        )


def _traces(git: Git, place: Place, remote: Remote | None, models: Iterable[str]) -> Iterator[tuple[str, Bound]]:
    patterns = [f"{TAGS}{model}{sign}*" for model in models for sign in "@#"]
    if not patterns:
        return
    if remote is None:
        found = {ref: oid for pattern in patterns for ref, oid in refs_here(git, pattern).items()}
    else:
        found = _fetched(git, place, remote, patterns)
    refs = sorted(found)[:LOOKED_AT]
    for ref, stored in zip(refs, read_objects(git, [found[ref] for ref in refs]), strict=True):
        known = bound(stored.data.decode(errors="replace")) if stored and stored.kind == "tag" else None
        if known is not None:
            yield ref.removeprefix(TAGS), known


def _fetched(git: Git, place: Place, remote: Remote, patterns: list[str]) -> dict[str, str]:
    """Bring the annotated tags into this clone, without a reference to them, and return them."""
    try:
        listed = remote_refs_like(git, remote.source, remote.secret, patterns)
    except OutsideError as error:
        raise fail("registry-unreadable", f"the tags on {remote.source} cannot be read: {error.message}") from None
    refs = sorted(ref for ref in listed if f"{ref}{PEELED}" in listed)[:LOOKED_AT]
    if refs:
        depth = ["--depth=1"] if place.shallow else []
        quiet = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=", *depth]
        done = git.ask(["fetch", *quiet, "--", remote.source, *refs], secret=remote.secret, seconds=NETWORK_SECONDS)
        if done.returncode != 0:
            raise fail("registry-unreadable", f"the tags on {remote.source} cannot be fetched: {words_of(done)}")
    return {ref: listed[ref] for ref in refs}
