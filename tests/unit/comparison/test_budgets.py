"""Budgets against limits and baselines: each reason, and never a pass of what was not measured."""

from __future__ import annotations

import pytest

from mlgate.core.comparison.budgets import Other, judge
from mlgate.core.config.model import Budget, BudgetKind, Rule, Severity
from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import Artifact, Number, TrainingDocument
from mlgate.core.outcome import Outcome

MODEL = Artifact(name="model", path="m", digest="d", size=20_000_000)
MADE = TrainingDocument(
    artifacts=(MODEL,),
    duration_seconds=90.0,
    peak_memory_bytes=10**9,
    numbers=(
        Number(file="n.json", pointer="/parameters", value=7.0),
        Number(file="n.json", pointer="/x", problem="no"),
    ),
)
SIZE, TIME = Budget(kind=BudgetKind.MODEL_SIZE), Budget(kind=BudgetKind.TRAINING_TIME)
MEMORY = Budget(kind=BudgetKind.PEAK_MEMORY)
PARAMETERS = Budget(kind=BudgetKind.FILE, file="n.json", pointer="/parameters")


def rule(budget: Budget, **more: object) -> Rule:
    return Rule(id="r", metric=budget.kind.value, budget=budget, **more)  # type: ignore[arg-type] # the test's own


@pytest.mark.parametrize(
    ("budget", "limit", "outcome"),
    [
        (SIZE, 20e6, Outcome.PASS),
        (SIZE, 19_999_999, Outcome.FAIL),
        (TIME, 90, Outcome.PASS),
        (TIME, 89, Outcome.FAIL),
        (MEMORY, 1e9, Outcome.PASS),
        (PARAMETERS, 6, Outcome.FAIL),
    ],
)
def test_a_ceiling_is_read_literally(budget: Budget, limit: float, outcome: Outcome) -> None:
    (result,) = judge([rule(budget, at_most=limit)], MADE, {})

    assert result.outcome is outcome
    assert result.reasons == (("above-ceiling",) if outcome is Outcome.FAIL else ())
    assert result.interval is None


def test_a_floor_serves_numbers_of_a_file() -> None:
    (result,) = judge([rule(PARAMETERS, at_least=8)], MADE, {})

    assert (result.outcome, result.reasons) == (Outcome.FAIL, ("below-floor",))


@pytest.mark.parametrize(
    ("margin", "relative", "size", "reasons"),
    [
        (0.25, True, 16_000_000, ()),
        (0.24, True, 16_000_000, ("over-budget",)),
        (4e6, False, 16_000_000, ()),
        (3.9e6, False, 16_000_000, ("over-budget",)),
        (-0.1, True, 22_000_000, ("over-budget",)),  # asks for a model that is smaller by a tenth
        (-0.1, True, 23_000_000, ()),
    ],
)
def test_a_baseline_may_be_exceeded_by_the_margin(
    margin: float, relative: bool, size: int, reasons: tuple[str, ...]
) -> None:
    other = TrainingDocument(artifacts=(Artifact(name="model", path="m", digest="e", size=size),))

    (result,) = judge(
        [rule(SIZE, against="base", margin=margin, relative=relative)], MADE, {"base": Other(training=other)}
    )

    assert result.reasons == reasons
    assert result.difference == size - 20_000_000


@pytest.mark.parametrize("budget", [SIZE, TIME, MEMORY, PARAMETERS, Budget(kind=BudgetKind.FILE, file="o", pointer="")])
def test_what_was_not_measured_fails_by_name(budget: Budget) -> None:
    limits = judge([rule(budget, at_most=1e300)], TrainingDocument(), {})
    others = judge([rule(budget, against="base", margin=1e300)], MADE, {"base": Other(training=TrainingDocument())})

    assert [(r.outcome, r.reasons) for r in (*limits, *others)] == [(Outcome.FAIL, ("budget-unmeasured",))] * 2


def test_a_missing_baseline_keeps_its_reason_and_an_empty_registry_passes() -> None:
    compared = rule(SIZE, against="promoted", margin=0.1, relative=True)
    empty = Other(reason=Reason(id="registry-empty", message="nothing was promoted yet"))

    assert judge([compared], MADE, {})[0].reasons == ("baseline-missing",)
    assert judge([compared], MADE, {"promoted": Other()})[0].reasons == ("budget-unmeasured",)
    (result,) = judge([compared], MADE, {"promoted": empty})
    assert (result.outcome, result.reasons) == (Outcome.PASS, ("registry-empty",))


def test_a_warning_is_no_failure_and_metrics_are_left_out() -> None:
    rules = [rule(SIZE, at_most=1, severity=Severity.WARN), Rule(id="m", metric="accuracy", at_least=0.5)]

    assert [result.outcome for result in judge(rules, MADE, {})] == [Outcome.WARN]
