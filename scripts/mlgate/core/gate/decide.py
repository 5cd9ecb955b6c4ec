"""The verdict: decided once, from the documents and the policy. The worst judgement decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.model import Gate, OnInconclusive
from mlgate.core.documents.base import PolicySource
from mlgate.core.documents.report import StepStatus
from mlgate.core.documents.shared import Reason
from mlgate.core.gate import judgement as judge
from mlgate.core.gate.judgement import COMPARISON, DATA, SKIPPED, TRAINING, Judgement
from mlgate.core.outcome import Outcome, at_most, worst
from mlgate.errors import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlgate.core.config.model import Config
    from mlgate.core.documents.base import BaseDocument
    from mlgate.core.documents.comparison import ComparisonDocument
    from mlgate.core.documents.data import DataDocument
    from mlgate.core.documents.shared import Document
    from mlgate.core.documents.training import TrainingDocument
    from mlgate.core.gate.policy import Policy

BASE, REPORT = "fetch-base", "build-report"
# What a person must correct before anything can be judged: told apart by its exit status.
COMPARED = ("key", "label", "group", "weight", "positive", "task")
WRONG_USE = frozenset({"config-invalid", "base-unreadable", "input-unreadable", "usage"})
# What stands in the first lines of a report although it blocks nothing.
PROMINENT = ("waived", "policy-introduced", "policy-changed", SKIPPED, "registry-empty")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a run comes to.

    Attributes:
        outcome: The verdict.
        blocks: Whether the merge is blocked.
        status: The exit status that enforce-gate gives.
        reasons: Worst first.
        proposed_outcome: What the pull request's own policy decides; None when it edits none.
        steps: How each step ended.
    """

    outcome: Outcome
    blocks: bool
    status: int
    reasons: tuple[Reason, ...]
    proposed_outcome: Outcome | None
    steps: tuple[StepStatus, ...]


@dataclass(frozen=True, kw_only=True)
class _Run:
    """The documents of a run, and which of them its configurations need."""

    data: DataDocument | None
    training: TrainingDocument | None
    comparison: ComparisonDocument | None
    needed: frozenset[str]

    def documents(self) -> tuple[tuple[str, DataDocument | TrainingDocument | ComparisonDocument | None], ...]:
        return ((DATA, self.data), (TRAINING, self.training), (COMPARISON, self.comparison))


def decide(
    *,
    policy: Policy | None,
    base: BaseDocument | None,
    data: DataDocument | None,
    training: TrainingDocument | None,
    comparison: ComparisonDocument | None,
    problems: tuple[Reason, ...] = (),
) -> Verdict:
    """Decide a run.

    Args:
        policy: Both configurations; None where they cannot be had, which `problems` explains.
        base: `base.json`, or the policy's base where fetch-base did not run.
        data: `data.json`; None when it is missing. So are the next two.
        training: `training.json`.
        comparison: `comparison.json`.
        problems: What is wrong with the run as a whole: documents that are stale or damaged, or why there is no policy.
    """
    needed = frozenset[str]() if policy is None else needed_steps(policy)
    run = _Run(data=data, training=training, comparison=comparison, needed=needed)
    gate = policy.judging.gate if policy else Gate()
    judgements = [*_of_run(run, policy, base, problems)]
    if policy is not None:
        judgements += _of_documents(run, policy.working, gate)
    proposed = _proposed(run, policy, problems)
    judgements += _of_edit(policy, proposed)
    outcome, status = _capped(judgements, gate, policy)
    return Verdict(
        outcome=outcome,
        blocks=status != ExitStatus.DONE,
        status=int(status),
        reasons=_ordered(judgements),
        proposed_outcome=proposed,
        steps=tuple(_steps(run, base)),
    )


def needed_steps(policy: Policy) -> frozenset[str]:
    """Return the steps whose documents the verdict cannot do without."""
    if policy.base.inputs_unchanged:
        return frozenset()
    configs = [config for config in (policy.working, policy.judging, policy.proposed) if config is not None]
    compares = any(config.gate.rules or config.baselines for config in configs)
    trains = compares or any(config.train is not None for config in configs)
    validates = any(config.tables for config in configs)
    chosen = {DATA: validates, TRAINING: trains, COMPARISON: compares}
    return frozenset(step for step, wanted in chosen.items() if wanted)


