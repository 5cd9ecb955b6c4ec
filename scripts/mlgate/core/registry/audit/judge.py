"""What is wrong with a registry: one finding for every wrong thing, each with its name and what to do. Pure."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from mlgate.core.registry.audit.commits import check_commits, check_signatures
from mlgate.core.registry.audit.events import check_events
from mlgate.core.registry.audit.files import check_blobs, check_chain, check_pages, check_paths, read_lines
from mlgate.core.registry.audit.findings import Finding
from mlgate.core.registry.audit.refs import check_expected, check_remembered, check_tags

if TYPE_CHECKING:
    from mlgate.core.registry.audit.snapshot import Snapshot

__all__ = ["Finding", "audit"]


def audit(snapshot: Snapshot) -> tuple[Finding, ...]:
    """Return everything that is wrong; nothing if the registry is as mlgate writes it.

    One act of a person can be seen at several places: who rewrites a record breaks the chain after it, the commit that
    added it and its tag. Each is named, so that what is still right tells what the wrong thing was.
    """
    lines, unreadable = read_lines(snapshot.files)
    found = chain(
        check_remembered(snapshot, lines),
        check_expected(snapshot.expected, lines),
        unreadable,
        check_paths(snapshot.files),
        check_chain(lines),
        check_events(lines, snapshot.stages),
        check_commits(snapshot, lines),
        check_signatures(snapshot, lines),
        check_tags(snapshot.tags or (), lines) if snapshot.tags is not None else (),
        check_blobs(snapshot, lines),
        check_pages(snapshot.files, lines) if snapshot.tip else (),
    )
    return tuple(dict.fromkeys(found))
