"""Which run's verdict counts for a push, and whether a report is about it."""

from __future__ import annotations

from typing import Any

import pytest
from tests import builders

from mlgate.core import codec
from mlgate.core.documents.training import Artifact
from mlgate.core.registry.promotion import judged
from mlgate.core.registry.promotion.decision import Absence
from mlgate.core.registry.promotion.judged import Ran
from mlgate.errors import UsageError

COMMIT = "a" * 40
ENV = {
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_SHA": COMMIT,
    "GITHUB_RUN_ID": "11",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "octo/flights",
}
PAYLOAD = {"before": "b" * 40, "repository": {"default_branch": "main"}}


def read(payload: Any = PAYLOAD, branch: str = "", **env: str) -> judged.Push:
    return judged.read_push({**ENV, **env}, payload, commit=COMMIT, branch=branch)


def test_a_push_to_the_default_branch() -> None:
    push = read()
    assert (push.branch, push.before, push.run, push.attempt) == ("main", "b" * 40, 11, 2)
    assert push.url == "https://github.com/octo/flights/actions/runs/11"


@pytest.mark.parametrize("before", ["0" * 40, "x", None, 3])
def test_a_tip_that_is_none_is_not_known(before: object) -> None:
    assert read({**PAYLOAD, "before": before}).before is None


def test_only_a_push_tells_the_tip_before() -> None:
    assert read(GITHUB_EVENT_NAME="workflow_dispatch").before is None


@pytest.mark.parametrize(
    ("payload", "env"),
    [
        (PAYLOAD, {"GITHUB_REF": "refs/heads/topic"}),
        (PAYLOAD, {"GITHUB_REF": "refs/tags/main"}),
        (PAYLOAD, {"GITHUB_REF": ""}),
        (PAYLOAD, {"GITHUB_SHA": "c" * 40}),
        ({}, {}),
        (None, {}),
        ({"repository": {"default_branch": 3}}, {}),
    ],
)
def test_another_branch_or_commit_is_refused(payload: Any, env: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        read(payload, **env)


def test_a_named_branch_is_promoted() -> None:
    assert read({}, "release/1", GITHUB_REF="refs/heads/release/1").branch == "release/1"


def ran(**fields: Any) -> Ran:
    given = {"event": "pull_request", "workflow": "mlgate.yml", "status": "completed", "conclusion": "success"}
    return Ran(**{**given, "source": "change", "head_repository": "octo/flights", "url": "https://x", **fields})


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([ran()], 0),
        ([ran(), ran(conclusion="failure")], 0),
        ([ran(conclusion="skipped"), ran()], 1),
        ([ran(event="push"), ran(workflow="x.yml"), ran()], 2),
        ([ran(source="other"), ran(source=""), ran()], 2),
        ([ran(head_repository="mallory/flights"), ran()], 1),
        ([ran(head_repository="mallory/flights")], "verdict-untrusted"),
        ([ran(head_repository=None)], "verdict-untrusted"),
        ([ran(source="other")], "verdict-missing"),
        ([ran(conclusion="failure"), ran()], "verdict-missing"),
        ([ran(conclusion="cancelled")], "verdict-missing"),
        ([ran(conclusion="", status="in_progress"), ran()], "verdict-missing"),
        ([], "verdict-missing"),
    ],
)
def test_the_newest_run_of_the_repository_counts(runs: list[Ran], expected: int | str) -> None:
    asked = {"workflow": "mlgate.yml", "event": "pull_request", "repository": "octo/flights"}
    chosen = judged.choose(enumerate(runs), **asked, serves=lambda source: source == "change")
    assert (chosen.reason if isinstance(chosen, Absence) else chosen) == expected


def data(**fields: Any) -> bytes:
    return codec.dumps(builders.a_report(**fields)).encode()


@pytest.mark.parametrize(
    ("datas", "reason"),
    [
        ([], "verdict-missing"),
        ([b"{}"], "verdict-missing"),
        ([b"\xff"], "verdict-missing"),
        ([data(model="prices")], "verdict-missing"),
        ([data(), data()], "verdict-untrusted"),
    ],
)
def test_a_report_is_the_only_one_about_its_model(datas: list[bytes], reason: str) -> None:
    found = judged.parse_report(datas, "flight-delays")
    assert isinstance(found, Absence)
    assert found.reason == reason


HOSTILE = "x\n::error::pwn **[a](http://evil)** @octo/team \x1b[31m"


@pytest.mark.parametrize("text", [data(model=HOSTILE), data().replace(b'"model"', codec.dumps(HOSTILE).encode(), 1)])
def test_a_hostile_report_s_words_are_not_repeated(text: bytes) -> None:
    found = judged.parse_report([text], "flight-delays")
    assert isinstance(found, Absence)
    assert not set(found.message) & set("\n\x1b@*[<`")


def test_a_hostile_report_s_commit_and_files_are_not_repeated() -> None:
    report = builders.a_report(
        provenance=builders.a_provenance(commit="\n::error::x"),
        training=builders.a_training(artifacts=(Artifact(name=HOSTILE, path="x", digest="0" * 64, size=1),)),
    )
    stale = judged.is_about_commit(report, "d" * 40)
    assert stale is not None
    assert "error" not in stale.message
    assert "a file" in judged.missing_files(report, [])
    assert HOSTILE not in judged.missing_files(report, [])


def test_reports_about_other_models_are_passed_over() -> None:
    found = judged.parse_report([data(model="prices"), data()], "flight-delays")
    assert not isinstance(found, Absence)
    assert (found[0].model, found[1]) == ("flight-delays", data())


def test_a_report_is_about_one_commit_and_one_pull_request() -> None:
    report = builders.a_report()
    assert judged.is_about_commit(report, "c" * 40) is None
    assert judged.is_about_commit(report, "d" * 40) is not None
    assert judged.is_about_pull_request(report, 17, "d" * 40) is None
    assert judged.is_about_pull_request(report, 18, "d" * 40) is not None
    assert judged.is_about_pull_request(report, 17, "e" * 40) is not None


def test_every_file_that_the_report_names_is_wanted() -> None:
    report = builders.a_report()
    digests = list(judged.wanted_digests(report))
    assert judged.missing_files(report, digests) == ()
    assert judged.missing_files(report, digests[1:]) == ("model",)
    assert judged.missing_files(report, []) == ("model", "predictions")


@pytest.mark.parametrize("field", ["model_digest", "predictions_digest"])
@pytest.mark.parametrize("value", [None, builders.digest("0")])
def test_the_files_are_those_that_the_verdict_is_bound_to(field: str, value: str | None) -> None:
    report = builders.a_report(provenance=builders.a_provenance(**{field: value}))
    missing = judged.missing_files(report, judged.wanted_digests(report))
    assert missing == (field.removesuffix("_digest"),)


def test_what_is_no_digest_is_no_file() -> None:
    training = builders.a_training(artifacts=(Artifact(name="model", path="x", digest="../" * 20 + "abcd", size=1),))
    assert judged.wanted_digests(builders.a_report(training=training)) == {}
