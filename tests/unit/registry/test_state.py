"""The fold of the log: what it knows after some records, and which bytes it refuses to read."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.registry_log import MODEL, STAGES, T0, Log, a_draft, git_id, sha256

from mlgate.core.registry.log import plan
from mlgate.core.registry.log.record import Event, digest_of, encode
from mlgate.core.registry.log.state import LogError, State, extend, fold

LATER = "2026-03-05T10:00:00Z"


def a_log() -> Log:
    log = Log()
    log.promote("a")
    log.promote("b", stages=("staging",), time="2026-03-04T10:00:00Z")
    log.promote("x", model="other", stages=(), time=LATER)
    return log


def datas_of(log: Log) -> list[bytes]:
    return [entry.data for entry in log.state.entries]


def test_nothing_is_known_of_an_empty_log() -> None:
    state = fold(())
    assert (state.sequence, state.digest, state.time, state.models()) == (0, None, None, ())
    assert state.versions(MODEL) == ()
    assert state.version(MODEL, "v1.0.0") is None
    assert state.latest(MODEL) is None
    assert state.current(MODEL, "production") is None
    assert state.stages(MODEL) == {}
    assert state.tags() == {}
    assert state == State()


def test_what_is_known_after_some_records() -> None:
    state = a_log().state
    assert (state.sequence, state.time) == (6, LATER)
    assert state.models() == (MODEL, "other")
    assert [entry.version for entry in state.versions(MODEL)] == ["v1.0.0", "v1.1.0"]
    assert state.stages(MODEL) == {"staging": "v1.1.0", "production": "v1.0.0"}
    assert state.stage_count(MODEL, "staging") == 2
    assert [entry.version for entry in state.stage_history(MODEL, "staging")] == ["v1.0.0", "v1.1.0"]
    assert state.tags()[f"{MODEL}#staging#2"] == git_id(b"b")
    assert state.holdout_uses(sha256("holdout")) == 3
    assert state.find(state.entries[2].digest) is state.entries[2]
    assert state.find("0" * 64) is None


def test_the_highest_number_is_the_latest() -> None:
    log = Log()
    for number in range(11):
        log.promote(str(number), stages=())
    latest = log.state.latest(MODEL)
    assert latest is not None
    assert latest.version == "v1.10.0"


def test_the_registry_as_it_was() -> None:
    state = a_log().state
    assert state.at("2026-03-03T09:59:59Z") == State()
    assert state.at(T0).stages(MODEL) == {"staging": "v1.0.0", "production": "v1.0.0"}
    assert state.at("2026-03-04T23:59:59Z").stages(MODEL)["staging"] == "v1.1.0"
    assert state.at(LATER) == state
    assert state.before(4).sequence == 3
    assert state.before(1) == State()


def test_extending_is_folding_the_rest() -> None:
    log = a_log()
    datas = datas_of(log)
    for cut in range(len(datas) + 1):
        first = fold(datas[:cut])
        before = first.sequence
        assert extend(first, datas[cut:]) == log.state
        assert first.sequence == before


def test_an_entry_gives_its_record_back() -> None:
    (record, *_) = Log().promote("a")
    entry = fold([encode(record)]).entries[0]
    assert entry.record() == record
    assert entry.plain["digests"]["holdout"] == entry.holdout
    assert entry.digest == digest_of(encode(record))


def test_a_part_that_the_fold_does_not_need_is_checked_when_it_is_read() -> None:
    plain = json.loads(datas_of(a_log())[0]) | {"verdict": "fine"}
    entry = fold([json.dumps(plain).encode()]).entries[0]
    with pytest.raises(LogError, match=r"Record 1 .*verdict") as raised:
        entry.record()
    assert raised.value.reason == "registry-damaged"


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no schema": ({"schema": None}, "its schema is None"),
    "a foreign schema": ({"schema": "other/1"}, "its schema is 'other/1'"),
    "no event": ({"event": None}, "its event is None"),
    "an unknown event": ({"event": "promote"}, "its event is 'promote'"),
    "an event that is a list": ({"event": ["register"]}, "its event is"),
    "no model": ({"model": None}, "its model is None"),
    "a model with a slash": ({"model": "a/b"}, "its model is 'a/b'"),
    "a model with a space": ({"model": "a b"}, "its model is 'a b'"),
    "a model with a line end": ({"model": "a\n"}, "its model is"),
    "a model that is a number": ({"model": 1}, "its model is 1"),
    "no version": ({"version": None}, "its version is none"),
    "a version without its v": ({"version": "1.0.0"}, "its version is none"),
    "a version of two parts": ({"version": "v1.0"}, "its version is none"),
    "a stage that is a list": ({"stage": []}, "its stage is none"),
    "a stage with a slash": ({"stage": "a/b"}, "its stage is none"),
    "an assign without a stage": ({"event": "assign"}, "its stage is none"),
    "an unassign without a stage": ({"event": "unassign"}, "its stage is none"),
    "no time": ({"time": None}, "its time is None"),
    "a time without its zone": ({"time": "2026-03-03T10:00:00"}, "its time is"),
    "a time that is none": ({"time": "2026-13-03T10:00:00Z"}, "its time is"),
    "no actor": ({"actor": None}, "nobody did it"),
    "a commit that is none": ({"commit": "HEAD"}, "its commit is 'HEAD'"),
    "a tag that is none": ({"tag": 1}, "its tag is 1"),
    "a reason that is none": ({"reason": 1}, "its reason is no text"),
    "digests that are none": ({"digests": []}, "its digests are none"),
    "a holdout that is none": ({"digests": {"holdout": 1}}, "its holdout is none"),
    "no number": ({"sequence": None}, "it has no number"),
    "a number that is true": ({"sequence": True}, "it has no number"),
    "a number that is a fraction": ({"sequence": 1.0}, "it has no number"),
    "another number": ({"sequence": 2}, "it says that it is record 2"),
    "a predecessor of the first": ({"previous": "0" * 64}, "the record before it is not the one that it names"),
    "a rollback that is a word": ({"rollback": "yes"}, "its rollback is"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_record_is_refused(name: str) -> None:
    fields, words = WRONG[name]
    plain = json.loads(datas_of(a_log())[0]) | fields
    with pytest.raises(LogError) as raised:
        fold([json.dumps(plain).encode()])
    assert raised.value.reason == "registry-damaged"
    assert words in raised.value.message
    assert raised.value.message.startswith("Record 1 ")


NO_RECORDS = (b"", b"{", b"[]", b"1", b"null", b"\xff", b'"x"', b"[" * 100_000)


@pytest.mark.parametrize("data", NO_RECORDS, ids=range(len(NO_RECORDS)))
def test_bytes_that_are_no_record_are_refused(data: bytes) -> None:
    with pytest.raises(LogError, match="registry's log cannot be used"):
        fold([data])


def test_a_record_of_a_newer_mlgate_is_refused_by_its_name() -> None:
    plain = json.loads(datas_of(a_log())[0]) | {"schema": "mlgate/record/2", "event": "unheard-of"}
    with pytest.raises(LogError, match="mlgate/record/2") as raised:
        fold([json.dumps(plain).encode()])
    assert raised.value.reason == "registry-newer"
    assert "Update mlgate" in raised.value.remedy


@pytest.mark.parametrize("at", range(6))
def test_a_missing_record_is_refused(at: int) -> None:
    datas = datas_of(a_log())
    if at == len(datas) - 1:
        assert fold(datas[:at]).sequence == at  # nothing in the bytes can tell: tags and memory do
        return
    with pytest.raises(LogError, match="one is missing or doubled"):
        fold(datas[:at] + datas[at + 1 :])


@pytest.mark.parametrize("at", range(6))
def test_a_doubled_record_is_refused(at: int) -> None:
    datas = datas_of(a_log())
    with pytest.raises(LogError, match="one is missing or doubled"):
        fold([*datas[: at + 1], *datas[at:]])


@pytest.mark.parametrize("at", range(5))
def test_a_rewritten_record_breaks_the_chain_after_it(at: int) -> None:
    log = a_log()
    datas = datas_of(log)
    datas[at] = encode(dataclasses.replace(log.state.entries[at].record(), actor="mallory"))
    with pytest.raises(LogError, match=rf"Record {at + 2} .*the record before it is not the one"):
        fold(datas)


def test_time_does_not_go_backwards() -> None:
    log = a_log()
    record = dataclasses.replace(log.state.entries[5].record(), time=T0)
    with pytest.raises(LogError, match="is before that of the record before it"):
        fold([*datas_of(log)[:5], encode(record)])


def follows(log: Log, **fields: Any) -> bytes:
    record = a_draft("z", sequence=log.state.sequence + 1, previous=log.state.digest, time=LATER, **fields)
    return encode(record)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"version": "v1.0.0"}, "is registered a second time"),
        ({"event": Event.ASSIGN, "version": "v7.0.0", "stage": "staging"}, "v7.0.0 is registered nowhere"),
        ({"event": Event.UNASSIGN, "version": "v7.0.0", "stage": "staging"}, "v7.0.0 is registered nowhere"),
        ({"event": Event.UNASSIGN, "version": "v1.0.0", "stage": "staging"}, "staging does not point to v1.0.0"),
        ({"event": Event.DEPRECATE, "version": "v7.0.0"}, "v7.0.0 is registered nowhere"),
        ({"event": Event.NOTE, "version": "v7.0.0"}, "v7.0.0 is registered nowhere"),
    ],
)
def test_what_cannot_have_happened_is_refused(fields: dict[str, Any], words: str) -> None:
    log = a_log()
    with pytest.raises(LogError, match=words):
        extend(log.state, [follows(log, **fields)])


def test_a_note_on_a_model_and_a_deployment_are_read() -> None:
    log = a_log()
    state = extend(log.state, [follows(log, event=Event.NOTE, version=None, reason="hello")])
    assert state.entries[-1].reason == "hello"
    assert state.stages(MODEL) == log.state.stages(MODEL)
    deployed = extend(log.state, [follows(log, event=Event.DEPLOY, version="v1.0.0", stage="production")])
    assert deployed.stages(MODEL) == log.state.stages(MODEL)
    assert deployed.stage_count(MODEL, "production") == 1


def test_a_deprecated_version_stays_where_it_is_and_is_known_as_such() -> None:
    log = a_log()
    log.append(plan.deprecate(log.state, model=MODEL, version="v1.0.0", actor="ada", time=LATER, reason="bias"))
    assert log.state.is_deprecated(MODEL, "v1.0.0")
    assert not log.state.is_deprecated(MODEL, "v1.1.0")
    assert log.state.current(MODEL, STAGES[1]) == "v1.0.0"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_record_is_read_in_the_encoding_in_which_it_is_written(encoding: str) -> None:
    data = datas_of(a_log())[0].decode().encode(encoding)
    with pytest.raises(LogError, match="registry's log cannot be used"):
        fold([data])


def test_text_that_nobody_can_write_is_refused() -> None:
    data = datas_of(a_log())[0].replace(b'"ada"', b'"\\ud800"')
    with pytest.raises(LogError, match="registry's log cannot be used"):
        fold([data])


PIECES = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b":",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"NaN",
    b"\\",
    b"\xc3",
    b"v",
    b"",
)


@given(
    at=st.integers(0, 5),
    place=st.floats(0, 1),
    length=st.integers(0, 12),
    piece=st.sampled_from(PIECES) | st.binary(max_size=8),
)
def test_no_bytes_break_the_fold(at: int, place: float, length: int, piece: bytes) -> None:
    datas = datas_of(a_log())
    start = int(place * len(datas[at]))
    datas[at] = datas[at][:start] + piece + datas[at][start + length :]
    reason, state = outcome_of(datas)
    assert reason in {None, "registry-damaged", "registry-newer"}
    if state is not None and datas[at] != a_log().state.entries[at].data:
        assert at == 5, "only the last record has none after it that names it"


def outcome_of(datas: list[bytes]) -> tuple[str | None, State | None]:
    try:
        return None, fold(datas)
    except LogError as error:
        return error.reason, None
