"""The sections of the HTML report below the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.documents.data import ContractSide
from mlgate.core.outcome import Outcome
from mlgate.core.report import facts, numbers, wording
from mlgate.core.report.data_html import changes, drift
from mlgate.core.report.html_parts import badge, lead, note, table
from mlgate.core.report.slices_html import by_slice, flips, weak
from mlgate.core.report.tags import Markup, join, tag
from mlgate.core.report.untrusted import visible_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.documents.data import DataFinding, FindingRow, TableResult
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.report.plots import Figure

    Part = tuple[str, str, Markup]
    Drawn = Sequence[tuple[Figure, Markup]]

MAX_ROWS = 2_000
MAX_PLACES = 5
MAX_UNBROKEN = 40  # characters of a name that stay on one line


def sections(report: ReportDocument, drawn: Drawn) -> list[Part | None]:
    """Return id, title and content of each section that the report has something for."""
    return [
        by_slice(report),
        _metrics(report, drawn),
        weak(report),
        _curves(drawn),
        _predictions(report, drawn),
        _data(report),
        changes(report),
        drift(report),
        _training(report),
        _policy(report),
        _provenance(report),
    ]


def _metrics(report: ReportDocument, drawn: Drawn) -> Part | None:
    comparison = report.comparison
    if comparison is None or not comparison.metrics:
        return None
    rows = []
    for item in comparison.metrics[:MAX_ROWS]:
        places = numbers.decimals(interval=item.interval, value=item.candidate)
        rows.append(
            tag(
                "tr",
                tag("th", tag("code", item.metric), scope="row"),
                tag("td", item.against, data_label="Against"),
                tag("td", numbers.number(item.baseline, places), class_="n", data_label="Baseline"),
                tag("td", numbers.number(item.candidate, places), class_="n", data_label="Candidate"),
                tag("td", numbers.signed(item.difference, places), class_="n", data_label="Difference"),
                tag("td", numbers.interval(item.interval, places), class_="nowrap", data_label="Interval"),
            )
        )
    head = ["Metric", "Against", ">Baseline", ">Candidate", ">Difference", wording.confidence(comparison)]
    words = lead("Every metric of the task, whether or not a rule names it. Right of the line is better.")
    return ("metrics", "Metrics", join(words, _figures(drawn, "metrics"), table(head, rows, class_="stack")))


def _curves(drawn: Drawn) -> Part | None:
    shown = _figures(drawn, "curves")
    return ("curves", "Curves", shown) if shown else None


def _predictions(report: ReportDocument, drawn: Drawn) -> Part | None:
    comparison = report.comparison
    shown = _figures(drawn, "confusion")
    if comparison is None or not (comparison.flips or shown):
        return None
    title = tag("h3", "Confusion") if shown else Markup("")
    return ("predictions", "Predictions", join(flips(comparison), title, shown))


def _data(report: ReportDocument) -> Part | None:
    document = report.data
    if document is None or not document.tables:
        return None
    overview = table(
        ["Table", "File", ">Rows", ">Checks", "Digest", "Outcome"], map(_table_row, document.tables), class_="stack"
    )
    findings = [(item, finding) for item in document.tables for finding in item.findings]
    head = ["", "Where", "Column", "Check", ">Rows", "What"]
    listed = (
        table(head, (_finding_row(*pair) for pair in findings[:MAX_ROWS]), class_="stack") if findings else Markup("")
    )
    more = len(findings) - MAX_ROWS
    return (
        "data",
        "Data",
        join(
            overview,
            tag("h3", numbers.counted(len(findings), "finding")) if findings else Markup(""),
            listed,
            note(f"{numbers.counted(more, 'finding')} more in report.json.") if more > 0 else Markup(""),
            *(_fallback(item) for item in document.tables if item.fallback),
        ),
    )


def _fallback(item: TableResult) -> Markup:
    checks = ", ".join(item.fallback[:MAX_PLACES])
    return note(f"Checked row by row in {item.name}, as they have no compiled form: ", tag("code", checks))


def _table_row(item: TableResult) -> Markup:
    return tag(
        "tr",
        tag("th", tag("code", item.name), scope="row"),
        tag("td", tag("code", item.path), data_label="File"),
        tag("td", numbers.NONE if item.rows is None else numbers.count(item.rows), class_="n", data_label="Rows"),
        tag("td", numbers.count(item.checks), class_="n", data_label="Checks"),
        tag("td", tag("code", numbers.short(item.digest)), data_label="Digest"),
        tag("td", badge(item.outcome), data_label="Outcome"),
    )


def _finding_row(item: TableResult, finding: DataFinding) -> Markup:
    old = " (the base's contract)" if finding.contract is ContractSide.OLD else ""
    values = [row.value for row in finding.rows[:MAX_PLACES] if row.value is not None]
    shown = [join(tag("code", value) if value.strip() else "(empty)", " ") for value in values]
    places = [tag("code", place, class_="nowrap") for place in _places(item.path, finding.rows)] or [
        tag("code", item.path)
    ]
    column, check = finding.column or "", finding.check or finding.reason
    more = finding.count - min(len(finding.rows), MAX_PLACES) if finding.rows else 0
    rest = [f"and {numbers.count(more)} more"] if more > 0 else []
    return tag(
        "tr",
        tag("td", badge(Outcome(finding.severity.value))),
        tag("td", *(join(place, Markup("<br>")) for place in places), *rest, class_="wide", data_label="Where"),
        tag("td", tag("code", column) if column else Markup(""), class_=_whole(column), data_label="Column"),
        tag("td", tag("code", check), class_=_whole(check), data_label="Check"),
        tag("td", numbers.count(finding.count), class_="n", data_label="Rows"),
        tag("td", finding.message + old, tag("span", *shown, class_="sub") if shown else Markup("")),
    )


def _whole(name: str) -> str:
    """Return the classes of a cell in which a name breaks between its words only, as far as they are not too long."""
    return "whole wide" if all(len(part) <= MAX_UNBROKEN for part in name.split("/")) else "wide"


def _places(path: str, rows: tuple[FindingRow, ...]) -> Iterable[str]:
    for row in rows[:MAX_PLACES]:
        if row.line is not None:
            yield f"{path}:{row.line}"
        elif row.row is not None:
            yield f"{path} row {row.row}"


def _training(report: ReportDocument) -> Part | None:
    document = report.training
    if document is None:
        return None
    tail = Markup("")
    if document.outcome is Outcome.FAIL and document.log_tail:
        text = Markup("\n").join(join(visible_line(line)) for line in document.log_tail)
        tail = join(tag("h3", "The last lines of its log"), tag("pre", Markup(text), tabindex="0"))
    return ("training", "Training", join(_pairs(facts.training_facts(document)), tail))


def _policy(report: ReportDocument) -> Part | None:
    edited = report.policy
    words = lead(facts.policy_source(edited.source))
    if not edited.changed and not edited.difference:
        return ("policy", "Policy", words)
    proposed = Markup("")
    if edited.proposed_outcome:
        proposed = note("By the pull request's own policy the outcome would be ", badge(edited.proposed_outcome), ".")
    named = tag("ul", *(tag("li", tag("code", path)) for path in edited.changed[:MAX_ROWS]))
    files = join(tag("h3", "This pull request edits"), named) if edited.changed else Markup("")
    difference = Markup("\n").join(map(_difference_line, edited.difference))
    shown = tag("pre", Markup(difference), tabindex="0") if difference else Markup("")
    return ("policy", "Policy", join(words, proposed, files, shown))


def _difference_line(line: str) -> Markup:
    kind = {"+": "add", "-": "del", "@": "at"}.get(line[:1])
    return tag("span", visible_line(line), class_=kind) if kind else join(visible_line(line))


def _provenance(report: ReportDocument) -> Part | None:
    pairs = facts.provenance_facts(report)
    if not pairs:
        return None
    words = lead("What this verdict is bound to: promotion moves exactly these bytes and refuses others.")
    dirty = note("The working copy differed from the commit: this verdict can be read, never promoted.")
    return ("provenance", "Provenance", join(words, _pairs(pairs), dirty if report.provenance.dirty else Markup("")))


def _pairs(pairs: Sequence[tuple[str, str]]) -> Markup:
    """Return labels and values."""
    rows = [
        tag("tr", tag("th", label, scope="row"), tag("td", tag("code", value))) for label, value in pairs[:MAX_ROWS]
    ]
    return tag("table", tag("tbody", *rows), class_="facts")


def _figures(drawn: Drawn, group: str) -> Markup:
    shown = [
        tag("figure", tag("figcaption", figure.title), tag("div", svg, role="img", aria_label=figure.alt))
        for figure, svg in drawn
        if figure.group == group
    ]
    return tag("div", *shown, class_="figures") if shown else Markup("")
