"""The provenance statement has the shape that in-toto and SLSA publish, and says what the report is bound to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests import builders as a

from mlgate.core.registry.bundle import provenance
from mlgate.core.registry.bundle.provenance import Source, statement
from mlgate.core.registry.log.record import Run, StoredArtifact

URL = "https://github.com/octo/flights/actions/runs/42"
RUN = Run(id=42, attempt=2, url=URL)
BOUND = a.a_provenance(contract_digests={"c.yml:new": a.digest("5"), "c.yml:old": a.digest("0")})
FILES = (
    StoredArtifact(name="model", file="model.skops", digest=a.digest("8"), size=5, store="branch"),
    StoredArtifact(name="environment", file="environment.txt", digest=a.digest("d"), size=7, store="branch"),
)
# By hand from the published prose and protobuf files: in-toto Statement v1, ResourceDescriptor, SLSA provenance v1.
URI = {"type": "string", "pattern": "^[a-z][a-z0-9+.-]*:\\S+$"}
TIME = {"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$"}
DIGESTS = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]+$"}}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


RESOURCE = closed(
    ["digest"],
    name={"type": "string", "minLength": 1},
    uri=URI,
    digest=DIGESTS,
    content={"type": "string"},
    downloadLocation=URI,
    mediaType={"type": "string"},
    annotations={"type": "object"},
)
DEFINITION = closed(
    ["buildType", "externalParameters"],
    buildType=URI,
    externalParameters={"type": "object"},
    internalParameters={"type": "object"},
    resolvedDependencies={"type": "array", "items": RESOURCE},
)
BUILDER = closed(["id"], id=URI, version={"type": "object", "additionalProperties": {"type": "string"}})
DETAILS = closed(
    ["builder"],
    builder=BUILDER,
    metadata=closed([], invocationId={"type": "string"}, startedOn=TIME, finishedOn=TIME),
)
STATEMENT = Draft202012Validator(
    closed(
        ["_type", "subject", "predicateType", "predicate"],
        _type={"const": "https://in-toto.io/Statement/v1"},
        subject={"type": "array", "minItems": 1, "items": {**RESOURCE, "required": ["name", "digest"]}},
        predicateType={"const": "https://slsa.dev/provenance/v1"},
        predicate=closed(["buildDefinition", "runDetails"], buildDefinition=DEFINITION, runDetails=DETAILS),
    )
)


def made(source: Source | None = None, **fields: Any) -> dict[str, Any]:
    report = a.a_report(**{"provenance": BOUND, **fields})
    value = json.loads(statement(report, FILES, source or Source()))
    STATEMENT.validate(value)
    assert isinstance(value, dict)
    return value


def dependencies(value: dict[str, Any]) -> dict[str, Any]:
    return {item["name"]: item for item in value["predicate"]["buildDefinition"]["resolvedDependencies"]}


def test_the_subjects_are_the_bundles_files() -> None:
    assert made()["subject"] == [
        {"name": "environment.txt", "digest": {"sha256": a.digest("d")}},
        {"name": "model.skops", "digest": {"sha256": a.digest("8")}},
    ]


def test_everything_that_the_model_was_made_from_is_named() -> None:
    found = dependencies(made(Source(run=RUN)))
    assert found == {
        "code": {"name": "code", "uri": "git+https://github.com/octo/flights", "digest": {"gitCommit": "c" * 40}},
        "configuration:mlgate.yml": {"name": "configuration:mlgate.yml", "digest": {"sha256": a.digest("1")}},
        "contract:c.yml": {"name": "contract:c.yml", "digest": {"sha256": a.digest("5")}},
        "table:holdout": {"name": "table:holdout", "digest": {"sha256": a.digest("6")}},
        "table:train": {"name": "table:train", "digest": {"sha256": a.digest("4")}},
        "holdout-identity": {"name": "holdout-identity", "digest": {"mlgateHoldout": a.digest("a")}},
        "environment:environment.txt": {"name": "environment:environment.txt", "digest": {"sha256": a.digest("d")}},
    }


def test_a_run_is_named_with_its_attempt() -> None:
    source = Source(
        configuration="models/flights/mlgate.yml",
        workflow="gate.yml",
        run=RUN,
        started="2026-03-03T10:00:00Z",
        finished="2026-03-03T10:15:00Z",
    )
    predicate = made(source)["predicate"]
    assert predicate["buildDefinition"]["externalParameters"] == {
        "model": "flight-delays",
        "configuration": "models/flights/mlgate.yml",
        "workflow": "gate.yml",
    }
    assert predicate["buildDefinition"]["internalParameters"] == {
        "source": "run",
        "command": "python train.py",
        "seed": 0,
    }
    assert predicate["runDetails"]["builder"]["id"] == "https://github.com/octo/flights/actions"
    assert predicate["runDetails"]["metadata"] == {
        "invocationId": f"{URL}/attempts/2",
        "startedOn": "2026-03-03T10:00:00Z",
        "finishedOn": "2026-03-03T10:15:00Z",
    }


def test_a_laptop_is_told_from_a_run() -> None:
    value = made()
    details = value["predicate"]["runDetails"]
    assert details["builder"]["id"] == provenance.LOCAL_BUILDER
    assert details["metadata"] == {}
    assert "uri" not in dependencies(value)["code"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://x/actions/runs/1",
        "ftp://h/o/r/actions/runs/1",
        "https://u:p@h/o/r/actions/runs/1",
        "https://h/o/r/1",
    ],
)
def test_an_address_that_is_no_runs_is_nobodys_builder(url: str) -> None:
    assert provenance.builder_of(Run(id=1, url=url)) == provenance.LOCAL_BUILDER


def test_a_forge_below_a_path_is_known_and_an_attempt_is_named_once() -> None:
    run = Run(id=7, attempt=3, url="http://127.0.0.1:3000/git/octo/flights/actions/runs/7/attempts/3")
    details = made(Source(run=run))["predicate"]["runDetails"]
    assert details["builder"]["id"] == "http://127.0.0.1:3000/git/octo/flights/actions"
    assert details["metadata"]["invocationId"] == run.url


def test_the_repository_can_be_named() -> None:
    found = dependencies(made(Source(repository="https://git.example.org/o/r/")))
    assert found["code"]["uri"] == "git+https://git.example.org/o/r"


def test_what_is_not_known_is_left_out() -> None:
    bare = a.a_provenance(commit=None, config_digest=None, holdout_digest=None, contract_digests={}, data_digests={})
    value = made(training=None, provenance=bare)
    assert value["predicate"]["buildDefinition"]["internalParameters"] == {}
    assert set(dependencies(value)) == {"environment:environment.txt"}


def test_the_same_inputs_give_the_same_bytes_whatever_their_order() -> None:
    one = statement(a.a_report(provenance=BOUND), FILES, Source(run=RUN))
    turned = a.a_provenance(
        contract_digests=dict(reversed(BOUND.contract_digests.items())),
        data_digests=dict(reversed(BOUND.data_digests.items())),
    )
    assert statement(a.a_report(provenance=turned), FILES[::-1], Source(run=RUN)) == one
    assert one.endswith(b"}\n")
