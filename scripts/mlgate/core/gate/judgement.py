"""What each document means for the verdict: one judgement a reason, so that the worst of them can decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.config.model import OnChange, Severity
from mlgate.core.data.validation import reason_of
from mlgate.core.documents.data import ContractSide
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome, at_most, worst
from mlgate.core.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlgate.core.config.model import Config, Gate, Rule
    from mlgate.core.documents.comparison import ComparisonDocument, RuleResult
    from mlgate.core.documents.data import DataDocument, TableResult
    from mlgate.core.documents.shared import Failure
    from mlgate.core.documents.training import TrainingDocument

DATA, TRAINING, COMPARISON = "validate-data", "train-model", "compare-models"
SKIPPED = "inputs-unchanged"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One reason and what it comes to; `pass` is a note."""

    outcome: Outcome
    reason: Reason


def fail(reason: str, message: str, step: str) -> Judgement:
    """Return a judgement that fails."""
    return Judgement(outcome=Outcome.FAIL, reason=Reason(id=reason, message=message, step=step))


def of_error(error: Failure, step: str) -> Judgement:
    """Return what a step that could not finish comes to."""
    reason = Reason(id=error.reason, message=error.message, step=step, remedy=error.remedy)
    return Judgement(outcome=Outcome.FAIL, reason=reason)


def of_data(document: DataDocument, config: Config, gate: Gate, *, complete: bool) -> Iterator[Judgement]:
    """Judge `data.json`.

    Args:
        document: What validation found.
        config: The configuration whose tables must all be there.
        gate: The policy that judges.
        complete: Whether every table of `config` must have a result.
    """
    if document.error is not None:
        yield of_error(document.error, DATA)
        return
    # A table's own judgement says what its findings come to.
    stated = (reason for reason in document.reasons if reason.id != "contract-broken")
    given = list(_of_reasons(stated, gate, DATA))
    found = [_of_table(table) for table in document.tables]
    yield from given
    yield from (judgement for judgement in found if judgement.outcome is not Outcome.PASS)
    yield from _unexplained(document.outcome, (*given, *found), DATA)
    missing = {table.name for table in config.tables} - {table.name for table in document.tables}
    if complete and missing:
        yield fail("document-invalid", f"data.json says nothing about the tables {', '.join(sorted(missing))}", DATA)


def _of_table(table: TableResult) -> Judgement:
    first = next(iter(table.findings), None)
    outcome = worst([table.outcome, *(Outcome(finding.severity.value) for finding in table.findings)])
    bare = Reason(id="contract-broken", message=table.path, step=DATA)
    return Judgement(outcome=outcome, reason=reason_of(table, first) if first else bare)


def of_data_by_new_contract(document: DataDocument) -> Iterator[Judgement]:
    """Judge `data.json` as if the working copy's contracts were the only ones."""
    if document.error is not None:
        yield of_error(document.error, DATA)
    for table in document.tables:
        new = [finding for finding in table.findings if finding.contract is ContractSide.NEW]
        outcome = worst(Outcome(finding.severity.value) for finding in new)
        if not table.findings:
            outcome = table.outcome
        yield Judgement(outcome=outcome, reason=Reason(id="contract-broken", message=table.path, step=DATA))


def of_training(document: TrainingDocument, gate: Gate) -> Iterator[Judgement]:
    """Judge `training.json`."""
    if document.error is not None:
        yield of_error(document.error, TRAINING)
        return
    given = list(_of_reasons(document.reasons, gate, TRAINING))
    yield from given
    yield from _unexplained(document.outcome, given, TRAINING)


def of_comparison(
    document: ComparisonDocument, results: Iterable[RuleResult], gate: Gate, *, complete: bool
) -> Iterator[Judgement]:
    """Judge `comparison.json` by one policy.

    Args:
        document: What was compared.
        results: Of the rules of `gate`.
        gate: The policy: the judging one, or the one that is proposed.
        complete: Whether every rule must have a result; one that has none fails as not measured.
    """
    if document.error is not None:
        yield of_error(document.error, COMPARISON)
        return
    given = list(_of_reasons(document.reasons, gate, COMPARISON))
    yield from given
    # Where the whole comparison could not be made, that is the reason, and not one more for each rule.
    stopped = worst(judgement.outcome for judgement in given) is Outcome.FAIL and not document.rules
    rules = _of_rules(tuple(results), gate, complete=complete and not stopped)
    # That nothing was promoted yet is said once, and not once more for each rule.
    empty = any(reason.id == "registry-empty" for reason in document.reasons)
    yield from (j for j in rules if not (empty and j.outcome is Outcome.PASS and j.reason.id == "registry-empty"))


