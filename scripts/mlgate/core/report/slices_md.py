"""The sections of the Markdown report about slices and flips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome
from mlgate.core.report import numbers, slices, wording
from mlgate.core.report.md import Section, Space, paragraphs, table
from mlgate.core.report.untrusted import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.documents.comparison import Flips, RuleResult, SliceFlips, WeakSlice
    from mlgate.core.documents.report import ReportDocument

MAX_OPEN = 200
MAX_PASSES = 100
MAX_SLICES = 30
MAX_KEYS = 20
MAX_BASELINES = 3


def by_slice(report: ReportDocument, space: Space) -> Section | None:
    """Return the rules by slice: what does not pass first, what does folded."""
    groups = slices.grouped(report.rules)
    if not groups:
        return None
    open_, met = slices.ranked(groups)
    head = _head(report)
    listed, held = table(head, map(_slice_row, open_), space=space.share(0.15), most=MAX_OPEN)
    passes, shown = table(head, map(_slice_row, met), space=space.share(0.1), most=MAX_PASSES)
    folded = (
        f"<details><summary>{numbers.counted(len(met), 'slice')} pass</summary>\n\n"
        f"{paragraphs(passes, _more(len(met) - shown))}\n\n</details>"
    )
    broken = any(group.worst is Outcome.FAIL for group in groups)
    return Section(
        title=slices.title(groups),
        body=paragraphs(listed if open_ else "", _more(len(open_) - held), folded if met else ""),
        priority=0 if broken else 2,
        unfolded=bool(open_),
    )


def _head(report: ReportDocument) -> list[str]:
    confidence = wording.confidence(report.comparison)
    return ["Slice", "Rule", ">Rows", ">Baseline", ">Candidate", ">Difference", confidence, "Outcome"]


def _slice_row(rule: RuleResult) -> list[str]:
    places = wording.rule_decimals(rule)
    result = wording.rule_outcome(rule)
    why = slices.why(rule)
    reasons = ", ".join(code(reason, limit=40) for reason in rule.reasons[:2]) if result is not Outcome.PASS else ""
    outcome = f"{wording.ICONS[result]} {wording.LABELS[result]}"
    return [
        code(rule.slice or "", limit=80),
        code(rule.id, limit=60),
        numbers.count(rule.n),
        numbers.number(rule.baseline, places),
        numbers.number(rule.candidate, places),
        numbers.signed(rule.difference, places),
        numbers.interval(rule.interval, places, plus=not wording.is_floor(rule)),
        " ".join(part for part in (outcome, reasons, prose(why, limit=200) if why else "") if part),
    ]


def weak(report: ReportDocument, space: Space) -> Section | None:
    """Return the weakest slices that no rule asks for."""
    comparison = report.comparison
    if comparison is None or comparison.search is None:
        return None
    looked = prose(slices.looked_at(comparison), limit=1_500)
    found = comparison.slices
    if not found:
        return Section(title="Weak slices: none found", body=looked, priority=9)
    # The confidence is not in the heading: it is wider by as many slices as were picked.
    head = ["Slice", "Metric", "Against", ">Rows", ">Difference", ">Shrunk", "Wider interval", ">q-value"]
    listed, held = table(head, map(_weak_row, found), space=space.share(0.08), most=MAX_SLICES)
    title = f"Weak slices: {numbers.count(len(found))} that no rule asks for"
    body = paragraphs(looked, listed, _more(len(found) - held), prose(slices.WEAK_NOTE, limit=1_000))
    return Section(title=title, body=body, priority=3)


def _weak_row(item: WeakSlice) -> list[str]:
    places = slices.weak_decimals(item)
    return [
        code(item.slice, limit=80),
        code(item.metric, limit=60),
        code(item.against, limit=60),
        numbers.count(item.n),
        numbers.signed(item.difference, places),
        numbers.signed(item.shrunk, places),
        numbers.interval(item.interval, places),
        numbers.probability(item.q_value),
    ]


def flips(report: ReportDocument, space: Space) -> Section | None:
    """Return how the predictions changed: rows newly right and wrong, by slice, and errors that grew."""
    comparison = report.comparison
    if comparison is None or not comparison.flips:
        return None
    shown = comparison.flips[:MAX_BASELINES]
    classes = [item for item in comparison.flips if not wording.of_numbers(comparison)]
    listed = (
        table(
            ["Against", ">Newly right", ">Newly wrong", ">Agreement", ">Churn"],
            map(_flips_row, classes),
            space=space.share(0.05),
        )[0]
        if classes
        else ""
    )
    lines = [line for item in shown for line in _keys(item)]
    named = space.share(0.1).first(lines, most=2 * MAX_BASELINES)
    tables = [part for item in shown for part in (_slices(item, space), _grown(item, space)) if part]
    return Section(title="Predictions that flipped", body=paragraphs(listed, *named, *tables), priority=4)


def _flips_row(item: Flips) -> list[str]:
    return [
        code(item.against),
        numbers.count(item.newly_right),
        numbers.count(item.newly_wrong),
        numbers.share(item.agreement),
        numbers.share(1 - item.agreement),
    ]


def _keys(item: Flips) -> Iterable[str]:
    for word, keys in (("wrong", item.newly_wrong_keys), ("right", item.newly_right_keys)):
        if keys:
            yield f"Newly {word} against {code(item.against)}: {_listed(keys[:MAX_KEYS])}"


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(code(key, limit=60) for key in keys)


def _slices(item: Flips, space: Space) -> str:
    if not item.slices:
        return ""
    head = ["Slice", ">Rows", ">Newly right", ">Newly wrong", ">Net"]
    keyed = any(part.newly_wrong_keys for part in item.slices)
    listed, held = table(
        [*head, *(["First newly wrong"] if keyed else [])],
        (_flipped_row(part, keyed=keyed) for part in item.slices),
        space=space.share(0.06),
        most=MAX_SLICES,
    )
    return paragraphs(f"By slice, against {code(item.against)}:", listed, _more(len(item.slices) - held))


def _flipped_row(part: SliceFlips, *, keyed: bool) -> list[str]:
    row = [
        code(part.slice, limit=80),
        numbers.count(part.n),
        numbers.count(part.newly_right),
        numbers.count(part.newly_wrong),
        numbers.signed(part.newly_right - part.newly_wrong, 0),
    ]
    return [*row, _listed(part.newly_wrong_keys)] if keyed else row


def _grown(item: Flips, space: Space) -> str:
    if not item.grown:
        return ""
    rows = [
        [
            code(row.key or ""),
            f"{row.baseline:.4g}",
            f"{row.candidate:.4g}",
            f"{row.candidate - row.baseline:+.4g}",
        ]
        for row in item.grown
    ]
    head = ["Row", ">Baseline's error", ">Candidate's error", ">Grew by"]
    listed, _ = table(head, rows, space=space.share(0.04), most=MAX_KEYS)
    same = f"{numbers.share(item.agreement)} of the rows have the same prediction."
    return paragraphs(f"Rows whose error grew most, against {code(item.against)}. {same}", listed)


def _more(count: int) -> str:
    return f"{numbers.counted(count, 'slice')} more in the full report." if count > 0 else ""
