"""A question, and the comparison that may serve as its pilot, to a plan."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.config.model import BaselineKind
from mlgate.core.documents.plan import BoundPlan, PlanDocument, PowerPlan
from mlgate.core.planning import bounds, paired
from mlgate.core.planning.bounds import Bennett, Demand, Hoeffding, HoeffdingDifference
from mlgate.core.planning.paired import Pairs
from mlgate.core.planning.standard import Pilot, error_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlgate.core.documents.comparison import ComparisonDocument, RuleResult
    from mlgate.core.planning.bounds import Bound
    from mlgate.core.planning.question import Question

CONFIDENCE = 0.95


def plan(question: Question, comparison: ComparisonDocument | None) -> PlanDocument:
    """Return the plan.

    Args:
        question: Without problems, see `question.problems`.
        comparison: The pilot; None where there is none.
    """
    pilot = None if question.describes_a_rule else comparison
    confidence = question.confidence or (pilot.confidence if pilot else CONFIDENCE)
    holdout = comparison.holdout if comparison else None
    rows = question.rows or (holdout.rows if holdout and pilot else None)
    tests, left_out = _described(question, confidence) if pilot is None else _of_rules(question, pilot, confidence)
    return PlanDocument(
        tolerance=question.tolerance,
        reliability=question.reliability,
        reuses=question.reuses,
        both_sides=question.both_sides,
        value_range=question.value_range,
        disagreement=question.disagreement,
        class_share=question.class_share,
        confidence=confidence,
        power=question.power,
        difference=question.difference,
        rows=rows,
        used=_used(pilot),
        bounds=tuple(_bounds(question, rows)),
        tests=tests,
        left_out=left_out,
    )


def _used(pilot: ComparisonDocument | None) -> int | None:
    """Return how often the holdout has judged: a promoted model has a report too, so the greater number counts."""
    counts = (pilot.holdout_uses, pilot.holdout_reports) if pilot else ()
    return max((count for count in counts if count is not None), default=None)


def _bounds(question: Question, n: int | None) -> Iterator[BoundPlan]:
    if question.tolerance is None:
        return
    demand = Demand(
        tolerance=question.tolerance,
        failure=1 - question.reliability,
        reuses=question.reuses,
        both_sides=question.both_sides,
    )
    yield _bound("one-model", "hoeffding", Hoeffding(spread=question.value_range), demand, n)
    yield _bound("difference", "hoeffding", HoeffdingDifference(spread=question.value_range), demand, n)
    if question.disagreement is not None:
        bound = Bennett(disagreement=question.disagreement)
        yield _bound("difference-bounded-disagreement", "bennett", bound, demand, n)


def _bound(condition: str, method: str, bound: Bound, demand: Demand, n: int | None) -> BoundPlan:
    return BoundPlan(
        condition=condition,
        method=method,
        rows=bounds.rows(bound, demand, adaptive=False),
        rows_adaptive=bounds.rows(bound, demand, adaptive=True),
        reuses=None if n is None else bounds.reuses(bound, demand, n, adaptive=False),
        reuses_adaptive=None if n is None else bounds.reuses(bound, demand, n, adaptive=True),
    )


def _described(question: Question, confidence: float) -> tuple[tuple[PowerPlan, ...], tuple[str, ...]]:
    """Return the plan for the rule that the options describe; nothing where they describe none."""
    if question.margin is None or question.disagreement is None:
        return (), ()
    pairs = Pairs(disagreement=question.disagreement, difference=question.difference)
    share = question.class_share or 1.0
    made = _enumerated(question, pairs, margin=question.margin, share=share, n=question.rows, confidence=confidence)
    return (made,), ()


def _enumerated(
    question: Question, pairs: Pairs, *, margin: float, share: float, n: int | None, confidence: float
) -> PowerPlan:
    """Return the plan of a paired proportion of a `share` of the rows, from every table that can come up."""
    tail, own = (1 - confidence) / 2, None if n is None else max(1, round(n * share))
    needed = paired.rows_needed(pairs, margin=margin, tail=tail, power=question.power)
    chance = drop = None
    if own is not None:
        chance = rounded(paired.passes(pairs, own, margin=margin, tail=tail))
        drop = paired.detectable_drop(pairs.disagreement, own, margin=margin, tail=tail, power=question.power)
    return PowerPlan(
        margin=margin,
        disagreement=rounded(pairs.disagreement),
        method="enumeration",
        rows=n,
        passes=chance,
        detectable_drop=None if drop is None else rounded(drop),
        rows_needed=None if needed is None else math.ceil(rounded(needed / share)),
    )


def _of_rules(
    question: Question, pilot: ComparisonDocument, confidence: float
) -> tuple[tuple[PowerPlan, ...], tuple[str, ...]]:
    made, left_out = [], []
    dummies = {result.name for result in pilot.baselines if result.kind is BaselineKind.DUMMY}
    for rule in pilot.rules:
        cause = _cause_to_leave_out(rule, dummies)
        if cause:
            left_out.append(f"{rule.id}{f' in {rule.slice}' if rule.slice else ''}: {cause}")
        else:
            made.append(_of_rule(question, pilot, rule, confidence))
    return tuple(made), tuple(left_out)


def _cause_to_leave_out(rule: RuleResult, dummies: Collection[str]) -> str:
    if rule.method == "measured":
        return "is a budget: measured, and not estimated from rows"
    if rule.against is None:
        return "compares with no baseline"
    if rule.against in dummies:
        return "compares with predictions that look at no column, from which every model differs"
    if rule.difference is None or rule.interval is None or rule.n < 1:
        return "was not measured"
    if rule.method == "identity":
        return "both sides are the same model, which tells nothing of another one"
    if "degenerate" in rule.reasons or rule.interval[0] == rule.interval[1]:
        return "the comparison gives no standard error"
    return ""


def margin_of(rule: RuleResult) -> float:
    """Return a rule's margin in the metric's own units."""
    margin = rule.margin or 0.0
    return margin * abs(rule.baseline or 0.0) if rule.relative else margin


def _of_rule(question: Question, pilot: ComparisonDocument, rule: RuleResult, confidence: float) -> PowerPlan:
    """Return the plan of one rule; on other rows than the pilot's a slice keeps its share of them."""
    margin = margin_of(rule) if question.margin is None else question.margin
    whole = pilot.holdout.rows if pilot.holdout else rule.n
    n = rule.n if question.rows is None else max(1, round(rule.n * question.rows / whole))
    if rule.method == "tango" and rule.pairs and not rule.relative:
        made = _by_counts(question, rule, margin, n, of=rule.pairs, confidence=confidence)
    else:
        made = _by_error(question, rule, margin, n, seen=pilot.confidence, wanted=confidence)
    return dataclasses.replace(made, rule=rule.id, slice=rule.slice, metric=rule.metric)


