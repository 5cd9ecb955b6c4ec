"""The repository's tags as `verify` looks at them: those of the remote, and those of this clone that say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.audit.snapshot import SeenTag
from mlgate.shell.git.words import complain
from mlgate.shell.registry.log.lock import place_of

if TYPE_CHECKING:
    from mlgate.shell.base.commit import Remote
    from mlgate.shell.git.repository import Git

MIRROR = "refs/mlgate/tags/"  # the remote's tags, apart from those that a person has here
HERE = "refs/tags/"
SECONDS = 600
FORMAT = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)%00%(contents)%00"


@dataclass(frozen=True, kw_only=True)
class _Tag:
    oid: str
    seen: SeenTag


def seen_tags(git: Git, remote: Remote | None) -> tuple[SeenTag, ...]:
    """Return all tags of the remote, and those of this clone that differ; without a remote, those of this clone.

    Raises:
        OutsideError: If the remote does not give them.
    """
    here = _tags(git, HERE)
    if remote is None:
        return tuple(tag.seen for tag in here)
    depth = ["--depth=1"] if place_of(git).shallow else []
    words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--prune", *depth]
    refspec = f"+{HERE}*:{MIRROR}*"
    done = git.ask([*words, "--refmap=", "--", remote.source, refspec], secret=remote.secret, seconds=SECONDS)
    if done.returncode != 0:
        raise complain("fetch", done)
    there = _tags(git, MIRROR)
    known = {tag.seen.name: tag.oid for tag in there}
    others = (tag for tag in here if known.get(tag.seen.name) != tag.oid)
    return (*(tag.seen for tag in there), *(tag.seen for tag in others))


def _tags(git: Git, folder: str) -> list[_Tag]:
    done = git.ask(["for-each-ref", f"--format={FORMAT}", folder], seconds=SECONDS)
    if done.returncode != 0:
        raise complain("for-each-ref", done)
    words = done.stdout.decode(errors="surrogateescape").split("\0")
    return [_tag(words[at : at + 6], folder) for at in range(0, len(words) - 6, 6)]


def _tag(words: list[str], folder: str) -> _Tag:
    name, oid, kind, peeled, peeled_kind, text = words
    target = {"commit": oid, "tag": peeled if peeled_kind == "commit" else None}.get(kind)
    annotated = kind == "tag"
    seen = SeenTag(
        name=name.strip("\n").removeprefix(folder),
        target=target,
        annotated=annotated,
        message=text if annotated else "",
    )
    return _Tag(oid=oid, seen=seen)