def of_wear(document: ComparisonDocument, gate: Gate) -> Iterator[Judgement]:
    """Warn where the holdout has judged as often as the policy lets it: this verdict would be one too many."""
    uses, reports, budget = document.holdout_uses, document.holdout_reports or 0, gate.holdout_budget
    if document.error is not None or document.holdout is None or budget is None:
        return
    # A model that was promoted has a report too: the greater number counts, and not the sum.
    if uses is not None and max(uses, reports) < budget:
        return
    if uses is None and reports < budget:
        message = "the registry cannot be read, so nobody knows how often this holdout has judged"
    else:
        what = "pull requests" if reports > (uses or 0) else "promoted models"
        message = f"this holdout has judged {max(uses or 0, reports):,} {what}, and `gate.holdout-budget` is {budget:,}"
    yield Judgement(outcome=Outcome.WARN, reason=Reason(id="holdout-worn", message=message, step=COMPARISON))


def of_comparison_itself(document: ComparisonDocument, gate: Gate) -> Iterator[Judgement]:
    """Let the document's own outcome count where neither rules nor reasons explain it."""
    if document.error is None:
        given = _of_reasons(document.reasons, gate, COMPARISON)
        rules = (_of_rule(result, Severity.FAIL) for result in document.rules)
        yield from _unexplained(document.outcome, (*given, *rules), COMPARISON)


def _of_rules(results: tuple[RuleResult, ...], gate: Gate, *, complete: bool) -> Iterator[Judgement]:
    severity = {rule.id: rule.severity for rule in gate.rules}
    for result in results:
        yield _of_rule(result, severity.get(result.id, result.severity))
    yield from (_vanished(rule) for rule in gate.rules if complete and not _has_result(rule, results))


def _has_result(rule: Rule, results: tuple[RuleResult, ...]) -> bool:
    """Return whether a rule was judged: one without slices on the whole holdout, and not on a part of it."""
    return any(result.id == rule.id and (rule.slices or result.slice is None) for result in results)


def _is_measured(result: RuleResult) -> bool:
    """Return whether a result holds what a pass is read from, or says that there is nothing yet to compare with."""
    has_numbers = result.candidate is not None and (result.against is None or result.difference is not None)
    return has_numbers or (result.against is not None and "registry-empty" in result.reasons)


def _of_rule(result: RuleResult, severity: Severity) -> Judgement:
    name = result.id if result.slice is None else f"{result.id} in {result.slice}"
    if result.outcome is Outcome.PASS and not _is_measured(result):
        message = f"{name}: comparison.json lets the rule pass, and has no number for it"
        return fail("document-invalid", message, COMPARISON)
    outcome = worst([result.outcome, Outcome.WARN]) if result.waived else result.outcome
    outcome = outcome if severity is Severity.FAIL else at_most(outcome, Outcome.WARN)
    message = f"{name}: {result.message}" if result.message else name
    reasons = result.reasons or ("document-invalid",)
    if outcome is Outcome.PASS:
        # What the rules table says of a rule that holds is no reason of the verdict, but for one thing.
        reasons = tuple(reason for reason in result.reasons if reason == "registry-empty") or ("",)
    return Judgement(outcome=outcome, reason=Reason(id=reasons[0], message=message, step=COMPARISON))


def _vanished(rule: Rule) -> Judgement:
    outcome = Outcome(rule.severity.value)
    message = f"{rule.id}: comparison.json has no result for this rule"
    return Judgement(outcome=outcome, reason=Reason(id="metric-vanished", message=message, step=COMPARISON))


def _of_reasons(reasons: Iterable[Reason], gate: Gate, step: str) -> Iterator[Judgement]:
    # Whether the inputs changed is the base's to say, and is said once.
    for reason in (reason for reason in reasons if reason.id != SKIPPED):
        stepped = replace(reason, step=reason.step or step)
        yield Judgement(outcome=_outcome_of(reason.id, gate), reason=stepped)


def _outcome_of(reason: str, gate: Gate) -> Outcome:
    """Return what a document's reason comes to; one that nobody knows fails."""
    if reason not in REASONS:
        return Outcome.FAIL
    effect = REASONS[reason].outcome
    if effect.startswith("`gate.on-holdout-change`"):
        return _on_change(gate.on_holdout_change)
    if effect.startswith("`gate.on-contract-change`"):
        return _on_change(gate.on_contract_change)
    words = effect.replace(",", " ").split()
    return Outcome(words[0]) if words[0] in tuple(Outcome) else Outcome.PASS


def _on_change(choice: OnChange) -> Outcome:
    return Outcome(choice.value)


def _unexplained(outcome: Outcome, known: Iterable[Judgement], step: str) -> Iterator[Judgement]:
    """Let a document's own outcome count where its reasons explain a better one only."""
    explained = worst(judgement.outcome for judgement in known)
    if worst([explained, outcome]) is not explained:
        message = f"{step} came to {outcome} and gives no reason for it"
        yield Judgement(outcome=outcome, reason=Reason(id="step-failed", message=message, step=step))
