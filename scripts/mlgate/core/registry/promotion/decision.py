"""What is promoted: from what was pushed, judged and promoted before, to a decision. Pure.

The order of the questions matters: may the verdict be believed, is it about what was pushed, is it good enough, and is
there anything to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from mlgate.core.config.model import AcceptedOrigin, Approval
from mlgate.core.documents.promotion import Origin
from mlgate.core.documents.training import TrainingSource
from mlgate.core.outcome import Outcome
from mlgate.core.registry.bundle.from_report import digests_of
from mlgate.core.registry.log.presence import present, same_version
from mlgate.core.registry.promotion import standing
from mlgate.core.registry.promotion.involved import taken
from mlgate.core.registry.promotion.outdated import overtaken, withdrawn
from mlgate.core.words import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlgate.core.config.model import Promote
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.registry.log.state import Entry, State

# Judging the commit anew can help where no verdict can be used; not where one was, and was not good enough.
NEEDS_GATE = frozenset({"verdict-missing", "verdict-expired", "verdict-untrusted", "verdict-stale"})
MAX_NAMED = 5
COMMIT_ALL = "Commit or discard the changes, run `mlgate check` again, and then this."
CHECK_AGAIN = "Run `mlgate check` again, and then this."
IN_CI = "Find out what changes files of the checkout before the check: `git status` in a step there names them."
WAITS_FOR = {
    Approval.ENVIRONMENT: "a reviewer of the environment",
    Approval.SECOND_PERSON: "a second person",
    None: "the stage before",
}


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Why there is no verdict that can be used: a reason id, the particulars, and what to change in just this case."""

    reason: str
    message: str
    remedy: str = ""


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
        changed: Files that differ between what was judged and the commit, as far as this machine can tell.
        configuration: Path in the repository of the configuration that is promoted.
        has_model: Tells whether the configuration at a path is the model's, too.
        is_behind: Tells whether the pushed commit is in the history of another one, and no longer the branch's tip.
    """

    promote: Promote
    model: str
    commit: str
    inputs: str | None
    origin: Origin
    report: ReportDocument | None = None
    absence: Absence | None = None
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    configuration: str | None = None
    has_model: Callable[[str], bool] = field(default=lambda _path: False, compare=False)
    is_behind: Callable[[str], bool] = field(default=lambda _commit: False, compare=False)

    @property
    def is_here(self) -> bool:
        """Return whether the verdict is this machine's, and not a workflow's."""
        return self.origin is Origin.LOCAL

    @property
    def what(self) -> str:
        """Return the commit as people call it."""
        return "this commit" if self.is_here else "the pushed commit"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is to be done, and why.

    Attributes:
        reason: Stable id.
        message: The particulars, in one sentence.
        remedy: What to change, where that is more than the reason says.
        outcome: `pass` or `fail`.
        needs_gate: The commit must be judged before it can be promoted.
        register: Whether a new version is made.
        version: The version that is there already.
        stages: The stages to assign to it now.
        pending: The stages that it may reach later, with what each waits for.
        approved_by: Who agreed.
        merge: The commit whose verdict brings back a version that another commit made.
    """

    reason: str
    message: str
    remedy: str = ""
    outcome: Outcome = Outcome.FAIL
    needs_gate: bool = False
    register: bool = False
    version: str | None = None
    stages: tuple[str, ...] = ()
    pending: Mapping[str, str] = field(default_factory=dict)
    approved_by: tuple[str, ...] = ()
    merge: str | None = None

    @property
    def writes(self) -> bool:
        """Return whether the registry is to change."""
        return self.register or bool(self.stages)


def plan_promotion(facts: Facts, state: State) -> Decision:
    """Return what becomes of the pushed model."""
    other = taken(state, facts.model, facts.configuration, facts.has_model)
    if other:
        return refused(Absence(reason="model-taken", message=other))
    there = present(state, facts.model, inputs=facts.inputs, commit=facts.commit)
    outdated = _outdated(facts, state) if there is None else None
    if outdated is not None:
        return outdated
    problem = _refused_origin(facts) or facts.absence or _other_inputs(facts)
    if problem is None and facts.report is not None and is_unchanged(facts.report):
        if there is not None:
            message = f"nothing that it depends on has changed since {there.version}"
            return Decision(reason="inputs-unchanged", message=message, outcome=Outcome.PASS)
        problem = _never_trained(facts)
    if problem is None and facts.report is not None:
        problem = _not_accepted(facts, facts.report) or _other_bytes(facts)
    if problem is not None:
        return _refusal(problem, facts, there, state)
    if there is not None:
        return _again(facts, state, there)
    same = same_version(state, facts.model, digests_of(facts.report)) if facts.report else None
    return _registration(facts) if same is None else _revert(facts, state, same)


def _outdated(facts: Facts, state: State) -> Decision | None:
    """Return the refusal of what is older than what is promoted, or was taken out of use; judging it would not help."""
    later = overtaken(state, facts.model, [stage.name for stage in facts.promote.stages], facts.is_behind)
    if later:
        return refused(Absence(reason="commit-overtaken", message=later))
    report = facts.report
    same = same_version(state, facts.model, digests_of(report)) if report else None
    bad = withdrawn(state, facts.model, inputs=facts.inputs, data=report.provenance.model_digest if report else None)
    if not bad or same is not None:
        return None
    if report is not None and is_unchanged(report):
        return Decision(reason="inputs-unchanged", message=bad, outcome=Outcome.PASS)
    return refused(Absence(reason="version-deprecated", message=bad))


