"""Auditing what the records say happened: whether it can have happened in that order. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mlgate.core.registry.audit.findings import damaged, finding
from mlgate.core.registry.log import names
from mlgate.core.registry.log.record import Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlgate.core.registry.audit.files import Line
    from mlgate.core.registry.audit.findings import Finding
    from mlgate.core.registry.log.record import Record


def check_events(lines: Iterable[Line], order: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    """Find events that cannot follow those before them, and versions that passed over a stage.

    Args:
        lines: The records.
        order: The stages of each model in their order; it binds from the first use of a stage on.
    """
    past = _Past()
    for line in lines:
        if line.record is not None:
            for problem in past.judge(line.record):
                yield damaged(f"record {line.sequence}", f"record {line.sequence}: {problem}")
            skipped = past.skipped(line.record, order.get(line.record.model, ()))
            if skipped:
                yield finding("stage-order", f"record {line.sequence}", f"record {line.sequence}: {skipped}")
            past.add(line.record)


class _Past:
    """What the records so far say, however wrong they are."""

    def __init__(self) -> None:
        self._commits: dict[tuple[str, str | None], str | None] = {}
        self._deprecated = set[tuple[str, str | None]]()
        self._current: dict[tuple[str, str | None], str | None] = {}
        self._been = defaultdict[tuple[str, str | None], set[str | None]](set)
        self._counts = defaultdict[tuple[str, str | None], int](int)

    def add(self, record: Record) -> None:
        version, stage = (record.model, record.version), (record.model, record.stage)
        if record.event is Event.REGISTER:
            self._commits.setdefault(version, record.commit)
        elif record.event is Event.DEPRECATE:
            self._deprecated.add(version)
        elif record.event in (Event.ASSIGN, Event.UNASSIGN):
            assigned = record.event is Event.ASSIGN
            self._current[stage] = record.version if assigned else None
            self._counts[stage] += 1
            if assigned:
                self._been[stage].add(record.version)

    def judge(self, record: Record) -> Iterator[str]:
        """Say what cannot be true of a record."""
        version, name = (record.model, record.version), f"{record.model} {record.version}"
        known = version in self._commits
        if record.version is None and record.event is not Event.NOTE:
            yield f"{record.event.value} needs a version"
        elif record.event is Event.REGISTER and known:
            yield f"{name} is registered a second time"
        elif record.event is not Event.REGISTER and record.version is not None and not known:
            yield f"{name} is registered nowhere before it"
        elif known and record.tag and record.commit != self._commits[version]:
            yield f"its tag points to {record.commit}, and {name} was made from {self._commits[version]}"
        if record.tag != self._tag(record):
            yield f"its tag is {record.tag!r:.80}, and should be {self._tag(record)!r:.80}"
        yield from self._judge_stage(record)

    def _judge_stage(self, record: Record) -> Iterator[str]:
        stage = (record.model, record.stage)
        if record.event is Event.UNASSIGN and self._current.get(stage) != record.version:
            yield f"{record.stage} did not point to {record.version}, which is taken from it"
        if record.event is Event.ASSIGN and (record.model, record.version) in self._deprecated:
            yield f"{record.version} was deprecated, and is assigned to {record.stage}"
        if record.event is Event.ASSIGN and record.rollback and record.version not in self._been[stage]:
            yield f"{record.stage} goes back to {record.version}, where it has never been"

    def skipped(self, record: Record, order: tuple[str, ...]) -> str | None:
        """Return which stage a version has passed over."""
        if record.event is not Event.ASSIGN or record.rollback or record.stage not in order[1:]:
            return None
        earlier = order[order.index(record.stage) - 1]
        been = self._been[record.model, earlier]
        if not been or record.version in been:
            return None
        return f"{record.version} is assigned to {record.stage}, and has not been in {earlier}"

    def _tag(self, record: Record) -> str | None:
        return names.tag_of(record, self._counts[record.model, record.stage] + 1)
