"""What judges and is not in git: fixed at the base by `mlgate.lock`, or by a pointer of DVC."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_compare_models import CONFIG, RULES, change, holdout, predictions, run
from tests.repository import Repository, environment

from mlgate.main import main

if TYPE_CHECKING:
    from pathlib import Path

DATA = ("holdout.csv", "old.csv")
WARN = "  on-holdout-change: warn\n"


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """A repository that ignores its holdout and the predictions of a baseline."""
    made = Repository.new(tmp_path / "project")
    ignored = "\n".join([*DATA, "model.txt", "predictions.csv", "mlgate-run/", ""])
    made.write({"holdout.csv": holdout(), "old.csv": predictions(1, 1.2)})
    made.commit({"mlgate.yml": CONFIG + RULES, ".gitignore": ignored})
    made.write({"model.txt": "a", "predictions.csv": predictions(2, 1.0)})
    return made


def by_lock(project: Repository) -> None:
    assert main(["data", "lock"], env=environment(), cwd=project.root) == 0
    project.commit()


def by_dvc(project: Repository) -> None:
    pointers: dict[str, str | bytes | None] = {}
    for name in DATA:
        data = (project.root / name).read_bytes()
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        pointers[f"{name}.dvc"] = f"outs:\n- md5: {digest}\n  size: {len(data)}\n  hash: md5\n  path: {name}\n"
    project.commit(pointers)


fixing = pytest.mark.parametrize("fix", [by_lock, by_dvc])


@fixing
def test_they_judge(project: Repository, fix: Any) -> None:
    fix(project)
    done = change(project, {"x.txt": "1"})
    assert done.reasons == ["registry-empty"]
    assert done.document["holdout"]["identity"] == done.document["holdout"]["base_identity"]
    assert done.rule(0)[0] == "pass"


@fixing
def test_another_holdout_is_changed(project: Repository, fix: Any) -> None:
    fix(project)
    project.write({"holdout.csv": holdout().replace("\n5,0,5", "\n5,1,5")})
    done = change(project, {})
    assert (done.status, done.reasons[0]) == (3, "holdout-changed")


def test_a_lock_that_changes_with_its_holdout_is_a_changed_holdout_by_the_policy(project: Repository) -> None:
    project.commit({"mlgate.yml": CONFIG + RULES + WARN})
    by_lock(project)
    before = (project.root / "mlgate.lock").read_text()
    project.write({"holdout.csv": holdout().replace("\n5,0,5", "\n5,1,5")})
    assert main(["data", "lock"], env=environment(), cwd=project.root) == 0
    text = (project.root / "mlgate.lock").read_text()
    assert text != before
    project.write({"mlgate.lock": before})
    done = change(project, {"mlgate.lock": text})
    assert (done.status, done.document["outcome"], done.reasons[0]) == (0, "warn", "holdout-changed")


@fixing
def test_other_predictions_of_a_baseline_are_not_those_that_judge(project: Repository, fix: Any) -> None:
    fix(project)
    project.write({"old.csv": predictions(7, 3.0)})
    done = change(project, {})
    assert done.rule(0) == ("fail", ["baseline-missing"])


def test_a_holdout_of_several_files_is_fixed_by_the_lock(project: Repository) -> None:
    config = (CONFIG + RULES).replace("path: holdout.csv", 'path: "parts/*.csv"')
    project.write({"parts/1.csv": holdout()})
    project.commit({"mlgate.yml": config, ".gitignore": (project.root / ".gitignore").read_text() + "parts/\n"})
    by_lock(project)
    done = change(project, {"x.txt": "1"})
    assert done.document["holdout"]["identity"] == done.document["holdout"]["base_identity"]
    project.write({"parts/1.csv": holdout().replace("\n5,0,5", "\n5,1,5")})
    project.switch("main")
    assert change_again(project) == (3, "holdout-changed")


def change_again(project: Repository) -> tuple[int, str]:
    project.branch("again")
    assert run(project.root, "fetch_base", "--base", "main")[0] == 0
    assert run(project.root, "train_model")[0] == 0
    status = run(project.root, "compare_models")[0]
    document = json.loads((project.root / "mlgate-run" / "comparison.json").read_text())
    return status, document["reasons"][0]["id"]


def inputs(project: Repository) -> dict[str, Any]:
    assert run(project.root, "fetch_base", "--base", "HEAD^")[0] == 0
    found: dict[str, Any] = json.loads((project.root / "mlgate-run" / "base.json").read_text())
    return found


def test_inputs_are_known_where_the_lock_fixes_what_git_does_not(project: Repository) -> None:
    config = (CONFIG + RULES).replace("{model:", "{inputs: [train.py], run: python train.py, model:")
    project.commit({"mlgate.yml": config, "train.py": "1\n"})
    assert inputs(project)["inputs_digest"] is None
    by_lock(project)
    project.commit({"README.md": "more"})
    before = inputs(project)
    assert before["inputs_unchanged"]
    here = (project.root / "holdout.csv").read_text()
    project.write({"holdout.csv": here.replace("\n5,0,5", "\n5,1,5")})
    assert not inputs(project)["inputs_unchanged"], "the file on disk is not the one that the lock fixes"
    (project.root / "holdout.csv").unlink()
    assert inputs(project)["inputs_unchanged"], "what judges nothing need not be there"
    project.write({"holdout.csv": here})
    text = (project.root / "mlgate.lock").read_text()
    project.commit({"mlgate.lock": text.replace("rows: 600", "rows: 601")})
    after = inputs(project)
    assert not after["inputs_unchanged"]
    assert after["inputs_digest"] not in (None, before["inputs_digest"])
