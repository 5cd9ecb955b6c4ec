"""The small example: a regression in plain numpy passes its gate, and is judged against the base's own training."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.repository import Repository, environment

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "diabetes-progression"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    repository = Repository.new(tmp_path / "a project")
    shutil.copytree(EXAMPLE, repository.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("mlgate-run"))
    repository.commit()
    return repository


def check(project: Repository, *words: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-E", "-s", ROOT / "scripts" / "check.py", "--plots=none", *words],
        cwd=project.root,
        env=environment(PATH=PATH),
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads((project.root / "mlgate-run" / "report.json").read_text())
    return done.returncode, report


def edited(project: Repository, path: str, change: Callable[[str], str]) -> str:
    before = (project.root / path).read_text()
    after = change(before)
    assert after != before
    return after


def test_the_example_passes_its_gate(project: Repository) -> None:
    status, report = check(project)

    assert (status, report["outcome"]) == (0, "pass")
    assert report["comparison"]["task"] == "regression"
    assert [rule["outcome"] for rule in report["rules"]] == ["pass", "pass"]
    assert report["provenance"]["dirty"] is False


@pytest.mark.parametrize(
    ("old", "new", "status", "outcome"),
    [("PENALTY = 10.0", "PENALTY = 11.0", 0, "pass"), ("PENALTY = 10.0", "PENALTY = 1e6", 3, "fail")],
)
def test_a_change_is_judged_against_what_the_base_trains(
    project: Repository, old: str, new: str, status: int, outcome: str
) -> None:
    rules = "    - {metric: root_mean_squared_error, against: base, margin: 3}\n"
    config = edited(
        project, "mlgate.yml", lambda text: text.replace("baselines: [dummy]", "baselines: [dummy, base]") + rules
    )
    project.commit({"mlgate.yml": config})
    project.branch("change")
    project.commit({"train.py": edited(project, "train.py", lambda text: text.replace(old, new))})

    found, report = check(project, "--base", "main")

    assert (found, report["outcome"]) == (status, outcome)
    assert {rule["against"]: rule["outcome"] for rule in report["rules"]}["base"] == outcome
    assert {baseline["name"]: baseline["available"] for baseline in report["comparison"]["baselines"]} == {
        "dummy": True,
        "base": True,
    }
    assert project.git("status", "--porcelain") == ""


def test_a_change_of_the_readme_trains_nothing(project: Repository) -> None:
    project.branch("docs")
    project.commit({"README.md": "Better words.\n"})

    status, report = check(project, "--base", "main")

    assert (status, report["outcome"], report["training"]["source"]) == (0, "pass", "unchanged")
    assert not (project.root / "predictions.csv").exists()
