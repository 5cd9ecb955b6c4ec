"""A check must not be green about a model that promotion will refuse: train-model looks while the file is at hand."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from tests import model_files
from tests.training_project import command, configured, new, train

from mlgate.core.config.model import Promote, StoreKind
from mlgate.core.documents.training import Artifact
from mlgate.shell.registry.stores.branch import LIMIT
from mlgate.shell.training.model_look import Look, look

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Repository

PROMOTE = "promote: {stage: production}\n"
TREE = "sklearn.tree._tree.Tree"
PREDICTING = "touch predictions.csv; cp brought.bin model.txt"


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    return new(tmp_path / "project")


def looked(folder: Path, data: bytes, **promote: Any) -> Look:
    (folder / "model.bin").write_bytes(data)
    artifact = Artifact(name="model", path="model.bin", digest="8" * 64, size=len(data))
    return look(Promote(**promote), artifact, folder)


def a_forest() -> bytes:
    return model_files.skops(model_files.estimator(tree_=model_files.typed("TreeNode", TREE)))


def test_a_format_that_is_safe_to_load_is_named_and_nothing_more(tmp_path: Path) -> None:
    assert looked(tmp_path, model_files.skops()) == Look(model_format="skops")


def test_a_pickle_is_refused_with_what_to_do(tmp_path: Path) -> None:
    seen = looked(tmp_path, pickle.dumps({"a": [1]}))
    (reason,) = seen.reasons
    assert (seen.refused, reason.id, reason.step) == (True, "model-refused", "train-model")
    assert "model.bin is refused: it is a pickle" in reason.message
    assert "allow-pickle: true" in reason.remedy


def test_an_allowed_pickle_is_said_to_run_code(tmp_path: Path) -> None:
    seen = looked(tmp_path, pickle.dumps({"a": [1]}), allow_pickle=True)
    (reason,) = seen.reasons
    assert (seen.model_format, seen.runs_code, reason.id) == ("pickle", True, "model-runs-code")
    assert "loading it runs code" in reason.message


def test_types_that_nobody_has_reviewed_come_with_the_lines_that_would_allow_them(tmp_path: Path) -> None:
    (reason,) = looked(tmp_path, a_forest()).reasons
    assert reason.message.endswith(f"write in mlgate.yml:\npromote:\n  trusted-types:\n    - {TREE}")
    assert looked(tmp_path, a_forest(), trusted_types=(TREE,)) == Look(model_format="skops")


def test_a_folder_and_no_model_at_all_cannot_be_promoted(tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    folder = Artifact(name="model", path="saved", digest="8" * 64, size=9)
    (reason,) = look(Promote(allow_pickle=True), folder, tmp_path).reasons
    assert (reason.id, "it is a folder" in reason.message) == ("model-refused", True)
    (reason,) = look(Promote(), None, tmp_path).reasons
    assert (reason.id, "`train.model` names no file" in reason.message) == ("model-refused", True)


def test_a_file_that_the_branch_does_not_take_is_told_before_the_merge(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(model_files.skops())
    large = Artifact(name="model", path="model.bin", digest="8" * 64, size=LIMIT + 1)
    (reason,) = look(Promote(), large, tmp_path).reasons
    assert "50.0 MB, and the registry's branch takes files to 50 MB" in reason.message
    assert "store: release" in reason.remedy
    assert not look(Promote(store=StoreKind.RELEASE), large, tmp_path).refused


@pytest.mark.parametrize("words", [(), ("--brought",)], ids=["trained here", "brought, as the judging job does"])
def test_a_refused_model_warns_and_blocks_nothing(project: Repository, words: tuple[str, ...]) -> None:
    project.write({"brought.bin": a_forest(), "model.txt": a_forest(), "predictions.csv": ""})
    done = train(configured(project, command(PREDICTING) + PROMOTE), *words)
    assert (done.status, done.document["outcome"], done.reason) == (0, "warn", "model-refused")
    assert done.document["model_format"] is None
    assert f"- {TREE}" in done.stdout


def test_an_accepted_model_passes_and_its_format_is_recorded(project: Repository) -> None:
    project.write({"brought.bin": model_files.skops()})
    done = train(configured(project, command(PREDICTING) + PROMOTE))
    assert (done.status, done.document["outcome"], done.document["reasons"]) == (0, "pass", [])
    assert (done.document["model_format"], done.document["runs_code"]) == ("skops", False)


def test_nobody_looks_where_nothing_is_promoted(project: Repository) -> None:
    project.write({"brought.bin": pickle.dumps({"a": [1]})})
    done = train(configured(project, command(PREDICTING)))
    assert (done.document["outcome"], done.document["reasons"]) == ("pass", [])
    assert done.document["model_format"] is None
