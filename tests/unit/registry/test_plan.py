"""What follows the log: promotion, assignment, rollback, deprecation, notes; nothing where nothing is left to do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from tests.registry_log import MODEL, STAGES, T0, Log, a_draft, git_id, sha256

from mlgate.core.config.model import Bump
from mlgate.core.registry.log import plan
from mlgate.core.registry.log.plan import PlanError
from mlgate.core.registry.log.record import Digests, Event, Record, encode
from mlgate.core.registry.log.state import State, extend
from mlgate.core.registry.log.versions import Change
from mlgate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

BY: dict[str, Any] = {"model": MODEL, "actor": "grace", "time": "2026-03-04T10:00:00Z"}


def said(records: tuple[Record, ...]) -> list[str]:
    """Return records in a few words each."""
    return [
        " ".join(word for word in (r.event.value, r.version, r.stage, "back" * r.rollback) if word) for r in records
    ]


def test_the_first_promotion() -> None:
    records = plan.promote(State(), draft=a_draft(), stages=STAGES)
    assert said(records) == ["register v1.0.0", "assign v1.0.0 staging", "assign v1.0.0 production"]
    assert [record.sequence for record in records] == [1, 2, 3]
    assert [record.tag for record in records] == [
        f"{MODEL}@v1.0.0",
        f"{MODEL}#staging#1",
        f"{MODEL}#production#1",
    ]
    assert {record.commit for record in records} == {git_id(b"a")}
    assert extend(State(), map(encode, records)).stages(MODEL) == {"staging": "v1.0.0", "production": "v1.0.0"}


def test_what_is_planned_follows_whatever_the_state_is() -> None:
    log = Log()
    for name in "abc":
        log.promote(name)
    assert log.state.sequence == 9
    assert log.state.current(MODEL, "production") == "v1.2.0"
    assert log.state.entries[8].tag == f"{MODEL}#production#3"


@pytest.mark.parametrize(
    ("fields", "said_of"),
    [
        ({"reason": "x" * 1001}, "1,001 characters, and the log takes 1,000"),
        ({"actor": "x" * 201}, "the log takes 200"),
    ],
)
def test_nobody_writes_more_words_than_the_log_takes(fields: dict[str, str], said_of: str) -> None:
    log = Log()
    log.promote("a")
    log.promote("b")
    planners: tuple[Callable[[dict[str, Any]], object], ...] = (
        lambda words: plan.note(log.state, version="v1.0.0", **words),
        lambda words: plan.rollback(log.state, stage="production", to=None, **words),
        lambda words: plan.deprecate(log.state, version="v1.0.0", **words),
    )
    for planned in planners:
        assert planned(BY | {"reason": "x" * 1000, "actor": "x" * 200})
        with pytest.raises(UsageError, match=said_of):
            planned(BY | {"reason": "why"} | fields)


def test_promoting_twice_makes_one_version() -> None:
    log = Log()
    log.promote("a")
    assert plan.promote(log.state, draft=a_draft(time=BY["time"]), stages=STAGES) == ()


@pytest.mark.parametrize("commit", ["a", "z"])
def test_other_bytes_from_the_same_inputs_are_no_other_version(commit: str) -> None:
    log = Log()
    log.promote("a")
    again = dataclasses.replace(a_draft().digests or Digests(), model=sha256("bytes with another time"))
    assert log.promote("a", digests=again, commit=git_id(commit.encode()), time=BY["time"]) == ()


def test_an_older_commit_that_is_trained_again_stays_its_version() -> None:
    log = Log()
    log.promote("a")
    log.promote("b")
    again = dataclasses.replace(a_draft().digests or Digests(), model=sha256("bytes with another time"))
    assert log.promote("a", digests=again, time=BY["time"]) == ()


def test_a_missing_stage_is_assigned_later() -> None:
    log = Log()
    log.promote("a", stages=("staging",))
    assert said(log.promote("a", stages=STAGES)) == ["assign v1.0.0 production"]


def test_an_old_job_that_runs_again_does_not_roll_back() -> None:
    log = Log()
    log.promote("a")
    log.promote("b")
    assert log.promote("a") == ()
    log.append(plan.rollback(log.state, stage="production", to=None, reason="bad", **BY))
    assert log.promote("b", time=BY["time"]) == ()
    assert log.state.current(MODEL, "production") == "v1.0.0"


def test_a_version_that_was_overtaken_reaches_no_further_stage() -> None:
    log = Log()
    log.promote("a", stages=())
    log.promote("b", stages=("staging",))
    assert log.promote("a", stages=STAGES) == ()


def test_a_deprecated_version_is_registered_anew() -> None:
    log = Log()
    log.promote("a")
    log.append(plan.deprecate(log.state, version="v1.0.0", reason="bias", **BY))
    assert said(log.promote("a", time=BY["time"]))[0] == "register v1.1.0"


def test_another_model_file_is_another_version() -> None:
    log = Log()
    log.promote("a")
    other = a_draft("b").digests
    assert said(log.promote("a", digests=other))[0] == "register v1.1.0"


def test_models_are_apart() -> None:
    log = Log()
    log.promote("a")
    assert said(log.promote("a", model="other"))[0] == "register v1.0.0"


def test_a_stage_cannot_be_passed_over() -> None:
    log = Log()
    log.promote("a")
    with pytest.raises(PlanError, match=r"v1\.1\.0 has not been in staging") as raised:
        plan.promote(log.state, draft=a_draft("b"), stages=("production",), order=STAGES)
    assert raised.value.reason == "stage-order"
    log.promote("b", stages=())
    with pytest.raises(PlanError, match="the stage before production"):
        plan.assign(log.state, version="v1.1.0", stage="production", order=STAGES, **BY)


@pytest.mark.parametrize(
    ("bump", "change", "version"),
    [
        (Bump.MAJOR, None, "v2.0.0"),
        (Bump.MINOR, None, "v1.1.0"),
        (Bump.PATCH, None, "v1.0.1"),
        (Bump.AUTO, None, "v1.1.0"),
        (Bump.AUTO, Change.CONTRACTS, "v2.0.0"),
        (Bump.AUTO, Change.DATA, "v1.0.1"),
        (Bump.AUTO, lambda last: {"v1.0.0": Change.DATA}[last.version], "v1.0.1"),
        (Bump.MAJOR, Change.DATA, "v2.0.0"),
    ],
)
def test_which_part_is_raised(bump: Bump, change: Any, version: str) -> None:
    log = Log()
    log.promote("a")
    records = plan.promote(log.state, draft=a_draft("b"), stages=(), bump=bump, change=change)
    assert said(records) == [f"register {version}"]


def test_assigning() -> None:
    log = Log()
    log.promote("a", stages=("staging",))
    made = plan.assign(log.state, version="v1.0.0", stage="production", order=STAGES, approved_by=("ada",), **BY)
    assert said(made) == ["assign v1.0.0 production"]
    assert (made[0].approved_by, made[0].commit, made[0].actor) == (("ada",), git_id(b"a"), "grace")
    log.append(made)
    assert plan.assign(log.state, version="v1.0.0", stage="production", order=STAGES, **BY) == ()


def test_taking_back() -> None:
    log = Log()
    log.promote("a")
    made = plan.unassign(log.state, stage="production", **BY)
    assert said(made) == ["unassign v1.0.0 production"]
    assert made[0].tag == f"{MODEL}#production!#2"
    log.append(made)
    assert log.state.current(MODEL, "production") is None
    assert plan.unassign(log.state, stage="production", **BY) == ()
    (again,) = plan.assign(log.state, version="v1.0.0", stage="production", **BY)
    assert again.tag == f"{MODEL}#production#3"


def test_deprecating() -> None:
    log = Log()
    log.promote("a")
    made = plan.deprecate(log.state, version="v1.0.0", reason="bias", **BY)
    assert said(made) == ["deprecate v1.0.0"]
    assert made[0].tag == f"{MODEL}@v1.0.0!"
    log.append(made)
    assert plan.deprecate(log.state, version="v1.0.0", reason="bias", **BY) == ()


def test_notes() -> None:
    log = Log()
    log.promote("a")
    made = plan.note(log.state, version="v1.0.0", reason="asked for by risk", **BY)
    assert (said(made), made[0].tag) == (["note v1.0.0"], None)
    log.append(made)
    assert plan.note(log.state, version="v1.0.0", reason="asked for by risk", **BY) == ()
    assert said(plan.note(log.state, reason="asked for by risk", **BY)) == ["note"]
    assert said(plan.note(log.state, version="v1.0.0", reason="asked again", **BY)) == ["note v1.0.0"]


UNKNOWN = [
    (plan.assign, {"version": "v9.0.0", "stage": "production"}),
    (plan.assign, {"version": "v1.0.0", "stage": "production", "model": "other"}),
    (plan.unassign, {"stage": "dev"}),
    (plan.deprecate, {"version": "v9.0.0", "reason": ""}),
    (plan.note, {"version": "v9.0.0", "reason": ""}),
    (plan.note, {"model": "other", "reason": ""}),
    (plan.rollback, {"stage": "dev", "to": None, "reason": ""}),
    (plan.rollback, {"stage": "production", "to": "v9.0.0", "reason": ""}),
    (plan.rollback, {"stage": "production", "to": None, "reason": "", "model": "other"}),
]


@pytest.mark.parametrize(("planner", "fields"), UNKNOWN)
def test_what_the_registry_does_not_have(planner: Any, fields: dict[str, Any]) -> None:
    log = Log()
    log.promote("a")
    with pytest.raises(PlanError) as raised:
        planner(log.state, **{**BY, **fields})
    assert raised.value.reason == "version-unknown"
    assert raised.value.status == 2


def test_a_deprecated_version_is_assigned_no_more() -> None:
    log = Log()
    log.promote("a")
    log.promote("b")
    log.append(plan.deprecate(log.state, version="v1.0.0", reason="bias", **BY))
    with pytest.raises(PlanError, match="deprecated") as raised:
        plan.assign(log.state, version="v1.0.0", stage="staging", **BY)
    assert raised.value.reason == "version-unknown"
    with pytest.raises(PlanError, match="deprecated"):
        plan.rollback(log.state, stage="production", to="v1.0.0", reason="", **BY)


def back(log: Log, to: str | None = None, stage: str = "production") -> str:
    """Roll back, and return the version."""
    (record,) = log.append(plan.rollback(log.state, stage=stage, to=to, reason="worse", **BY))
    assert record.rollback
    assert record.commit == log.state.version(MODEL, str(record.version)).commit  # type: ignore[union-attr]
    return str(record.version)


def three() -> Log:
    log = Log()
    for name in "abc":
        log.promote(name)
    return log


def test_each_rollback_goes_one_further() -> None:
    log = three()
    assert [back(log), back(log)] == ["v1.1.0", "v1.0.0"]
    with pytest.raises(PlanError) as raised:
        back(log)
    assert raised.value.reason == "nothing-to-roll-back"


def test_after_a_rollback_and_a_promotion_the_bad_version_is_passed_over() -> None:
    log = three()
    assert back(log) == "v1.1.0"
    log.promote("d", time=BY["time"])
    assert [back(log), back(log)] == ["v1.1.0", "v1.0.0"]


def test_deprecated_versions_are_passed_over() -> None:
    log = three()
    log.append(plan.deprecate(log.state, version="v1.1.0", reason="bias", **BY))
    assert back(log) == "v1.0.0"


def test_by_name_to_any_version_that_was_there_forward_too() -> None:
    log = three()
    assert back(log, "v1.0.0") == "v1.0.0"
    assert plan.rollback(log.state, stage="production", to="v1.0.0", reason="", **BY) == ()
    with pytest.raises(PlanError, match="has never pointed to another version"):
        back(log)
    assert back(log, "v1.2.0") == "v1.2.0"
    assert back(log) == "v1.0.0"


def test_not_to_a_version_that_was_never_there() -> None:
    log = three()
    log.promote("d", stages=("staging",))
    with pytest.raises(PlanError, match=r"has never pointed to v1\.3\.0") as raised:
        back(log, "v1.3.0")
    assert raised.value.reason == "nothing-to-roll-back"


def test_an_emptied_stage_goes_back_to_what_it_had() -> None:
    log = three()
    log.append(plan.unassign(log.state, stage="production", **BY))
    assert back(log) == "v1.2.0"


def test_there_is_nothing_before_the_first() -> None:
    log = Log()
    log.promote("a")
    with pytest.raises(PlanError) as raised:
        back(log)
    assert raised.value.reason == "nothing-to-roll-back"


def test_stages_go_back_apart() -> None:
    log = three()
    assert back(log, stage="staging") == "v1.1.0"
    assert log.state.current(MODEL, "production") == "v1.2.0"


@pytest.mark.parametrize(
    ("now", "written"),
    [
        ("2026-03-03T11:00:00Z", "2026-03-03T11:00:00Z"),
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00Z"),
        ("2026-03-03T09:50:00Z", "2026-03-03T10:00:00Z"),
    ],
)
def test_the_time_of_a_record(now: str, written: str) -> None:
    log = Log()
    log.promote("a", time=T0, stages=())
    (made,) = log.promote("b", time=now, stages=())
    assert made.time == written


def test_a_clock_that_is_far_behind_is_refused() -> None:
    log = Log()
    log.promote("a", time=T0)
    with pytest.raises(PlanError, match="clock says 2026-03-03T09:49:59Z") as raised:
        log.promote("b", time="2026-03-03T09:49:59Z")
    assert (raised.value.reason, raised.value.status) == ("clock-behind", 5)


def test_events_of_a_stage_have_seconds_of_their_own_as_far_as_the_clock_allows() -> None:
    log = Log()
    for number in range(400):
        log.promote(str(number), time=T0, stages=("production",))
    times = [entry.time for entry in log.state.stage_history(MODEL, "production")]
    assert times[:301] == sorted(set(times[:301]))
    assert set(times[301:]) == {"2026-03-03T10:05:00Z"}


def test_without_a_commit_there_is_no_tag() -> None:
    (made,) = plan.promote(State(), draft=a_draft(commit=None), stages=())
    assert made.tag is None


def test_chaining_again_changes_nothing_but_what_was_changed() -> None:
    log = three()
    made = plan.rollback(log.state, stage="production", to=None, reason="worse", **BY)
    assert plan.chain(log.state, made) == made
    assert made[0].event is Event.ASSIGN
