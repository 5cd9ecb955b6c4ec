"""Relative margins, proven floors, slices under one correction, notes, and what a sentence says to do next."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.comparison.sides import binary, side, truth

from mlgate.core.comparison import decision, sentences
from mlgate.core.comparison.arena import Opponent
from mlgate.core.comparison.columns import Column
from mlgate.core.comparison.compare import compare
from mlgate.core.comparison.correction import holm, weighted_holm
from mlgate.core.config.model import BaselineKind, Rule, Severity, SliceBy, Task
from mlgate.core.documents.comparison import BaselineResult, RuleResult
from mlgate.core.outcome import Outcome

PASS, WARN, OPEN, FAIL = Outcome.PASS, Outcome.WARN, Outcome.INCONCLUSIVE, Outcome.FAIL
HALVES = Column(names=("a", "b"), codes=np.arange(400) % 2)


def rule(metric: str = "accuracy", **fields: Any) -> Rule:
    against = None if "at_least" in fields or "at_most" in fields else "base"
    return Rule(**{"id": metric, "metric": metric, "against": against, **fields})


def judged(rules: list[Rule], *, seed: int = 1, n: int = 400, shift: float = 0.0, **column: Column) -> list[RuleResult]:
    candidate, baseline = binary(seed, n, shift)
    known = dataclasses.replace(candidate.truth, columns=column)
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
    opponent = Opponent(result=result, predictions=(baseline.predictions,))
    return list(compare(truth=known, candidate=candidate.predictions, opponents=[opponent], rules=rules).rules)


def numbers(predicted: Any, before: Any, rules: list[Rule]) -> list[RuleResult]:
    """Judge two regressions of the label 0."""
    known = truth(np.zeros(len(predicted)), task=Task.REGRESSION)
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
    opponent = Opponent(result=result, predictions=(side(known, before, name="base").predictions,))
    candidate = side(known, predicted).predictions
    return list(compare(truth=known, candidate=candidate, opponents=[opponent], rules=rules).rules)


class TestRelativeMargins:
    def test_a_share_counts_the_error_of_the_baseline_too(self) -> None:
        relative, absolute = judged(
            [rule("log_loss", margin=0.05, relative=True), rule("log_loss", margin=0.0, id="a")]
        )
        assert (relative.relative, relative.margin) == (True, 0.05)
        assert (relative.difference, relative.interval) == (absolute.difference, absolute.interval)
        assert relative.standard_error != absolute.standard_error

    @pytest.mark.parametrize("metric", ["accuracy", "recall", "f1", "roc_auc", "log_loss", "brier_score"])
    def test_it_passes_where_the_scaled_baseline_is_not_better(self, metric: str) -> None:
        wide, narrow, asks = judged(
            [rule(metric, margin=m, relative=True, id=str(m)) for m in (0.5, 0.0001, -0.5)], shift=0.0, seed=3
        )
        assert (wide.outcome, narrow.outcome, asks.outcome) == (PASS, OPEN, FAIL)

    def test_a_share_of_nothing_is_the_rule_without_a_margin(self) -> None:
        for shift in (0.0, 0.5, 1.5):
            share, plain = judged(
                [rule("roc_auc", margin=0.0, relative=True), rule("roc_auc", margin=0.0, id="b")], shift=shift
            )
            assert (share.outcome, share.p_value) == (plain.outcome, plain.p_value)

    def test_a_loss_twice_as_large_is_worse_by_its_whole_size(self) -> None:
        draw = np.random.default_rng(1).normal(size=2000)
        half, more = numbers(
            2 * draw,
            draw,
            [rule("mean_absolute_error", margin=m, relative=True, id=str(m)) for m in (0.5, 1.5)],
        )
        assert (half.outcome, half.reasons) == (FAIL, ("worse-than-margin",))
        assert more.outcome is PASS

    def test_a_real_drop_near_the_share_fails_as_a_drop(self) -> None:
        draw = np.random.default_rng(1).normal(size=400)
        worse = draw * np.where(np.arange(400) % 2, 1.5, 1.0)
        (found,) = numbers(worse, draw, [rule("mean_absolute_error", margin=0.24, relative=True)])
        assert (found.outcome, found.reasons[0]) == (FAIL, "drop")
        assert (found.interval or (0, 0))[1] < 0

    def test_an_improvement_is_asked_for_in_percent(self) -> None:
        draw = np.random.default_rng(2).normal(size=2000)
        enough, short = numbers(
            0.8 * draw, draw, [rule("mean_absolute_error", margin=m, relative=True, id=str(m)) for m in (-0.1, -0.3)]
        )
        assert (enough.outcome, short.outcome) == (PASS, FAIL)

    def test_the_sentence_says_the_share_and_its_whole(self) -> None:
        (result,) = judged([rule("log_loss", margin=0.0001, relative=True)], seed=3)
        assert f"margin 0.01 % of {result.baseline:.4g}." in result.message
        assert re.search(r"or a margin of at least [0-9.]+%; `gate.on-inconclusive`", result.message)


class TestProvenFloors:
    def test_a_floor_is_proven_by_the_whole_interval(self) -> None:
        value, (low, high) = (r := judged([rule(at_least=0.0)])[0]).candidate or 0, r.interval or (0, 0)
        assert 0 < low < value < high < 1
        limits = {"below": high + 1e-3, "wrong": value + 1e-6, "near": value, "inside": low + 1e-6, "far": low - 1e-6}
        found = judged([rule(at_least=c, proven=True, id=k) for k, c in limits.items()])
        assert [r.outcome for r in found] == [FAIL, FAIL, OPEN, OPEN, PASS]
        assert [r.reasons[:1] for r in found] == [
            ("below-floor",),
            ("below-floor",),
            ("floor-not-proven",),
            ("floor-not-proven",),
            (),
        ]
        assert all(r.proven for r in found)

    def test_a_ceiling_is_proven_alike(self) -> None:
        low, high = judged([rule("log_loss", at_most=9.0)])[0].interval or (0, 0)
        limits = (low - 1e-3, (low + 3 * high) / 4, high + 1e-6)
        found = judged([rule("log_loss", at_most=c, proven=True, id=str(c)) for c in limits])
        assert [r.outcome for r in found] == [FAIL, OPEN, PASS]

    def test_an_open_floor_says_what_to_do(self) -> None:
        result = judged([rule(at_least=0.0)])[0]
        value, low = result.candidate or 0, (result.interval or (0, 0))[0]
        floor = (value + low) / 2
        (open_,) = judged([rule(at_least=floor, proven=True)])
        assert open_.rows_needed == pytest.approx(4 * 400, abs=1)
        assert f"use about {open_.rows_needed:,} rows, if the value stays, or a floor of" in open_.message
        named = re.search(r"or a floor of ([0-9.]+);", open_.message)
        assert named is not None
        assert low - 0.001 < float(named[1]) <= low
        (proven,) = judged([rule(at_least=float(named[1]), proven=True)])
        assert proven.outcome is PASS

    def test_an_open_ceiling_says_what_to_do(self) -> None:
        result = judged([rule("log_loss", at_most=9.0)])[0]
        (open_,) = judged([rule("log_loss", at_most=(result.candidate or 0) + 1e-4, proven=True)])
        named = re.search(r"or a ceiling of ([0-9.]+);", open_.message)
        assert named is not None
        (proven,) = judged([rule("log_loss", at_most=float(named[1]), proven=True)])
        assert proven.outcome is PASS

    def test_a_value_at_its_limit_needs_no_number_of_rows(self) -> None:
        assert decision.rows_to_prove(n=100, value=0.6, end=0.5, limit=0.6) is None

    def test_a_literal_floor_only_notes_it(self) -> None:
        result = judged([rule(at_least=0.0)])[0]
        (read,) = judged([rule(at_least=result.candidate)])
        assert (read.outcome, read.reasons, read.rows_needed) == (PASS, ("floor-not-proven",), None)

    def test_clopper_and_pearson_count_the_rows_of_the_denominator(self) -> None:
        from scipy.stats import binomtest

        candidate, _ = binary(1, 400)
        (result,) = judged([rule("recall", at_least=0.1, proven=True)])
        positives = candidate.truth.codes == 1
        right = int((candidate.right & positives).sum())
        exact = binomtest(right, int(positives.sum())).proportion_ci(0.95, method="exact")
        assert result.interval == pytest.approx((exact.low, exact.high), rel=1e-8)


class TestTheCorrection:
    @given(st.lists(st.floats(0, 1), max_size=6), st.lists(st.floats(0, 1), max_size=6))
    def test_each_kind_has_half_only_where_both_are_there(self, whole: list[float], sliced: list[float]) -> None:
        both = weighted_holm(whole, sliced)
        for family, other, adjusted in ((whole, sliced, both[0]), (sliced, whole, both[1])):
            factor = 2 if family and other else 1
            assert adjusted == pytest.approx([min(1.0, factor * p) for p in holm(family)])
            assert all(p <= q for p, q in zip(family, adjusted, strict=True))

    @given(st.lists(st.floats(0, 0.2), min_size=1, max_size=5), st.lists(st.floats(0, 0.2), min_size=1, max_size=5))
    def test_it_blocks_no_more_than_bonferroni_of_halves_would_allow_for_all_to_be_true(
        self, whole: list[float], sliced: list[float]
    ) -> None:
        """The first to be rejected in each family needs p * size <= half: the union bound over all is the whole."""
        for family, adjusted in zip((whole, sliced), weighted_holm(whole, sliced), strict=True):
            is_any = any(p <= 0.025 for p in adjusted)
            assert is_any is (2 * len(family) * min(family) <= 0.025)

    def test_the_adjusted_value_is_recorded(self) -> None:
        one = judged([rule("roc_auc", margin=0.0)], shift=0.35, seed=5)[0]
        assert one.adjusted_p_value == one.p_value
        rules = [rule("roc_auc", margin=0.0), rule(margin=0.0, slices=(SliceBy(column="c"),))]
        found = judged(rules, shift=0.35, seed=5, c=HALVES)
        assert [r.slice for r in found] == [None, "c = a", "c = b"]
        assert found[0].adjusted_p_value == pytest.approx(2 * (one.p_value or 0))
        sliced = [r.p_value or 0 for r in found[1:]]
        assert [r.adjusted_p_value for r in found[1:]] == pytest.approx([min(1.0, 2 * p) for p in holm(sliced)])

    def test_a_slice_alone_keeps_the_whole_error(self) -> None:
        found = judged([rule(margin=0.0, slices=(SliceBy(column="c"),))], c=HALVES)
        assert [r.adjusted_p_value for r in found] == pytest.approx(holm([r.p_value or 0 for r in found]))

    def test_an_advisory_rule_is_not_corrected_and_spends_nothing(self) -> None:
        rules = [rule("roc_auc", margin=0.0), rule(margin=0.0, slices=(SliceBy(column="c"),), severity=Severity.WARN)]
        found = judged(rules, shift=0.35, seed=5, c=HALVES)
        assert found[0].adjusted_p_value == found[0].p_value
        assert [r.adjusted_p_value for r in found[1:]] == [None, None]

    def test_a_difference_without_a_width_still_counts(self) -> None:
        """Whether a rule is tested must not hang on what was seen, or the others would be corrected too little."""
        one = np.random.default_rng(3).normal(size=500)
        error = numbers(one, 0.5 * one, [rule("mean_absolute_error", margin=0.0)])[0]
        shifted = numbers(
            np.abs(one) + 1,
            np.abs(one) + 2,
            [rule("mean_absolute_error", margin=-0.5), rule("mean_squared_error", margin=-4.8)],
        )
        assert error.adjusted_p_value == error.p_value
        assert shifted[0].reasons[0] == "degenerate"
        assert 0 < (shifted[1].p_value or 0) < 0.5
        assert shifted[1].adjusted_p_value == pytest.approx(min(1.0, 2 * (shifted[1].p_value or 0)), rel=1e-6)

    def test_after_the_correction_it_says_to_block_on_fewer_rules(self) -> None:
        family = [rule("roc_auc", margin=0.0), *(rule(margin=0.5, id=f"more-{i}") for i in range(7))]
        first = judged(family, shift=0.35, seed=5)[0]
        assert (first.outcome, first.reasons[0]) == (OPEN, "multiplicity")
        assert "block on fewer rules" in first.message


class TestSlices:
    def test_a_sliced_rule_is_judged_in_each_slice_and_not_on_the_whole(self) -> None:
        (a, b) = judged([rule(margin=0.05, slices=(SliceBy(column="c"),))], c=HALVES)
        assert (a.id, a.slice, a.n, b.slice, b.n) == ("accuracy", "c = a", 200, "c = b", 200)

    def test_rows_that_are_asked_for_are_rows_of_the_slice(self) -> None:
        found = judged([rule(margin=0.001, slices=(SliceBy(column="c"),))], c=HALVES)
        assert all(re.search(r"[0-9] rows of this slice would settle it", r.message) for r in found)

    def test_a_floor_in_slices(self) -> None:
        found = judged([rule(at_least=0.2, proven=True, slices=(SliceBy(column="c"),))], c=HALVES)
        assert [(r.outcome, r.n) for r in found] == [(PASS, 200), (PASS, 200)]

    def test_a_column_that_is_not_there_fails_by_name(self) -> None:
        (found,) = judged([rule(margin=0.05, slices=(SliceBy(column="gone"),))])
        assert (found.outcome, found.reasons) == (FAIL, ("slice-column-missing",))

    def test_bins_of_nothing_fail_by_name(self) -> None:
        (found,) = judged([rule(margin=0.05, slices=(SliceBy(column="c", bins=4),))], c=HALVES)
        assert (found.outcome, found.reasons) == (FAIL, ("slice-empty",))


class TestSentences:
    @pytest.mark.parametrize(
        ("value", "text"), [(0.0281, "0.029"), (0.028, "0.028"), (1.01, "1.1"), (12.1, "13"), (0.1, "0.1"), (0, "0")]
    )
    def test_what_is_asked_for_is_rounded_up(self, value: float, text: str) -> None:
        assert sentences.at_least(value) == text

    @given(st.floats(1e-9, 1e9))
    def test_it_is_never_too_little(self, value: float) -> None:
        assert float(sentences.at_least(value)) >= value * (1 - 1e-6)
        assert float(sentences.at_least(value)) <= value * 1.11

    @pytest.mark.parametrize("margin", [0.02, 0.0, -0.02])
    def test_an_inconclusive_rule_says_what_to_do_next(self, margin: float) -> None:
        result = judged([rule(margin=margin)], n=200, seed=2)[0]
        assert result.outcome is OPEN
        says = {
            0.02: "rows would settle it, or a margin of at least",
            0.0: "a margin of at least",
            -0.02: "improvement",
        }
        assert says[margin] in result.message
        assert result.message.endswith("`gate.on-inconclusive` says whether it blocks.")
        assert "\n" not in result.message

    def test_the_margin_that_it_names_is_enough(self) -> None:
        """With that margin the same holdout lets an unchanged model pass with 80 %: rows needed are rows there."""
        result = judged([rule(margin=0.01)], n=300, seed=2)[0]
        named = re.search(r"a margin of at least ([0-9.]+)", result.message)
        assert named is not None
        again = judged([rule(margin=float(named[1]))], n=300, seed=2)[0]
        assert (again.rows_needed or math.inf) <= 300

    def test_numbers_of_the_method_are_recorded(self) -> None:
        (result,) = judged([rule("log_loss", margin=0.05)])
        assert result.method_reason
        assert result.degrees is not None
        assert result.carriers == 400
        assert result.clusters is None

    def test_few_differing_rows_are_noted(self) -> None:
        known = truth([0, 1] * 200, task=Task.BINARY)
        before = known.codes.copy()
        after = before.copy()
        after[:3] = 1 - after[:3]
        result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
        opponent = Opponent(result=result, predictions=(side(known, before).predictions,))
        found = compare(
            truth=known, candidate=side(known, after).predictions, opponents=[opponent], rules=[rule(margin=0.5)]
        ).rules[0]
        assert (found.outcome, found.reasons, found.carriers) == (PASS, ("few-differing-rows",), 3)
