"""A bundle on disk: judged bytes only, the same ones every time, and each file named in the manifest."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests import builders as a

from mlgate.core import codec
from mlgate.core.config.model import StoreKind
from mlgate.core.documents.data import DataDocument, DataFinding, FindingRow, TableResult
from mlgate.core.documents.report import ReportDocument
from mlgate.core.documents.training import Artifact
from mlgate.core.registry.bundle.card import Written
from mlgate.core.registry.bundle.measured import About
from mlgate.errors import InputError, MlgateError, OutsideError
from mlgate.shell.registry.bundle.assembling import Bundle, assemble

if TYPE_CHECKING:
    from pathlib import Path

MODEL = b"\x00model\r\n" * 200_000
PREDICTIONS = gzip.compress(b"predictions", mtime=0)
PROFILE = b'{"schema": "mlgate/profile/1"}'


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Run:
    """The files of a run, by digest, and its report."""

    def __init__(self, folder: Path, **fields: Any) -> None:
        self.folder = folder
        self.files: dict[str, Path] = {}
        evidence = (
            self.evidence("holdout-predictions", "evidence/holdout-predictions.json.gz", PREDICTIONS),
            self.evidence("profile", "evidence/profile.json", PROFILE),
            self.evidence("notebook", "evidence/notebook.ipynb", b"not ours to keep"),
        )
        model = Artifact(name="model", path="out/model.skops", digest=self.file(MODEL), size=len(MODEL))
        values = {
            "comparison": a.a_comparison(evidence=evidence),
            "training": a.a_training(artifacts=(model,)),
            "provenance": a.a_provenance(model_digest=model.digest),
        }
        self.report = a.a_report(**{**values, **fields})
        self.report_digest = self.file(codec.dumps(self.report).encode())

    def file(self, data: bytes) -> str:
        path = self.folder / f"unpacked-{len(self.files)}"
        path.write_bytes(data)
        self.files[digest(data)] = path
        return digest(data)

    def evidence(self, name: str, path: str, data: bytes) -> Artifact:
        return Artifact(name=name, path=path, digest=self.file(data), size=len(data))

    def bundle(self, name: str = "bundle", **options: Any) -> Bundle:
        scratch = self.folder / name
        scratch.mkdir()
        return assemble(self.report, self.files, scratch, report_digest=self.report_digest, **options)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.mark.parametrize("where", ["data", "comparison"])
def test_a_report_that_shows_what_git_does_not_have_is_not_kept(tmp_path: Path, where: str) -> None:
    """`--show-values` is for one pair of eyes; the registry's branch is for everybody, and for ever."""
    finding = DataFinding(check="/row", rows=(FindingRow(row=1, value="Jane Roe"),))
    table = TableResult(name="train", path="train.csv", values_shown=True, private=True, findings=(finding,))
    shown: dict[str, Any] = {"data": DataDocument(tables=(table,)), "comparison": a.a_comparison(private=True)}
    with pytest.raises(InputError, match="show-values") as caught:
        Run(tmp_path, **{where: shown[where]}).bundle()
    assert caught.value.reason == "verdict-not-accepted"
    assert ("train" if where == "data" else "holdout") in caught.value.message
    assert "without `--show-values`" in caught.value.remedy


def test_the_bundle_holds_what_the_record_names(run: Run) -> None:
    bundle = run.bundle(store=StoreKind.RELEASE, about=About(format="skops"))
    named = {artifact.name: (artifact.file, artifact.store) for artifact in bundle.artifacts}
    assert named == {
        "model": ("model.skops", "release"),
        "report": ("report.json", "release"),
        "holdout-predictions": ("holdout-predictions.json.gz", "branch"),
        "profile": ("profile.json", "branch"),
        "environment": ("environment.txt", "release"),
        "card": ("README.md", "release"),
        "provenance": ("provenance.json", "release"),
        "manifest": ("manifest.json", "release"),
    }
    for artifact in bundle.artifacts:
        data = bundle.paths[artifact.digest].read_bytes()
        assert (digest(data), len(data)) == (artifact.digest, artifact.size)
        assert bundle.paths[artifact.digest] == bundle.files[artifact.name]
        assert bundle.files[artifact.name].name == artifact.file
    assert bundle.files["model"].read_bytes() == MODEL
    assert bundle.files["report"].read_bytes() == run.files[run.report_digest].read_bytes()
    assert bundle.artifact("nothing") is None


