"""Collecting what `verify` judges: the commits, the tree, what this clone remembers. A few processes for any log.

Nothing is taken for granted here that the log says: it may be damaged.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlgate.core.registry.audit.snapshot import Changed, LogCommit, Remembered, TreeFile
from mlgate.core.registry.log.message import bound
from mlgate.core.registry.log.names import REF
from mlgate.shell.git.objects import read_objects
from mlgate.shell.git.words import complain
from mlgate.shell.registry.log import reading
from mlgate.shell.registry.log.lock import alone, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlgate.shell.base.commit import Remote
    from mlgate.shell.git.objects import Stored
    from mlgate.shell.git.repository import Git

SECONDS = 1800
ALL = "--depth=2147483647"  # git's way to say: as far as history goes, of this branch alone
AT_ONCE = 64 * 2**20  # bytes in memory
SHOWN = 4 * 2**20  # a record or a page is far smaller; blobs are only hashed
NONE = "0"


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Where the log begins to be read.

    Attributes:
        tip: Its commit as the remote has it, else as this clone has it; None if there is no log.
        before: The commit that this clone saw last.
    """

    tip: str | None
    before: str | None


def find_ends(git: Git, remote: Remote | None, *, fetch: bool) -> Ends:
    """Return where the log ends, with its whole history in this clone.

    Raises:
        OutsideError: `registry-unreadable`, `registry-not-pushed`.
    """
    before = git.resolve(reading.SEEN)
    if remote is None:
        return Ends(tip=git.resolve(reading.HEAD), before=before)
    if not fetch:
        return Ends(tip=git.resolve(REF), before=before)
    place = place_of(git)
    with alone(git, place, time.sleep):
        tip = reading.fetch_tip(git, place, remote)
        if tip is None and before is not None:
            reading.check_pushed(git, before)
        if tip is not None and place.shallow:
            _deepen(git, remote)
    return Ends(tip=tip, before=before)


def _deepen(git: Git, remote: Remote) -> None:
    words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", ALL]
    done = git.ask([*words, "--", remote.source, f"+{reading.HEAD}:{REF}"], secret=remote.secret, seconds=SECONDS)
    if done.returncode != 0:
        raise complain("fetch", done)


def remembered(git: Git, ends: Ends) -> Remembered | None:
    """Return what this clone has seen of the log before."""
    if ends.before is None:
        return None
    (commit,) = read_objects(git, [ends.before])
    known = bound(commit.data.decode(errors="replace")) if commit else None
    return Remembered(
        tip=ends.before,
        sequence=known.sequence if known else None,
        digest=known.digest if known else None,
        is_ancestor=_continues(git, ends),
    )


def _continues(git: Git, ends: Ends) -> bool | None:
    if ends.tip is None or ends.before is None:
        return ends.before is None
    done = git.ask(["merge-base", "--is-ancestor", ends.before, ends.tip])
    return {0: True, 1: False}.get(done.returncode)


def commits(git: Git, tip: str) -> tuple[tuple[LogCommit, ...], frozenset[str]]:
    """Return the log's commits, the first one first, and the ids of those that carry a signature."""
    listed = git.ask(["rev-list", "--topo-order", "--reverse", tip], seconds=SECONDS)
    if listed.returncode != 0:
        raise complain("rev-list", listed)
    ids = listed.stdout.decode().split()
    changes = _changes(git, ids)
    found, signed = [], set()
    for stored in read_objects(git, ids):
        if stored is not None:
            found.append(_commit(stored, changes.get(stored.oid, ())))
            if b"\ngpgsig" in stored.data.partition(b"\n\n")[0]:
                signed.add(stored.oid)
    return tuple(found), frozenset(signed)


def _commit(stored: Stored, changes: Sequence[Changed]) -> LogCommit:
    head, _, text = stored.data.partition(b"\n\n")
    lines = head.decode(errors="replace").split("\n")
    author = next((line.removeprefix("author ") for line in lines if line.startswith("author ")), "")
    name, _, rest = author.partition(" <")
    return LogCommit(
        id=stored.oid,
        parents=tuple(line.removeprefix("parent ") for line in lines if line.startswith("parent ")),
        message=text.decode(errors="replace"),
        time=_utc(rest.partition("> ")[2].split(" ")[0]),
        author=name,
        changes=tuple(changes),
    )


def _utc(seconds: str) -> str:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def _changes(git: Git, ids: Sequence[str]) -> dict[str, list[Changed]]:
    given = "".join(f"{commit}\n" for commit in ids).encode()
    command = ["diff-tree", "--stdin", "--root", "-r", "-m", "-z", "--raw", "--no-abbrev", "--no-renames"]
    done = git.ask(command, given=given, seconds=SECONDS)
    if done.returncode != 0:
        raise complain("diff-tree", done)
    found: dict[str, list[Changed]] = {}
    words = iter(done.stdout.split(b"\0"))
    current: list[Changed] = []
    for word in words:
        if word.startswith(b":"):
            current.append(_changed(word.decode(), os.fsdecode(next(words, b""))))
        elif word:
            # git ends the line of a commit's id with a line end, or with NUL, by its version.
            current = found.setdefault(word.strip().decode(), [])
    return found


def _changed(facts: str, path: str) -> Changed:
    _, mode, before, after, _ = facts.split(" ")
    return Changed(
        path=path,
        before=before if before.strip(NONE) else None,
        after=after if after.strip(NONE) else None,
        mode=mode,
    )


def files(git: Git, tip: str) -> tuple[TreeFile, ...]:
    """Return every file of the tip's tree with the digest of its true bytes; one that is not there has none."""
    listed = git.ask(["ls-tree", "-r", "-l", "-z", "--full-tree", tip], seconds=SECONDS)
    if listed.returncode != 0:
        raise complain("ls-tree", listed)
    lines = [_listed(line) for line in listed.stdout.split(b"\0") if line]
    return tuple(file for group in _groups(lines) for file in _hashed(git, group))


@dataclass(frozen=True, kw_only=True)
class _Line:
    mode: str
    oid: str
    size: int
    path: str


def _listed(line: bytes) -> _Line:
    facts, _, path = line.partition(b"\t")
    mode, _, oid, size = facts.decode().split()
    return _Line(mode=mode, oid=oid, size=int(size) if size.isdigit() else 0, path=os.fsdecode(path))


def _groups(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    total = 0
    for line in lines:
        if group and total + line.size > AT_ONCE:
            yield group
            group, total = [], 0
        group.append(line)
        total += line.size
    if group:
        yield group


def _hashed(git: Git, lines: Sequence[_Line]) -> Iterator[TreeFile]:
    for line, stored in zip(lines, read_objects(git, [line.oid for line in lines]), strict=True):
        data = stored.data if stored is not None and stored.kind == "blob" else None
        yield TreeFile(
            path=line.path,
            blob=line.oid,
            digest="" if data is None else hashlib.sha256(data).hexdigest(),
            mode=line.mode,
            data=data if data is not None and len(data) <= SHOWN and not line.path.startswith("blobs/") else None,
        )
