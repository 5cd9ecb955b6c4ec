"""What a person reads of data: what happened since the base, and how far a table has moved from its reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests import builders
from tests.unit.report.gfm import Page, page
from tests.unit.report.strict_html import Strict

from mlgate.core import codec
from mlgate.core.documents.data import DataFinding, FindingRow
from mlgate.core.documents.diff import DiffState, TableDiff
from mlgate.core.outcome import Outcome
from mlgate.core.report.html import render_html
from mlgate.core.report.markdown import render_markdown

if TYPE_CHECKING:
    from mlgate.core.documents.report import ReportDocument


def a_report(**table: Any) -> ReportDocument:
    return builders.a_report(data=builders.a_data(tables=(builders.a_table(**table),)))


def shown(**table: Any) -> Page:
    return page(render_markdown(a_report(**table)))


def table(found: Page, title: str) -> list[list[str]]:
    return next(rows for rows in found.tables if title in rows[0])


def test_what_happened_to_a_table_is_one_line() -> None:
    found = shown(diff=builders.a_diff())
    minus = "\N{MINUS SIGN}"
    assert f"train: +1,200 rows, {minus}3, 17 changed; dep_delay: 12 values changed, nulls 2.1 % → 2.4 %" in found.text
    assert "Data changes: 1 table changed" in found.text
    assert ("details", ("open", None)) in found.elements


def test_the_columns_that_moved_are_a_table_without_empty_columns() -> None:
    rows = table(shown(diff=builders.a_diff()), "Changed")
    assert rows[0] == ["Table", "Column", "Changed", "Nulls", "Mean", "Quantiles", "Categories"]
    minus = "\N{MINUS SIGN}"
    assert rows[1] == [
        *("train", "dep_delay", "12", "2.1 % → 2.4 %", "12.1 → 14.6", f"median {minus}2 → 4", "new ZZ"),
    ]


def test_examples_are_folded() -> None:
    text = render_markdown(a_report(diff=builders.a_diff()))
    assert text.index("<details><summary>Examples</summary>") < text.index("<code>12</code> → <code>13</code>")


def test_a_table_that_is_the_same_is_not_spoken_of() -> None:
    for diff in (TableDiff(state=DiffState.UNCHANGED), TableDiff(rows_before=1, rows_after=1, changed=0), None):
        assert "Data changes" not in shown(diff=diff).text


def test_a_table_that_could_not_be_compared_says_why() -> None:
    found = shown(diff=TableDiff(state=DiffState.MISSING, message="the base's object is not here: run `git lfs fetch`"))
    assert "Data changes: 1 table not compared" in found.text
    assert "the base's object is not here: run `git lfs fetch`" in found.text


def test_drift_is_a_table_with_bars_and_reasons() -> None:
    rows = table(shown(drift=builders.a_drift()), "Effect (PSI)")
    assert rows[1] == ["⚠️", "train", "dep_delay", "0.310", "0.250 to 0.370", "+2.0 points", "▆▆ → ▃█"]
    assert rows[2][-1] == "both sides have one and the same value"
    assert "Drift: 1 of 2 columns past the threshold" in shown(drift=builders.a_drift()).text


def test_the_page_has_both_sections() -> None:
    found = Strict(render_html(a_report(diff=builders.a_diff(), drift=builders.a_drift()), plots={}))
    assert {"changes", "drift"} <= {dict(e[1]).get("id") for e in found.elements if e[0] == "section"}
    assert "2.1 % → 2.4 %" in found.text
    assert "12 → 13 at 20130101-AA1" in found.text


def test_findings_of_the_page_keep_names_whole_and_count_the_other_lines() -> None:
    rows = tuple(FindingRow(row=n, line=n + 2) for n in range(20))
    found = DataFinding(check="/row/properties/dep_delay/enum", column="dep_delay", count=102, rows=rows, message="odd")
    text = render_html(a_report(findings=(found,), diff=builders.a_diff()), plots={})
    for label, name in (("Column", "dep_delay"), ("Check", "/row/properties/dep_delay/enum")):
        assert f'<td class="whole wide" data-label="{label}"><code>{name}</code></td>' in text
    assert ".whole code { overflow-wrap: break-word; }" in text
    assert "and 97 more" in Strict(text).text


def test_changes_of_broken_data_stand_right_behind_it() -> None:
    broken = builders.a_data(tables=(builders.a_table(diff=builders.a_diff()),), outcome=Outcome.FAIL)
    found = Strict(render_html(builders.a_report(data=broken), plots={}))
    names = [dict(e[1]).get("id") for e in found.elements if e[0] == "section"]
    assert names.index("changes") == names.index("data") + 1


def test_a_wide_diff_fits_every_form_of_the_report() -> None:
    long = "x" * 100
    column = builders.a_column_diff(name=long, new_categories=(long,) * 10, vanished_categories=(long,) * 10)
    report = a_report(diff=builders.a_diff(columns=(column,) * 100, columns_left_out=900))
    assert len(render_markdown(report)) <= 60_000
    assert "988 columns more in the full report" in page(render_markdown(report)).text
    assert len(codec.dumps(report)) < 1_000_000
    assert "900 columns more are left out" in Strict(render_html(report, plots={})).text
