"""What is told of a budget: a number that was measured once, and that no chance of the rows is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.explanation.measuring import metric_name, plainly
from mlgate.core.outcome import Outcome
from mlgate.core.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.comparison import RuleResult


def is_budget(rule: RuleResult) -> bool:
    """Return whether a rule was measured on the candidate itself, and not estimated from rows."""
    return rule.method == "measured"


def summary(rule: RuleResult) -> str:
    """Return the outcome in one sentence."""
    value = numbers.amount(rule.candidate or 0.0, rule.unit)
    within = "within" if rule.outcome is Outcome.PASS else "not within"
    return f"{metric_name(rule)} is {value}, {within} what the rule accepts."


def decided(rule: RuleResult) -> Iterator[str]:
    """Yield what the number is held against."""
    own = rule.candidate or 0.0
    if rule.against is not None and rule.baseline is not None:
        margin = rule.margin or 0.0
        most = rule.baseline + (margin * rule.baseline if rule.relative else margin)
        yield f"It may be what {plainly(rule.against)} has and the margin: {_holds(rule, own, '≤', most)}."
    if rule.at_least is not None:
        yield f"The number is held against the limit: {_holds(rule, own, '≥', rule.at_least)}."
    if rule.at_most is not None:
        yield f"The number is held against the limit: {_holds(rule, own, '≤', rule.at_most)}."


def _holds(rule: RuleResult, left: float, sign: str, right: float) -> str:
    shown = f"{numbers.amount(left, rule.unit)} {sign} {numbers.amount(right, rule.unit)}"
    return f"{shown} {'holds' if rule.outcome is Outcome.PASS else 'does not hold'}"


def unsaid(rule: RuleResult) -> Iterator[str]:
    """Yield what the outcome must not be taken for."""
    yield "How good the candidate is."
    if rule.metric != "model-size":
        yield "How the number comes out another time or on another machine: it was measured once."