def test_manifest_and_provenance_name_each_file_by_its_digest(run: Run) -> None:
    bundle = run.bundle()
    listed = json.loads(bundle.files["manifest"].read_bytes())["files"]
    assert {(item["name"], item["sha256"], item["size"]) for item in listed} == {
        (artifact.name, artifact.digest, artifact.size) for artifact in bundle.artifacts if artifact.name != "manifest"
    }
    statement = json.loads(bundle.files["provenance"].read_bytes())
    assert {(item["name"], item["digest"]["sha256"]) for item in statement["subject"]} == {
        (artifact.file, artifact.digest)
        for artifact in bundle.artifacts
        if artifact.name not in ("manifest", "provenance")
    }


def test_the_same_run_makes_the_same_bytes(run: Run) -> None:
    assert run.bundle("one").artifacts == run.bundle("two").artifacts


def test_the_card_has_what_a_person_wrote_and_what_was_measured(run: Run) -> None:
    written = Written(text="---\nlicense: mit\n---\nMine.\n", file="card.md")
    text = run.bundle(about=About(format="skops"), written=written).files["card"].read_text(encoding="utf-8")
    assert yaml.safe_load(text.split("---\n")[1])["license"] == "mit"
    assert "Mine." in text
    assert "skops, 1.6 MB" in text
    again = run.bundle("next", written=Written(previous=text)).files["card"].read_text(encoding="utf-8")
    assert "Mine." in again


def test_a_report_from_before_evidence_makes_a_bundle_without(tmp_path: Path) -> None:
    names = {artifact.name for artifact in Run(tmp_path, comparison=a.a_comparison()).bundle().artifacts}
    assert names == {"model", "report", "environment", "card", "provenance", "manifest"}


def test_two_files_of_one_name_get_two_names(tmp_path: Path) -> None:
    run = Run(tmp_path)
    evidence = (run.evidence("profile", "x/model.skops", PROFILE),)
    report = a.a_report(
        comparison=a.a_comparison(evidence=evidence),
        training=run.report.training,
        provenance=run.report.provenance,
    )
    (tmp_path / "bundle").mkdir()
    bundle = assemble(report, run.files, tmp_path / "bundle", report_digest=run.report_digest)
    assert [artifact.file for artifact in bundle.artifacts][:3] == ["model.skops", "report.json", "profile-model.skops"]


@pytest.mark.parametrize("data", [MODEL, PREDICTIONS, PROFILE])
def test_other_bytes_than_the_judged_ones_are_refused(run: Run, data: bytes) -> None:
    run.files[digest(data)].write_bytes(data + b"x")
    assert refused(run) == "verdict-stale"


@pytest.mark.parametrize("data", [MODEL, PREDICTIONS, PROFILE])
def test_a_file_that_is_not_there_is_refused(run: Run, data: bytes) -> None:
    del run.files[digest(data)]
    assert refused(run) == "verdict-stale"


def test_a_report_that_is_another_is_refused(run: Run) -> None:
    run.files[run.report_digest].write_text("{}", encoding="utf-8")
    assert refused(run) == "verdict-stale"


@pytest.mark.parametrize("fields", [{"training": None}, {"provenance": a.a_provenance(model_digest=None)}])
def test_a_report_without_a_model_is_refused(tmp_path: Path, fields: dict[str, Any]) -> None:
    assert refused(Run(tmp_path, **fields)) == "model-refused"


def refused(run: Run) -> str:
    with pytest.raises(InputError) as caught:
        run.bundle()
    assert caught.value.remedy
    return caught.value.reason


def test_a_disk_that_takes_nothing_is_told(run: Run) -> None:
    with pytest.raises(OutsideError) as caught:
        assemble(run.report, run.files, run.folder / "absent", report_digest=run.report_digest)
    assert (caught.value.reason, isinstance(caught.value, MlgateError)) == ("store-failed", True)
    assert "model.skops" in caught.value.message


def test_a_scratch_folder_with_a_link_in_it_is_not_written_through(run: Run) -> None:
    outside = run.folder / "outside"
    scratch = run.folder / "bundle"
    scratch.mkdir()
    (scratch / "model.skops").symlink_to(outside)
    with pytest.raises(OutsideError):
        assemble(run.report, run.files, scratch, report_digest=run.report_digest)
    assert not outside.exists()


def test_the_report_is_read_back_as_it_was(run: Run) -> None:
    data = run.bundle().files["report"].read_bytes()
    assert codec.from_plain(ReportDocument, codec.loads(data)) == codec.from_plain(
        ReportDocument, codec.loads(codec.dumps(run.report).encode())
    )
