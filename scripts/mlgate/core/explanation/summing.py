"""A rule's outcome in one sentence, for who knows the product and not the statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.explanation import budgets
from mlgate.core.explanation.measuring import margin, metric_name, plainly, unmeasured, value_of
from mlgate.core.outcome import Outcome
from mlgate.core.report import numbers

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.explanation.head import Head


def summary(rule: RuleResult, head: Head) -> str:
    """Return the sentence."""
    if "registry-empty" in rule.reasons:
        return "Nothing has been promoted yet, so there was nothing to compare with."
    if unmeasured(rule):
        return f"{metric_name(rule)} could not be measured, and what is not measured does not pass."
    if budgets.is_budget(rule):
        return budgets.summary(rule)
    if rule.against is None:
        return _limited(rule)
    if rule.method == "identity":
        return f"The candidate is the same model as {plainly(rule.against)}: nothing can have become worse."
    return _compared(rule, plainly(rule.against), head)


def _limited(rule: RuleResult) -> str:
    name, value = metric_name(rule), value_of(rule)
    if rule.outcome is Outcome.PASS:
        proof = ", and the rows prove it" if rule.proven else ""
        doubt = ", though other rows could have said otherwise" if "floor-not-proven" in rule.reasons else ""
        return f"{name} is {value}, on the right side of the limit{proof or doubt}."
    if rule.outcome is Outcome.INCONCLUSIVE:
        return f"{name} is {value}: on the right side of the limit, but these rows do not prove it."
    return f"{name} is {value}, on the wrong side of the limit."


def _compared(rule: RuleResult, against: str, head: Head) -> str:
    name, asks = metric_name(rule), (rule.margin or 0.0) < 0
    if rule.outcome is Outcome.PASS and asks:
        return f"{name}: the candidate is shown to be better than {against} by at least {margin(rule)}."
    if rule.outcome is Outcome.PASS:
        return f"{name}: the candidate is shown to be no worse than {against}{_beyond(rule)}."
    if rule.outcome is not Outcome.INCONCLUSIVE:
        return f"{name}: {_worse(rule, against)}"
    if "multiplicity" in rule.reasons:
        return (
            f"{name}: by itself this drop would block; among {head.corrected} results that could, one like it comes up "
            "by chance too often."
        )
    rows = f"{numbers.counted(rule.n, 'row')} cannot tell whether the candidate is"
    if asks:
        return f"{name}: {rows} better than {against} by at least {margin(rule)}."
    return f"{name}: {rows} worse than {against}{_beyond(rule)}."


def _beyond(rule: RuleResult) -> str:
    return f" by more than {margin(rule)}" if rule.margin else ""


def _worse(rule: RuleResult, against: str) -> str:
    if (rule.margin or 0.0) < 0:
        return f"the candidate is not better than {against} by at least {margin(rule)}, and it is not chance."
    if "worse-than-margin" in rule.reasons:
        return f"the candidate is worse than {against}{_beyond(rule)}, and it is not chance."
    likely = f", and likely by more than {margin(rule)}" if rule.margin else ""
    return f"the candidate is worse than {against}; it is not chance{likely}."
