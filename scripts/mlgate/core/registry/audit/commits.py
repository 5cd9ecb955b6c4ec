"""Auditing the commits of the log: each adds one record and its blobs, and writes pages; nothing else changes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.registry.audit.files import blob_in, is_page, sequence_in
from mlgate.core.registry.audit.findings import damaged, finding
from mlgate.core.registry.audit.signatures import SignatureState
from mlgate.core.registry.audit.snapshot import FILE
from mlgate.core.registry.log.message import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlgate.core.registry.audit.files import Line
    from mlgate.core.registry.audit.findings import Finding
    from mlgate.core.registry.audit.signatures import SignerResult
    from mlgate.core.registry.audit.snapshot import Changed, LogCommit, Snapshot, TreeFile
    from mlgate.core.registry.log.record import Record

_SHORT = 12


def check_commits(snapshot: Snapshot, lines: Sequence[Line]) -> Iterator[Finding]:
    """Find commits that do more or less than adding the next record."""
    at_tip = {file.path: file for file in snapshot.files}
    by_number = {line.sequence: line for line in lines}
    last: LogCommit | None = None
    number = 0 if snapshot.whole else None
    for commit in snapshot.commits:
        yield from _check_parents(commit, last, whole=snapshot.whole)
        added = [found for change in commit.changes if change.before is None and (found := sequence_in(change.path))]
        yield from _check_number(commit, added, number)
        yield from _check_changes(commit, at_tip)
        if len(added) == 1 and added[0] in by_number:
            yield from _check_words(commit, by_number[added[0]])
        number = added[-1] if added else number
        last = commit
    if number is not None and lines and number < lines[-1].sequence:
        yield damaged(f"record {lines[-1].sequence}", f"no commit has added record {lines[-1].sequence}")


def name_of(commit: LogCommit) -> str:
    """Return how a commit is called."""
    return f"commit {commit.id[:_SHORT]}"


def _check_parents(commit: LogCommit, last: LogCommit | None, *, whole: bool) -> Iterator[Finding]:
    if last is None and not whole:
        return
    expected = (last.id,) if last else ()
    if commit.parents != expected:
        yield damaged(name_of(commit), f"{name_of(commit)} has other parents than the one commit of the log before it")


def _check_number(commit: LogCommit, added: Sequence[int], last: int | None) -> Iterator[Finding]:
    if len(added) != 1:
        many = f"{len(added)} records" if added else "no record"
        yield damaged(name_of(commit), f"{name_of(commit)} adds {many}: each commit of the log adds exactly one")
    elif last is not None and added[0] != last + 1:
        yield damaged(name_of(commit), f"{name_of(commit)} adds record {added[0]} after record {last}")


def _check_changes(commit: LogCommit, at_tip: Mapping[str, TreeFile]) -> Iterator[Finding]:
    for change in commit.changes:
        problem = _problem(change, at_tip.get(change.path))
        if problem:
            yield damaged(change.path, f"{name_of(commit)} {problem} {change.path}")


def _problem(change: Changed, at_tip: TreeFile | None) -> str | None:
    if is_page(change.path):
        # Removing a page is seen where pages are compared with the log.
        return "makes no plain file of" if change.after and change.mode != FILE else None
    if sequence_in(change.path) is None and blob_in(change.path) is None:
        return "touches"
    if change.after is None:
        return "deletes"
    if change.before is not None:
        return "rewrites"
    if change.mode != FILE:
        return "adds no plain file with"
    if at_tip is None or at_tip.blob != change.after:
        return "has added other bytes than the tip has as"
    return None


def _check_words(commit: LogCommit, line: Line) -> Iterator[Finding]:
    """Find a message, an author or a time that is not the record's."""
    name, record = name_of(commit), line.record
    if record is None:
        return
    if commit.message.strip() != message(record, line.file.digest).strip():
        yield damaged(name, f"{name} does not name the record that it adds, {line.sequence} with {line.file.digest}")
    if commit.time != record.time:
        yield damaged(name, f"{name} is of {commit.time}, and record {line.sequence} of {record.time}")
    if _letters(commit.author) != _letters(record.actor):
        yield damaged(name, f"{name} is by {commit.author!r:.60}, and record {line.sequence} by {record.actor!r:.60}")


def _letters(name: str) -> str:
    """Return what git keeps of any name."""
    return "".join(sign for sign in name if sign.isalnum()) or "unknown"


def check_signatures(snapshot: Snapshot, lines: Sequence[Line]) -> Iterator[Finding]:
    """Find records whose commit is not signed by the signer that they name, or by nobody where signing is a must.

    Signing is a must from the first record on that names a signer; for all, if that is demanded, or if signing is asked
    for and no record names one.
    """
    if snapshot.signatures is None:
        return
    by_number = {line.sequence: line for line in lines}
    signed = [line.sequence for line in lines if line.record and line.record.signer]
    since = 1 if snapshot.all_signed else signed[0] if signed else 1 if snapshot.must_sign else None
    for commit in snapshot.commits:
        added = [found for change in commit.changes if change.before is None and (found := sequence_in(change.path))]
        line = by_number.get(added[0]) if added else None
        must = since is not None and (line is None or line.sequence >= since)
        result = snapshot.signatures.get(commit.id)
        problem = _signature(line.record if line else None, result, must=must)
        if problem:
            what = f"record {line.sequence}" if line else name_of(commit)
            yield finding("signature-wrong", what, f"{what} ({name_of(commit)}) {problem}")


def _signature(record: Record | None, result: SignerResult | None, *, must: bool) -> str | None:
    signer = record.signer if record else None
    state = result.state if result else SignatureState.UNSIGNED
    if state is SignatureState.UNSIGNED:
        return "is not signed" if must or signer else None
    if state is not SignatureState.GOOD:
        return _WORDS[state]
    names = result.names if result else ()
    if signer and signer not in names:
        return f"names the signer {signer!r:.60}, and is signed by {', '.join(names) or 'somebody else'}"
    return None


_WORDS = {
    SignatureState.STRANGER: "is signed by a key that is not on the list of allowed signers",
    SignatureState.BAD: "has a signature that does not fit its bytes",
    SignatureState.EXPIRED: "is signed by a key that has expired or was revoked",
    SignatureState.UNKNOWN: "has a signature that cannot be checked",
}
