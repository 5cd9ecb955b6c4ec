"""The rules of the HTML report: one row a rule, its interval drawn beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.report import numbers, wording
from mlgate.core.report.bars import bar
from mlgate.core.report.html_parts import badge, lead, note, table
from mlgate.core.report.tags import Markup, join, tag

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.report.html_parts import Part

MAX_RULES = 5_000


def rules(report: ReportDocument) -> Part | None:
    """Return the judging rules, in the order of the configuration."""
    if not report.rules:
        return None
    confidence = wording.confidence(report.comparison)
    head = ["Rule", ">Baseline", ">Candidate", ">Difference", confidence, "", "Outcome"]
    told = wording.said(report)
    rows = [row for rule in report.rules[:MAX_RULES] for row in _rows(rule, confidence, told)]
    power = wording.power(report.comparison) if report.comparison else ""
    content = join(
        lead("Candidate minus baseline on the same holdout rows, turned so that a positive difference is better."),
        table(head, rows, class_="rules stack"),
        _key(),
        note(power) if power else Markup(""),
        *(note(sentence) for sentence in (wording.standing(report.comparison) if report.comparison else ())),
    )
    return ("rules", "Rules", content)


def _rows(rule: RuleResult, confidence: str, told: set[str]) -> list[Markup]:
    places, floor = wording.rule_decimals(rule), wording.is_floor(rule)
    said = _remark(rule, told)
    first = tag(
        "tr",
        tag("th", tag("code", wording.rule_name(rule)), tag("span", _asks(rule), class_="sub"), scope="row"),
        tag("td", numbers.number(rule.baseline, places), class_="n", data_label="Baseline"),
        tag("td", numbers.number(rule.candidate, places), class_="n", data_label="Candidate"),
        tag("td", numbers.signed(rule.difference, places), class_="n", data_label="Difference"),
        tag("td", numbers.interval(rule.interval, places, plus=not floor), class_="nowrap", data_label=confidence),
        tag("td", bar(rule)),
        tag("td", badge(wording.rule_outcome(rule)), data_label="Outcome"),
        class_="told" if said else None,
    )
    return [first, tag("tr", tag("td", said, colspan="7"), class_="remark")] if said else [first]


def _asks(rule: RuleResult) -> str:
    asks = f"may {wording.limit(rule)}" if rule.margin is not None and rule.margin >= 0 else wording.limit(rule)
    return f"{asks.replace('may no drop', 'no drop')}, {numbers.counted(rule.n, 'row')}"


def _remark(rule: RuleResult, told: set[str]) -> str:
    sentence = wording.explained(rule, told)
    if not wording.has_remark(rule, told):
        return ""
    return f"{sentence} ({', '.join(rule.reasons)})".strip() if rule.reasons else sentence


def _key() -> Markup:
    def sample(*parts: Markup) -> Markup:
        return tag("svg", *parts, class_="bar inconclusive", viewBox="0 0 26 14", aria_hidden="true")

    upright = {"x1": "13", "x2": "13", "y1": "1", "y2": "13"}
    span = tag("line", class_="span", x1="4", x2="22", y1="7", y2="7")
    dot = tag("circle", class_="estimate", cx="13", cy="7", r="4")
    return tag(
        "div",
        tag("span", sample(span, dot), "estimate and interval"),
        tag("span", sample(tag("line", class_="zero", **upright)), "no difference"),
        tag(
            "span",
            sample(tag("line", class_="limit", **upright)),
            "limit: what lies in the shaded part is not accepted",
        ),
        class_="key",
    )