def is_unchanged(report: ReportDocument) -> bool:
    """Return whether nothing was trained because no input differs from the base's."""
    return report.training is not None and report.training.source is TrainingSource.UNCHANGED


def refused(problem: Absence) -> Decision:
    """Return the decision that something forbids, which judging anew would not change."""
    return Decision(reason=problem.reason, message=problem.message, remedy=problem.remedy)


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
        return Absence(reason="verdict-stale", message=message, remedy=COMMIT_ALL if facts.is_here else "")
    if report.provenance.inputs_digest != facts.inputs:
        message = f"what the model depends on differs between {facts.what} and what was judged{_named(facts.changed)}"
        return Absence(reason="verdict-stale", message=message, remedy=_check_again(facts))
    return None


def _not_accepted(facts: Facts, report: ReportDocument) -> Absence | None:
    if report.provenance.dirty:
        message = f"the working copy that was judged differs from its commit{_named(facts.changed)}"
        return Absence(reason="verdict-not-accepted", message=message, remedy=COMMIT_ALL if facts.is_here else IN_CI)
    if report.blocks or report.outcome.value not in facts.promote.accept:
        accepted = ", ".join(facts.promote.accept)
        message = f"the verdict is {report.outcome.value}, and {accepted} may be promoted"
        return Absence(reason="verdict-not-accepted", message=message)
    return None


def _other_bytes(facts: Facts) -> Absence | None:
    if not facts.missing:
        return None
    message = f"not the bytes that were judged, or not uploaded with the report: {', '.join(facts.missing)}"
    return Absence(reason="verdict-stale", message=message, remedy=_check_again(facts))


def _never_trained(facts: Facts) -> Absence:
    """Return the reason to judge a model that no promotion has reached, although nothing differs from the base."""
    message = (
        f"the registry has no {facts.model} that was made from what {facts.what} has, and the check trained none: "
        "nothing differs from its base"
    )
    remedy = "Run `mlgate check` without `--base`, or with the `--base` of a commit before the change; then this again."
    return Absence(reason="verdict-missing", message=message, remedy=remedy if facts.is_here else "")


def _check_again(facts: Facts) -> str:
    return CHECK_AGAIN if facts.is_here else ""


def _named(files: tuple[str, ...]) -> str:
    """Return the first of some files, as the end of a sentence."""
    more = f" and {len(files) - MAX_NAMED} more" if len(files) > MAX_NAMED else ""
    return f": {', '.join(map(shown, files[:MAX_NAMED]))}{more}" if files else ""


def _refusal(problem: Absence, facts: Facts, there: Entry | None, state: State) -> Decision:
    """Return the refusal; where what was pushed is in the registry already, there is nothing to judge."""
    needs_gate = problem.reason in NEEDS_GATE
    if there is not None and needs_gate:
        return _nothing_left(facts, state, there)
    # What git does not know it will not know after another run either.
    needs_gate = needs_gate and facts.inputs is not None and facts.origin is Origin.CI
    return replace(refused(problem), needs_gate=needs_gate)


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


def _again(facts: Facts, state: State, there: Entry) -> Decision:
    """Return what is left to do for a model that has a version: promoting it again undoes no rollback."""
    version, names = str(there.version), open_stages(facts.promote)
    own = there.commit == facts.commit
    stages = standing.missing(state, facts.model, version, names, is_own=own)
    if not stages:
        return _nothing_left(facts, state, there)
    return _assigned(facts, state, version, stages)


def _nothing_left(facts: Facts, state: State, there: Entry) -> Decision:
    version = str(there.version)
    found = standing.of_version(state, facts.model, version, [stage.name for stage in facts.promote.stages])
    pending = pending_stages(facts.promote, (*found.reached, *found.left))
    where = f", in {', '.join(found.reached)}" if found.reached else ""
    return Decision(
        reason="already-promoted",
        message="; ".join([f"this is {version}{where}", *found.left.values()]),
        outcome=Outcome.PASS,
        version=version,
        pending=pending,
    )


def _revert(facts: Facts, state: State, same: Entry) -> Decision:
    """Return what brings an older version back: another commit has its inputs again, and training made its bytes."""
    version = str(same.version)
    stages = tuple(name for name in open_stages(facts.promote) if state.current(facts.model, name) != version)
    if not stages:
        return _nothing_left(facts, state, same)
    return replace(_assigned(facts, state, version, stages), merge=facts.commit)


def _assigned(facts: Facts, state: State, version: str, stages: tuple[str, ...]) -> Decision:
    reached = [stage.name for stage in facts.promote.stages if state.current(facts.model, stage.name) == version]
    return Decision(
        reason="promoted",
        message=f"this is {version}, which is promoted to {', '.join(stages)}",
        outcome=Outcome.PASS,
        version=version,
        stages=stages,
        pending=pending_stages(facts.promote, (*reached, *stages)),
    )
