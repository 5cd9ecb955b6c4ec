"""The report as one HTML page that stands alone: no script, no request, nothing from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome
from mlgate.core.report import facts, numbers, wording
from mlgate.core.report.html_rules import rules
from mlgate.core.report.html_sections import sections
from mlgate.core.report.plots import figures
from mlgate.core.report.style import CSS
from mlgate.core.report.tags import Markup, join, lines, tag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.documents.shared import Reason

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
MAX_REASONS = 200
SIGNS = {
    Outcome.PASS: "M7 12.5l3.5 3.5L17 9",
    Outcome.WARN: "M12 6.5v7M12 17.2v.1",
    Outcome.INCONCLUSIVE: "M9 9.4a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2M12 17.4v.1",
    Outcome.FAIL: "M8 8l8 8M16 8l-8 8",
}


def render_html(report: ReportDocument, *, plots: Mapping[str, str]) -> str:
    """Return the page.

    Args:
        report: What to show.
        plots: SVG by the ids of `plots.figures`, as `shell.plots.render` makes them.
    """
    drawn = [(figure, Markup(plots[figure.id])) for figure in figures(report) if figure.id in plots]
    made = [part for part in (rules(report), *sections(report, drawn)) if part is not None]
    made.sort(key=lambda part: part[0] not in _broken(report))
    body = tag(
        "main",
        lines(
            _meta(report),
            _banner(report),
            tag(
                "nav", *(join(tag("a", title, href=f"#{name}"), " ") for name, title, _ in made), aria_label="Sections"
            ),
            _reasons(report),
            *(_section(name, title, content) for name, title, content in made),
            tag("footer", f"Made by mlgate {report.mlgate}. This page loads nothing from outside."),
        ),
    )
    return f"<!doctype html>\n{tag('html', lines(_head(report), tag('body', body)), lang='en')}\n"


def _broken(report: ReportDocument) -> set[str]:
    """Return the sections that come first, because the verdict is made of them."""
    parts = (("data", report.data), ("changes", report.data), ("training", report.training))
    return {name for name, document in parts if document is not None and document.outcome is Outcome.FAIL}


def _head(report: ReportDocument) -> Markup:
    return tag(
        "head",
        lines(
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("title", f"mlgate: {report.model} {wording.verdict(report)}"),
            tag("style", Markup(CSS)),
        ),
    )


def _meta(report: ReportDocument) -> Markup:
    parts = [tag("span", tag("strong", "mlgate"), " report")]
    if report.pull_request is not None:
        parts.append(tag("span", f"Pull request {report.pull_request}"))
    if commit := report.provenance.head or report.provenance.commit:
        parts.append(tag("span", "Commit ", tag("code", numbers.short(commit))))
    if report.comparison and report.comparison.task:
        parts.append(tag("span", facts.task_title(report.comparison.task).capitalize()))
    if report.comparison and report.comparison.holdout:
        parts.append(tag("span", numbers.counted(report.comparison.holdout.rows, "holdout row")))
    return tag("div", *parts, class_="meta")


def _banner(report: ReportDocument) -> Markup:
    sign = tag(
        "svg",
        tag("circle", cx="12", cy="12", r="11"),
        tag("path", d=SIGNS[report.outcome]),
        class_="sign",
        viewBox="0 0 24 24",
        role="img",
        aria_label=wording.LABELS[report.outcome],
    )
    steps = [
        tag(
            "li",
            tag("span", wording.STEP_TITLES.get(step.step, step.step)),
            Markup('<i class="dot"></i>'),
            facts.step_ending(step)[1],
            class_=facts.step_ending(step)[0],
            title=step.message or None,
        )
        for step in report.steps
    ]
    words = tag(
        "div",
        tag("h1", f"{report.model} {wording.verdict(report)}"),
        tag("p", wording.consequence(report)),
        tag("ul", *steps, class_="steps", aria_label="Steps") if steps else Markup(""),
    )
    return tag("header", sign, words, class_=f"banner {report.outcome.value}")


def _reasons(report: ReportDocument) -> Markup:
    if not report.reasons:
        return Markup("")
    pairs = zip(report.reasons, wording.remedies(report.reasons), strict=True)
    shown = [_reason(reason, remedy, report.outcome) for reason, remedy in pairs][:MAX_REASONS]
    return _section("reasons", "Why", tag("ul", *shown, class_="reasons"))


def _reason(reason: Reason, remedy: str, outcome: Outcome) -> Markup:
    first, *more = wording.reason_text(reason).strip().splitlines()[:MAX_REASONS] or [""]
    rest = Markup("\n").join(join(line) for line in more)
    return tag(
        "li",
        tag("code", reason.id, class_="id"),
        tag("div", first, class_="lines"),
        tag("pre", Markup(rest), tabindex="0") if more else Markup(""),
        tag("div", *_coded(remedy), class_="todo") if remedy else Markup(""),
        class_=None if wording.is_note(reason) else f"weighs {outcome.value}",
    )


def _coded(text: str) -> list[str]:
    """Return a sentence whose words between back-ticks are code."""
    return [tag("code", part) if i % 2 else part for i, part in enumerate(text.split("`"))]


def _section(name: str, title: str, content: Markup) -> Markup:
    return tag("section", tag("h2", title), content, id=name, aria_label=title)
