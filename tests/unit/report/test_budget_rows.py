"""Rules about budgets in the terminal and the page: units, no interval, no rows."""

from __future__ import annotations

from mlgate.core.comparison import wording
from mlgate.core.documents.comparison import ComparisonDocument, RuleResult
from mlgate.core.documents.report import ReportDocument
from mlgate.core.outcome import Outcome
from mlgate.core.report.html import render_html

RULE = RuleResult(
    id="model-size <= 10kB",
    metric="model-size",
    candidate=154.0,
    at_most=10_000.0,
    outcome=Outcome.PASS,
    method="measured",
    unit="bytes",
)


def test_the_terminal_shows_one_dash_for_what_there_is_not() -> None:
    line = next(line for line in wording.text(ComparisonDocument(rules=(RULE,))).splitlines() if "10kB" in line)

    assert line.split("  ")[0] == RULE.id
    assert line.split()[3:] == ["-", "154", "B", "-", "-", "pass"]


def test_the_page_counts_no_rows_of_a_budget() -> None:
    page = render_html(ReportDocument(rules=(RULE,), comparison=ComparisonDocument(rules=(RULE,))), plots={})

    assert "at most 10 kB" in page
    assert "154 B" in page
    assert "0 rows" not in page
