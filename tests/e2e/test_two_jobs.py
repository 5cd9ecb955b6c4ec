"""The judge of the two-job form takes files from an artifact and writes through no link of the pull request's."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import yaml
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOW = ROOT / "examples" / "workflows" / "two-jobs.yml"


def steps() -> list[dict[str, object]]:
    return list(yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["judge"]["steps"])


def test_files_are_taken_and_planted_links_are_replaced(tmp_path: Path) -> None:
    """A committed link at the place of an output must not make the copy write somewhere else."""
    checkout, candidate, victim = tmp_path / "checkout", tmp_path / "temp" / "candidate", tmp_path / "victim.py"
    checkout.mkdir()
    candidate.mkdir(parents=True)
    victim.write_text("ours")
    (checkout / "predictions.parquet").symlink_to(victim)
    (candidate / "predictions.parquet").write_text("theirs")
    (candidate / "model.skops").symlink_to(victim)
    script = next(str(step["run"]) for step in steps() if "candidate" in str(step.get("run")))

    environment = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path / "temp")}
    subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=checkout, env=environment, check=True)

    assert victim.read_text() == "ours"
    assert (checkout / "predictions.parquet").read_text() == "theirs"
    assert not (checkout / "model.skops").exists(), "an artifact's link is no model"


def test_the_artifact_is_unpacked_outside_of_the_checkout() -> None:
    download = next(step for step in steps() if "download-artifact" in str(step.get("uses")))
    assert str(dict(download["with"])["path"]).startswith("${{ runner.temp }}/")  # type: ignore[call-overload] # YAML
