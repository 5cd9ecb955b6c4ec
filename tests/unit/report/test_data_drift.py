"""The stored example of a `data.json` with changes, as a person reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests import builders
from tests.unit.report.gfm import page
from tests.unit.report.strict_html import Strict

from mlgate.core import codec
from mlgate.core.documents.data import DataDocument
from mlgate.core.report.html import render_html
from mlgate.core.report.markdown import render_markdown

if TYPE_CHECKING:
    from mlgate.core.documents.data import TableResult
    from mlgate.core.documents.report import ReportDocument

EXAMPLE = Path(__file__).parents[2] / "contract" / "documents" / "data-with-changes.json"


@pytest.fixture
def report() -> ReportDocument:
    return builders.a_report(data=codec.from_plain(DataDocument, codec.loads(EXAMPLE.read_bytes())))


def test_the_alarm_and_why_columns_were_not_measured_are_in_the_table(report: ReportDocument) -> None:
    found = page(render_markdown(report))
    assert "Drift: 1 of 4 columns past the threshold" in found.text
    (drift,) = (rows for rows in found.tables if "Effect (PSI)" in rows[0])
    rows = {row[2]: row for row in drift[1:]}
    assert (rows["dep_delay"][0], rows["dep_delay"][-1]) == ("⚠️", "▆▆▅ → ▃▅█")
    assert rows["year"][-1] == "both sides have one and the same value"
    assert rows["tailnum"][-1] == "the table no longer has the column"


def test_the_page_has_the_changes_and_the_drift(report: ReportDocument) -> None:
    html = Strict(render_html(report, plots={}))
    assert {"changes", "drift"} <= {dict(e[1]).get("id") for e in html.elements if e[0] == "section"}


def test_columns_that_did_not_move_are_folded(report: ReportDocument) -> None:
    assert report.data is not None
    found = next(item for item in report.data.tables if item.drift)
    assert found.drift is not None
    alarm = next(column for column in found.drift.columns if column.alarms)
    calm = [replace(alarm, column=f"calm{number}", alarms=()) for number in range(14)]
    columns = (*(replace(alarm, column=f"alarm{number}") for number in range(12)), *calm)
    few = replace(found, drift=replace(found.drift, columns=(*columns[:1], *calm[:9])))
    many = replace(found, drift=replace(found.drift, columns=columns))
    section = _drift_of(report, many)
    unfolded, _, folded = section.partition("<details>")
    assert all(f"alarm{number}<" in unfolded for number in range(12))
    assert "calm" not in unfolded
    assert "14 columns more, none an alarm" in folded
    assert all(f"calm{number}<" in folded for number in range(14))
    assert "<details>" not in _drift_of(report, few)


def _drift_of(report: ReportDocument, table: TableResult) -> str:
    assert report.data is not None
    html = render_html(replace(report, data=replace(report.data, tables=(table,))), plots={})
    return html.partition('id="drift"')[2].partition("</section>")[0]
