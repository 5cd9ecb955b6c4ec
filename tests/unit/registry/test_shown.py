"""What the registry command shows: moments, tables, names of files, and which thing a person means."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registry_log import MODEL, Log

from mlgate.core.config.model import Approval, Promote, Stage
from mlgate.core.documents.registry import RegistryDocument, RegistryEvent, RegistryFinding
from mlgate.core.registry.log import plan
from mlgate.core.registry.log.moments import parse_moment
from mlgate.core.registry.log.record import Event, Record, StoredArtifact, encode
from mlgate.core.registry.log.state import State, extend
from mlgate.core.registry.people import choice, view, wording
from mlgate.core.registry.people.tables import cell, table, width
from mlgate.core.registry.promotion import by_hand
from mlgate.errors import MlgateError

TIME = "2026-03-03T10:15:00Z"


@given(
    st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?", fullmatch=True)
)
def test_any_text_is_a_moment_or_none(text: str) -> None:
    moment = parse_moment(text)
    if moment is not None:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment.time)
        assert moment.meaning


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))  # noqa: DTZ001 - hypothesis wants it naive
def test_a_moment_is_the_time_that_was_written(time: datetime) -> None:
    moment = parse_moment(time.isoformat(timespec="seconds"))
    assert moment
    assert moment.time == plan.utc(time)


@given(st.lists(st.tuples(st.text(max_size=90), st.text(max_size=90)), max_size=4))
def test_a_table_has_one_line_a_row_whatever_the_cells_hold(rows: list[tuple[str, str]]) -> None:
    lines = table(("A", "B"), [("x" + one, other) for one, other in rows]).split("\n")
    assert len(lines) == len(rows) + 1
    assert all(width(line) <= 2 * 60 + 2 for line in lines)


def test_columns_are_aligned_by_what_a_terminal_shows() -> None:
    text = table(("NAME", "X", "EMPTY"), [("日本", "1", ""), ("u\u0308ber", "2", None), ("ab", "3", "")])
    lines = text.split("\n")
    assert "EMPTY" not in text
    assert [width(line[: line.index(mark)]) for line, mark in zip(lines, "X123", strict=True)] == [6, 6, 6, 6]


@pytest.mark.parametrize("text", ["a\nb\tc", "\x1b[31mred", "a\u202eb", "a\u200bb", "\ud800"])
def test_a_cell_holds_nothing_that_acts_on_a_terminal(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b\u202e\ud800]", cell(text))
    assert len(cell("x" * 1000)) == 60


@pytest.mark.parametrize("sign", ["x", "日", " ", "\u0301", "\u202e", "x\u0301"])
def test_a_cell_of_any_length_is_cut_at_once(sign: str) -> None:
    """Old records may hold any number of characters: measuring what is left after each one took for ever."""
    begun = monotonic()
    shown = [cell(sign * 60_000, widest) for widest in (60, 160, 300)]
    assert monotonic() - begun < 2
    assert all(width(text) <= widest for text, widest in zip(shown, (60, 160, 300), strict=True))
    assert all(text.endswith("...") for text in shown)


@pytest.mark.parametrize(
    ("text", "shown"), [("x" * 60, "x" * 60), ("日" * 30, "日" * 30), ("日" * 31, "日" * 28 + "...")]
)
def test_a_cell_is_cut_where_it_no_longer_fits(text: str, shown: str) -> None:
    assert cell(text) == shown


@given(st.lists(st.text(max_size=12) | st.sampled_from(["a.bin", "A.BIN", "../x", ".git", "con.", ""]), max_size=6))
def test_files_of_any_record_get_names_of_their_own_in_one_folder(files: list[str]) -> None:
    artifacts = [
        StoredArtifact(name="model", file=file, digest=f"{number:064x}", size=1, store="branch")
        for number, file in enumerate(files)
    ]
    names = view.file_names(artifacts)
    assert len({name.casefold() for name in names}) == len(files)
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name) for name in names)


def log() -> State:
    """Return a log with two models; one has two versions and two stages."""
    state = State()
    for model, version, stages in (
        ("a", "v1.0.0", ("staging", "production")),
        ("b", "v1.0.0", ()),
        ("a", "v1.1.0", ("staging",)),
    ):
        draft = Record(sequence=0, event=Event.REGISTER, model=model, actor="ann", time=TIME, commit="c" * 40)
        records = plan.promote(state, draft=draft, stages=stages)
        assert records[0].version == version
        state = extend(state, map(encode, records))
    return state


def test_the_model_that_is_meant() -> None:
    state = log()
    assert choice.choose_model(state, "b", "a") == "b"
    assert choice.choose_model(state, None, "a") == "a"
    for given_, configured in ((None, None), ("c", "a"), (None, "c")):
        with pytest.raises(MlgateError) as caught:
            choice.choose_model(state, given_, configured)
        assert "It has: a, b." in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "version"), [("v1.0.0", "v1.0.0"), ("1.1.0", "v1.1.0"), ("staging", "v1.1.0"), ("production", "v1.0.0")]
)
def test_the_version_that_is_meant(text: str, version: str) -> None:
    assert choice.choose_version(log(), "a", text) == version


@pytest.mark.parametrize("text", ["", "v1", "v9.0.0", "canary", "v01.0.0"])
def test_a_version_that_there_is_not(text: str) -> None:
    with pytest.raises(MlgateError) as caught:
        choice.choose_version(log(), "a", text)
    assert caught.value.reason == "version-unknown"


def test_the_stage_that_is_meant() -> None:
    promote = Promote(stages=(Stage(name="staging"), Stage(name="production")))
    assert choice.choose_stage(log(), "a", "staging", promote) == "staging"
    assert choice.choose_stage(log(), "a", None, promote) == "production"
    with pytest.raises(MlgateError, match="several stages"):
        choice.choose_stage(log(), "a", None, None)
    with pytest.raises(MlgateError, match="no stage has ever"):
        choice.choose_stage(log(), "b", None, None)


def test_a_person_may_assign_what_the_configuration_allows() -> None:
    promote = Promote(stages=(Stage(name="staging"), Stage(name="production", approve=Approval.ENVIRONMENT)))
    assert by_hand.assignable(log(), "a", "v1.0.0", "staging", promote) == "staging"
    assert by_hand.assignable(log(), "a", "v1.1.0", "staging", promote) is None
    for version, reason in (("v1.1.0", "approval-missing"),):
        with pytest.raises(MlgateError) as caught:
            by_hand.assignable(log(), "a", version, "production", promote)
        assert caught.value.reason == reason
    with pytest.raises(MlgateError) as caught:
        by_hand.assignable(log(), "b", "v1.0.0", "production", promote)
    assert caught.value.reason == "stage-order"


def test_signed_records_are_chained_anew() -> None:
    state = log()
    records = plan.note(state, model="a", actor="ann", time=TIME, reason="x")
    assert by_hand.signed(state, records, None) == records
    (record,) = by_hand.signed(state, records, "ann@example.org")
    assert (record.signer, record.previous, record.sequence) == ("ann@example.org", state.digest, 7)


def test_a_stage_that_was_taken_back_pointed_to_something_before() -> None:
    state = log()
    records = plan.unassign(state, model="a", stage="staging", actor="ann", time=TIME)
    state = extend(state, map(encode, records))
    (event,) = view.written(state, records)
    assert (event.previous_version, wording.what(event)) == ("v1.1.0", "take v1.1.0 from staging")


@pytest.mark.parametrize(("rollback", "text"), [(True, "roll s back to v1.0.0"), (False, "assign v1.0.0 to s")])
def test_the_first_assignment_names_nothing_before_it(rollback: bool, text: str) -> None:
    event = RegistryEvent(
        sequence=1, time=TIME, event="assign", model="a", version="v1.0.0", stage="s", rollback=rollback, actor="ann",
        record_digest="d",
    )  # fmt: skip
    assert wording.what(event) == text


def test_many_findings_are_counted_and_the_first_are_shown() -> None:
    one = RegistryFinding(reason="blob-missing", subject="blob", message="gone", remedy="Restore it.")
    text = wording.audit(RegistryDocument(findings=(one,) * 250, checked={"record": 3}))
    assert text.startswith("250 things wrong, in 3 records:\n")
    assert text.count("blob-missing") == wording.FINDINGS + 1
    assert "\nWhat to do:\nblob-missing: Restore it.\n" in text
    assert "And 150 more things: `--json` names all." in text


def test_the_history_says_who_agreed() -> None:
    log = Log()
    log.promote("a", stages=("staging",))
    told = {"model": MODEL, "version": "v1.0.0", "actor": "grace", "time": TIME}
    log.append(plan.assign(log.state, stage="production", approved_by=("olga", "pat\x1b[31m"), **told))
    shown = view.events(log.state, log.state.entries[::-1])
    assert [event.approved_by for event in shown] == [("olga", "pat\x1b[31m"), (), ()]
    text = wording.events(RegistryDocument(events=shown, sequence=3), 3)
    assert "APPROVED BY" in text
    assert "olga, pat\N{REPLACEMENT CHARACTER}[31m" in text
    assert "APPROVED BY" not in wording.events(RegistryDocument(events=shown[1:], sequence=3), 2)


def test_a_job_summary_says_what_was_written_and_keeps_text_text() -> None:
    log = Log()
    log.promote("a", stages=("production",))
    log.promote("b", stages=("production",))
    why = "too slow | <img src=x> @team"
    told = {"model": MODEL, "actor": "grace", "time": TIME, "reason": why}
    log.append(plan.rollback(log.state, stage="production", to=None, **told))
    page = wording.summary(RegistryDocument(events=view.events(log.state, log.state.entries[-1:])))
    assert page.startswith(f"## {MODEL}: roll production back to v1.0.0, from v1.1.0\n\nBy grace: too slow ")
    assert "<img" not in page
    assert "@team" not in page
    assert wording.summary(RegistryDocument()) == wording.SAME
