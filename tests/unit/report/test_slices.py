"""Slices and flips in the reports: what does not pass is read first, and nothing breaks the limit."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from tests import builders
from tests.unit.report.gfm import page
from tests.unit.report.strict_html import Strict

from mlgate.core.comparison import wording as terminal
from mlgate.core.config.model import Task
from mlgate.core.documents.comparison import Flips, GrownError, SliceFlips, SliceSearch, WeakSlice
from mlgate.core.outcome import Outcome
from mlgate.core.report import numbers, slices
from mlgate.core.report.html import render_html
from mlgate.core.report.markdown import COMMENT_LIMIT, render_markdown
from mlgate.core.report.md import utf16

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.documents.report import ReportDocument

HOSTILE = "`|@user #1 <img src=x onerror=alert(1)>\n\n# h"
SEARCH = SliceSearch(columns=("carrier", "hour"), metrics=("roc_auc",), slices=12, left_out=("note",))
WEAK = WeakSlice(
    slice="hour = 6 to 9",
    metric="roc_auc",
    against="promoted",
    n=240,
    difference=-0.05,
    shrunk=-0.03,
    interval=(-0.055, -0.005),
    q_value=0.0123,
)


def in_slices(*named: tuple[str, Outcome], **fields: Any) -> tuple[RuleResult, ...]:
    make = {
        Outcome.FAIL: builders.a_failing_rule,
        Outcome.INCONCLUSIVE: builders.an_inconclusive_rule,
        Outcome.PASS: builders.a_rule,
    }
    return tuple(make[outcome](id="by carrier", slice=f"carrier = {name}", **fields) for name, outcome in named)


def report(*rules: RuleResult, **fields: Any) -> ReportDocument:
    return builders.a_report(comparison=builders.a_comparison(rules=rules, **fields))


MIXED = in_slices(("AA", Outcome.PASS), ("B6", Outcome.INCONCLUSIVE), ("DL", Outcome.FAIL), ("UA", Outcome.PASS))


def test_what_fails_comes_first_and_what_passes_is_folded() -> None:
    text = render_markdown(report(builders.a_rule(), *MIXED))
    assert "<b>Rules by slice: 1 fail, 1 inconclusive, 2 pass</b>" in text
    section = text[text.index("Rules by slice:") :]
    places = [section.index(f"carrier = {name}") for name in ("DL", "B6", "AA", "UA")]
    assert places == sorted(places)
    assert section.index("<summary>2 slices pass</summary>") < places[2]


def test_a_rule_with_slices_is_one_row_of_the_rules() -> None:
    text = render_markdown(report(builders.a_rule(), *MIXED))
    head = text[: text.index("<details")]
    assert "<code>by carrier</code> in 4 slices" in head
    assert "fail (1 fail, 1 inconclusive, 2 pass)" in head
    assert "carrier = DL" not in head


def test_a_slice_that_was_not_measured_says_why() -> None:
    broken = dataclasses.replace(
        MIXED[2], interval=None, difference=None, reasons=("metric-undefined",), message="no row is of class 1"
    )
    text = render_markdown(report(broken))
    assert "no row is of class 1" in text
    assert "<code>metric-undefined</code>" in text


def test_merged_slices_are_named() -> None:
    merged = dataclasses.replace(MIXED[1], slice="carrier = (3 others)", merged=("HA", "NK", "YV"))
    for text in (render_markdown(report(merged)), render_html(report(merged), plots={})):
        assert "Merged: HA, NK, YV." in text
    many = dataclasses.replace(merged, slice="carrier = (30 others)")
    assert slices.why(many).endswith("YV, ….")


def test_weak_slices_are_told_as_findings_with_what_was_looked_at() -> None:
    text = render_markdown(report(builders.a_rule(), search=SEARCH, slices=(WEAK,)))
    assert "Weak slices: 1 that no rule asks for" in text
    assert "12 comparisons on slices of carrier, hour, by roc_auc" in text
    assert "Not looked at: note." in text
    assert "| 0.012 |" in text
    assert "never a failure" in text
    nothing = render_markdown(report(builders.a_rule(), search=SEARCH))
    assert "Weak slices: none found" in nothing
    assert "Weak slices" not in render_markdown(report(builders.a_rule()))


FLIPS = Flips(
    against="promoted",
    newly_right=5,
    newly_wrong=9,
    agreement=0.9,
    newly_wrong_keys=("k1", "k2"),
    newly_right_keys=("k3",),
    slices=(SliceFlips(slice="carrier = DL", n=50, newly_right=1, newly_wrong=7, newly_wrong_keys=("k1",)),),
)


def test_flips_are_told_by_slice_with_their_rows() -> None:
    text = render_markdown(report(builders.a_rule(), flips=(FLIPS,)))
    assert "| <code>promoted</code> | 5 | 9 | 90 % | 10 % |" in text
    assert "Newly right against <code>promoted</code>: <code>k3</code>" in text
    assert f"| <code>carrier = DL</code> | 50 | 1 | 7 | {numbers.MINUS}6 | <code>k1</code> |" in text
    html = render_html(report(builders.a_rule(), flips=(FLIPS,)), plots={})
    assert "Flips by slice, against promoted" in html


def test_errors_of_a_regression_that_grew_are_told() -> None:
    flips = Flips(
        against="old",
        newly_right=0,
        newly_wrong=0,
        agreement=0.25,
        grown=(GrownError(key="k7", baseline=1.0, candidate=4.5),),
    )
    shown = report(builders.a_rule(), task=Task.REGRESSION, flips=(flips,))
    text = render_markdown(shown)
    assert "| <code>k7</code> | 1 | 4.5 | +3.5 |" in text
    assert "Newly wrong" not in text
    assert "Rows whose error grew most, against old" in render_html(shown, plots={})


def many() -> ReportDocument:
    """Return 20 rules on 1,000 slices each, a tenth of them failing, under names that hurt."""
    outcomes = [Outcome.FAIL, *[Outcome.INCONCLUSIVE] * 2, *[Outcome.PASS] * 7]
    made = {outcome: in_slices(("x", outcome))[0] for outcome in outcomes}
    rules = tuple(
        dataclasses.replace(made[outcomes[i % 10]], id=f"rule {rule}", slice=f"carrier = {i} {HOSTILE}")
        for rule in range(20)
        for i in range(1_000)
    )
    flips = dataclasses.replace(FLIPS, slices=FLIPS.slices * 100)
    return report(*rules, search=SEARCH, slices=(WEAK,) * 20, flips=(flips,))


def test_twenty_rules_on_a_thousand_slices_fit() -> None:
    text = render_markdown(many())
    assert utf16(text) <= COMMENT_LIMIT
    assert "Rules by slice: 2,000 fail, 4,000 inconclusive, 14,000 pass" in text
    assert "more in the full report" in text
    assert not [element for element in page(text).elements if element[0] in ("img", "h1")]


def test_the_page_of_many_slices_is_well_formed_and_holds_the_worst() -> None:
    html = render_html(many(), plots={})
    shown = Strict(html)
    assert shown.text.count("carrier = 0 ") >= 20, "each rule fails on it"
    assert "<img" not in html


@pytest.mark.parametrize("document", [many().comparison])
def test_a_terminal_shows_the_first_that_do_not_pass(document: Any) -> None:
    lines = terminal.text(document).splitlines()
    assert "rule 0, by slice: 100 fail, 200 inconclusive, 700 pass" in lines
    assert "and 280 more in comparison.json" in lines
    assert len(lines) < 20 * 80
