"""The report as Markdown, for a pull-request comment and for the job summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome
from mlgate.core.report import explanations, md, numbers, recipe, slices, wording
from mlgate.core.report.md import Space, fitting, paragraphs
from mlgate.core.report.sections import outcome, sections
from mlgate.core.report.untrusted import code, cut, fenced, prose

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.documents.shared import Reason
    from mlgate.core.report.md import Measure

COMMENT_LIMIT = 60_000  # UTF-16 code units; forges refuse more than 65,536
SMALLEST_LIMIT = 4_000
MAX_REASONS = 20
MAX_LINES = 20
MAX_RULES = 100
_LINK = re.compile(r"https?://[\w.~:/?#@!$&+,;=%-]{1,1500}", re.ASCII)
_BADNESS = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN, Outcome.PASS)


def render_markdown(
    report: ReportDocument,
    *,
    limit: int = COMMENT_LIMIT,
    full_report_link: str | None = None,
    measure: Measure = md.utf16,
) -> str:
    """Return the report as Markdown that fits `limit` whatever the report holds.

    Args:
        report: What to show.
        limit: In the units of `measure`; at least 4,000.
        full_report_link: Where the whole report can be had: an `http` or `https` URL.
        measure: How the reader of this Markdown counts: `md.utf16` for a comment, `md.utf8` for a job summary.
    """
    if limit < SMALLEST_LIMIT:
        raise ValueError(f"a report needs at least {SMALLEST_LIMIT} units, got {limit}")
    space = Space(limit=limit, measure=measure)
    head = _head(report, space)
    foot = _foot(report, full_report_link)
    made = sections(report, space)
    left = space.less(head, foot, _cut_note(made, full_report_link), "\n\n\n\n")
    ranked = _ranked(report)
    why = explanations.unmet(report, ranked, left)
    left = left.less(*why)
    kept, dropped = fitting(made, left)
    parts = [section.text() for section in kept]
    why += explanations.met(report, ranked, left.less(*(f"{part}\n" for part in parts)))
    told = "\n".join(why).rstrip("\n")
    return paragraphs(head, told, *parts, _cut_note(dropped, full_report_link), foot) + "\n"


def _head(report: ReportDocument, space: Space) -> str:
    name = prose(report.model, limit=80) or "model"
    heading = f"## {wording.ICONS[report.outcome]} mlgate: {name} {wording.verdict(report)}"
    sentence = prose(wording.consequence(report))
    reasons = _reasons(report.reasons, space.share(0.15))
    return paragraphs(heading, sentence, reasons, _rules(report, space.share(0.35)))


def _reasons(reasons: tuple[Reason, ...], space: Space) -> str:
    kept = space.first(map(_reason, reasons, wording.remedies(reasons)), most=MAX_REASONS)
    rest = reasons[len(kept) :]
    if not rest:
        return "\n".join(kept)
    names = ", ".join(code(name, limit=40) for name in sorted({reason.id for reason in rest})[:MAX_REASONS])
    return "\n".join([*kept, f"- {numbers.counted(len(rest), 'more reason')}: {names}"])


def _reason(reason: Reason, remedy: str) -> str:
    first, *lines = (wording.reason_text(reason).strip() or " ").splitlines()
    text = f"- {code(reason.id)} {prose(first, limit=400)}".rstrip()
    if not lines:
        shown = _remedy(remedy) if reason.remedy else remedy
        return f"{text} → {shown}" if remedy else text
    block = fenced([*lines[:MAX_LINES], *(["…"] if len(lines) > MAX_LINES else [])], width=160)
    return text + "\n" + "\n".join(f"  {line}" for line in block.splitlines())


def _remedy(text: str) -> str:
    """Return a step's own remedy, which may name files; words between back-ticks are code."""
    return "".join(code(part) if i % 2 else _spaced(part) for i, part in enumerate(text.split("`")))


def _spaced(text: str) -> str:
    """Return prose that keeps a space at its ends, where code stands beside it."""
    words = prose(text, limit=400)
    return f"{' ' * text.startswith(' ')}{words}{' ' * text.endswith(' ')}" if words else text


def _rules(report: ReportDocument, space: Space) -> str:
    if not report.rules:
        return ""
    ranked = _ranked(report)
    confidence = wording.confidence(report.comparison)
    head = ["Rule", ">Baseline", ">Candidate", ">Difference", confidence, "Asks for", "Outcome"]
    groups = slices.grouped(report.rules)
    divided = [_group_row(group) for group in sorted(groups, key=lambda group: _BADNESS.index(group.worst))]
    rows = [*map(_rule_row, ranked), *divided]
    listed, held = md.table(head, rows, space=space.share(0.6), most=MAX_RULES)
    more = f"{numbers.counted(len(rows) - held, 'more rule')} in the full report." if len(rows) > held else ""
    said = wording.said(report)
    lines = (_remark(rule, said) for rule in ranked if wording.has_remark(rule, said))
    remarks = space.share(0.35).first(lines, most=MAX_RULES)
    power = wording.power(report.comparison) if report.comparison else ""
    standing = " ".join(map(prose, wording.standing(report.comparison))) if report.comparison else ""
    return paragraphs(listed, more, "\n".join(remarks), power, standing, recipe.folded(report.comparison))


def _ranked(report: ReportDocument) -> list[RuleResult]:
    """Return the rules on the whole holdout, worst first; those by slice have a section of their own."""
    return sorted(slices.whole(report.rules), key=lambda rule: _BADNESS.index(wording.rule_outcome(rule)))


def _rule_row(rule: RuleResult) -> list[str]:
    places = wording.rule_decimals(rule)
    return [
        code(wording.rule_name(rule)),
        numbers.number(rule.baseline, places, rule.unit),
        numbers.number(rule.candidate, places, rule.unit),
        numbers.signed(rule.difference, places, rule.unit),
        numbers.interval(rule.interval, places, plus=not wording.is_floor(rule)),
        wording.limit(rule),
        outcome(wording.rule_outcome(rule)),
    ]


def _group_row(group: slices.Group) -> list[str]:
    """Return one row for all slices of a rule."""
    name = f"{code(group.id)} in {numbers.counted(len(group.results), 'slice')}"
    said = f"{outcome(group.worst)} ({group.tally})"
    return [name, *([numbers.NONE] * 4), wording.limit(group.results[0]), said]


def _remark(rule: RuleResult, said: set[str]) -> str:
    reasons = ", ".join(code(reason, limit=40) for reason in rule.reasons[:5])
    sentence = prose(wording.explained(rule, said))
    return f"- {code(wording.rule_name(rule))}: {sentence}{f' ({reasons})' if reasons else ''}"


def _cut_note(dropped: list[md.Section], link: str | None) -> str:
    if not dropped:
        return ""
    where = f"[full report]({safe_link(link)})" if safe_link(link) else "full report"
    return (
        f"Left out because the limit of this place is reached: {', '.join(s.title for s in dropped)}. See the {where}."
    )


def _foot(report: ReportDocument, link: str | None) -> str:
    parts = [f"mlgate {prose(cut(report.mlgate, 30))}"]
    if report.provenance.head or report.provenance.commit:
        parts.append(f"commit {code(numbers.short(report.provenance.head or report.provenance.commit))}")
    if safe_link(link):
        parts.append(f"[full report]({safe_link(link)})")
    return f"<sub>{' · '.join(parts)}</sub>"


def safe_link(link: str | None) -> str | None:
    """Return a URL that can stand in a Markdown link, or None."""
    return link if link and _LINK.fullmatch(link) else None
