"""Auditing the tree of the log: its paths, the chain of its records, its blobs and its pages. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate import __version__
from mlgate.core.registry.audit.findings import Finding, damaged, finding
from mlgate.core.registry.audit.snapshot import FILE
from mlgate.core.registry.log import pages
from mlgate.core.registry.log.record import Record, RecordError, decode, folder_of, path_of
from mlgate.core.registry.log.state import LogError, fold
from mlgate.core.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlgate.core.registry.audit.snapshot import Snapshot, TreeFile

_RECORD = re.compile(r"records/\d{3,}/\d{4,}/(\d{6,})\.json", re.ASCII)
_BLOB = re.compile(r"blobs/sha256/([0-9a-f]{2})/(\1[0-9a-f]{62})", re.ASCII)
_NAMED = 5  # pages in one line
_PAGE = re.compile(r"README\.md|models/[^/]+\.md")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One record of the tree.

    Attributes:
        sequence: As its path says.
        file: Its file.
        record: What it says; None if it cannot be read.
    """

    sequence: int
    file: TreeFile
    record: Record | None


def sequence_in(path: str) -> int | None:
    """Return the place that a record's path means; None for other paths."""
    found = _RECORD.fullmatch(path)
    sequence = int(found[1]) if found else 0
    return sequence if sequence and path == path_of(sequence) else None


def blob_in(path: str) -> str | None:
    """Return the digest that a blob's path means; None for other paths."""
    found = _BLOB.fullmatch(path)
    return found[2] if found else None


def is_page(path: str) -> bool:
    """Return whether a path is one of the pages for people."""
    return _PAGE.fullmatch(path) is not None


def check_paths(files: Iterable[TreeFile]) -> Iterator[Finding]:
    """Find files that do not belong on the branch."""
    for file in files:
        if sequence_in(file.path) is None and blob_in(file.path) is None and not is_page(file.path):
            yield damaged(file.path, f"{file.path} does not belong on the registry's branch")
        elif file.mode != FILE:
            yield damaged(file.path, f"{file.path} has the mode {file.mode}: it is no plain file")


def read_lines(files: Iterable[TreeFile]) -> tuple[tuple[Line, ...], tuple[Finding, ...]]:
    """Return the records of a tree in their order, and what is wrong with those that cannot be read."""
    lines, findings = [], list[Finding]()
    for file in files:
        sequence = sequence_in(file.path)
        if sequence is not None:
            try:
                record = decode(file.data or b"")
            except RecordError as error:
                record = None
                reason = "registry-newer" if error.newer else "registry-damaged"
                findings.append(finding(reason, f"record {sequence}", f"record {sequence} cannot be read: {error}"))
            lines.append(Line(sequence=sequence, file=file, record=record))
    return tuple(sorted(lines, key=lambda line: line.sequence)), tuple(findings)


def check_chain(lines: Sequence[Line]) -> Iterator[Finding]:
    """Find gaps, records that do not follow the one before them, and times that go backwards."""
    last: Line | None = None
    for line in lines:
        expected = last.sequence + 1 if last else 1
        if line.sequence != expected:
            missing = f"record {expected}" if line.sequence == expected + 1 else f"records {expected} to"
            until = "" if line.sequence == expected + 1 else f" {line.sequence - 1}"
            yield damaged(f"{missing}{until}", f"{missing}{until} are missing: {folder_of(expected)} has them no more")
        if line.record is not None:
            yield from _check_link(line, line.record, last, whole=line.sequence == expected)
        last = line


def _check_link(line: Line, record: Record, last: Line | None, *, whole: bool) -> Iterator[Finding]:
    name = f"record {line.sequence}"
    if record.sequence != line.sequence:
        yield damaged(name, f"{name} says that it is record {record.sequence}")
    if whole and record.previous != (last.file.digest if last else None):
        before = f"record {line.sequence - 1}" if last else "any record before it"
        yield damaged(name, f"{name} does not follow {before}: one of the two was rewritten")
    if last and last.record and record.time < last.record.time:
        yield damaged(name, f"{name} is of {record.time}, before the record before it, of {last.record.time}")


def check_blobs(snapshot: Snapshot, lines: Sequence[Line]) -> Iterator[Finding]:
    """Find blobs that are missing from, or altered in, the stores that were looked at."""
    on_branch = {digest: file for file in snapshot.files if (digest := blob_in(file.path))}
    for digest, file in on_branch.items():
        if file.digest != digest:
            yield finding("blob-altered", f"blob {digest}", f"the branch has other bytes under {file.path}")
    elsewhere = {(blob.store, blob.digest): blob.found for blob in snapshot.blobs}
    for (store, digest), what in _wanted(lines).items():
        if store == "branch":
            found = digest if digest in on_branch else None
        elif store in snapshot.stores:
            found = elsewhere.get((store, digest))
        else:
            continue
        if found is None:
            yield finding("blob-missing", f"blob {digest}", f"the store `{store}` has lost {what}")
        elif found != digest:
            yield finding("blob-altered", f"blob {digest}", f"the store `{store}` has other bytes for {what}")


def _wanted(lines: Sequence[Line]) -> dict[tuple[str, str], str]:
    """Return every blob that a record names, with what it is."""
    found: dict[tuple[str, str], str] = {}
    for line in lines:
        record = line.record
        for artifact in record.artifacts if record else ():
            what = f"the {artifact.name} of {record.model} {record.version}" if record else ""
            found.setdefault((artifact.store, artifact.digest), what)
    return found


def pages_of_others(files: Iterable[TreeFile]) -> list[str]:
    """Return, in a line each, which pages another mlgate wrote than this one: how that one writes is not known here."""
    files = tuple(files)
    lines, _ = read_lines(files)
    found: dict[str, list[str]] = {}
    for file in files:
        writer = _writer(file.path, lines) if is_page(file.path) else None
        if writer not in (None, __version__):
            found.setdefault(str(writer), []).append(file.path)
    return [
        f"{counted(len(paths), 'page')} that mlgate {writer} wrote, and this is {__version__}: "
        + ", ".join(paths[:_NAMED])
        for writer, paths in found.items()
    ]


def _writer(path: str, lines: Sequence[Line]) -> str | None:
    """Return which mlgate wrote a page: the one that wrote the last record that the page is about."""
    about = (line.record for line in reversed(lines) if line.record)
    return next((r.mlgate for r in about if path in (pages.INDEX, pages.path_of_page(r.model))), None)


def check_pages(files: Iterable[TreeFile], lines: Sequence[Line]) -> Iterator[Finding]:
    """Find pages that do not say what the log says; of a log that cannot be folded there is nothing to say."""
    try:
        state = fold(line.file.data or b"" for line in lines)
    except LogError:
        return
    expected = {pages.path_of_page(model): pages.history(state, model) for model in state.models()}
    expected[pages.INDEX] = pages.index(state)
    seen: Mapping[str, TreeFile] = {file.path: file for file in files if is_page(file.path)}
    for path, text in expected.items():
        if path not in seen:
            yield finding("page-altered", path, f"the page {path} is missing")
        elif seen[path].data != text.encode() and _writer(path, lines) == __version__:
            yield finding("page-altered", path, f"the page {path} does not say what the log says")
    for path in seen.keys() - expected.keys():
        yield finding("page-altered", path, f"the page {path} is about a model that the log does not have")
