"""What a rule asked for, what was measured, and by which method."""

# ruff: noqa: RUF001 - formulas as people write them

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.distributions import student_quantile
from mlgate.core.explanation.figures import figures_of
from mlgate.core.explanation.methods import known
from mlgate.core.report import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.explanation.head import Head

# Methods whose interval is the estimate plus and minus t standard errors, so that the numbers can be put in.
SYMMETRIC = frozenset({"delta-t", "influence-t", "u-statistic-t"})


def metric_name(rule: RuleResult) -> str:
    """Return the metric with what it is of: `fbeta (beta 2)`, `recall (macro)`, `accuracy where carrier = AA`."""
    told = [rule.average or ""]
    if rule.parameter is not None:
        told.append(f"{'alpha' if 'pinball' in rule.metric else 'beta'} {numbers.plain(rule.parameter)}")
    if rule.by:
        told.append(f"between groups of {plainly(rule.by)}")
    inside = ", ".join(part for part in told if part)
    name = f"{plainly(rule.metric)} ({inside})" if inside else plainly(rule.metric)
    return f"{name} where {plainly(rule.slice)}" if rule.slice else name


def plainly(text: str) -> str:
    """Return a value that came from files, so that it cannot be taken for the marks of our own text."""
    return text.replace("`", "'")


def asked(rule: RuleResult) -> Iterator[str]:
    """Yield what the rule asks for."""
    metric = metric_name(rule)
    if rule.against is None:
        yield from (f"{metric} must be {bound}." for bound in _bounds(rule))
        if rule.proven:
            yield "With `proven` the whole interval must be on the right side, not the value alone."
        return
    against = plainly(rule.against)
    if rule.unit or rule.method == "measured":
        more = f" and {margin(rule)} more" if rule.margin else ""
        yield f"{metric} must be at most that of {against}{more}."
    elif not rule.margin:
        yield f"{metric} must be shown to be no worse than that of {against} at all."
    elif rule.margin < 0:
        yield f"{metric} must be shown to be better than that of {against} by at least {margin(rule)}."
    else:
        yield f"{metric} must be shown to be no worse than that of {against} by more than {margin(rule)}."


def margin(rule: RuleResult) -> str:
    """Return the size of a rule's margin: in the metric's units, or as a share of the baseline's value."""
    size = abs(rule.margin or 0.0)
    return f"{numbers.plain(100 * size)} % of its value" if rule.relative else numbers.plain(size, rule.unit)


def _bounds(rule: RuleResult) -> Iterator[str]:
    if rule.at_least is not None:
        yield f"at least {numbers.plain(rule.at_least, rule.unit)}"
    if rule.at_most is not None:
        yield f"at most {numbers.plain(rule.at_most, rule.unit)}"


def unmeasured(rule: RuleResult) -> bool:
    """Return whether a rule has no number to decide by: none of the candidate, or none of its baseline."""
    return rule.candidate is None or (rule.against is not None and rule.difference is None)


def value_of(rule: RuleResult) -> str:
    """Return the candidate's value with as many digits as it deserves, of a budget with its unit."""
    if rule.unit or rule.method == "measured":
        return numbers.amount(rule.candidate or 0.0, rule.unit)
    return figures_of(rule).value(rule.candidate)


def measured(rule: RuleResult, head: Head) -> Iterator[str]:
    """Yield the numbers, in the order in which they were come by."""
    if rule.candidate is None:
        yield "Nothing: see why below."
        return
    figures, rows = figures_of(rule), f" on {numbers.counted(rule.n, 'row')}" if rule.n else ""
    if rule.against is None or rule.difference is None:
        yield f"The candidate has {value_of(rule)}{rows}."
    elif rule.method == "measured":
        other = numbers.amount(rule.baseline or 0.0, rule.unit)
        yield f"The candidate has {value_of(rule)}, {plainly(rule.against)} has {other}."
    else:
        yield (
            f"The candidate has {value_of(rule)}, {plainly(rule.against)} has {figures.value(rule.baseline)}{rows}: a "
            f"difference of {figures.difference(rule.difference)}, where positive is better."
        )
    if rule.interval is not None:
        yield (
            f"On other rows like these it would come out differently. Interval at {numbers.share(head.confidence)} "
            f"confidence: {numbers.interval(rule.interval, figures.places, plus=figures.signed)}."
        )
    yield from _counted(rule)


def _counted(rule: RuleResult) -> Iterator[str]:
    if rule.gained is not None and rule.lost is not None and rule.pairs is not None:
        yield (
            f"Of {_amount(rule.pairs)} rows that count, the candidate alone has {_amount(rule.gained)} right and "
            f"{plainly(rule.against or 'the baseline')} alone {_amount(rule.lost)}."
        )
    elif rule.carriers is not None:
        unit = "group" if rule.clusters else "row"
        yield f"{numbers.counted(rule.carriers, unit)} {'carries' if rule.carriers == 1 else 'carry'} the difference."


def _amount(count: float) -> str:
    return f"{count:,.0f}" if count == round(count) else f"{count:,.1f}"


def method(rule: RuleResult, head: Head) -> Iterator[str]:
    """Yield which method, why that one, and its formula with the numbers put in."""
    if not rule.method:
        return
    found = known(rule.method)
    if found is None:
        yield f"Method: {plainly(rule.method)}."
    else:
        yield f"{found[0].name[0].upper()}{found[0].name[1:]}. {found[0].words}"
        yield from (text for text in (found[1],) if text)
    if rule.method_reason:
        yield f"Chosen because {plainly(rule.method_reason).rstrip('.')}."
    if found is not None and found[0].formula:
        yield f"Formula: {found[0].formula}."
        yield from _filled_in(rule, head)
    if rule.clusters:
        yield f"The rows are of {numbers.counted(rule.clusters, 'group')}; rows of one group are not independent."
    if found is not None:
        yield f"Source: {found[0].source}."


def _filled_in(rule: RuleResult, head: Head) -> Iterator[str]:
    """Yield the formula with its numbers, where the document has them."""
    if rule.interval is None:
        return
    low, high = rule.interval
    estimate = rule.difference if rule.against is not None else rule.candidate
    degrees = math.inf if rule.degrees is None else rule.degrees
    t = -student_quantile(head.tail, degrees)
    if rule.method in SYMMETRIC and estimate is not None and high > low:
        shown = (f"{estimate:+.4g}" if rule.against else f"{estimate:.4g}").replace("-", numbers.MINUS)
        freedom = "" if math.isinf(degrees) else f" (t with {degrees:,.4g} degrees of freedom)"
        yield (f"Here: {shown} ± {t:.4g} × {(high - low) / 2 / t:.4g}{freedom}.")
    elif rule.gained is not None and rule.lost is not None and rule.pairs is not None:
        counts = f"gained = {_amount(rule.gained)}, lost = {_amount(rule.lost)}, n = {_amount(rule.pairs)}"
        yield f"Here: {counts}, quantile {t:.4g}."
