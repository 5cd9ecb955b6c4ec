"""The folded sections of the Markdown report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents.data import ContractSide
from mlgate.core.outcome import Outcome
from mlgate.core.report import facts, numbers, pictures, wording
from mlgate.core.report.data_diff import changes
from mlgate.core.report.data_drift import drift
from mlgate.core.report.md import Section, Space, paragraphs, table
from mlgate.core.report.numbers import counted
from mlgate.core.report.slices_md import by_slice, flips, weak
from mlgate.core.report.untrusted import code, fenced, prose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.documents.comparison import Confusion
    from mlgate.core.documents.data import DataFinding, FindingRow, TableResult
    from mlgate.core.documents.report import ReportDocument, StepStatus

MAX_PLACES = 3
MAX_CLASSES = 8
MAX_LOG_LINES = 40


def sections(report: ReportDocument, space: Space) -> list[Section]:
    """Return the sections that the report has something for, in their order."""
    made = (
        by_slice,
        data,
        changes,
        drift,
        metrics,
        weak,
        flips,
        confusions,
        plots,
        training,
        policy,
        steps,
        provenance,
    )
    return [section for make in made if (section := make(report, space)) is not None]


def data(report: ReportDocument, space: Space) -> Section | None:
    """Return what validation found, each finding with file and line."""
    document = report.data
    if document is None or not document.tables:
        return None
    overview, _ = table(
        ["Table", "File", ">Rows", ">Checks", "Digest", "Outcome"],
        map(_table_row, document.tables),
        space=space.share(0.1),
    )
    findings = [(item, finding) for item in document.tables for finding in item.findings]
    listed, held = table(
        ["", "Where", "Column", "Check", ">Rows", "What"],
        (_finding_row(item, finding) for item, finding in findings),
        space=space.share(0.25),
    )
    rest = _more(len(findings) - held, "finding")
    broken = document.outcome is not Outcome.PASS
    title = f"Data: {counted(len(document.tables), 'table')}, {counted(len(findings), 'finding')}"
    body = paragraphs(overview, listed if findings else "", rest)
    return Section(title=title, body=body, priority=0 if broken else 6, unfolded=broken)


def _table_row(item: TableResult) -> list[str]:
    rows = numbers.NONE if item.rows is None else numbers.count(item.rows)
    digest = code(numbers.short(item.digest)) if item.digest else numbers.NONE
    return [code(item.name), code(item.path), rows, numbers.count(item.checks), digest, outcome(item.outcome)]


def _finding_row(item: TableResult, finding: DataFinding) -> list[str]:
    where = ", ".join(_places(item.path, finding.rows)) or code(item.path)
    message = prose(finding.message, limit=300)
    if finding.contract is ContractSide.OLD:
        message += " (the base's contract)"
    values = [_value(row.value) for row in finding.rows[:MAX_PLACES] if row.value is not None]
    return [
        wording.ICONS[Outcome(finding.severity.value)],
        where,
        code(finding.column) if finding.column else "",
        code(finding.check) if finding.check else prose(finding.reason),
        numbers.count(finding.count),
        f"{message}: {', '.join(values)}" if values else message,
    ]


def _value(text: str) -> str:
    return code(text, limit=40) if text.strip() else "(empty)"


def _places(path: str, rows: tuple[FindingRow, ...]) -> Iterable[str]:
    """Yield `file:line` of the first rows; the file is named once."""
    for i, row in enumerate(rows[:MAX_PLACES]):
        if row.line is not None:
            yield code(f"{path}:{row.line}" if i == 0 else f":{row.line}")
        elif row.row is not None:
            yield f"{code(path)} row {numbers.count(row.row)}" if i == 0 else numbers.count(row.row)


def metrics(report: ReportDocument, space: Space) -> Section | None:
    """Return every metric on both sides, with its interval drawn."""
    comparison = report.comparison
    if comparison is None or not comparison.metrics:
        return None
    rows = []
    for item in comparison.metrics:
        places = numbers.decimals(interval=item.interval, value=item.candidate)
        margin = wording.margin_of(report, item)
        rows.append(
            [
                code(item.metric),
                code(item.against),
                numbers.number(item.baseline, places),
                numbers.number(item.candidate, places),
                numbers.signed(item.difference, places),
                numbers.interval(item.interval, places),
                f"<code>{pictures.strip(item.interval, item.difference, margin)}</code>" if item.interval else "",
            ]
        )
    confidence = wording.confidence(comparison)
    head = ["Metric", "Against", ">Baseline", ">Candidate", ">Difference", confidence, "worse · better"]
    listed, held = table(head, rows, space=space.share(0.15))
    legend = "A positive difference is better, whatever the metric. │ marks no difference, ┊ the rule's limit."
    return Section(title="Metrics", body=paragraphs(listed, _more(len(rows) - held, "metric"), legend), priority=3)


def confusions(report: ReportDocument, space: Space) -> Section | None:
    """Return the confusion matrices, with the share of each true class."""
    comparison = report.comparison
    if comparison is None:
        return None
    small = [item for item in comparison.confusions if 0 < len(item.classes) <= MAX_CLASSES]
    if not small:
        return None
    parts = [_confusion(item, space.share(0.08)) for item in small[:MAX_PLACES]]
    note = "Rows are the true classes, columns the predicted ones."
    return Section(title="Confusion", body=paragraphs(note, *parts), priority=7)


def _confusion(item: Confusion, space: Space) -> str:
    rows = []
    for name, counts in zip(item.classes, item.counts, strict=False):
        total = sum(counts) or 1
        rows.append([code(name, limit=40), *(f"{numbers.count(c)} ({numbers.share(c / total)})" for c in counts)])
    head = [code(item.side, limit=40), *(f">{code(name, limit=40)}" for name in item.classes)]
    return table(head, rows, space=space)[0]


def plots(report: ReportDocument, _space: Space) -> Section | None:
    """Return curves as Mermaid diagrams, which forges draw themselves."""
    comparison = report.comparison
    charts = pictures.charts(comparison.curves) if comparison else []
    if not charts:
        return None
    note = "Blue is the candidate, orange the baseline."
    return Section(title="Curves", body=paragraphs(*charts, note), priority=8)


def training(report: ReportDocument, space: Space) -> Section | None:
    """Return how the candidate was made, and how it ended if it failed."""
    document = report.training
    if document is None:
        return None
    rows = [[label, code(text, limit=300)] for label, text in facts.training_facts(document)]
    listed, _ = table(["", ""], rows, space=space.share(0.1))
    failed = document.outcome is Outcome.FAIL
    log = space.share(0.12).first(reversed(document.log_tail), most=MAX_LOG_LINES) if failed else []
    tail = f"The last lines of its log:\n\n{fenced(list(reversed(log)))}" if log else ""
    title = f"Training: {document.source.value}"
    if document.duration_seconds is not None:
        title += f", {numbers.duration(document.duration_seconds)}"
    return Section(title=title, body=paragraphs(listed, tail), priority=1 if failed else 9, unfolded=failed)


def policy(report: ReportDocument, space: Space) -> Section | None:
    """Return whose policy judged, and what the pull request would change in it."""
    edited = report.policy
    if not edited.changed and not edited.difference:
        return None
    source = facts.policy_source(edited.source)
    named = space.share(0.05).first((f"- {code(path)}" for path in edited.changed), most=50)
    files = "\n".join(["This pull request edits:", "", *named]) if named else ""
    shown = space.share(0.15).first(edited.difference, most=len(edited.difference))
    difference = fenced(shown, language="diff") if shown else ""
    own = edited.proposed_outcome
    proposed = f"By its own policy the outcome would be {outcome(own)}." if own else ""
    body = paragraphs(
        source,
        proposed,
        files,
        difference,
        _more(len(edited.difference) - len(shown), "line"),
    )
    return Section(title="Policy difference", body=body, priority=2)


def steps(report: ReportDocument, space: Space) -> Section | None:
    """Return how each step ended."""
    if not report.steps:
        return None
    rows = [[code(s.step), _ending(s), "" if s.outcome is None else prose(s.message, limit=300)] for s in report.steps]
    listed, _ = table(["Step", "Outcome", ""], rows, space=space.share(0.05))
    return Section(title="Steps", body=listed, priority=5)


def _ending(step: StepStatus) -> str:
    name, word = facts.step_ending(step)
    return outcome(step.outcome) if step.outcome else f"{numbers.NONE if name == 'unneeded' else '❌'} {word}"


def provenance(report: ReportDocument, space: Space) -> Section | None:
    """Return what the verdict is bound to."""
    pairs = facts.provenance_facts(report)
    if not pairs:
        return None
    rows = [[code(label), code(numbers.short(value))] for label, value in pairs]
    listed, held = table(["", "Digest or commit"], rows, space=space.share(0.08))
    dirty = "The working copy differed from the commit: this verdict can be read, never promoted."
    body = paragraphs(listed, _more(len(rows) - held, "digest"), dirty if report.provenance.dirty else "")
    return Section(title="Provenance", body=body, priority=10)


def outcome(value: Outcome) -> str:
    """Return an outcome with its sign."""
    return f"{wording.ICONS[value]} {wording.LABELS[value]}"


def _more(count: int, noun: str) -> str:
    return f"{counted(count, noun)} more in the full report." if count > 0 else ""
