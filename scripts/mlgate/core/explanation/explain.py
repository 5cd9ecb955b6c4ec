"""One rule's result to its explanation: the same for the command, the comment and the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents.explanation import ExplanationPart, RuleExplanation
from mlgate.core.explanation.changing import changes, unsaid
from mlgate.core.explanation.deciding import decided, reasons
from mlgate.core.explanation.measuring import asked, measured, method
from mlgate.core.explanation.summing import summary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.explanation.head import Head


def explain(rule: RuleResult, head: Head) -> RuleExplanation:
    """Return how a rule came to its outcome: words for everybody first, the method for who wants to check it last."""
    made = (
        _part("What was asked", asked(rule)),
        _part("What was measured", measured(rule, head)),
        _part("How it was decided", [*decided(rule, head), *reasons(rule)]),
        _part("What would change it", changes(rule, head)),
        _part("What it does not say", unsaid(rule, head)),
        _part("The method", method(rule, head)),
    )
    return RuleExplanation(
        rule=rule.id,
        slice=rule.slice,
        outcome=rule.outcome,
        summary=summary(rule, head),
        parts=tuple(part for part in made if part.lines),
    )


def _part(title: str, lines: Iterable[str]) -> ExplanationPart:
    return ExplanationPart(title=title, lines=tuple(lines))
