"""How each rule came to its outcome, folded in the report: the text of `mlgate explain`, as far as it fits."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from tests import builders
from tests.unit.report.gfm import page
from tests.unit.report.strict_html import Strict

from mlgate.core.explanation.explain import explain
from mlgate.core.explanation.head import head_of
from mlgate.core.outcome import Outcome
from mlgate.core.report import md
from mlgate.core.report.html import render_html
from mlgate.core.report.markdown import SMALLEST_LIMIT, render_markdown

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.documents.report import ReportDocument

OPEN = builders.an_inconclusive_rule(standard_error=0.0049, method="delta-t", method_reason="it is a mean of rows")


def report(*rules: RuleResult, outcome: Outcome = Outcome.INCONCLUSIVE) -> ReportDocument:
    return builders.a_report(outcome=outcome, comparison=builders.a_comparison(rules=rules))


def plain(text: str) -> str:
    return " ".join(text.replace("\u200b", "").replace("`", "").split())


def texts(drawn: str) -> str:
    """Return the text of a page, without its elements."""
    return plain(html.unescape(re.sub(r"<[^>]*>", "", drawn)))


@pytest.mark.parametrize("rule", [OPEN, builders.a_rule(), builders.a_failing_rule(), builders.a_floor()])
def test_it_is_the_text_of_the_command_in_both(rule: RuleResult) -> None:
    made = report(rule)
    lines = [line for part in explain(rule, head_of(made.comparison, made)).parts for line in part.lines]
    assert len(lines) > 8
    shown = plain(page(render_markdown(made)).text)
    drawn = texts(render_html(made, plots={}))
    for line in lines:
        assert plain(line) in shown
        assert plain(line) in drawn


def test_the_first_open_rule_of_an_open_verdict_is_unfolded() -> None:
    text = render_markdown(report(builders.a_rule(), OPEN))
    assert "<details open><summary><b>Why <code>log_loss vs promoted</code> is inconclusive" in text
    assert "<details><summary><b>Why <code>roc_auc vs promoted</code> passes" in text
    assert text.index("Why <code>log_loss") < text.index("Why <code>roc_auc") < text.index("<b>Data:")
    drawn = render_html(report(builders.a_rule(), OPEN), plots={})
    assert drawn.count('<details open=""><summary>Why it is inconclusive') == 1
    failed = report(builders.a_failing_rule(), outcome=Outcome.FAIL)
    assert "<details open><summary><b>Why" not in render_markdown(failed)
    assert '<details open=""' not in render_html(failed, plots={})


def test_explanations_of_passing_rules_go_first_and_whole() -> None:
    made = report(OPEN, *(builders.a_rule(id=f"rule {i}") for i in range(40)))
    for limit in (60_000, 30_000, 16_000):
        text = render_markdown(made, limit=limit)
        assert md.utf16(text) <= limit
        assert "is inconclusive</b>" in text
        assert text.count("<details") == text.count("</details>")
        assert text.count("**The method**") == text.count("Why <code>")
    assert render_markdown(made).count("</code> passes</b>") > render_markdown(made, limit=30_000).count(
        "</code> passes"
    )
    assert md.utf16(render_markdown(made, limit=SMALLEST_LIMIT)) <= SMALLEST_LIMIT


def test_the_slices_that_miss_a_rule_most_are_explained() -> None:
    parts = [builders.a_rule(id="by carrier", slice=f"carrier = {i}") for i in range(5)]
    parts += [builders.an_inconclusive_rule(id="by carrier", slice=f"carrier = X{i}") for i in range(5)]
    made = report(builders.a_rule(), *parts)
    text, drawn = render_markdown(made), render_html(made, plots={})
    assert (
        text.count("<b>Why <code>by carrier, carrier &#61; X") + text.count("<b>Why <code>by carrier, carrier = X") == 3
    )
    assert drawn.count("<summary>Why carrier = X") == 3
    assert Strict(drawn).elements


def test_very_many_rules_do_not_make_the_page_large() -> None:
    rules = [builders.a_rule(id=f"rule {i}") for i in range(300)] + [OPEN]
    drawn = render_html(report(*rules), plots={})
    assert drawn.count("<details") == 60
    assert "Why it is inconclusive" in drawn
