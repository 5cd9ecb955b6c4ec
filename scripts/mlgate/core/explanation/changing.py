"""What would change an outcome, and what the outcome does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.comparison.sentences import at_least
from mlgate.core.config.model import BaselineKind, Severity
from mlgate.core.explanation import budgets
from mlgate.core.explanation.figures import figures_of
from mlgate.core.explanation.measuring import plainly, unmeasured
from mlgate.core.outcome import Outcome
from mlgate.core.reasons import REASONS
from mlgate.core.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.explanation.head import Head

POWER = 0.8
WAIVER = (
    "Let it through by name: a waiver in `mlgate-waivers.yml`, with rule, reason, who and until, counts once the "
    "base has it, and every report names it."
)
AFTERWARDS = (
    "Decide by what a drop costs, in a pull request of its own: a margin chosen after the result proves nothing."
)


def changes(rule: RuleResult, head: Head) -> Iterator[str]:
    """Yield what a person can do, the usual thing first."""
    if rule.outcome is Outcome.PASS:
        yield from _of_pass(rule)
    elif unmeasured(rule) or rule.against is None or budgets.is_budget(rule):
        yield from _of_remedies(rule)
    elif rule.outcome is Outcome.INCONCLUSIVE:
        yield from _of_inconclusive(rule, head)
    else:
        yield from _of_fail(rule)


def _of_pass(rule: RuleResult) -> Iterator[str]:
    if rule.against is None or rule.interval is None or rule.relative or rule.method == "identity":
        return
    figures, low = figures_of(rule), rule.interval[0]
    if low >= 0:
        yield f"Even a rule that asks for an improvement of {figures.value(low)} would pass."
    else:
        yield f"It would pass with any margin from {figures.value(-low)} on, and be inconclusive with a smaller one."


def _of_remedies(rule: RuleResult) -> Iterator[str]:
    told = [_remedy(rule, reason) for reason in rule.reasons if reason in REASONS]
    yield from dict.fromkeys(remedy for remedy in told if remedy != "Nothing to do.")
    if rule.outcome is Outcome.INCONCLUSIVE:
        many = f": about {numbers.count(rule.rows_needed)}, if the value stays" if rule.rows_needed else ""
        yield f"More rows of the holdout{many}. The interval gets shorter with the root of their number."
    if unmeasured(rule):
        yield "If the policy is to allow this, `gate.accept-reasons` names the reason: it then warns."
    yield WAIVER


def _remedy(rule: RuleResult, reason: str) -> str:
    if budgets.is_budget(rule) and reason in ("above-ceiling", "below-floor"):
        return "Bring the number to within the limit, or change the limit in a pull request of its own."
    return REASONS[reason].remedy


def _of_inconclusive(rule: RuleResult, head: Head) -> Iterator[str]:
    yield _rows(rule)
    yield from _margin(rule, head)
    if "multiplicity" in rule.reasons:
        yield "Fewer rules that block: `severity: warn` takes one out of the correction."
    if head.blocks:
        yield f"{WAIVER}"
    else:
        yield (
            "Merge knowingly: unless the policy says `on-inconclusive: fail`, an inconclusive rule does not block. "
            "Whether a drop that these rows could have missed would matter is yours to say."
        )


def _rows(rule: RuleResult) -> str:
    if "degenerate" in rule.reasons:
        return "More rows of the holdout, so that some of them show how the models differ."
    if rule.rows_needed is None:
        return (
            "A margin above 0: with this one no number of rows lets a candidate that is neither better nor worse pass "
            "reliably."
        )
    now, of = numbers.count(rule.n), " of this slice" if rule.slice else ""
    if rule.rows_needed <= rule.n:
        return (
            f"The {now} rows{of} are enough for a candidate that is neither better nor worse. This one lies too near "
            "the margin: look at the rows that flipped, and improve it."
        )
    return (
        f"More rows{of}: on about {numbers.count(rule.rows_needed)} in place of {now} a candidate that is neither "
        "better nor worse passes four times in five. `mlgate plan` tells the same for other margins."
    )


def _margin(rule: RuleResult, head: Head) -> Iterator[str]:
    """Yield the margin at which an unchanged candidate passes four times in five on these rows."""
    if rule.standard_error is None or (rule.relative and not rule.baseline):
        return
    scale = abs(rule.baseline or 1.0) if rule.relative else 1.0
    least = (head.quantile + normal_quantile(POWER)) * rule.standard_error / scale
    if (rule.margin or 0.0) < least:
        shown = f"{at_least(100 * least)} %" if rule.relative else at_least(least)
        yield (
            f"A wider margin: on these rows it must be about {shown} for a candidate that is neither better nor worse "
            f"to pass four times in five. {AFTERWARDS}"
        )


def _of_fail(rule: RuleResult) -> Iterator[str]:
    yield "A better candidate: look at the rows that flipped and at the slices, and undo what changed."
    if rule.interval is not None and rule.difference is not None and not rule.relative:
        figures, (low, high) = figures_of(rule), rule.interval
        spared = max(high, rule.difference) if high > 0 else rule.difference
        yield (
            f"Another margin: from {figures.value(-spared)} on this result would not fail, from "
            f"{figures.value(-low)} on it would pass. {AFTERWARDS}"
        )
    if rule.waived is None:
        yield WAIVER
    if rule.severity is not Severity.WARN:
        yield "A rule that only warns: `severity: warn`, merged before."


def unsaid(rule: RuleResult, head: Head) -> Iterator[str]:
    """Yield what the outcome must not be taken for."""
    if unmeasured(rule):
        yield "Anything about the candidate."
        return
    if budgets.is_budget(rule):
        yield from budgets.unsaid(rule)
        return
    yield from _of_limits(rule) if rule.against is None else _of_differences(rule, head)
    if rule.slice is None:
        yield "How it is on a part of the rows: rules with `slices` ask that."
    yield "How it is on rows of another kind than the holdout's."


def _of_limits(rule: RuleResult) -> Iterator[str]:
    if rule.proven:
        yield "That another holdout would say the same for certain: each end of the interval errs now and then."
    else:
        yield (
            "That the true value is on the same side: a rule on the value alone has no error rate, and a candidate "
            "exactly at the limit passes half the time. `proven: true` asks for the whole interval."
        )


def _of_differences(rule: RuleResult, head: Head) -> Iterator[str]:
    chance = numbers.share(head.tail)
    low = rule.interval[0] if rule.interval else 0.0
    if head.kinds.get(rule.against or "") is BaselineKind.DUMMY:
        yield f"That the candidate is useful: {plainly(rule.against or '')} looks at no column at all."
    if rule.outcome is Outcome.PASS and rule.method != "identity":
        if low <= 0:
            yield "That the candidate is better."
        yield f"That it is certain: a candidate that is truly worse by the margin passes in at most {chance} of cases."
    if rule.outcome is Outcome.INCONCLUSIVE:
        yield "That the candidate is worse, nor that it is as good."
    if rule.outcome in (Outcome.FAIL, Outcome.WARN):
        yield f"That it is certain: a candidate without a true change fails in at most {chance} of cases."
    if "worse-than-margin" not in rule.reasons and "drop" in rule.reasons:
        yield "That the drop is shown to exceed the margin: it is shown to be real, and only estimated to exceed it."
