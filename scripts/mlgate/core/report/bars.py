"""A rule's interval as a small inline SVG: where it lies between the limit and no difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.report import numbers, wording
from mlgate.core.report.tags import Markup, join, tag

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult

WIDTH, HEIGHT, MIDDLE, EDGE = 190, 26, 13, 8


def bar(rule: RuleResult) -> Markup:
    """Return the interval of a rule drawn to scale, or nothing where it has none."""
    estimate = rule.candidate if wording.is_floor(rule) else rule.difference
    if rule.interval is None or estimate is None:
        return Markup("")
    low, high = rule.interval
    limit, zero = _limit(rule), None if wording.is_floor(rule) else 0.0
    marks = [value for value in (low, high, estimate, limit, zero) if value is not None]
    start, end = min(marks), max(marks)
    scale = (WIDTH - 2 * EDGE) / ((end - start) or 1.0)

    def x(value: float) -> str:
        return f"{EDGE + (value - start) * scale:.1f}"

    parts = [
        _beyond(rule, limit, x),
        _line("axis", f"{EDGE}", f"{WIDTH - EDGE}"),
        _upright("zero", x(zero)) if zero is not None else Markup(""),
        _upright("limit", x(limit)) if limit is not None else Markup(""),
        _line("span", x(low), x(high)),
        tag("circle", class_="estimate", cx=x(estimate), cy=f"{MIDDLE}", r="4.5"),
    ]
    return tag(
        "svg",
        join(*parts),
        class_=f"bar {wording.rule_outcome(rule).value}",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=_words(rule),
    )


def _limit(rule: RuleResult) -> float | None:
    if wording.is_floor(rule):
        return rule.at_least if rule.at_least is not None else rule.at_most
    return None if rule.margin is None else -rule.margin


def _beyond(rule: RuleResult, limit: float | None, x: object) -> Markup:
    """Return the side of the limit that the rule does not accept, shaded."""
    if limit is None or not callable(x):
        return Markup("")
    place = float(x(limit))
    above = wording.is_floor(rule) and rule.at_least is None
    left, right = (place, float(WIDTH)) if above else (0.0, place)
    return tag("rect", class_="beyond", x=f"{left:.1f}", y="2", width=f"{right - left:.1f}", height="22", rx="3")


def _line(name: str, start: str, end: str) -> Markup:
    return tag("line", class_=name, x1=start, x2=end, y1=f"{MIDDLE}", y2=f"{MIDDLE}")


def _upright(name: str, place: str) -> Markup:
    return tag("line", class_=name, x1=place, x2=place, y1="2", y2="24")


def _words(rule: RuleResult) -> str:
    floor, places = wording.is_floor(rule), wording.rule_decimals(rule)
    estimate = numbers.number(rule.candidate, places) if floor else numbers.signed(rule.difference, places)
    return f"{estimate}, interval {numbers.interval(rule.interval, places, plus=not floor)}; {wording.limit(rule)}"
