"""What is promoted: every case of the decision, from facts and the log alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests import builders

from mlgate.core.config.model import AcceptedOrigin, Approval, Promote, Stage
from mlgate.core.documents import Origin, ReportDocument, TrainingSource
from mlgate.core.outcome import Outcome
from mlgate.core.registry.bundle.from_report import draft
from mlgate.core.registry.log import plan, record
from mlgate.core.registry.log.state import State, extend
from mlgate.core.registry.promotion import assignment
from mlgate.core.registry.promotion.assignment import Agreement, Wish, plan_assignment, reviewers, second_person
from mlgate.core.registry.promotion.decision import NEEDS_GATE, Absence, Decision, Facts, plan_promotion
from mlgate.core.registry.promotion.document import Subject, document
from mlgate.core.registry.promotion.text import annotated, summary, text
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.registry.log.record import Record

MODEL = "flight-delays"
COMMIT, OTHER = "1" * 40, "2" * 40
INPUTS = builders.digest("2")
NOW = "2026-11-24T12:00:00Z"
STAGES = (
    Stage(name="test"),
    Stage(name="staging"),
    Stage(name="production", approve=Approval.SECOND_PERSON),
    Stage(name="all"),
)


def facts(**fields: Any) -> Facts:
    """Return the facts of a push whose verdict is sound."""
    given = {"promote": Promote(), "model": MODEL, "commit": COMMIT, "inputs": INPUTS, "origin": Origin.CI}
    return Facts(**{**given, "report": builders.a_report(), **fields})


def bound(**fields: Any) -> ReportDocument:
    return builders.a_report(provenance=builders.a_provenance(**fields))


def follow(state: State, records: Sequence[Record]) -> State:
    return extend(state, [record.encode(one) for one in records])


def promoted(
    state: State | None = None,
    *,
    report: ReportDocument | None = None,
    stages: tuple[str, ...] = ("production",),
    commit: str = COMMIT,
) -> State:
    """Return the log after a promotion."""
    before = state or State()
    made = draft(report or builders.a_report(), report_digest=INPUTS, actor="mona", origin=Origin.CI, commit=commit)
    return follow(before, plan.promote(before, draft=replace(made, time=NOW), stages=stages))


CASES: dict[str, tuple[Facts, str]] = {
    "all is well": (facts(), "promoted"),
    "a warning is accepted by default": (facts(report=builders.a_report(outcome=Outcome.WARN)), "promoted"),
    "nothing found": (facts(report=None), "verdict-missing"),
    **{
        reason: (facts(report=None, absence=Absence(reason=reason, message="x")), reason)
        for reason in sorted(NEEDS_GATE)
    },
    "another model": (facts(report=builders.a_report(model="prices")), "verdict-missing"),
    "other inputs": (facts(inputs=builders.digest("f")), "verdict-stale"),
    "inputs that git does not know": (facts(inputs=None), "verdict-stale"),
    "neither does the report": (facts(inputs=None, report=bound(inputs_digest=None)), "verdict-stale"),
    "bytes that differ": (facts(missing=("model",)), "verdict-stale"),
    "an outcome that is not accepted": (
        facts(report=builders.a_report(outcome=Outcome.INCONCLUSIVE)),
        "verdict-not-accepted",
    ),
    "a warning where only a pass is accepted": (
        facts(report=builders.a_report(outcome=Outcome.WARN), promote=Promote(accept=("pass",))),
        "verdict-not-accepted",
    ),
    "a pass that blocks": (facts(report=builders.a_report(blocks=True)), "verdict-not-accepted"),
    "a dirty tree": (facts(report=bound(dirty=True)), "verdict-not-accepted"),
    "a laptop where the workflow is asked for": (
        facts(origin=Origin.LOCAL, promote=Promote(origin=AcceptedOrigin.CI)),
        "origin-refused",
    ),
    "a laptop": (facts(origin=Origin.LOCAL), "promoted"),
    "nothing trained": (
        facts(report=builders.a_report(training=builders.a_training(source=TrainingSource.UNCHANGED))),
        "inputs-unchanged",
    ),
    "nothing trained, and something else merged meanwhile": (
        facts(
            report=builders.a_report(training=builders.a_training(source=TrainingSource.UNCHANGED)),
            inputs=builders.digest("f"),
        ),
        "verdict-stale",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_its_reason(case: str) -> None:
    given, reason = CASES[case]
    decision = plan_promotion(given, State())
    assert decision.reason == reason
    assert decision.outcome is (Outcome.PASS if reason in ("promoted", "inputs-unchanged") else Outcome.FAIL)
    assert decision.register == (reason == "promoted")
    assert decision.message


@pytest.mark.parametrize("case", CASES)
def test_the_gate_is_asked_for_only_where_it_can_help(case: str) -> None:
    given, reason = CASES[case]
    helps = reason in NEEDS_GATE and given.inputs is not None and given.origin is Origin.CI
    assert plan_promotion(given, State()).needs_gate == helps


@pytest.mark.parametrize("case", CASES)
def test_people_read_why_in_every_case(case: str) -> None:
    given, reason = CASES[case]
    decision = plan_promotion(given, State())
    written = document(decision, Subject(model=MODEL, commit=COMMIT), State(), State(), reads={})
    assert reason in text(written)
    assert reason in summary(written)
    assert bool(annotated(written)) == (written.outcome is Outcome.FAIL)


def test_text_from_outside_stays_text_in_the_summary() -> None:
    decision = Decision(reason="verdict-missing", message="see <img src=x> @mona [x](y) | ::error::")
    shown = summary(document(decision, Subject(model=MODEL, commit=COMMIT), State(), State(), reads={}))
    assert "<img" not in shown
    assert "@mona" not in shown
    assert "](y)" not in shown


def test_what_is_in_the_registry_needs_no_verdict() -> None:
    decision = plan_promotion(facts(report=None, commit=OTHER), promoted())
    assert (decision.reason, decision.version, decision.needs_gate) == ("already-promoted", "v1.0.0", False)
    assert not decision.writes


def test_a_deprecated_version_counts_for_nothing() -> None:
    state = promoted()
    state = follow(state, plan.deprecate(state, model=MODEL, version="v1.0.0", actor="mona", time=NOW, reason="bad"))
    assert plan_promotion(facts(report=None), state).reason == "verdict-missing"
    assert plan_promotion(facts(), state).register


def test_the_same_push_again_changes_nothing() -> None:
    decision = plan_promotion(facts(), promoted())
    assert (decision.reason, decision.writes) == ("already-promoted", False)


def test_the_same_push_again_undoes_no_rollback() -> None:
    better = bound(inputs_digest=builders.digest("5"), model_digest=builders.digest("6"))
    state = promoted(promoted(), report=better, commit=OTHER)
    state = follow(
        state,
        plan.rollback(state, model=MODEL, stage="production", to=None, actor="mona", time=NOW, reason="it was worse"),
    )
    assert state.current(MODEL, "production") == "v1.0.0"
    again = plan_promotion(facts(report=better, commit=OTHER, inputs=builders.digest("5")), state)
    assert (again.reason, again.writes) == ("already-promoted", False)


def test_an_old_push_again_moves_no_stage_back() -> None:
    better = bound(inputs_digest=builders.digest("5"), model_digest=builders.digest("6"))
    state = promoted(promoted(stages=()), report=better, commit=OTHER)
    decision = plan_promotion(facts(), state)
    assert (decision.reason, decision.stages) == ("already-promoted", ())


def test_a_revert_moves_the_stage_back() -> None:
    better = bound(inputs_digest=builders.digest("5"), model_digest=builders.digest("6"))
    state = promoted(promoted(), report=better, commit=OTHER)
    decision = plan_promotion(facts(commit="3" * 40), state)
    assert (decision.reason, decision.register, decision.version) == ("promoted", False, "v1.0.0")
    assert decision.stages == ("production",)


def test_another_model_of_the_same_inputs_is_another_version() -> None:
    assert plan_promotion(facts(report=bound(model_digest=builders.digest("7"))), promoted()).register


def test_stages_are_reached_up_to_the_first_that_needs_an_agreement() -> None:
    decision = plan_promotion(facts(promote=Promote(stages=STAGES)), State())
    assert decision.stages == ("test", "staging")
    assert dict(decision.pending) == {"production": "a second person", "all": "the stage before"}


def test_a_stage_that_was_added_later_is_assigned() -> None:
    decision = plan_promotion(facts(promote=Promote(stages=STAGES)), promoted(stages=("test",)))
    assert (decision.version, decision.stages) == ("v1.0.0", ("staging",))


POLICY = Promote(stages=STAGES)
EVA = Agreement(people=("eva",))


def wish(stage: str, version: str | None = None) -> Wish:
    return Wish(model=MODEL, stage=stage, version=version)


def test_a_version_enters_the_next_stage() -> None:
    decision = plan_assignment(wish("production"), POLICY, EVA, promoted(stages=("test", "staging")))
    assert (decision.reason, decision.version, decision.stages) == ("promoted", "v1.0.0", ("production",))
    assert decision.approved_by == ("eva",)
    assert dict(decision.pending) == {"all": "the stage before"}


def test_nobody_s_agreement_is_recorded_where_none_is_needed() -> None:
    assert plan_assignment(wish("staging"), POLICY, EVA, promoted(stages=("test",))).approved_by == ()


@pytest.mark.parametrize(
    ("asked", "agreement", "stages", "reason"),
    [
        (wish("production"), Agreement(message="nobody"), ("test", "staging"), "approval-missing"),
        (wish("production", "v1.0.0"), EVA, ("test",), "stage-order"),
        (wish("all", "v1.0.0"), EVA, ("test", "staging"), "stage-order"),
        (wish("test"), EVA, ("test",), "already-promoted"),
    ],
)
def test_a_version_may_not_enter(asked: Wish, agreement: Agreement, stages: tuple[str, ...], reason: str) -> None:
    decision = plan_assignment(asked, POLICY, agreement, promoted(stages=stages))
    assert (decision.reason, decision.writes) == (reason, False)


@pytest.mark.parametrize(
    "asked", [wish("nowhere"), wish("test", "v9.0.0"), wish("test", "x"), wish("production"), wish("test")]
)
def test_what_is_not_there_is_told(asked: Wish) -> None:
    state = State() if asked == wish("test") else promoted(stages=())
    with pytest.raises(UsageError) as caught:
        plan_assignment(asked, POLICY, EVA, state)
    assert caught.value.reason == "version-unknown"


def test_a_deprecated_version_enters_no_stage() -> None:
    state = promoted(stages=())
    state = follow(state, plan.deprecate(state, model=MODEL, version="v1.0.0", actor="mona", time=NOW, reason="bad"))
    for version in ("v1.0.0", None):
        with pytest.raises(UsageError):
            plan_assignment(wish("test", version), POLICY, EVA, state)


def test_assignments_follow_the_log() -> None:
    state = promoted(stages=("test", "staging"))
    decided = plan_assignment(wish("production"), POLICY, EVA, state)
    after = follow(state, assignment.assignments(state, decided, model=MODEL, actor="eva", time=NOW))
    assert after.current(MODEL, "production") == "v1.0.0"


@pytest.mark.parametrize(
    ("actor", "agrees"),
    [("eva", True), ("mona", False), ("MONA", False), ("author", False), ("x[bot]", False), ("", False)],
)
def test_a_second_person_is_another_person(actor: str, agrees: bool) -> None:
    found = second_person(actor, ("mona", "author"))
    assert bool(found.people) == agrees
    assert bool(found.message) != agrees


def test_reviewers_are_those_of_the_environment() -> None:
    said = (("eva", "approved", ("production", "eu")), ("otto", "approved", ("staging",)))
    assert reviewers(said, "production").people == ("eva",)
    assert reviewers(said, "staging").people == ("otto",)
    assert reviewers(said, "nowhere").people == ()
    assert reviewers((*said, ("ann", "rejected", ("production",))), "production").people == ()
    assert reviewers((("eva", "pending", ("production",)),), "production").people == ()
