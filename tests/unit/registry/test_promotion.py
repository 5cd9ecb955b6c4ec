"""What is promoted: every case of the decision, from facts and the log alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests import builders

from mlgate.core.config.model import AcceptedOrigin, Approval, Promote, Stage
from mlgate.core.documents.promotion import Origin
from mlgate.core.documents.training import TrainingSource
from mlgate.core.outcome import Outcome
from mlgate.core.registry.bundle.from_report import draft
from mlgate.core.registry.log import plan, record
from mlgate.core.registry.log.state import State, extend
from mlgate.core.registry.promotion import assignment
from mlgate.core.registry.promotion.assignment import (
    Agreement,
    Wish,
    plan_assignment,
    reviewers,
    second_key,
    second_person,
)
from mlgate.core.registry.promotion.decision import NEEDS_GATE, Absence, Decision, Facts, plan_promotion
from mlgate.core.registry.promotion.document import Subject, document
from mlgate.core.registry.promotion.text import annotated, summary, text
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.registry.log.record import Record

MODEL = "flight-delays"
COMMIT, OTHER = "1" * 40, "2" * 40
INPUTS = builders.digest("2")
NOW = "2026-11-24T12:00:00Z"
SUBJECT = Subject(model=MODEL, commit=COMMIT)
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
        "verdict-missing",
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


def deprecated(state: State, version: str = "v1.0.0") -> State:
    return follow(state, plan.deprecate(state, model=MODEL, version=version, actor="mona", time=NOW, reason="bad"))


@pytest.mark.parametrize(
    "fields",
    [
        {"report": None},
        {},
        {"commit": OTHER},
        {"report": bound(model_digest=builders.digest("7"))},
        {"report": bound(inputs_digest=builders.digest("5")), "inputs": builders.digest("5"), "commit": OTHER},
    ],
)
def test_a_deprecated_version_does_not_come_back(fields: dict[str, Any]) -> None:
    decision = plan_promotion(facts(**fields), deprecated(promoted()))
    assert (decision.reason, decision.writes, decision.needs_gate) == ("version-deprecated", False, False)


def test_what_changes_nothing_of_a_deprecated_version_promotes_nothing() -> None:
    report = builders.a_report(training=builders.a_training(source=TrainingSource.UNCHANGED))
    decision = plan_promotion(facts(report=report, commit=OTHER), deprecated(promoted()))
    assert (decision.reason, decision.writes, decision.outcome) == ("inputs-unchanged", False, Outcome.PASS)


def test_another_model_follows_a_deprecated_version() -> None:
    better = bound(inputs_digest=builders.digest("5"), model_digest=builders.digest("6"))
    decision = plan_promotion(facts(report=better, inputs=builders.digest("5"), commit=OTHER), deprecated(promoted()))
    assert decision.register


def test_an_older_commit_undoes_nothing() -> None:
    better = bound(inputs_digest=builders.digest("5"), model_digest=builders.digest("6"))
    state = promoted(report=better, commit=OTHER)
    for report in (builders.a_report(), None):
        decision = plan_promotion(facts(report=report, is_behind=lambda commit: commit == OTHER), state)
        assert (decision.reason, decision.writes, decision.needs_gate) == ("commit-overtaken", False, False)
    assert plan_promotion(facts(is_behind=lambda _commit: False), state).register


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


OTHER_BYTES = bound(model_digest=builders.digest("7"))
BETTER = bound(inputs_digest=builders.digest("5"), model_digest=builders.digest("6"))


def rolled_back(state: State, to: str | None = None) -> State:
    records = plan.rollback(
        state, model=MODEL, stage="production", to=to, actor="mona", time=NOW, reason="it was worse"
    )
    assert records
    return follow(state, records)


@pytest.mark.parametrize("commit", [COMMIT, OTHER])
def test_training_the_same_inputs_again_makes_no_other_version(commit: str) -> None:
    decision = plan_promotion(facts(report=OTHER_BYTES, commit=commit), promoted())
    assert (decision.reason, decision.version, decision.writes) == ("already-promoted", "v1.0.0", False)
    assert decision.message == "this is v1.0.0, in production"


@pytest.mark.parametrize("commit", [OTHER, "3" * 40])
@pytest.mark.parametrize("model", ["6", "7"])
def test_neither_the_same_commit_nor_a_later_one_with_its_inputs_undoes_a_rollback(commit: str, model: str) -> None:
    state = rolled_back(promoted(promoted(), report=BETTER, commit=OTHER))
    report = bound(inputs_digest=builders.digest("5"), model_digest=builders.digest(model))
    decision = plan_promotion(facts(report=report, commit=commit, inputs=builders.digest("5")), state)
    assert (decision.reason, decision.version, decision.writes) == ("already-promoted", "v1.1.0", False)
    assert decision.message == "this is v1.1.0; production stays at v1.0.0: rolled back from v1.1.0 (record 5)"
    assert dict(decision.pending) == {}


def test_a_stage_that_was_emptied_stays_so() -> None:
    state = promoted()
    state = follow(state, plan.unassign(state, model=MODEL, stage="production", actor="mona", time=NOW))
    decision = plan_promotion(facts(report=OTHER_BYTES, commit=OTHER), state)
    assert decision.message == "this is v1.0.0; production stays empty: v1.0.0 was taken from it (record 3)"
    assert not decision.writes


def test_a_revert_whose_training_made_other_bytes_is_another_version() -> None:
    state = promoted(promoted(), report=BETTER, commit=OTHER)
    assert plan_promotion(facts(report=OTHER_BYTES, commit="3" * 40), state).register


def test_a_revert_that_nobody_judged_needs_the_gate() -> None:
    state = promoted(promoted(), report=BETTER, commit=OTHER)
    decision = plan_promotion(facts(report=None, commit="3" * 40), state)
    assert (decision.reason, decision.needs_gate) == ("verdict-missing", True)


def test_what_a_revert_brought_back_is_what_the_branch_has() -> None:
    state = promoted(promoted(), report=BETTER, commit=OTHER)
    revert = plan_promotion(facts(commit="3" * 40), state)
    state = follow(state, assignment.assignments(state, revert, model=MODEL, actor="mona", time=NOW))
    assert state.entries[-1].record().merge == "3" * 40
    for report in (None, OTHER_BYTES):
        later = plan_promotion(facts(report=report, commit="4" * 40), state)
        assert (later.reason, later.version, later.writes) == ("already-promoted", "v1.0.0", False)
    back = rolled_back(state, to="v1.1.0")
    assert not plan_promotion(facts(commit="4" * 40), back).writes
    assert not plan_promotion(facts(commit="3" * 40), back).writes


def test_what_a_person_assigns_by_hand_does_not_change_what_the_branch_has() -> None:
    state = promoted(promoted(), report=BETTER, commit=OTHER)
    by_hand = plan.assign(state, model=MODEL, version="v1.0.0", stage="production", actor="mona", time=NOW)
    state = follow(state, by_hand)
    report = bound(inputs_digest=builders.digest("5"), model_digest=builders.digest("7"))
    decision = plan_promotion(facts(report=report, commit="3" * 40, inputs=builders.digest("5")), state)
    assert decision.message == "this is v1.1.0; production stays at v1.0.0 (record 5)"


def test_after_a_deprecation_the_version_before_is_what_there_is() -> None:
    state = promoted(promoted(), report=BETTER, commit=OTHER)
    state = follow(state, plan.deprecate(state, model=MODEL, version="v1.1.0", actor="mona", time=NOW, reason="bad"))
    decision = plan_promotion(facts(report=OTHER_BYTES, commit="3" * 40), state)
    assert (decision.reason, decision.version, decision.stages) == ("promoted", "v1.0.0", ("production",))
    assert not plan_promotion(facts(report=OTHER_BYTES), state).writes  # the old push, run again


def test_nothing_changed_against_the_base_only_counts_where_the_model_is_in_the_registry() -> None:
    report = builders.a_report(training=builders.a_training(source=TrainingSource.UNCHANGED))
    done = plan_promotion(facts(report=report, commit=OTHER), promoted())
    assert (done.reason, done.outcome, done.needs_gate) == ("inputs-unchanged", Outcome.PASS, False)
    assert done.message == "nothing that it depends on has changed since v1.0.0"
    here = plan_promotion(facts(report=report, commit=OTHER, origin=Origin.LOCAL), State())
    assert (here.reason, here.outcome, here.needs_gate) == ("verdict-missing", Outcome.FAIL, False)
    assert "without `--base`" in here.remedy
    there = plan_promotion(facts(report=report, commit=OTHER), State())
    assert (there.reason, there.needs_gate) == ("verdict-missing", True)


def test_a_laptop_is_told_which_files_differ_and_what_to_run() -> None:
    told = {"origin": Origin.LOCAL, "changed": ("notes.txt", "train.py")}
    dirty = plan_promotion(facts(report=bound(dirty=True), **told), State())
    assert dirty.message == "the working copy that was judged differs from its commit: 'notes.txt', 'train.py'"
    assert dirty.remedy.startswith("Commit or discard the changes, run `mlgate check` again")
    stale = plan_promotion(facts(inputs=builders.digest("f"), **told), State())
    assert "this commit" in stale.message
    assert "'train.py'" in stale.message
    assert stale.remedy.startswith("Run `mlgate check` again")
    many = plan_promotion(facts(inputs=builders.digest("f"), origin=Origin.LOCAL, changed=tuple("abcdefg")), State())
    assert many.message.endswith("'e' and 2 more")


def shown(decision: Decision, before: State, after: State) -> tuple[str, str]:
    written = document(decision, Subject(model=MODEL, commit=COMMIT), before, after, reads={})
    return text(written), summary(written)


def test_what_was_promoted_is_said_in_a_few_words() -> None:
    before = promoted()
    decision = plan_promotion(facts(report=BETTER, commit=OTHER, inputs=builders.digest("5")), before)
    line, page = shown(decision, before, promoted(before, report=BETTER, commit=OTHER))
    assert line.splitlines()[0] == "flight-delays v1.1.0 is in production (was v1.0.0)"
    assert page.startswith("## flight-delays v1.1.0 is in production (was v1.0.0)\n")


def test_a_version_is_never_written_with_a_capital() -> None:
    line, page = shown(plan_promotion(facts(), promoted()), promoted(), promoted())
    assert line.splitlines()[0] == "flight-delays: nothing to do: this is v1.0.0, in production"
    assert "This is v1.0.0, in production." in page
    page = summary(
        document(Decision(reason="stage-order", message="v1.0.0 has not been in x"), SUBJECT, *2 * [State()], reads={})
    )
    assert "v1.0.0 has not been in x." in page


def test_whoever_is_the_second_person_reads_the_command() -> None:
    decision = plan_promotion(facts(promote=Promote(stages=STAGES)), State())
    line, _ = shown(decision, State(), promoted(stages=("test", "staging")))
    assert "production waits for: a second person: `mlgate promote-model --stage production --version v1.0.0`" in line
    assert "all waits for: the stage before\n" in line


@pytest.mark.parametrize(
    ("signer", "registered_by", "involved", "agrees"),
    [
        ("eva", "mona", ("otto",), True),
        (None, "mona", (), False),
        ("eva", None, (), False),
        ("mona", "mona", (), False),
        ("Otto", "mona", ("otto",), False),
    ],
)
def test_outside_of_a_workflow_only_another_key_is_a_second_person(
    signer: str | None, registered_by: str | None, involved: tuple[str, ...], agrees: bool
) -> None:
    found = second_key(signer, registered_by, involved)
    assert found.people == (("eva",) if agrees else ())
    assert bool(found.message) == bool(found.remedy) == (not agrees)


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