def _of_run(
    run: _Run, policy: Policy | None, base: BaseDocument | None, problems: tuple[Reason, ...]
) -> Iterator[Judgement]:
    for problem in problems:
        if problem.id != "document-missing" or policy is None or problem.step not in (DATA, TRAINING, COMPARISON):
            yield Judgement(outcome=Outcome.FAIL, reason=problem)
    if policy is None and not problems:
        yield judge.fail("document-missing", "there is no policy to judge by", REPORT)
    if base is not None and base.error is not None:
        yield judge.of_error(base.error, BASE)
    for step, document in run.documents():
        if document is None and step in run.needed:
            yield judge.fail("document-missing", f"{step} left no document in the run folder", step)
        elif policy is None and document is not None and document.error is not None:
            yield judge.of_error(document.error, step)
    if policy is not None:
        yield from _of_skipping(run, policy.base)
        yield from _of_chain(run, policy.base)
        yield from _of_policy(policy.base)


def _of_skipping(run: _Run, base: BaseDocument) -> Iterator[Judgement]:
    """Fail a step that did nothing because of unchanged inputs, where they are not unchanged."""
    for step, document in run.documents():
        skipped = document is not None and any(reason.id == SKIPPED for reason in document.reasons)
        if skipped and not base.inputs_unchanged:
            yield judge.fail(
                "document-stale", f"{step} did nothing as if the inputs were unchanged; they are not", step
            )


def _of_chain(run: _Run, base: BaseDocument) -> Iterator[Judgement]:
    """Fail documents that are about another candidate: trained at another commit, or compared from other bytes."""
    training, comparison = run.training, run.comparison
    if training is None:
        return
    if training.commit and base.commit and training.commit != base.commit:
        message = f"the model was trained at commit {training.commit:.12}, and {base.commit:.12} is judged"
        yield judge.fail("document-stale", message, TRAINING)
    predictions = training.artifact("predictions")
    compared = comparison.candidate_digest if comparison else None
    if predictions and compared and predictions.digest != compared:
        yield judge.fail("document-stale", "other predictions were compared than train-model recorded", COMPARISON)


def _of_policy(base: BaseDocument) -> Iterator[Judgement]:
    if base.policy is PolicySource.REMOVED:
        yield judge.fail("policy-removed", _removal(base), BASE)
    if base.policy is PolicySource.INTRODUCED:
        yield _note("policy-introduced", f"the base has no {base.config}: this run is judged by its own policy")
    if base.inputs_unchanged:
        yield _note(SKIPPED, "nothing that the model depends on differs from the base")
    if base.dirty:
        shown = ", ".join(base.dirty[:3]) + (f" and {len(base.dirty) - 3} more" if len(base.dirty) > 3 else "")
        yield _note("working-copy-dirty", f"differs from the commit: {shown}")


def _removal(base: BaseDocument) -> str:
    if base.base_config_digest is not None:
        return f"the base has {base.config}, and this pull request has not; the base's was used"
    return f"the base has no {base.config}, and this pull request moves or removes {', '.join(base.policy_changed)}"


def _note(reason: str, message: str) -> Judgement:
    return Judgement(outcome=Outcome.PASS, reason=Reason(id=reason, message=message, step=BASE))


def _of_documents(run: _Run, working: Config, gate: Gate) -> Iterator[Judgement]:
    if run.data is not None:
        yield from judge.of_data(run.data, working, gate, complete=DATA in run.needed)
    if run.training is not None:
        yield from judge.of_training(run.training, gate)
    if run.comparison is not None:
        complete = COMPARISON in run.needed
        yield from judge.of_comparison(run.comparison, run.comparison.rules, gate, complete=complete)
        yield from judge.of_wear(run.comparison, gate)
        yield from judge.of_comparison_itself(run.comparison, gate)


def _proposed(run: _Run, policy: Policy | None, problems: tuple[Reason, ...]) -> Outcome | None:
    """Return what the pull request's own policy would decide on the same documents."""
    if policy is None or policy.proposed is None:
        return None
    gate = policy.proposed.gate
    found = [*_of_run(run, policy, policy.base, problems)]
    if run.data is not None:
        found += judge.of_data_by_new_contract(run.data)
    if run.training is not None:
        found += judge.of_training(run.training, gate)
    if run.comparison is not None:
        complete = COMPARISON in run.needed
        found += judge.of_comparison(run.comparison, run.comparison.proposed_rules, gate, complete=complete)
        found += judge.of_wear(run.comparison, gate)
    found += _of_untried(policy.judging, policy.proposed)
    return worst(judgement.outcome for judgement in found)


