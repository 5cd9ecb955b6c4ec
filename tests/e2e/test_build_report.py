"""build-report as people run it: the script, a run folder, a real repository, and a browser for the page."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests import builders
from tests.repository import Repository, environment
from tests.toolbox import ROOT, tool

from mlgate.core import codec
from mlgate.core.documents.base import PolicySource
from mlgate.core.documents.comparison import ComparisonDocument
from mlgate.core.documents.data import DataDocument
from mlgate.core.documents.files import FILES
from mlgate.core.documents.report import ReportDocument
from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import TrainingDocument
from mlgate.core.outcome import Outcome
from mlgate.shell.base.policy import load
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.documents.shared import Document

CONFIG = """\
version: 1
model: flight-delays
tables:
  train: {path: data/train.csv}
  holdout: {path: data/holdout.csv}
key: flight_id
label: delayed
train: {run: python train.py, model: model.skops, predictions: predictions.csv}
baselines: [dummy]
gate:
  rules:
    - {id: roc_auc vs promoted, metric: roc_auc, against: dummy, margin: 0.005}
    - {id: "recall >= 0.6", metric: recall, at-least: 0.6}
"""
TABLES_ONLY = "version: 1\ntables:\n  train: {path: data/train.csv}\n  holdout: {path: data/holdout.csv}\n"


@dataclasses.dataclass
class Ran:
    """One run of the script."""

    status: int
    out: str
    err: str
    outputs: dict[str, str]
    folder: Path

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        return report

    @property
    def reasons(self) -> list[str]:
        return [reason["id"] for reason in self.report["reasons"]]

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


def build(folder: Path, *words: str, **variables: str) -> Ran:
    output = folder / "output.txt"
    output.write_text("")
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "build_report.py"), *words],
        cwd=folder,
        env=environment(GITHUB_OUTPUT=str(output), **variables),
        capture_output=True,
        text=True,
        check=False,
    )
    lines = iter(output.read_text(encoding="utf-8").splitlines())
    outputs = {}
    for line in lines:
        name, _, end = line.partition("<<")
        outputs[name] = "\n".join(iter(lambda: next(lines), end))
    return Ran(done.returncode, done.stdout, done.stderr, outputs, folder / "mlgate-run")


def write(folder: Path, *documents: Document, chain: bool = True) -> None:
    """Write documents as their steps do, each with the digests of those before it."""
    run = RunFolder(folder / "mlgate-run")
    reads: dict[str, str] = {}
    for document in documents:
        path = run.write(dataclasses.replace(document, reads=dict(reads) if chain else document.reads))
        reads[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "größe"
    folder.mkdir()
    (folder / "mlgate.yml").write_text(CONFIG)
    return folder


def sound() -> tuple[DataDocument, TrainingDocument, ComparisonDocument]:
    return builders.a_data(), builders.a_training(), builders.a_comparison()


def failing() -> tuple[DataDocument, TrainingDocument, ComparisonDocument]:
    rules = (builders.a_failing_rule(), builders.a_floor())
    return builders.a_data(), builders.a_training(), builders.a_comparison(outcome=Outcome.FAIL, rules=rules)


def test_sound_documents_pass_and_give_three_files(place: Path) -> None:
    write(place, *sound())
    ran = build(place)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("flight-delays: pass")
    assert (ran.report["outcome"], ran.report["blocks"], ran.report["status"]) == ("pass", False, 0)
    assert ran.outputs == {
        "outcome": "pass",
        "report-path": str(ran.folder / "report.json"),
        "report-markdown-path": str(ran.folder / "report.md"),
        "report-html-path": str(ran.folder / "report.html"),
    }
    assert ran.text("report.md").startswith("## ✅ mlgate: flight-delays passes\n")
    assert ran.text("report.html").count("<figure>") == 5
    assert codec.from_plain(ReportDocument, ran.report).rules == builders.a_comparison().rules
    assert set(ran.report["reads"]) == {"data.json", "training.json", "comparison.json"}


def test_it_decides_and_does_not_enforce(place: Path) -> None:
    data, training, _ = sound()
    write(
        place,
        data,
        training,
        builders.a_comparison(outcome=Outcome.FAIL, rules=(builders.a_failing_rule(), builders.a_floor())),
    )
    ran = build(place)
    assert (ran.status, ran.outputs["outcome"]) == (0, "fail")
    assert (ran.report["blocks"], ran.report["status"]) == (True, 3)
    assert ran.reasons[0] == "worse-than-margin"


def test_the_same_documents_give_the_same_bytes(place: Path) -> None:
    write(place, *sound())
    names = ("report.json", "report.md", "report.html")
    first = build(place)
    before = [first.text(name) for name in names]
    second = build(place)
    assert [second.text(name) for name in names] == before


def test_plots_none_draws_nothing(place: Path) -> None:
    write(place, *sound())
    assert "<figure>" not in build(place, "--plots", "none").text("report.html")
    assert "<figure>" not in build(place, MLGATE_PLOTS="none").text("report.html")
    assert build(place, "--plots", "png").status == 2


@pytest.mark.parametrize(
    ("missing", "step"),
    [(DataDocument, "validate-data"), (TrainingDocument, "train-model"), (ComparisonDocument, "compare-models")],
)
def test_a_missing_document_fails_and_names_its_step(place: Path, missing: type, step: str) -> None:
    write(place, *(document for document in sound() if not isinstance(document, missing)))
    ran = build(place)
    assert (ran.status, ran.report["outcome"], ran.report["status"]) == (0, "fail", 3)
    assert [r for r in ran.report["reasons"] if r["id"] == "document-missing" and r["step"] == step]


def test_what_the_configuration_does_not_need_is_not_missing(place: Path) -> None:
    (place / "mlgate.yml").write_text(TABLES_ONLY)
    write(place, builders.a_data())
    ran = build(place)
    assert (ran.report["outcome"], ran.reasons) == ("pass", [])
    assert "not needed" in ran.text("report.md")


@pytest.mark.parametrize("name", ["data.json", "training.json", "comparison.json"])
@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"schema": "mlgate/data/99"}', b"null", b'{"schema": NaN}']
)
def test_a_damaged_document_is_never_a_pass(place: Path, name: str, content: bytes) -> None:
    write(place, *sound())
    (place / "mlgate-run" / name).write_bytes(content)
    ran = build(place, "--plots", "none")
    assert (ran.status, ran.report["outcome"], ran.report["blocks"]) == (0, "fail", True)
    assert "document-invalid" in ran.reasons
    assert "Traceback" not in ran.err


def test_a_damaged_base_document_is_never_a_pass(place: Path) -> None:
    write(place, *sound())
    (place / "mlgate-run" / "base.json").write_text("{}")
    ran = build(place, "--plots", "none")
    assert (ran.status, ran.report["outcome"]) == (0, "fail")
    assert ran.reasons.count("document-invalid") == 1


def test_a_document_made_from_another_one_is_stale(place: Path) -> None:
    write(place, *sound())
    altered = builders.a_training(command="python other.py")
    RunFolder(place / "mlgate-run").write(altered)
    ran = build(place, "--plots", "none")
    assert ran.report["outcome"] == "fail"
    (stale,) = [reason for reason in ran.report["reasons"] if reason["id"] == "document-stale"]
    assert stale["message"].startswith("comparison.json was made from another training.json")
    assert stale["step"] == "compare-models"


def test_a_document_made_from_one_that_is_gone_is_stale(place: Path) -> None:
    (place / "mlgate.yml").write_text(TABLES_ONLY)
    write(place, dataclasses.replace(builders.a_data(), reads={"base.json": "0" * 64}), chain=False)
    assert "document-stale" in build(place, "--plots", "none").reasons


def test_a_failed_step_is_the_reason(place: Path) -> None:
    data, _, _ = sound()
    reason = Reason(id="training-killed", message="the command was ended by signal 9", step="train-model")
    training = builders.a_training(outcome=Outcome.FAIL, reasons=(reason,), exit_status=-9, log_tail=("last words",))
    stopped = Reason(id="candidate-missing", message="there is no candidate", step="compare-models")
    comparison = ComparisonDocument(outcome=Outcome.FAIL, reasons=(stopped,))
    write(place, data, training, comparison)
    ran = build(place, "--plots", "none")
    assert {"training-killed", "candidate-missing"} <= set(ran.reasons)
    assert "last words" in ran.text("report.md")
    assert "last words" in ran.text("report.html")


@pytest.mark.parametrize("content", ["version: 1\ntabels: {}\n", "", "\t", "- 1\n", None])
def test_a_broken_configuration_still_has_its_report(place: Path, content: str | None) -> None:
    if content is None:
        (place / "mlgate.yml").unlink()
    else:
        (place / "mlgate.yml").write_text(content)
    ran = build(place)
    assert (ran.status, ran.report["outcome"], ran.report["blocks"], ran.report["status"]) == (0, "fail", True, 2)
    assert ran.reasons == ["config-invalid"]
    assert "could not be judged" in ran.text("report.md").splitlines()[0]
    assert "mlgate.yml:" in ran.text("report.html")


def test_json_prints_the_document(place: Path) -> None:
    write(place, *sound())
    ran = build(place, "--json", "--plots", "none")
    assert json.loads(ran.out) == ran.report


def test_nothing_half_written_stays(place: Path) -> None:
    write(place, *sound())
    ran = build(place, "--plots", "none")
    names = {*(FILES[type(document)] for document in sound()), "report.json", "report.md", "report.html", ".gitignore"}
    assert {path.name for path in ran.folder.iterdir()} == names


def test_an_earlier_report_does_not_outlive_a_run_that_cannot_write(place: Path) -> None:
    write(place, *sound())
    build(place, "--plots", "none")
    (place / "mlgate-run" / "report.md").unlink()
    (place / "mlgate-run" / "report.md").mkdir()
    ran = build(place, "--plots", "none")
    assert ran.status == 5
    assert not (ran.folder / "report.json").exists()
    assert "Traceback" not in ran.err


def test_an_edited_policy_is_shown_from_the_merge_base(place: Path) -> None:
    repository = Repository.new(place / "repository")
    repository.commit({"mlgate.yml": CONFIG, "train.py": "pass\n"})
    repository.branch("change")
    repository.commit({"mlgate.yml": CONFIG.replace("0.005", "0.5"), "train.py": "pass  # better\n"})
    folder = RunFolder(repository.root / "mlgate-run")
    world = World(env=environment(), cwd=repository.root, clock=lambda: 0.0, log=lambda _line: None)
    base = load(repository.root / "mlgate.yml", folder, world)[0].base
    main = repository.git("rev-parse", "main")
    judged = dataclasses.replace(
        base,
        base=main,
        merge_base=main,
        base_source="option",
        policy=PolicySource.BASE,
        base_config_digest=hashlib.sha256(CONFIG.encode()).hexdigest(),
        policy_changed=("mlgate.yml",),
    )
    data, training, comparison = sound()
    proposed = dataclasses.replace(comparison, proposed_rules=comparison.rules)
    training = dataclasses.replace(training, commit=base.commit)
    write(repository.root, judged, data, training, proposed)
    ran = build(repository.root, "--plots", "none")
    assert (ran.report["outcome"], ran.report["policy"]["source"]) == ("pass", "base")
    assert "policy-changed" in ran.reasons
    difference = ran.report["policy"]["difference"]
    assert [line for line in difference if line[0] in "+-"][2:] == [
        "-    - {id: roc_auc vs promoted, metric: roc_auc, against: dummy, margin: 0.005}",
        "+    - {id: roc_auc vs promoted, metric: roc_auc, against: dummy, margin: 0.5}",
    ]
    assert "margin: 0.5}" in ran.text("report.html")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (500, "dark")])
def test_a_browser_shows_the_page(place: Path, width: int, scheme: str) -> None:
    browser = tool("chromium", "chromium-browser", "google-chrome")
    data, training, _ = sound()
    write(
        place,
        data,
        training,
        builders.a_comparison(outcome=Outcome.FAIL, rules=(builders.a_failing_rule(), builders.a_floor())),
    )
    page = build(place).folder / "report.html"
    picture = place / "page.png"
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    done = subprocess.run(
        [
            *(str(browser), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0", *dark),
            *(f"--user-data-dir={place / 'profile'}", f"--screenshot={picture}", f"--window-size={width},900"),
            page.as_uri(),
        ],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    # What the page's own policy refuses, the browser says here.
    assert "Content Security Policy" not in done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 20_000
