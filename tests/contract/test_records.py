"""Records are read for ever: examples that were written once, the schema, the reader and the fold agree on them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from docs import generate_schemas
from jsonschema import Draft202012Validator

from mlgate.core.registry.log import record
from mlgate.core.registry.log.record import Digests, Event, Measured, Record, RecordError, Run, StoredArtifact, Verdict
from mlgate.core.registry.log.state import LogError, fold

ROOT = Path(__file__).parents[2]
FILES = sorted((Path(__file__).parent / "documents" / "records").glob("*.json"))
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas" / "record.schema.json").read_bytes()))
# Add files after these as the format grows; nothing may change those that are there.
DIGEST_OF_THE_NINTH = "26fa099a126c3ba142657698254a11e6749ab21ac7155b23d6ecce17c0be36b5"


def plain(number: int = 1) -> dict[str, Any]:
    value = json.loads(FILES[number - 1].read_bytes())
    assert isinstance(value, dict)
    return value


def data_of(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def test_the_examples_are_those_that_were_written() -> None:
    assert record.digest_of(FILES[8].read_bytes()) == DIGEST_OF_THE_NINTH
    assert {json.loads(path.read_bytes())["event"] for path in FILES} == set(Event)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_accepted_by_schema_and_reader_and_written_the_same(path: Path) -> None:
    data = path.read_bytes()
    assert list(SCHEMA.iter_errors(json.loads(data))) == []
    assert record.encode(record.decode(data)) == data


def test_the_examples_are_a_log() -> None:
    state = fold(path.read_bytes() for path in FILES)
    assert (state.sequence, state.before(10).digest) == (len(FILES), DIGEST_OF_THE_NINTH)
    assert state.is_deprecated("flight-delays", "v1.1.0")
    assert state.current("flight-delays", "production") is None
    assert state.at("2026-03-05T12:00:00Z").current("flight-delays", "production") == "v1.0.0"
    assert [entry.version for entry in state.versions("flight-delays")] == ["v1.0.0", "v1.1.0", "v1.2.0"]


def test_every_field_is_in_an_example() -> None:
    said = [plain(number) for number in range(1, len(FILES) + 1)]
    full = said[0]
    assert {field.name for field in dataclasses.fields(Record)} == {key for value in said for key in value}
    for cls, value in [
        (Run, full["run"]),
        (Verdict, full["verdict"]),
        (Measured, full["verdict"]["rules"][0]),
        (Digests, full["digests"]),
        (StoredArtifact, full["artifacts"][0]),
    ]:
        assert set(value) == {field.name for field in dataclasses.fields(cls)}, cls


@pytest.mark.parametrize("cls", [Record, Run, Verdict, Measured, Digests, StoredArtifact])
def test_every_field_is_described(cls: type) -> None:
    assert {field.name for field in dataclasses.fields(cls)} == set(generate_schemas.descriptions(cls))


def test_what_holds_its_default_is_left_out() -> None:
    small = Record(sequence=1, event=Event.NOTE, model="m", actor="a", time="2026-03-03T10:15:00Z")
    written = json.loads(record.encode(small))
    assert set(written) == {"schema", "mlgate", "sequence", "event", "model", "actor", "time"}
    assert SCHEMA.is_valid(written)
    assert record.decode(record.encode(small)) == small


def test_a_record_from_the_future_is_refused_as_newer() -> None:
    future = data_of(plain() | {"schema": "mlgate/record/2", "colour": "green"})
    with pytest.raises(RecordError) as caught:
        record.decode(future)
    assert caught.value.newer
    assert not SCHEMA.is_valid(json.loads(future))
    with pytest.raises(LogError) as refused:
        fold([future])
    assert refused.value.reason == "registry-newer"


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "other/record/1"},
        {"schema": None},
        {"colour": "green"},
        {"sequence": "1"},
        {"sequence": True},
        {"event": "promote"},
        {"model": None},
        {"actor": 1},
        {"rollback": "yes"},
        {"run": {"attempt": 1}},
        {"verdict": {"outcome": "good"}},
        {"verdict": {"outcome": "pass", "rules": [{"metric": "recall"}]}},
        {"digests": {"data": ["a"]}},
        {"artifacts": [{"name": "model"}]},
        {"artifacts": {}},
    ],
)
def test_what_is_no_record_is_refused_by_schema_and_reader(change: dict[str, Any]) -> None:
    broken = plain() | change
    with pytest.raises(RecordError) as caught:
        record.decode(data_of(broken))
    assert not caught.value.newer
    assert not SCHEMA.is_valid(broken)


@pytest.mark.parametrize("key", ["schema", "sequence", "event", "model", "actor", "time"])
def test_what_lacks_a_needed_field_is_refused_by_both(key: str) -> None:
    broken = {name: value for name, value in plain().items() if name != key}
    with pytest.raises(RecordError):
        record.decode(data_of(broken))
    assert not SCHEMA.is_valid(broken)


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{", b"\xff", b'{"schema":"mlgate/record/1","schema":"x"}'])
def test_bytes_that_are_no_record_are_refused(data: bytes) -> None:
    with pytest.raises(RecordError):
        record.decode(data)
