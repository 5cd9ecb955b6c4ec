"""From a question, and a comparison as its pilot, to a plan and its text."""

from __future__ import annotations

import pytest
from tests import builders

from mlgate.core.config.model import BaselineKind
from mlgate.core.documents.comparison import BaselineResult
from mlgate.core.planning import wording
from mlgate.core.planning.plan import plan
from mlgate.core.planning.question import Question, problems


def test_a_tolerance_gives_bounds_on_the_rows_at_hand_too() -> None:
    made = plan(Question(tolerance=0.02, reuses=32, disagreement=0.1, rows=4_000), None)
    assert [bound.condition for bound in made.bounds] == ["one-model", "difference", "difference-bounded-disagreement"]
    assert [(bound.rows, bound.reuses_adaptive) for bound in made.bounds] == [(10_089, 0), (43_821, 0), (4_297, 4)]
    assert made.tests == ()
    shown = wording.text(made)
    assert "none of 32 estimates" in shown
    assert "planning figure and no guarantee" in shown.replace("\n", " ")
    assert "4 estimates" in shown


def test_a_described_rule_is_planned_without_a_comparison() -> None:
    made = plan(Question(margin=0.02, disagreement=0.1, rows=800), None)
    (test,) = made.tests
    assert (test.method, test.rows, test.rows_needed) == ("enumeration", 800, 1_987)
    assert test.passes == pytest.approx(0.4207, abs=1e-4)
    assert plan(Question(margin=0.02, disagreement=0.1), None).tests[0].passes is None


def test_a_share_of_a_class_needs_as_many_more_rows() -> None:
    whole, fifth = (plan(Question(margin=0.02, disagreement=0.1, class_share=s), None) for s in (None, 0.2))
    assert fifth.tests[0].rows_needed == 5 * (whole.tests[0].rows_needed or 0)
    assert plan(Question(margin=0.02, disagreement=0.1, class_share=0.2, rows=4_000), None).tests[0].passes == (
        plan(Question(margin=0.02, disagreement=0.1, rows=800), None).tests[0].passes
    )


def test_a_comparison_is_the_pilot_of_its_rules() -> None:
    comparison = builders.a_comparison(rules=(builders.a_rule(), builders.an_inconclusive_rule(), builders.a_floor()))
    made = plan(Question(tolerance=0.05), comparison)
    assert [test.rule for test in made.tests] == ["roc_auc vs promoted", "log_loss vs promoted"]
    assert made.rows == 4_000
    assert made.bounds[0].reuses is not None
    assert made.left_out == ("recall >= 0.6: compares with no baseline",)
    first = made.tests[0]
    assert first.standard_error == pytest.approx((0.0063 - 0.0011) / 1.96, rel=1e-3)
    assert "Not planned for:\n  recall >= 0.6" in wording.text(made)


def test_the_pilot_says_what_more_rows_would_do() -> None:
    comparison = builders.a_comparison(rules=(builders.an_inconclusive_rule(),))
    (few,), (many,) = (plan(Question(rows=rows), comparison).tests for rows in (4_000, 40_000))
    assert (few.passes or 0) < 0.5 < (many.passes or 0)
    assert few.rows_needed == many.rows_needed
    assert (many.detectable_drop or 0) < (few.detectable_drop or 0)
    (wide,) = plan(Question(margin=0.05), comparison).tests
    assert wide.margin == 0.05
    assert wide.rows_needed == pytest.approx((few.rows_needed or 0) / 100, rel=0.01)


def test_a_relative_margin_is_taken_in_the_metrics_units() -> None:
    rule = builders.an_inconclusive_rule(margin=0.02, relative=True)
    (test,) = plan(Question(), builders.a_comparison(rules=(rule,))).tests
    assert test.margin == pytest.approx(0.02 * 0.4312)


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"method": "measured", "interval": None}, "is a budget"),
        ({"method": "identity"}, "same model"),
        ({"reasons": ("degenerate",)}, "no standard error"),
        ({"difference": None, "interval": None}, "was not measured"),
    ],
)
def test_a_rule_that_tells_nothing_is_named(fields: dict[str, object], cause: str) -> None:
    comparison = builders.a_comparison(rules=(builders.a_rule(**fields),))
    made = plan(Question(), comparison)
    assert made.tests == ()
    assert cause in made.left_out[0]
    assert made.left_out[0] in wording.text(made)


def test_a_share_is_planned_from_the_rows_on_which_the_models_disagreed() -> None:
    rule = builders.a_rule(method="tango", margin=0.02, gained=44.0, lost=36.0, pairs=800.0, interval=(-0.01, 0.03))
    comparison = builders.a_comparison(rules=(rule,))
    (test,) = plan(Question(), comparison).tests
    (described,) = plan(Question(margin=0.02, disagreement=0.1, class_share=0.2, rows=4_000), None).tests
    assert (test.method, test.disagreement) == ("enumeration", 0.1)
    assert (test.passes, test.rows_needed, test.detectable_drop) == (
        described.passes,
        described.rows_needed,
        described.detectable_drop,
    )


def test_a_dummy_is_no_pilot() -> None:
    dummy = BaselineResult(name="promoted", kind=BaselineKind.DUMMY, available=True)
    made = plan(Question(), builders.a_comparison(baselines=(dummy,)))
    assert made.tests == ()
    assert "look at no column" in made.left_out[0]


def test_a_relative_margin_has_the_error_of_its_contrast() -> None:
    rule = builders.an_inconclusive_rule(margin=0.02, relative=True, standard_error=0.006)
    (test,) = plan(Question(), builders.a_comparison(rules=(rule,))).tests
    assert test.standard_error == pytest.approx(0.006)


def test_how_often_the_holdout_has_judged_stands_beside_what_it_bears() -> None:
    comparison = builders.a_comparison(holdout_uses=3, holdout_reports=12)
    made = plan(Question(tolerance=0.05), comparison)
    assert made.used == 12
    assert "has judged 12 times so far" in wording.text(made)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = Question(tolerance=2.0, reliability=1.0, reuses=0, margin=1.5, disagreement=0.1, difference=0.2, power=0)
    assert [problem.split(":")[0] for problem in problems(wrong, compared=False)] == [
        "reliability",
        "power",
        "tolerance",
        "reuses",
        "margin",
        "difference",
    ]
    assert "nothing to plan" in problems(Question(), compared=False)[0]
    assert problems(Question(), compared=True) == []
    assert "class-share" in problems(Question(class_share=0.2), compared=True)[0]
    assert "disagreement" in problems(Question(disagreement=0.2), compared=True)[0]
    assert "value-range" in problems(Question(disagreement=0.2, tolerance=1, value_range=9), compared=True)[0]
