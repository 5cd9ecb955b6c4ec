"""The sections of the HTML report about slices and flips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome
from mlgate.core.report import numbers, slices, wording
from mlgate.core.report.bars import bar
from mlgate.core.report.html_parts import badge, lead, note, table
from mlgate.core.report.tags import Markup, join, tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.comparison import ComparisonDocument, Flips, RuleResult, SliceFlips, WeakSlice
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.report.html_parts import Part

MAX_OPEN = 2_000
MAX_PASSES = 2_000
MAX_ROWS = 2_000


def by_slice(report: ReportDocument) -> Part | None:
    """Return the rules by slice: what does not pass first, what does folded."""
    groups = slices.grouped(report.rules)
    if not groups:
        return None
    open_, met = slices.ranked(groups)
    confidence = wording.confidence(report.comparison)
    content = join(
        lead(f"{slices.title(groups).removeprefix('Rules by slice: ')}. What does not pass comes first."),
        _listed(open_[:MAX_OPEN], confidence) if open_ else Markup(""),
        _more(len(open_) - MAX_OPEN),
        _folded(met, confidence),
    )
    return ("slices", "Rules by slice", content)


def _folded(met: Sequence[RuleResult], confidence: str) -> Markup:
    if not met:
        return Markup("")
    return tag(
        "details",
        tag("summary", f"{numbers.counted(len(met), 'slice')} pass"),
        _listed(met[:MAX_PASSES], confidence),
        _more(len(met) - MAX_PASSES),
    )


def _listed(rules: Sequence[RuleResult], confidence: str) -> Markup:
    head = ["Slice", ">Rows", ">Baseline", ">Candidate", ">Difference", confidence, "", "Outcome"]
    return table(head, (_slice_row(rule, confidence) for rule in rules), class_="rules stack")


def _slice_row(rule: RuleResult, confidence: str) -> Markup:
    places, why = wording.rule_decimals(rule), slices.why(rule)
    passed = wording.rule_outcome(rule) is Outcome.PASS
    said = " ".join(part for part in (why, "" if passed else ", ".join(rule.reasons)) if part)
    return tag(
        "tr",
        tag(
            "th",
            tag("code", rule.slice or ""),
            tag("span", f"{rule.id}, {wording.limit(rule)}", class_="sub"),
            scope="row",
        ),
        tag("td", numbers.count(rule.n), class_="n", data_label="Rows"),
        tag("td", numbers.number(rule.baseline, places), class_="n", data_label="Baseline"),
        tag("td", numbers.number(rule.candidate, places), class_="n", data_label="Candidate"),
        tag("td", numbers.signed(rule.difference, places), class_="n", data_label="Difference"),
        tag(
            "td",
            numbers.interval(rule.interval, places, plus=not wording.is_floor(rule)),
            class_="nowrap",
            data_label=confidence,
        ),
        tag("td", bar(rule)),
        tag(
            "td",
            badge(wording.rule_outcome(rule)),
            tag("span", said, class_="sub") if said else Markup(""),
            data_label="Outcome",
        ),
    )


def weak(report: ReportDocument) -> Part | None:
    """Return the weakest slices that no rule asks for."""
    comparison = report.comparison
    if comparison is None or comparison.search is None:
        return None
    looked = lead(slices.looked_at(comparison))
    if not comparison.slices:
        return ("weak", "Weak slices", looked)
    head = ["Slice", "Metric", "Against", ">Rows", ">Difference", ">Shrunk", "Wider interval", ">q-value"]
    listed = table(head, map(_weak_row, comparison.slices[:MAX_ROWS]), class_="stack")
    return ("weak", "Weak slices", join(looked, listed, note(slices.WEAK_NOTE)))


def _weak_row(item: WeakSlice) -> Markup:
    places = slices.weak_decimals(item)
    return tag(
        "tr",
        tag("th", tag("code", item.slice), scope="row"),
        tag("td", item.metric, data_label="Metric"),
        tag("td", item.against, data_label="Against"),
        tag("td", numbers.count(item.n), class_="n", data_label="Rows"),
        tag("td", numbers.signed(item.difference, places), class_="n", data_label="Difference"),
        tag("td", numbers.signed(item.shrunk, places), class_="n", data_label="Shrunk"),
        tag("td", numbers.interval(item.interval, places), class_="nowrap", data_label="Wider interval"),
        tag("td", numbers.probability(item.q_value), class_="n", data_label="q-value"),
    )


def flips(comparison: ComparisonDocument) -> Markup:
    """Return how the predictions changed, by baseline and by slice."""
    if not comparison.flips:
        return Markup("")
    if wording.of_numbers(comparison):
        return join(*(_grown(item) for item in comparison.flips))
    rows = [
        tag(
            "tr",
            tag("th", item.against, scope="row"),
            tag("td", numbers.count(item.newly_right), class_="n", data_label="Newly right"),
            tag("td", numbers.count(item.newly_wrong), class_="n", data_label="Newly wrong"),
            tag("td", numbers.share(item.agreement), class_="n", data_label="Agreement"),
            tag("td", numbers.share(1 - item.agreement), class_="n", data_label="Churn"),
        )
        for item in comparison.flips
    ]
    words = lead("Flips are rows that only one of the two models gets right; churn is the share of other predictions.")
    listed = table(["Against", ">Newly right", ">Newly wrong", ">Agreement", ">Churn"], rows, class_="stack")
    keys = [
        note(f"Newly {word} against {item.against}: ", tag("code", ", ".join(named[:MAX_ROWS])))
        for item in comparison.flips
        for word, named in (("wrong", item.newly_wrong_keys), ("right", item.newly_right_keys))
        if named
    ]
    return join(words, listed, *keys, *(_slices(item) for item in comparison.flips if item.slices))


def _slices(item: Flips) -> Markup:
    head = ["Slice", ">Rows", ">Newly right", ">Newly wrong", ">Net", "First newly wrong"]
    listed = table(head, map(_flipped_row, item.slices[:MAX_ROWS]), class_="stack")
    return join(tag("h3", f"Flips by slice, against {item.against}"), listed)


def _flipped_row(part: SliceFlips) -> Markup:
    return tag(
        "tr",
        tag("th", tag("code", part.slice), scope="row"),
        tag("td", numbers.count(part.n), class_="n", data_label="Rows"),
        tag("td", numbers.count(part.newly_right), class_="n", data_label="Newly right"),
        tag("td", numbers.count(part.newly_wrong), class_="n", data_label="Newly wrong"),
        tag("td", numbers.signed(part.newly_right - part.newly_wrong, 0), class_="n", data_label="Net"),
        tag("td", ", ".join(part.newly_wrong_keys), data_label="First newly wrong"),
    )


def _grown(item: Flips) -> Markup:
    same = f"{numbers.share(item.agreement)} of the rows have the same prediction as {item.against} gives them."
    if not item.grown:
        return lead(same)
    rows = [
        tag(
            "tr",
            tag("th", tag("code", row.key or ""), scope="row"),
            tag("td", f"{row.baseline:.4g}", class_="n", data_label="Baseline's error"),
            tag("td", f"{row.candidate:.4g}", class_="n", data_label="Candidate's error"),
            tag("td", f"{row.candidate - row.baseline:+.4g}", class_="n", data_label="Grew by"),
        )
        for row in item.grown
    ]
    head = ["Row", ">Baseline's error", ">Candidate's error", ">Grew by"]
    return join(
        lead(same), tag("h3", f"Rows whose error grew most, against {item.against}"), table(head, rows, class_="stack")
    )


def _more(count: int) -> Markup:
    return note(f"{numbers.counted(count, 'slice')} more in report.json.") if count > 0 else Markup("")
