"""The rules of the HTML report: one row a rule, its interval drawn beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.explanation.head import head_of
from mlgate.core.outcome import Outcome
from mlgate.core.report import explanations, numbers, recipe, slices, wording
from mlgate.core.report.bars import bar
from mlgate.core.report.html_parts import badge, lead, note, table
from mlgate.core.report.tags import Markup, join, tag

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.explanation.head import Head
    from mlgate.core.report.html_parts import Part

MAX_RULES = 5_000


def rules(report: ReportDocument) -> Part | None:
    """Return the judging rules, in the order of the configuration."""
    if not report.rules:
        return None
    confidence = wording.confidence(report.comparison)
    head = ["Rule", ">Baseline", ">Candidate", ">Difference", confidence, "", "Outcome"]
    told = wording.said(report)
    why = _explanations(report)
    shown = [(i, rule) for i, rule in enumerate(report.rules) if rule.slice is None][:MAX_RULES]
    rows = [row for i, rule in shown for row in _rows(rule, confidence, told, why.get(i, Markup("")))]
    head_of_all = head_of(report.comparison, report)
    rows += [row for group in slices.grouped(report.rules) for row in _group_rows(group, head_of_all)]
    power = wording.power(report.comparison) if report.comparison else ""
    content = join(
        lead("Candidate minus baseline on the same holdout rows, turned so that a positive difference is better."),
        table(head, rows, class_="rules stack"),
        _key(),
        note(power) if power else Markup(""),
        *(note(sentence) for sentence in (wording.standing(report.comparison) if report.comparison else ())),
        *(note(sentence) for sentence in recipe.sentences(report.comparison)),
    )
    return ("rules", "Rules", content)


def _explanations(report: ReportDocument) -> dict[int, Markup]:
    """Return the folded explanations by the number of the rule; of very many rules those that do not pass first."""
    shown = [i for i, rule in enumerate(report.rules) if rule.slice is None]
    order = sorted(shown, key=lambda i: report.rules[i].outcome is Outcome.PASS)
    head, open_verdict = head_of(report.comparison, report), report.outcome is Outcome.INCONCLUSIVE
    return {
        i: explanations.folded_html(report.rules[i], head, unfolded=open_verdict and rank == 0)
        for rank, i in enumerate(order[: explanations.MAX_EXPLAINED])
    }


def _rows(rule: RuleResult, confidence: str, told: set[str], why: Markup) -> list[Markup]:
    places, floor = wording.rule_decimals(rule), wording.is_floor(rule)
    said = _remark(rule, told)
    first = tag(
        "tr",
        tag("th", tag("code", wording.rule_name(rule)), tag("span", _asks(rule), class_="sub"), scope="row"),
        tag("td", numbers.number(rule.baseline, places, rule.unit), class_="n", data_label="Baseline"),
        tag("td", numbers.number(rule.candidate, places, rule.unit), class_="n", data_label="Candidate"),
        tag("td", numbers.signed(rule.difference, places, rule.unit), class_="n", data_label="Difference"),
        tag("td", numbers.interval(rule.interval, places, plus=not floor), class_="nowrap", data_label=confidence),
        tag("td", bar(rule)),
        tag("td", badge(wording.rule_outcome(rule)), data_label="Outcome"),
        class_="told" if said or why else None,
    )
    return [first, tag("tr", tag("td", said, why, colspan="7"), class_="remark")] if said or why else [first]


def _group_rows(group: slices.Group, head: Head) -> list[Markup]:
    """Return one row for all slices of a rule, which have a section of their own, and why the worst came out so."""
    count = f"{wording.limit(group.results[0])}, in {numbers.counted(len(group.results), 'slice')}"
    link, why = tag("a", group.tally, href="#slices"), explanations.of_group(group, head)
    first = tag(
        "tr",
        tag("th", tag("code", group.id), tag("span", count, class_="sub"), scope="row"),
        tag("td", link, colspan="5", data_label="Slices"),
        tag("td", badge(group.worst), data_label="Outcome"),
        class_="told" if why else None,
    )
    return [first, tag("tr", tag("td", why, colspan="7"), class_="remark")] if why else [first]


def _asks(rule: RuleResult) -> str:
    asks = f"may {wording.limit(rule)}" if rule.margin is not None and rule.margin >= 0 else wording.limit(rule)
    counted = f", {numbers.counted(rule.n, 'row')}" if rule.n else ""  # a budget is about no rows
    return f"{asks.replace('may no drop', 'no drop')}{counted}"


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
