"""How the numbers of a rule became its outcome."""

# ruff: noqa: RUF001 - formulas as people write them

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.model import Severity
from mlgate.core.explanation import budgets
from mlgate.core.explanation.figures import figures_of, holds
from mlgate.core.explanation.measuring import plainly, unmeasured
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS
from mlgate.core.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.explanation.head import Head


def decided(rule: RuleResult, head: Head) -> Iterator[str]:
    """Yield each condition with the numbers put in, then what they came to."""
    if unmeasured(rule):
        yield from _unmeasured(rule)
    elif budgets.is_budget(rule):
        yield from budgets.decided(rule)
    elif rule.against is None or rule.difference is None:
        yield from _limited(rule)
    else:
        yield from _compared(rule, head)
    yield from _afterwards(rule)


def _unmeasured(rule: RuleResult) -> Iterator[str]:
    if "registry-empty" in rule.reasons:
        yield "There is no model to compare with yet, and the registry is seen to be empty: that passes."
        return
    if rule.message:
        yield plainly(rule.message)
    yield "What could not be measured never passes, unless the policy names the reason."


def _limited(rule: RuleResult) -> Iterator[str]:
    figures, value = figures_of(rule), rule.candidate or 0.0
    low, high = rule.interval or (value, value)
    for sign, bound, end in (("≥", rule.at_least, low), ("≤", rule.at_most, high)):
        if bound is None:
            continue
        yield f"The value is held against the limit: {holds(figures, value, sign, bound)}."
        if rule.proven:
            yield f"So is the end of the interval: {holds(figures, end, sign, bound)}."
    if rule.interval is not None and not rule.proven:
        yield "The interval is shown and does not decide."


def _compared(rule: RuleResult, head: Head) -> Iterator[str]:
    if rule.method == "identity":
        yield "Both are the same model, so the difference is 0 by identity; that passes with any margin from 0 on."
        return
    if "degenerate" in rule.reasons:
        yield "The models differ, but not so that the method could say how far chance leads: no interval, no verdict."
        return
    if rule.interval is None:
        return
    if rule.relative:
        yield from _by_contrast(rule)
    else:
        yield from _by_limits(rule)
    yield from _corrected(rule, head)


def _by_limits(rule: RuleResult) -> Iterator[str]:
    figures, margin = figures_of(rule), rule.margin or 0.0
    low, high = rule.interval or (0.0, 0.0)
    bar = max(0.0, -margin) + 0.0
    shown = holds(figures, low, "≥", -margin + 0.0)
    yield f"It passes where the low end of the interval is not below −margin: {shown}."
    where = "below 0" if bar == 0 else "below −margin"
    yield (
        f"It fails where the high end is {where} and the difference itself below −margin: "
        f"{holds(figures, high, '<', bar)}, {holds(figures, rule.difference or 0.0, '<', -margin + 0.0)}."
    )
    if rule.outcome is Outcome.INCONCLUSIVE and "multiplicity" not in rule.reasons:
        yield "Neither is so: it is inconclusive."


def _by_contrast(rule: RuleResult) -> Iterator[str]:
    share = numbers.plain(100 * abs(rule.margin or 0.0))
    yield (
        f"The margin is {share} % of the baseline's value, which these rows only estimate. So the candidate is held "
        "against the baseline moved by the margin, with the errors of both."
    )
    yield {
        Outcome.PASS: "The whole interval of that difference is on the good side: it passes.",
        Outcome.INCONCLUSIVE: "The interval of that difference has both sides in it: it is inconclusive.",
    }.get(rule.outcome, "The candidate is worse than the baseline, and estimated to be so by more than the margin.")


def _corrected(rule: RuleResult, head: Head) -> Iterator[str]:
    """Yield what Holm's correction did to a rule that would fail or nearly so."""
    if rule.p_value is None or rule.adjusted_p_value is None or head.corrected < 2:
        return
    halves = ", where rules without slices and rules in slices have half of the error each" if head.halved else ""
    if "multiplicity" in rule.reasons:
        yield (
            f"Alone it would fail: a drop like this comes up by chance with probability {_chance(rule.p_value)}. But "
            f"{head.corrected} results could block, and one of so many is often unlucky."
        )
        yield (
            f"After Holm's correction{halves}, the probability is {_chance(rule.adjusted_p_value)}, and a block needs "
            f"{_chance(head.tail)} or less: it is inconclusive."
        )
    elif rule.outcome is Outcome.FAIL:
        yield (
            f"It still fails after Holm's correction for {head.corrected} results that could block: probability of "
            f"such a drop by chance {_chance(rule.p_value)}, after it {_chance(rule.adjusted_p_value)}."
        )


def _chance(p_value: float) -> str:
    return "below 0.0001" if p_value < 0.0001 else f"{p_value:.2g}"


def _afterwards(rule: RuleResult) -> Iterator[str]:
    if rule.severity is Severity.WARN:
        yield "The rule has `severity: warn`: what breaks it warns and never blocks."
    if rule.waived is not None:
        yield (
            f"It is waived until {plainly(rule.waived.until)} by {plainly(rule.waived.who)}: "
            f"{plainly(rule.waived.reason)}"
        )


def reasons(rule: RuleResult) -> Iterator[str]:
    """Yield what each of the rule's reasons means."""
    for reason in rule.reasons:
        known = REASONS.get(reason)
        meaning = known.meaning if known else "A reason that this mlgate does not know."
        yield f"`{plainly(reason)}`: {meaning}"