def _of_edit(policy: Policy | None, proposed: Outcome | None) -> Iterator[Judgement]:
    if policy is None or policy.proposed is None:
        return
    shown = ", ".join(policy.base.policy_changed)
    later = "" if policy.judging.promote == policy.proposed.promote else ", and `promote` takes effect on merge"
    yield _note("policy-changed", f"this pull request edits what judges it: {shown}; the base's version judged{later}")
    yield from _of_untried(policy.judging, policy.proposed)
    fails = proposed is Outcome.FAIL
    if fails or (proposed is not None and _status(proposed, policy.proposed.gate) != ExitStatus.DONE):
        message = f"by the policy that this pull request proposes the outcome would be {proposed}"
        yield Judgement(outcome=Outcome.WARN, reason=Reason(id="policy-would-fail", message=message, step=REPORT))


def _of_untried(judging: Config, proposed: Config) -> Iterator[Judgement]:
    """Warn where the proposed policy compares by other columns: its rules were measured by the base's."""
    edited = [name for name in COMPARED if getattr(judging, name) != getattr(proposed, name)]
    edited += ["gate.slices"] if judging.gate.slices != proposed.gate.slices else []
    if edited and proposed.gate.rules:
        message = f"this pull request edits {', '.join(f'`{name}`' for name in edited)}, and the base's judged"
        yield Judgement(outcome=Outcome.WARN, reason=Reason(id="policy-untried", message=message, step=REPORT))


def _capped(judgements: Iterable[Judgement], gate: Gate, policy: Policy | None) -> tuple[Outcome, ExitStatus]:
    """Return outcome and exit status of the worst judgement, as far as the policy lets it block."""
    judgements = tuple(judgements)
    outcome = worst(judgement.outcome for judgement in judgements)
    if any(j.outcome is Outcome.FAIL and j.reason.id in WRONG_USE for j in judgements):
        return outcome, ExitStatus.USAGE
    if policy is not None and policy.base.policy is PolicySource.INTRODUCED:
        return at_most(outcome, Outcome.WARN), ExitStatus.DONE
    return outcome, _status(outcome, gate)


def _status(outcome: Outcome, gate: Gate) -> ExitStatus:
    if outcome is Outcome.FAIL:
        return ExitStatus.BLOCKED_FAIL
    if outcome is Outcome.INCONCLUSIVE and gate.on_inconclusive is OnInconclusive.FAIL:
        return ExitStatus.BLOCKED_INCONCLUSIVE
    return ExitStatus.DONE


def _ordered(judgements: Iterable[Judgement]) -> tuple[Reason, ...]:
    """Return the reasons worth reading, worst first; what several steps say in the same words, only once."""
    order = tuple(Outcome)
    kept = [j for j in judgements if j.reason.id]
    kept.sort(key=lambda j: (-order.index(j.outcome), j.reason.id not in PROMINENT))
    once: dict[tuple[str, str], Reason] = {}
    for judgement in kept:
        first_line = judgement.reason.message.partition("\n")[0]
        once.setdefault((judgement.reason.id, first_line), judgement.reason)
    return tuple(once.values())


def _steps(run: _Run, base: BaseDocument | None) -> Iterator[StepStatus]:
    yield _step(BASE, base, None if base is None else Outcome.PASS, needed=True)
    for step, document in run.documents():
        yield _step(step, document, document.outcome if document else None, needed=step in run.needed)


def _step(name: str, document: Document | None, outcome: Outcome | None, *, needed: bool) -> StepStatus:
    if document is None:
        return StepStatus(step=name, outcome=None, message="left no document" if needed else "not needed")
    if document.error is not None:
        return StepStatus(step=name, outcome=Outcome.FAIL, message=document.error.message)
    reasons: tuple[Reason, ...] = getattr(document, "reasons", ())
    said = ((reason.id, reason.message.partition("\n")[0]) for reason in reasons)
    message = next((": ".join(part for part in words if part) for words in said), "")
    return StepStatus(step=name, outcome=outcome, message=message)
