"""What is promoted: from what was pushed, judged and promoted before, to a decision. Pure.

The order of the questions matters: may the verdict be believed, is it about what was pushed, is it good enough, and is
there anything to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from mlgate.core.config.model import AcceptedOrigin, Approval
from mlgate.core.documents import Origin, TrainingSource
from mlgate.core.outcome import Outcome
from mlgate.core.registry.bundle.from_report import digests_of
from mlgate.core.registry.log.names import parse_version
from mlgate.core.registry.log.plan import same_version
from mlgate.core.registry.log.record import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.model import Promote
    from mlgate.core.documents import ReportDocument
    from mlgate.core.registry.log.state import Entry, State

# Judging the commit anew can help where no verdict can be used; not where one was, and was not good enough.
NEEDS_GATE = frozenset({"verdict-missing", "verdict-expired", "verdict-untrusted", "verdict-stale"})
WAITS_FOR = {
    Approval.ENVIRONMENT: "a reviewer of the environment",
    Approval.SECOND_PERSON: "a second person",
    None: "the stage before",
}


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Why there is no verdict that can be used: a reason id, and the particulars."""

    reason: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known when a push is to be promoted.

    Attributes:
        promote: What the pushed commit's configuration says.
        model: The model that it names.
        commit: The pushed commit.
        inputs: The digest over its inputs, from git; None where git does not know all of them.
        origin: Where the verdict came from.
        report: The verdict; None where there is none.
        absence: Why there is none.
        missing: Files that the report names, and whose bytes were not found beside it.
    """

    promote: Promote
    model: str
    commit: str
    inputs: str | None
    origin: Origin
    report: ReportDocument | None = None
    absence: Absence | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is to be done, and why.

    Attributes:
        reason: Stable id.
        message: The particulars, in one sentence.
        outcome: `pass` or `fail`.
        needs_gate: The commit must be judged before it can be promoted.
        register: Whether a new version is made.
        version: The version that is there already.
        stages: The stages to assign to it now.
        pending: The stages that it may reach later, with what each waits for.
        approved_by: Who agreed.
    """

    reason: str
    message: str
    outcome: Outcome = Outcome.FAIL
    needs_gate: bool = False
    register: bool = False
    version: str | None = None
    stages: tuple[str, ...] = ()
    pending: Mapping[str, str] = field(default_factory=dict)
    approved_by: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Return whether the registry is to change."""
        return self.register or bool(self.stages)


def plan_promotion(facts: Facts, state: State) -> Decision:
    """Return what becomes of the pushed model."""
    problem = _refused_origin(facts) or facts.absence or _other_inputs(facts)
    if problem is None and facts.report is not None:
        if is_unchanged(facts.report):
            message = "nothing that the model depends on has changed: there is nothing to promote"
            return Decision(reason="inputs-unchanged", message=message, outcome=Outcome.PASS)
        problem = _not_accepted(facts, facts.report) or _other_bytes(facts)
    if problem is not None:
        return _refusal(problem, facts, state)
    same = same_version(state, facts.model, digests_of(facts.report)) if facts.report else None
    return _registration(facts) if same is None else _again(facts, state, same)


def is_unchanged(report: ReportDocument) -> bool:
    """Return whether nothing was trained because no input differs from the base's."""
    return report.training is not None and report.training.source is TrainingSource.UNCHANGED


def same_inputs(state: State, facts: Facts) -> Entry | None:
    """Return the newest version in use that was made from the pushed inputs."""
    for entry in reversed(state.versions(facts.model)):
        bound = entry.record().digests if facts.inputs and entry.mentions(facts.inputs) else None
        if (
            bound is not None
            and bound.inputs == facts.inputs
            and not state.is_deprecated(facts.model, str(entry.version))
        ):
            return entry
    return None


def _refused_origin(facts: Facts) -> Absence | None:
    if facts.origin is Origin.LOCAL and facts.promote.origin is AcceptedOrigin.CI:
        return Absence(reason="origin-refused", message="the verdict was computed on this machine, not by the workflow")
    return None


