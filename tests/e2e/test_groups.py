"""Each action's dependency group is enough for its step: the whole check, every step in exactly its own environment."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import yaml
from tests.e2e.act import project
from tests.e2e.act.harness import ENVIRONMENTS, installer_settings, path_with_python
from tests.fake_github.server import FakeGitHub
from tests.promotion_scene import Scene
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

ORDER = ("fetch_base", "validate_data", "train_model", "compare_models", "build_report", "post_report", "enforce_gate")


def group_of(step: str) -> str:
    """Return the group that the action asks for."""
    action = yaml.safe_load((ROOT / "actions" / step.replace("_", "-") / "action.yml").read_text(encoding="utf-8"))
    return str(action["runs"]["steps"][0]["run"].split()[-1]).rstrip("+")


def interpreter_with(group: str, environment: ModuleType, tmp_path: Path) -> Path:
    """Return the interpreter of the environment that has this group and no more."""
    env = {"PATH": path_with_python(tmp_path / "bin"), "HOME": str(tmp_path), **installer_settings()}
    folder = environment.cache_folder({"MLGATE_CACHE_DIRECTORY": str(ENVIRONMENTS / "mlgate")})
    ready: Path = environment.interpreter(folder / environment.name_of(group))
    return ready if ready.exists() else environment.build(group, folder, env)


def test_every_step_runs_in_the_environment_that_its_action_asks_for(tmp_path: Path, environment: ModuleType) -> None:
    made = project.make(tmp_path / "story", "on: push\n", {"train.sh": project.TRAIN + "# changed\n"})
    summary = tmp_path / "summary.md"
    env = {"PATH": path_with_python(tmp_path / "bin"), "HOME": str(tmp_path), "GITHUB_STEP_SUMMARY": str(summary)}
    for step in ORDER:
        python = interpreter_with(group_of(step), environment, tmp_path)
        options = ["--base", made.base] if step == "fetch_base" else []
        done = subprocess.run(
            [python, "-E", "-s", ROOT / "scripts" / f"{step}.py", *options],
            cwd=made.work,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, (step, done.stdout, done.stderr)
    assert summary.read_text(encoding="utf-8")


def test_promotion_runs_in_the_environment_that_its_action_asks_for(tmp_path: Path, environment: ModuleType) -> None:
    with FakeGitHub().serve() as github:
        scene = Scene(folder=tmp_path / "story", github=github)
        judged = scene.judge({"train.py": "print(2)\n"})
        scene.upload(judged)
        scene.merge(judged)
        assert group_of("promote_model") == "core"
        done = scene.program(interpreter_with("core", environment, tmp_path))
    assert done.returncode == 0, done.stderr
    assert "v1.0.0 is in production" in done.stdout


def test_the_interpreters_differ_from_the_one_of_the_tests(tmp_path: Path, environment: ModuleType) -> None:
    """So that what the tests have installed is no help."""
    python = interpreter_with("core", environment, tmp_path)
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('duckdb') is not None)"
    assert subprocess.run([python, "-I", "-c", code], check=False, env=dict(os.environ)).returncode == 0
    assert str(python) != sys.executable
