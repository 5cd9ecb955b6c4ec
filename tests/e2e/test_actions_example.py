"""An example repository of ours, whole and unchanged, under a real runner."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.act.scene import Scene

EXAMPLE = ROOT / "examples" / "diabetes-progression"
LEFT_BY_RUNS = ("mlgate-run", "__pycache__", "model.json", "predictions.csv")


@pytest.fixture
def programs(scene: Scene) -> Path:
    """Put a `python` with the example's packages on the PATH, and a `pip` that finds them installed."""
    folder = scene.folder / "runner" / "bin"
    folder.mkdir(parents=True)
    for name, command in (("python", f'exec "{sys.executable}" "$@"'), ("pip", '[ "$1" = install ] && test -f "$3"')):
        (folder / name).write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def files_of_the_example() -> dict[str, str]:
    paths = [path for path in EXAMPLE.rglob("*") if path.is_file()]
    relative = {path.relative_to(EXAMPLE).as_posix(): path for path in paths}
    return {
        name: path.read_text(encoding="utf-8") for name, path in relative.items() if not name.startswith(LEFT_BY_RUNS)
    }


@pytest.mark.usefixtures("programs")
def test_a_change_of_its_training_is_judged_by_its_own_workflow(scene: Scene) -> None:
    files = files_of_the_example()
    workflow = files.pop(".github/workflows/mlgate.yml")
    change = {"train.py": files["train.py"].replace("PENALTY = 10.0", "PENALTY = 9.0")}
    assert change["train.py"] != files["train.py"]
    run = scene.play(workflow, change, more=files)
    assert run.jobs == {"gate": "success"}, run.log
    assert run.step("gate", "mlgate/mlgate").outputs["outcome"] == "pass"
    assert "diabetes-progression" in scene.comment()


@pytest.mark.usefixtures("programs")
def test_a_model_that_always_says_the_mean_is_stopped(scene: Scene) -> None:
    files = files_of_the_example()
    workflow = files.pop(".github/workflows/mlgate.yml")
    change = {"train.py": files["train.py"].replace("PENALTY = 10.0", "PENALTY = 1e12")}
    run = scene.play(workflow, change, more=files)
    assert run.jobs == {"gate": "failure"}, run.log
    assert run.step("gate", "mlgate/mlgate").outputs["outcome"] == "fail"