def _by_counts(
    question: Question, rule: RuleResult, margin: float, n: int, *, of: float, confidence: float
) -> PowerPlan:
    """Return the plan of a paired proportion, if the models go on to disagree as often as in the pilot.

    Args:
        question: What is asked.
        rule: With its `gained` and `lost` rows.
        margin: In the metric's units.
        n: Rows at hand, of all kinds.
        of: The pilot's rows that the proportion is of: all, or those of a class.
        confidence: Of the interval.
    """
    seen = ((rule.gained or 0.0) + (rule.lost or 0.0)) / of
    pairs = Pairs(disagreement=max(seen, abs(question.difference)), difference=question.difference)
    return _enumerated(question, pairs, margin=margin, share=of / rule.n, n=n, confidence=confidence)


def _by_error(question: Question, rule: RuleResult, margin: float, n: int, *, seen: float, wanted: float) -> PowerPlan:
    """Return the plan from the standard error that the pilot had on the side of the margin."""
    degrees = math.inf if rule.degrees is None else rule.degrees
    error = error_of(reach=_reach(rule, (1 - seen) / 2), tail=(1 - seen) / 2, degrees=degrees)
    pilot = Pilot(n=rule.n, error=error, tail=(1 - wanted) / 2, degrees=degrees)
    return PowerPlan(
        margin=rounded(margin),
        standard_error=rounded(error),
        method="standard-error",
        rows=n,
        passes=rounded(pilot.passes(n, margin=margin, difference=question.difference)),
        detectable_drop=pilot.detectable_drop(n, margin=margin, power=question.power),
        rows_needed=pilot.rows_needed(margin=margin, power=question.power, difference=question.difference),
    )


def _reach(rule: RuleResult, tail: float) -> float:
    """Return how far the interval that decides reaches down from its estimate.

    Of a relative margin that is the interval of the contrast, of which the comparison tells the standard error.
    """
    if rule.relative and rule.standard_error is not None:
        return -normal_quantile(tail) * rule.standard_error
    return (rule.difference or 0.0) - (rule.interval or (0.0, 0.0))[0]
