"""`promotion.json` from a decision and the registry before and after it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.promotion import PromotionDocument
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from mlgate.core.documents.promotion import Origin
    from mlgate.core.registry.log.state import State
    from mlgate.core.registry.promotion.decision import Decision

STEP = "promote-model"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the decision was about.

    Attributes:
        model: Its name.
        commit: The commit that was to be promoted.
        origin: Where the verdict came from.
        report_digest: sha256 of the report that judged.
        find_only: Nothing was to be written.
    """

    model: str
    commit: str
    origin: Origin | None = None
    report_digest: str | None = None
    find_only: bool = False


def document(
    decision: Decision, subject: Subject, before: State, after: State, *, reads: dict[str, str]
) -> PromotionDocument:
    """Return the document."""
    version = decision.version or _registered(before, after, subject.model)
    entry = after.version(subject.model, version) if version else None
    stages = after.stages(subject.model)
    return PromotionDocument(
        outcome=decision.outcome,
        reasons=(Reason(id=decision.reason, message=_message(decision, subject), step=STEP, remedy=decision.remedy),),
        find_only=subject.find_only,
        needs_gate=decision.needs_gate,
        origin=subject.origin,
        commit=subject.commit,
        model=subject.model,
        version=version,
        previous_version=_previous(decision, subject.model, before),
        stages=tuple(stage for stage, current in stages.items() if version and current == version),
        pending_stages=dict(decision.pending) or None,
        record_digest=entry.digest if entry else None,
        report_digest=subject.report_digest,
        reads=reads,
    )


def _message(decision: Decision, subject: Subject) -> str:
    if subject.find_only and decision.writes:
        return "the verdict was found and can be promoted; nothing was written"
    return decision.message


def _registered(before: State, after: State, model: str) -> str | None:
    """Return the version that was made between two states."""
    new = after.entries[before.sequence :]
    return next((entry.version for entry in new if entry.model == model and entry.version), None)


def _previous(decision: Decision, model: str, before: State) -> str | None:
    """Return what the last of the assigned stages pointed to; without one, the newest version before."""
    if decision.stages:
        return before.current(model, decision.stages[-1])
    latest = before.latest(model) if decision.register else None
    return latest.version if latest else None
