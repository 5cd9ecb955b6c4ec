"""The decision table, Holm's correction, and what a holdout could have told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.unit.comparison.sides import binary, side, truth

from mlgate.core.comparison import decision
from mlgate.core.comparison.arena import Opponent
from mlgate.core.comparison.compare import Comparison, compare
from mlgate.core.comparison.decision import Sensitivity
from mlgate.core.config.model import BaselineKind, Rule, Severity, Task
from mlgate.core.documents.comparison import BaselineResult
from mlgate.core.outcome import Outcome

TAIL = 0.025
PASS, FAIL, OPEN, WARN = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN


@pytest.mark.parametrize(
    ("numbers", "margin", "outcome", "reason"),
    [
        ((-0.01, 0.00, 0.01), 0.01, PASS, None),
        ((0.00, 0.00, 0.00), 0.00, PASS, None),
        ((0.01, 0.02, 0.03), 0.00, PASS, None),
        ((-0.02, 0.00, 0.02), 0.01, OPEN, "holdout-too-small"),
        ((-0.02, -0.009, -0.001), 0.01, OPEN, "holdout-too-small"),
        ((-0.05, -0.02, -0.001), 0.01, FAIL, "drop"),
        ((-0.05, -0.03, -0.02), 0.01, FAIL, "worse-than-margin"),
        ((-0.05, -0.03, -0.01), 0.01, FAIL, "drop"),
        ((-0.05, -0.03, 0.0), 0.01, OPEN, "holdout-too-small"),
        ((0.02, 0.03, 0.04), -0.01, PASS, None),
        ((0.00, 0.02, 0.04), -0.01, OPEN, "holdout-too-small"),
        ((-0.02, 0.00, 0.009), -0.01, FAIL, "worse-than-margin"),
        ((-0.02, 0.00, 0.011), -0.01, OPEN, "holdout-too-small"),
    ],
)
def test_a_rule_alone(numbers: tuple[float, float, float], margin: float, outcome: Outcome, reason: str | None) -> None:
    low, estimate, high = numbers
    assert decision.decide(estimate=estimate, low=low, high=high, margin=margin) == (outcome, reason)


def test_what_a_holdout_could_have_told() -> None:
    told = Sensitivity(standard=0.01, margin=0.01, tail=TAIL)
    assert told.detectable_drop == pytest.approx(0.0280158, rel=1e-5)
    assert told.rows_needed(1000) == 7849
    assert told.passes_unchanged == pytest.approx(0.1685, abs=1e-3)
    assert Sensitivity(standard=0.01, margin=0.03, tail=TAIL).detectable_drop == pytest.approx(0.0384162, rel=1e-5)
    assert Sensitivity(standard=0.01, margin=0.0, tail=TAIL).rows_needed(1000) is None


def duel(
    rules: list[Rule],
    *,
    seed: int = 1,
    n: int = 400,
    same_model: bool = False,
    same_predictions: bool = False,
    **fields: Any,
) -> Comparison:
    candidate, baseline = binary(seed, n, **fields)
    baseline = candidate if same_predictions else baseline
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
    opponent = Opponent(result=result, predictions=(baseline.predictions,), same_model=same_model)
    return compare(truth=candidate.truth, candidate=candidate.predictions, opponents=[opponent], rules=rules)


def rule(metric: str = "accuracy", **fields: Any) -> Rule:
    against = None if "at_least" in fields or "at_most" in fields else "base"
    return Rule(**{"id": metric, "metric": metric, "against": against, **fields})


def test_the_same_model_passes_by_identity_at_any_margin_from_zero_on() -> None:
    results = duel([rule(margin=0.0), rule("roc_auc", margin=0.0)], same_model=True, same_predictions=True).rules
    assert all(r.outcome is PASS and r.reasons == ("identical",) for r in results)
    (asked,) = duel([rule(margin=-0.01)], same_model=True, same_predictions=True).rules
    assert asked.outcome is FAIL


def test_the_same_model_that_predicts_something_else_is_compared() -> None:
    assert duel([rule(margin=0.0)], same_model=True).rules == duel([rule(margin=0.0)]).rules


@pytest.mark.parametrize(("n", "outcome"), [(50, OPEN), (400, PASS)])
def test_equal_predictions_of_another_model_are_a_proof_only_on_enough_rows(n: int, outcome: Outcome) -> None:
    candidate, _ = binary(1, n)
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
    opponent = Opponent(result=result, predictions=(candidate.predictions,))
    compared = compare(
        truth=candidate.truth, candidate=candidate.predictions, opponents=[opponent], rules=[rule(margin=0.01)]
    )
    assert compared.rules[0].outcome is outcome  # from n = 3.84 (1 - m) / m = 381 on


@pytest.mark.parametrize(("n", "outcome"), [(20, OPEN), (40_000, PASS)])
@pytest.mark.parametrize("metric", ["log_loss", "brier_score", "roc_auc", "average_precision"])
def test_equal_scores_of_another_model_are_a_proof_only_on_enough_rows(metric: str, n: int, outcome: Outcome) -> None:
    """Without a differing row there is no standard error: what a holdout of this size rules out decides."""
    known = truth([0, 1] * (n // 2), task=Task.BINARY)
    scores = np.linspace(0.1, 0.9, n)
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
    predictions = side(known, scores=scores).predictions
    opponent = Opponent(result=result, predictions=(predictions,))
    rules = [rule(metric, margin=0.01), rule(metric, margin=-0.1, id="asks for more")]
    judged, asked = compare(truth=known, candidate=predictions, opponents=[opponent], rules=rules).rules
    assert judged.outcome is outcome
    assert judged.method == "no-differing-row"
    assert "few-differing-rows" in judged.reasons
    assert asked.outcome is (FAIL if outcome is PASS else OPEN)


@pytest.mark.parametrize("metric", ["r2", "mean_absolute_error", "mean_squared_error", "root_mean_squared_error"])
def test_equal_numbers_have_no_width_only_where_the_model_is_the_same(metric: str) -> None:
    known = truth(np.arange(60), task=Task.REGRESSION)
    predictions = side(known, np.arange(60) + np.arange(60) % 3).predictions
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
    found = []
    for same in (False, True):
        opponent = Opponent(result=result, predictions=(predictions,), same_model=same)
        compared = compare(truth=known, candidate=predictions, opponents=[opponent], rules=[rule(metric, margin=0.0)])
        found.append((compared.rules[0].method, compared.rules[0].interval))
    (method, interval), same_bytes = found
    assert method == "no-differing-row"
    assert interval is not None
    assert interval[0] < 0 < interval[1]
    assert same_bytes == ("identity", (0.0, 0.0))


def test_a_difference_that_is_the_same_on_every_row_has_no_width_and_never_passes() -> None:
    known = truth(np.arange(60), task=Task.REGRESSION)
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
    opponent = Opponent(result=result, predictions=(side(known, np.arange(60) + 2).predictions,))
    candidate = side(known, np.arange(60) + 1).predictions
    rules = [rule("mean_absolute_error", margin=0.5)]
    (judged,) = compare(truth=known, candidate=candidate, opponents=[opponent], rules=rules).rules
    assert (judged.outcome, judged.reasons[0]) == (OPEN, "degenerate")


def test_a_drop_of_one_rule_among_many_needs_more_evidence() -> None:
    alone = duel([rule("roc_auc", margin=0.0)], shift=0.35, seed=5).rules[0]
    assert alone.outcome is FAIL
    assert 0.025 / 8 < (alone.p_value or 0) <= 0.025
    family = [rule("roc_auc", margin=0.0), *(rule(margin=0.5, id=f"more-{i}") for i in range(7))]
    corrected = duel(family, shift=0.35, seed=5).rules[0]
    assert corrected.outcome is OPEN
    assert corrected.reasons[0] == "multiplicity"
    advisory = [family[0], *(rule(margin=0.5, id=f"more-{i}", severity=Severity.WARN) for i in range(7))]
    assert duel(advisory, shift=0.35, seed=5).rules[0].outcome is FAIL, "rules that do not block do not count"


def test_the_p_value_is_the_tail_at_which_the_interval_ends_where_failing_starts() -> None:
    candidate, baseline = binary(5, 300, shift=0.5)
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=True)
    opponent = Opponent(result=result, predictions=(baseline.predictions,))
    names = ("accuracy", "recall", "precision", "f1", "roc_auc", "average_precision", "log_loss", "brier_score")
    for name in names:
        judged = compare(
            truth=candidate.truth, candidate=candidate.predictions, opponents=[opponent], rules=[rule(name)]
        ).rules[0]
        confidence = 1 - 2 * (judged.p_value or 0)
        if confidence <= 0:
            continue
        again = compare(
            truth=candidate.truth,
            candidate=candidate.predictions,
            opponents=[opponent],
            rules=[rule(name)],
            confidence=confidence,
        ).rules[0]
        assert again.interval is not None
        assert again.interval[1] == pytest.approx(0, abs=1e-7), name


def test_a_floor_is_read_literally() -> None:
    value = duel([rule(at_least=0.0)]).rules[0].candidate or 0
    below, near, far = duel([rule(at_least=value + 1e-6), rule(at_least=value), rule(at_least=value - 0.2)]).rules
    assert (below.outcome, below.reasons) == (FAIL, ("below-floor",))
    assert (near.outcome, near.reasons) == (PASS, ("floor-not-proven",))
    assert (far.outcome, far.reasons) == (PASS, ())
    (ceiling,) = duel([rule("log_loss", at_most=0.01)]).rules
    assert (ceiling.outcome, ceiling.reasons) == (FAIL, ("above-ceiling",))


def test_a_broken_advisory_rule_warns() -> None:
    (judged,) = duel([rule(at_least=0.9999, severity=Severity.WARN)]).rules
    assert judged.outcome is WARN
    assert judged.reasons == ("below-floor",)


@pytest.mark.parametrize(("reason", "outcome"), [("registry-empty", PASS), ("baseline-missing", FAIL)])
def test_a_baseline_that_is_not_there(reason: str, outcome: Outcome) -> None:
    candidate, _ = binary(1, 50)
    result = BaselineResult(name="base", kind=BaselineKind.BASE, available=False, reason=reason, message="Why.")
    (judged,) = compare(
        truth=candidate.truth,
        candidate=candidate.predictions,
        opponents=[Opponent(result=result)],
        rules=[rule()],
    ).rules
    assert (judged.outcome, judged.reasons, judged.message) == (outcome, (reason,), "Why.")


def test_rules_that_cannot_be_measured_fail_by_name() -> None:
    vanished, unknown = duel([rule("r2"), rule(against="nobody")]).rules
    assert (vanished.outcome, vanished.reasons) == (FAIL, ("metric-vanished",))
    assert (unknown.outcome, unknown.reasons) == (FAIL, ("baseline-missing",))


def test_power_is_that_of_all_rules_together() -> None:
    one = duel([rule(margin=0.03)]).power or 0
    two = duel([rule(margin=0.03), rule(margin=0.03, id="again")]).power or 0
    assert 0 < two == pytest.approx(one * one, rel=1e-8)
    assert duel([rule(at_least=0.1)]).power is None
    assert duel([rule(margin=0.03), rule(margin=-0.01, id="better")]).power == one


def test_the_order_of_rows_changes_nothing() -> None:
    candidate, baseline = binary(8, 200)
    turned = np.random.default_rng(0).permutation(200)
    results = []
    for rows in (np.arange(200), turned):
        known = truth(candidate.truth.codes[rows], task=Task.BINARY)
        own, other = (side(known, s.codes[rows], s.scores[rows], s.predictions.name) for s in (candidate, baseline))
        opponent = Opponent(
            result=BaselineResult(name="base", kind=BaselineKind.BASE, available=True), predictions=(other.predictions,)
        )
        rules = [rule(name) for name in ("f1", "roc_auc", "average_precision", "log_loss")]
        results.append(compare(truth=known, candidate=own.predictions, opponents=[opponent], rules=rules).rules)
    for before, after in zip(*results, strict=True):
        assert before.interval == pytest.approx(after.interval, rel=1e-8)
