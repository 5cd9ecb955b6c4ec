"""The HTML page: one file, no request, no script, and data only as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests import builders
from tests.unit.report.strict_html import Strict
from tests.unit.report.test_markdown import HOSTILE, hostile
from tests.unit.report.test_untrusted import OURS, corpus

from mlgate.core.documents.report import PolicyReport, Provenance, StepStatus
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome
from mlgate.core.report.html import POLICY, render_html
from mlgate.core.report.plots import figures
from mlgate.core.report.tags import Markup, join, tag
from mlgate.shell.plots import render

if TYPE_CHECKING:
    from mlgate.core.documents.report import ReportDocument

# fmt: off
ALLOWED = frozenset((
    "html", "head", "meta", "title", "style", "body", "main", "header", "nav", "section", "footer", "div", "span", "p",
    "h1", "h2", "h3", "ul", "li", "a", "i", "strong", "code", "pre", "br", "figure", "figcaption", "table", "thead",
    "tbody", "tr", "th", "td", "svg", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clippath",
    "details", "summary",
))
# fmt: on


def quiet(report: ReportDocument) -> Strict:
    return Strict(render_html(report, plots={}))


@pytest.fixture(scope="module")
def full() -> str:
    report = builders.a_failing_report(data=builders.a_broken_data(), policy=PolicyReport(difference=("-a", "+b")))
    return render_html(report, plots=render(figures(report), lambda _line: None))


def test_the_page_is_well_formed_and_has_its_sections(full: str) -> None:
    shown = Strict(full)
    assert {e[0] for e in shown.elements} <= ALLOWED
    sections = [dict(e[1]).get("id") for e in shown.elements if e[0] == "section"]
    assert sections == [
        *("reasons", "data", "rules", "metrics", "curves", "predictions", "training", "policy", "provenance"),
    ]


def test_every_id_is_there_once_and_every_link_stays_inside(full: str) -> None:
    ids = re.findall(r'\sid="([^"]*)"', full)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', full)) | set(re.findall(r"url\(#([^)]*)\)", full)) <= set(ids)


def test_nothing_comes_from_outside(full: str) -> None:
    assert "://" not in full
    assert not re.search(r"\b(?:src|srcset|data|action|formaction|background|poster)\s*=", full)
    assert not re.search(r"@import|url\((?!#)", full)
    assert all(value.startswith("#") for value in re.findall(r'href="([^"]*)"', full))
    assert f'http-equiv="Content-Security-Policy" content="{POLICY.replace(chr(39), "&#x27;")}"' in full


def test_pictures_and_tables_have_words(full: str) -> None:
    shown = Strict(full)
    pictures = [dict(e[1]) for e in shown.elements if e[0] == "svg"]
    assert all(p.get("aria-label") or p.get("aria-hidden") == "true" for p in pictures)
    figure_boxes = [dict(e[1]) for e in shown.elements if e[0] == "div" and dict(e[1]).get("role") == "img"]
    assert len(figure_boxes) == 5
    assert all(box["aria-label"] for box in figure_boxes)
    assert all(dict(e[1]).get("scope") in ("row", "col") for e in shown.elements if e[0] == "th")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_banner_is_the_verdict(outcome: Outcome) -> None:
    shown = quiet(builders.a_report(outcome=outcome))
    banner = next(dict(e[1])["class"] for e in shown.elements if e[0] == "header")
    assert banner == f"banner {outcome.value}"


def test_a_report_of_nothing_is_a_page() -> None:
    report = builders.a_report(
        data=None, training=None, comparison=None, rules=(), steps=(), reasons=(), provenance=Provenance()
    )
    assert "flight-delays passes" in quiet(report).text


def test_plots_none_leaves_tables() -> None:
    shown = quiet(builders.a_report())
    assert not [e for e in shown.elements if e[0] == "figure"]
    assert "roc_auc" in shown.text


@pytest.mark.parametrize("many", [1, 4])
def test_hostile_text_changes_nothing_of_the_page(many: int) -> None:
    plain, shown = quiet(hostile("x", many)), quiet(hostile(" ".join(HOSTILE.split()), many))
    assert [e[0] for e in shown.elements] == [e[0] for e in plain.elements]


def test_the_corpora_are_only_text() -> None:
    plain = [e[0] for e in quiet(hostile("x", 1)).elements]
    for text in [*OURS, *corpus()]:
        # A line break or a mark of a difference means something of ours in a message or a difference.
        flat = "x" + " ".join(text.split())
        assert [e[0] for e in quiet(hostile(flat, 1)).elements] == plain, text


def test_hostile_text_in_plots_is_only_text() -> None:
    report = hostile("</text></svg><script>alert(1)</script>", 2)
    drawn = render(figures(report), lambda _line: None)
    assert drawn
    shown = Strict(render_html(report, plots=drawn))
    assert {e[0] for e in shown.elements} <= ALLOWED


def test_a_step_says_how_it_ended() -> None:
    steps = (StepStatus(step="train-model", outcome=None, message="not needed"), StepStatus(step="x", outcome=None))
    shown = quiet(builders.a_report(steps=steps))
    assert "Trainingnot needed" in shown.text
    assert "xmissing" in shown.text


def test_reasons_say_what_to_do() -> None:
    reason = Reason(id="document-missing", message="train-model left no document")
    shown = quiet(builders.a_failing_report(reasons=(reason,)))
    assert "Look at that step's log" in shown.text
    assert "`" not in shown.text


def test_a_plain_string_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "<b>", Markup("<i></i>"), title='"') == '<p title="&quot;">&lt;b&gt;<i></i></p>'
    assert join("a&b", tag("br")) == "a&amp;b<br>"
