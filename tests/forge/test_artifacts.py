"""What one job leaves in the forge's store, for the next job and for whoever asks the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.forge import project

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.forge.scene import Scene

ARTIFACT = f"mlgate-{project.MODEL}"


def test_a_failing_gate_leaves_its_report_where_the_api_finds_it(new_scene: Callable[..., Scene]) -> None:
    scene = new_scene(project.files(model=project.example("several-steps")))
    _, head = scene.propose("worse", project.trained(0.9))
    gate = scene.settle(head, "pull_request")["gate"]
    assert gate.result == "failure", str(gate)
    archive = scene.repository.artifacts(gate.run)[ARTIFACT]
    assert json.loads(archive.read("mlgate-run/report.json"))["outcome"] == "fail"
    assert {f"mlgate-run/{name}.json" for name in ("data", "training", "comparison")} <= set(archive.namelist())


def test_the_judge_takes_model_and_predictions_from_another_job(new_scene: Callable[..., Scene]) -> None:
    scene = new_scene(project.files(model=project.example("two-jobs")))
    _, head = scene.propose("better", project.trained(0.5))
    jobs = scene.settle(head, "pull_request")
    assert jobs["train"].result == "success", str(jobs["train"])
    assert jobs["judge"].result == "success", str(jobs["judge"])
    assert jobs["judge"].step("mlgate/mlgate").outputs["outcome"] == "pass"
    artifacts = scene.repository.artifacts(jobs["judge"].run)
    candidate = {"model.safetensors", "predictions.csv"}
    assert set(artifacts["candidate"].namelist()) == candidate
    assert candidate < set(artifacts[ARTIFACT].namelist())
