"""What is in a bundle and how its files are called, and what a record takes from a report."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import builders as a

from mlgate.core.config.model import StoreKind
from mlgate.core.documents.comparison import MetricDifference
from mlgate.core.documents.promotion import Origin
from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import Environment
from mlgate.core.outcome import Outcome
from mlgate.core.registry.bundle import contents as bundle
from mlgate.core.registry.bundle import from_report
from mlgate.core.registry.log import record
from mlgate.core.registry.log.record import Digests, Event, Measured, Run, StoredArtifact, Verdict

FILE = StoredArtifact(name="model", file="model.skops", digest=a.digest("8"), size=5, store="branch")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("model.skops", "model.skops"),
        ("out/models/model.onnx", "model.onnx"),
        ("a b/c d.json", "c-d.json"),
        ("..", "model"),
        ("", "model"),
        ("x/.hidden", "hidden"),
        ("--force", "force"),
        ("a\\..\\b.txt", "b.txt"),
        ("modèle.json", "mod-le.json"),
        ("name.", "name"),
        ("report.json", "model-report.json"),
        ("Readme.MD", "model-Readme.MD"),
        ("taken.bin", "model-taken.bin"),
        ("a" * 200 + ".onnx", "a" * 95 + ".onnx"),
    ],
)
def test_a_file_keeps_its_base_name_as_far_as_it_is_safe(path: str, name: str) -> None:
    assert bundle.safe_name(path, "model", ["Taken.bin"]) == name


@given(st.text())
def test_a_name_is_safe_whatever_the_path_is(path: str) -> None:
    name = bundle.safe_name(path, "model")
    assert name
    assert "/" not in name
    assert name[0] not in ".-"
    assert name not in bundle.FILES.values()
    assert name.isascii()
    assert all(character.isalnum() or character in "._-" for character in name)


def test_the_environment_is_written_as_pip_reads_it() -> None:
    environment = Environment(
        python="3.12.4", platform="Linux 6.8", packages={"scikit-learn": "1.6.0", "Numpy": "2.1.0", "-r x": "1\n--y"}
    )
    assert bundle.environment_lock(environment).decode().splitlines() == [
        "# python 3.12.4",
        "# platform Linux 6.8",
        "_r_x==1_--y",
        "Numpy==2.1.0",
        "scikit-learn==1.6.0",
    ]


def test_an_environment_that_is_not_known_says_so() -> None:
    assert bundle.environment_lock(None).startswith(b"# Not recorded")
    assert bundle.environment_lock(Environment()) == b"# python none\n# platform unknown\n"


def test_the_manifest_lists_every_file_in_order() -> None:
    other = replace(FILE, name="card", file="README.md")
    written = json.loads(bundle.manifest("m", [FILE, other]))
    assert (written["schema"], written["model"]) == ("mlgate/manifest/1", "m")
    assert [file["name"] for file in written["files"]] == ["card", "model"]
    assert written["files"][1] == {"name": "model", "file": "model.skops", "size": 5, "sha256": a.digest("8")}
    assert bundle.manifest("m", [FILE, other]) == bundle.manifest("m", [other, FILE])


@pytest.mark.parametrize("store", StoreKind)
def test_evidence_lies_on_the_branch_whatever_the_store_is(store: StoreKind) -> None:
    assert bundle.store_of("holdout-predictions", store) is bundle.store_of("profile", store) is StoreKind.BRANCH
    assert bundle.store_of("model", store) is bundle.store_of("manifest", store) is store


def test_a_record_takes_from_the_report_what_an_auditor_asks_for() -> None:
    report = a.a_report(
        outcome=Outcome.WARN,
        reasons=(Reason(id="holdout-worn"), Reason(id="registry-empty"), Reason(id="holdout-worn")),
        provenance=a.a_provenance(contract_digests={"a:b.yml:new": a.digest("5"), "a:b.yml:old": a.digest("0")}),
    )
    run = Run(id=7)
    drafted = from_report.draft(
        report,
        report_digest=a.digest("3"),
        actor="alice",
        origin=Origin.CI,
        merge="e" * 40,
        run=run,
        artifacts=(FILE,),
        format="pickle",
        runs_code=True,
        approved_by=("bob",),
        signer="alice@example.org",
    )
    assert (drafted.event, drafted.model, drafted.actor) == (Event.REGISTER, "flight-delays", "alice")
    assert (drafted.commit, drafted.merge, drafted.pull_request) == ("c" * 40, "e" * 40, 17)
    assert (drafted.origin, drafted.run, drafted.report_digest) == (Origin.CI, run, a.digest("3"))
    assert (drafted.artifacts, drafted.format, drafted.runs_code) == ((FILE,), "pickle", True)
    assert (drafted.approved_by, drafted.signer) == (("bob",), "alice@example.org")
    assert drafted.verdict == Verdict(
        outcome=Outcome.WARN,
        reasons=("holdout-worn", "registry-empty"),
        rules=(
            Measured(
                metric="roc_auc",
                value=0.7584,
                against="promoted",
                baseline=0.7521,
                interval=(0.0011, 0.0115),
                outcome=Outcome.PASS,
            ),
            Measured(metric="recall", value=0.641, interval=(0.611, 0.670), outcome=Outcome.PASS),
        ),
        rows=4_000,
    )
    assert drafted.digests == Digests(
        inputs=a.digest("2"),
        config=a.digest("1"),
        contracts={"a:b.yml": a.digest("5")},
        data={"train": a.digest("4"), "holdout": a.digest("6")},
        holdout=a.digest("a"),
        model=a.digest("8"),
        predictions=a.digest("9"),
    )
    filled = replace(drafted, sequence=1, time="2026-03-03T10:15:00Z", version="v1.0.0")
    assert record.decode(record.encode(filled)) == filled


def test_the_first_model_of_a_rule_against_promoted_is_measured_all_the_same() -> None:
    rules = tuple(
        a.a_rule(metric=metric, against="promoted", baseline=None, candidate=None, interval=None, average=average)
        for metric, average in (("roc_auc", None), ("recall", "macro"))
    )
    measured = tuple(
        MetricDifference(metric=rule.metric, against="dummy", baseline=0.5, candidate=0.75) for rule in rules
    )
    report = a.a_report(rules=rules, comparison=a.a_comparison(rules=rules, metrics=measured))
    values = {rule.metric: rule.value for rule in from_report.verdict_of(report).rules}
    assert values == {"roc_auc": 0.75, "recall": None}, "recall was asked for with another average"


def test_the_pushed_commit_is_said_once() -> None:
    report = a.a_report(pull_request=None, comparison=None)
    drafted = from_report.draft(
        report, report_digest="x", actor="a", origin=Origin.LOCAL, commit="e" * 40, merge="e" * 40, pull_request=3
    )
    assert (drafted.commit, drafted.merge, drafted.pull_request) == ("e" * 40, None, 3)
    assert drafted.verdict == Verdict(outcome=Outcome.PASS)
