"""Reading the log out of git: its tip on the remote, its records, the bytes on its branch.

Nothing is checked out. A shallow clone gets the last commit alone, whose tree has every record; a whole clone gets the
log's history, since a limit would cut off its own.
"""

from __future__ import annotations

import hashlib
import shlex
from typing import TYPE_CHECKING, NoReturn

from mlgate.core.reasons import REASONS
from mlgate.core.registry.log.message import bound
from mlgate.core.registry.log.names import BRANCH, REF
from mlgate.core.registry.log.record import digest_of, path_of
from mlgate.core.registry.log.state import fold
from mlgate.errors import OutsideError
from mlgate.shell.git.objects import list_files, read_objects
from mlgate.shell.git.pushing import NETWORK_SECONDS, Move, move_here, remote_refs
from mlgate.shell.git.words import words_of

if TYPE_CHECKING:
    from mlgate.core.registry.log.state import State
    from mlgate.shell.base.commit import Remote
    from mlgate.shell.git.repository import Git
    from mlgate.shell.registry.log.lock import Place

HEAD = f"refs/heads/{BRANCH}"
SEEN = "refs/mlgate/registry-seen"  # the last tip that was read here; it only moves forward


def fail(reason: str, message: str, remedy: str | None = None) -> OutsideError:
    """Return the error of a reason, with the remedy that the table of reasons has."""
    return OutsideError(message, remedy=remedy or REASONS[reason].remedy, reason=reason)


def fetch_tip(git: Git, place: Place, remote: Remote) -> str | None:
    """Bring the log as the remote has it into this clone, and return its tip; None if the remote has none.

    Raises:
        OutsideError: `registry-unreadable`: what cannot be read is not taken to be absent.
    """
    quiet = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=", "--no-auto-gc"]
    quiet += ["--no-filter"]  # in a clone with a filter each record would be fetched for itself
    depth = ["--depth=1"] if place.shallow else []
    command = ["fetch", *quiet, *depth, "--", remote.source, f"+{HEAD}:{REF}"]
    done = git.ask(command, secret=remote.secret, seconds=NETWORK_SECONDS)
    if done.returncode == 0:
        return git.resolve(REF)
    try:
        there = remote_refs(git, remote.source, remote.secret, [HEAD])
    except OutsideError as error:
        raise fail(
            "registry-unreadable",
            f"the registry on {remote.source} cannot be read: {error.message}",
            f"Is `{git.remote()}` right (`git remote -v`)? `mlgate registry show --offline` reads what this clone has. "
            f"{REASONS['registry-unreadable'].remedy}",
        ) from None
    if there:
        raise fail("registry-unreadable", f"the registry's branch {BRANCH} cannot be fetched: {words_of(done)}")
    return None


def tips(git: Git, name: str) -> tuple[str | None, str | None]:
    """Return the commit of a reference, and the last tip that was seen here, by one process where all is well."""
    done = git.ask(["for-each-ref", "--format=%(refname) %(objecttype) %(objectname)", name, SEEN])
    lines = [line.split(" ") for line in done.stdout.decode(errors="replace").splitlines()]
    found = {line[0]: line[2] for line in lines if line[1:2] == ["commit"]}
    if done.returncode != 0 or len(found) != len(lines):
        return git.resolve(name), git.resolve(SEEN)
    return found.get(name), found.get(SEEN)


def check_continues(git: Git, place: Place, tip: str | None, seen: str | None) -> None:
    """Hold the tip against the last one that was seen here, and remember it.

    Raises:
        OutsideError: `registry-rewritten`, if it does not continue that one.
    """
    if tip is None and seen is not None:
        check_pushed(git, seen)
        _rewritten(git, f"the branch {BRANCH} is gone", seen)
    if tip is None or tip == seen:
        return
    if seen is not None:
        _compare(git, place, seen, tip)
    remember(git, tip)


def remember(git: Git, tip: str) -> None:
    """Remember a tip as the last one seen, and as the log's; failing to is no reason to fail."""
    move_here(git, [Move(ref=ref, old=None, new=tip) for ref in (REF, SEEN)])


def _compare(git: Git, place: Place, seen: str, tip: str) -> None:
    (before,) = read_objects(git, [seen])
    known = bound(before.data.decode(errors="replace")) if before is not None else None
    if known is not None:
        (record,) = read_objects(git, [f"{tip}:{path_of(known.sequence)}"])
        if record is None:
            _rewritten(git, f"the branch {BRANCH} has lost records: number {known.sequence} is gone", seen)
        if digest_of(record.data) != known.digest:
            _rewritten(git, f"the branch {BRANCH} has another record number {known.sequence}", seen)
    if not place.shallow and git.ask(["merge-base", "--is-ancestor", seen, tip]).returncode == 1:
        _rewritten(git, f"the history of the branch {BRANCH} was rewritten", seen)


