"""The message of a record's commit and tag: one line for people, and two trailers that bind it to the record. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.registry.log.record import Event

if TYPE_CHECKING:
    from mlgate.core.registry.log.record import Record

_TRAILERS = re.compile(r"^Mlgate-Record: ([0-9a-f]{64})\nMlgate-Sequence: (\d{1,9})$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Bound:
    """The record that a message is bound to."""

    digest: str
    sequence: int


def message(record: Record, digest: str) -> str:
    """Return the message of the commit that adds a record, and of the tag that is set with it."""
    return f"{headline(record)}\n\nMlgate-Record: {digest}\nMlgate-Sequence: {record.sequence}\n"


def headline(record: Record) -> str:
    """Return what a record does, in a line."""
    what = " ".join(part for part in (record.event.value, record.model, record.version) if part)
    if record.event is Event.ASSIGN:
        return f"{what} to {record.stage}{' (rollback)' if record.rollback else ''}"
    if record.event is Event.UNASSIGN:
        return f"{what} from {record.stage}"
    return f"{what} in {record.stage}" if record.stage else what


def bound(text: str) -> Bound | None:
    """Return the record that a commit's or tag's text names; None if it names none."""
    found = _TRAILERS.search(text)
    return Bound(digest=found[1], sequence=int(found[2])) if found else None
