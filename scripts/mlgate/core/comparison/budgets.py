"""Budgets: what the candidate costs, each number measured once, against a limit or the baseline's own number.

There is no interval: one training is one measurement, and its noise is not known. Model size and numbers from a file
repeat exactly; training time and memory do not, so a limit on them wants room.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.config.model import BudgetKind
from mlgate.core.documents.comparison import RuleResult
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome
from mlgate.core.report import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.config.model import Budget, Rule
    from mlgate.core.documents.training import TrainingDocument

METHOD = "measured"
UNMEASURED = "budget-unmeasured"
UNITS = {
    BudgetKind.MODEL_SIZE: "bytes",
    BudgetKind.PEAK_MEMORY: "bytes",
    BudgetKind.TRAINING_TIME: "seconds",
    BudgetKind.FILE: "",
}


@dataclass(frozen=True, kw_only=True)
class Other:
    """A baseline's training.

    Attributes:
        training: How its model was made; None where nobody knows.
        reason: Why not.
    """

    training: TrainingDocument | None = None
    reason: Reason | None = None


def judge(rules: Sequence[Rule], training: TrainingDocument, others: Mapping[str, Other]) -> tuple[RuleResult, ...]:
    """Return the result of every rule about a budget.

    Args:
        rules: All rules of a policy; those about metrics are left out.
        training: How the candidate was made.
        others: The baselines, by name.
    """
    return tuple(_judge(rule, rule.budget, training, others) for rule in rules if rule.budget is not None)


def measured(training: TrainingDocument, budget: Budget) -> float | Reason:
    """Return what a training measured, or why it did not."""
    if budget.kind is BudgetKind.FILE:
        return _in_file(training, budget)
    model = training.artifact("model")
    found: dict[BudgetKind, float | None] = {
        BudgetKind.MODEL_SIZE: None if model is None else model.size,
        BudgetKind.TRAINING_TIME: training.duration_seconds,
        BudgetKind.PEAK_MEMORY: training.peak_memory_bytes,
    }
    value = found[budget.kind]
    message = f"its {budget.kind} was not measured"
    return Reason(id=UNMEASURED, message=message) if value is None else rounded(float(value))


def _in_file(training: TrainingDocument, budget: Budget) -> float | Reason:
    for number in training.numbers:
        if (number.file, number.pointer) == (budget.file, budget.pointer):
            return Reason(id=UNMEASURED, message=number.problem) if number.value is None else rounded(number.value)
    return Reason(id=UNMEASURED, message=f"its training left no number in {budget.file} at {budget.pointer!r}")


def _judge(rule: Rule, budget: Budget, training: TrainingDocument, others: Mapping[str, Other]) -> RuleResult:
    blank = RuleResult(
        id=rule.id,
        metric=rule.metric,
        against=rule.against,
        margin=rule.margin,
        relative=rule.relative,
        at_least=rule.at_least,
        at_most=rule.at_most,
        severity=rule.severity,
        unit=UNITS[budget.kind],
    )
    own = measured(training, budget)
    if isinstance(own, Reason):
        return _broken(blank, replace(own, message=f"The candidate: {own.message}."))
    if rule.against is None:
        return _limited(replace(blank, candidate=own, method=METHOD))
    other = _baseline(budget, others.get(rule.against))
    if isinstance(other, Reason):
        return _broken(replace(blank, candidate=own), other)
    return _compared(replace(blank, candidate=own, baseline=other, method=METHOD))


def _broken(blank: RuleResult, reason: Reason) -> RuleResult:
    outcome = Outcome.PASS if reason.id == "registry-empty" else Outcome(blank.severity.value)
    return replace(blank, outcome=outcome, reasons=(reason.id,), message=reason.message)


def _baseline(budget: Budget, other: Other | None) -> float | Reason:
    if other is None:
        return Reason(id="baseline-missing", message="The baseline could not be had.")
    if other.training is None:
        return other.reason or Reason(id=UNMEASURED, message="How the baseline was made is not recorded.")
    found = measured(other.training, budget)
    return replace(found, message=f"The baseline: {found.message}.") if isinstance(found, Reason) else found


def _limited(result: RuleResult) -> RuleResult:
    value = result.candidate or 0.0
    text = f"{result.metric} is {numbers.amount(value, result.unit)}"
    if result.at_least is not None:
        text += f", the floor is {numbers.amount(result.at_least, result.unit)}."
        reasons = ("below-floor",) if value < result.at_least else ()
    else:
        text += f", the ceiling is {numbers.amount(result.at_most or 0.0, result.unit)}."
        reasons = ("above-ceiling",) if value > (result.at_most or 0.0) else ()
    return _decided(result, reasons, text)


def _compared(result: RuleResult) -> RuleResult:
    """Decide a budget against the baseline's: less is better, and the margin is what it may grow by."""
    own, other, margin = result.candidate or 0.0, result.baseline or 0.0, result.margin or 0.0
    allowed = rounded(margin * other if result.relative else margin)
    difference = rounded(other - own)
    grown = difference < -allowed
    text = (
        f"{result.metric} is {numbers.amount(own, result.unit)}, the baseline's {numbers.amount(other, result.unit)}; "
        f"at most {numbers.amount(other + allowed, result.unit)} is accepted."
    )
    return _decided(replace(result, difference=difference), ("over-budget",) if grown else (), text)


def _decided(result: RuleResult, reasons: tuple[str, ...], text: str) -> RuleResult:
    outcome = Outcome(result.severity.value) if reasons else Outcome.PASS
    return replace(result, outcome=outcome, reasons=reasons, message=text)