def check_pushed(git: Git, seen: str) -> None:
    """Hold that this clone has no log of its own, made in its own branch when there was no remote."""
    source, here = git.remote(), git.resolve(HEAD)
    if source is None or here is None or git.ask(["merge-base", "--is-ancestor", seen, here]).returncode != 0:
        return
    raise fail(
        "registry-not-pushed",
        f"the registry lies in this clone's own branch {BRANCH}, and the remote {source} has none: it was made before "
        "there was that remote",
        f"Bring log and tags there: `git push {' '.join([source, f'{HEAD}:{HEAD}', *_tags(git, here)])}`.",
    )


def _tags(git: Git, tip: str) -> list[str]:
    """Return what is to be pushed so that the tags of a log are, for a shell."""
    pages = (path.removeprefix("models/") for path, _ in list_files(git, tip, "models"))
    models = [page.removesuffix(".md") for page in pages if page.endswith(".md")]
    return [shlex.quote(f"refs/tags/{model}{sign}*:refs/tags/{model}{sign}*") for model in models for sign in "@#"]


def _rewritten(git: Git, what: str, seen: str) -> NoReturn:
    if not _is_log(git, seen):
        raise fail(
            "registry-rewritten",
            f"{what}; and what this clone is said to have seen, {SEEN} at {seen[:12]}, is no log of mlgate: it was "
            "damaged, or somebody has put it there",
            f"Do not push it. Make a new clone, and run `mlgate registry verify` there; `git update-ref -d {SEEN}` "
            "forgets it here.",
        )
    source = git.remote()
    words = f"git push {source} +{SEEN}:{HEAD}"
    restore = " ".join([words, *_tags(git, seen)]) if source else f"git branch --force {BRANCH} {SEEN}"
    raise fail(
        "registry-rewritten",
        f"{what}, while this clone has seen it whole at {seen[:12]}",
        f"`mlgate registry verify` compares, and `git log {SEEN}` shows what was seen. To restore that: `{restore}`; "
        f"then protect the branch from force pushes. Only if it was meant: forget it by `git update-ref -d {SEEN}`.",
    )


def _is_log(git: Git, tip: str) -> bool:
    """Return whether a commit holds records that follow each other, and names no other one than the last."""
    try:
        (commit,) = read_objects(git, [tip])
        state = state_at(git, tip)
    except OutsideError:
        return False
    known = bound(commit.data.decode(errors="replace")) if commit is not None else None
    return known is None or (known.sequence, known.digest) == (state.sequence, state.digest)


def record_ids(git: Git, tip: str) -> tuple[str, ...]:
    """Return the object ids of the records at a tip, in their order.

    Raises:
        OutsideError: `registry-damaged`, if one is missing or something else lies among them.
    """
    files = sorted(list_files(git, tip, "records"), key=lambda file: (len(file[0]), file[0]))
    for sequence, (path, _) in enumerate(files, start=1):
        if path != path_of(sequence):
            damaged = f"the branch {BRANCH} has {path!r:.80} where {path_of(sequence)} should be"
            raise fail("registry-damaged", damaged)
    if not files:
        raise fail("registry-damaged", f"the branch {BRANCH} holds no records: it is not mlgate's, or was emptied")
    return tuple(oid for _, oid in files)


def contents(git: Git, ids: tuple[str, ...]) -> tuple[bytes, ...]:
    """Return the bytes of objects that the log has.

    Raises:
        OutsideError: `registry-damaged`, if this clone lacks one.
    """
    found = read_objects(git, ids)
    if any(item is None for item in found):
        raise fail(
            "registry-damaged", "objects of the log are missing in this clone", "Repair it: `git fsck` names them."
        )
    return tuple(item.data for item in found if item is not None)


def records_at(git: Git, tip: str) -> tuple[bytes, ...]:
    """Return every record's bytes at a commit of the log, in order."""
    return contents(git, record_ids(git, tip))


def state_at(git: Git, tip: str) -> State:
    """Return the fold of the log at a commit of it, which is in this clone.

    Raises:
        OutsideError: `registry-damaged` or `registry-newer`.
    """
    return fold(records_at(git, tip))


def blob_at(git: Git, tip: str, digest: str) -> bytes | None:
    """Return the bytes that the branch keeps under a sha256 at a commit of the log; None without any.

    Raises:
        OutsideError: `blob-altered`, if they are others.
    """
    (found,) = read_objects(git, [f"{tip}:{blob_path(digest)}"])
    if found is None:
        return None
    if found.kind != "blob" or hashlib.sha256(found.data).hexdigest() != digest:
        raise fail("blob-altered", f"the branch {BRANCH} keeps other bytes under {digest}")
    return found.data


def blob_path(digest: str) -> str:
    """Return where the branch keeps the bytes of a sha256."""
    return f"blobs/sha256/{digest[:2]}/{digest}"