def _other_inputs(facts: Facts) -> Absence | None:
    """Return why the verdict is about something else than what was pushed."""
    report = facts.report
    if report is None:
        return Absence(reason="verdict-missing", message="no verdict was found")
    if report.model != facts.model:
        return Absence(reason="verdict-missing", message=f"the verdict is about another model, {report.model}")
    if facts.inputs is None:
        message = "git does not know all that the model depends on, so nobody can say that this is what was judged"
        return Absence(reason="verdict-stale", message=message)
    if report.provenance.inputs_digest != facts.inputs:
        message = "what the model depends on differs between the pushed commit and the judged one"
        return Absence(reason="verdict-stale", message=message)
    return None


def _not_accepted(facts: Facts, report: ReportDocument) -> Absence | None:
    if report.provenance.dirty:
        message = "the working copy that was judged differs from its commit"
        return Absence(reason="verdict-not-accepted", message=message)
    if report.blocks or report.outcome.value not in facts.promote.accept:
        accepted = ", ".join(facts.promote.accept)
        message = f"the verdict is {report.outcome.value}, and {accepted} may be promoted"
        return Absence(reason="verdict-not-accepted", message=message)
    return None


def _other_bytes(facts: Facts) -> Absence | None:
    if not facts.missing:
        return None
    message = f"not the bytes that were judged, or not uploaded with the report: {', '.join(facts.missing)}"
    return Absence(reason="verdict-stale", message=message)


def _refusal(problem: Absence, facts: Facts, state: State) -> Decision:
    """Return the refusal; where what was pushed is in the registry already, there is nothing to judge."""
    needs_gate = problem.reason in NEEDS_GATE
    known = same_inputs(state, facts) if needs_gate else None
    if known is not None:
        message = f"{known.version} was made from the same inputs"
        return Decision(reason="already-promoted", message=message, outcome=Outcome.PASS, version=str(known.version))
    # What git does not know it will not know after another run either.
    needs_gate = needs_gate and facts.inputs is not None and facts.origin is Origin.CI
    return Decision(reason=problem.reason, message=problem.message, needs_gate=needs_gate)


def open_stages(promote: Promote) -> tuple[str, ...]:
    """Return the stages that a promotion reaches by itself: those before the first that needs an agreement."""
    return tuple(stage.name for stage in takewhile(lambda stage: stage.approve is None, promote.stages))


def pending_stages(promote: Promote, reached: tuple[str, ...]) -> dict[str, str]:
    """Return the stages that were not reached, with what each waits for."""
    return {stage.name: WAITS_FOR[stage.approve] for stage in promote.stages if stage.name not in reached}


def _registration(facts: Facts) -> Decision:
    stages = open_stages(facts.promote)
    return Decision(
        reason="promoted",
        message="the bytes that were judged are promoted",
        outcome=Outcome.PASS,
        register=True,
        stages=stages,
        pending=pending_stages(facts.promote, stages),
    )


def _again(facts: Facts, state: State, same: Entry) -> Decision:
    """Return what is left to do for a model that has a version: a second run of its push undoes no rollback."""
    version = str(same.version)
    stages = tuple(name for name in open_stages(facts.promote) if not _was_there(facts, state, same, name))
    reached = tuple(stage.name for stage in facts.promote.stages if state.current(facts.model, stage.name) == version)
    message = f"{version} is this model" + (f"; it is promoted to {', '.join(stages)}" if stages else "")
    return Decision(
        reason="promoted" if stages else "already-promoted",
        message=message,
        outcome=Outcome.PASS,
        version=version,
        stages=stages,
        pending=pending_stages(facts.promote, (*reached, *stages)),
    )


def _was_there(facts: Facts, state: State, same: Entry, stage: str) -> bool:
    current = state.current(facts.model, stage)
    if same.commit == facts.commit:
        return has_been_in(state, facts.model, stage, str(same.version)) or _is_newer(current, same.version)
    return current == same.version  # another push brought the same model back: a revert


def _is_newer(current: str | None, version: str | None) -> bool:
    there, ours = parse_version(current or ""), parse_version(version or "")
    return there is not None and ours is not None and there > ours


def has_been_in(state: State, model: str, stage: str, version: str) -> bool:
    """Return whether a stage has ever pointed to a version."""
    return any(entry.event is Event.ASSIGN and entry.version == version for entry in state.stage_history(model, stage))
