"""What one job leaves in the forge's store, for the next job and for whoever asks the API."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

from tests.forge import project

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.forge.repository import HostedRepository, WorkflowRun
    from tests.forge.scene import Scene

OWN_NAMES = (("model.skops", "model.safetensors"), ("predictions.parquet", "predictions.csv"))


def proposed(scene: Scene, threshold: float) -> str:
    """Open a pull request with a model, and return its head."""
    copy = scene.clone(scene.alice)
    copy.branch("proposal")
    head = copy.commit(project.trained(threshold), "Change the model")
    copy.push()
    scene.repository.open_pull_request(scene.alice, "proposal", "Change the model")
    return head


def artifacts(repository: HostedRepository, run: WorkflowRun) -> dict[str, zipfile.ZipFile]:
    """Return the artifacts of a run."""
    listed = repository.call("GET", f"/actions/runs/{run.id}/artifacts")["artifacts"]
    return {
        item["name"]: zipfile.ZipFile(io.BytesIO(repository.call("GET", f"/actions/artifacts/{item['id']}/zip")))
        for item in listed
    }


def test_a_failing_gate_leaves_its_report_where_the_api_finds_it(new_scene: Callable[..., Scene]) -> None:
    scene = new_scene(project.files(model=project.example("several-steps")))
    head = proposed(scene, 0.9)
    gate = scene.settle(head, "pull_request")["gate"]
    assert gate.result == "failure", str(gate)
    [archive] = artifacts(scene.repository, scene.await_run(head)).values()
    assert json.loads(archive.read("report.json"))["outcome"] == "fail"
    assert {"data.json", "training.json", "comparison.json", "report.md"} <= set(archive.namelist())


def test_the_judge_takes_model_and_predictions_from_another_job(new_scene: Callable[..., Scene]) -> None:
    workflow = project.example("two-jobs")
    for old, new in OWN_NAMES:
        workflow = workflow.replace(old, new)
    scene = new_scene(project.files(model=workflow))
    head = proposed(scene, 0.5)
    jobs = scene.settle(head, "pull_request")
    assert jobs["train"].result == "success", str(jobs["train"])
    assert jobs["judge"].result == "success", str(jobs["judge"])
    assert jobs["judge"].step("mlgate/mlgate").outputs["outcome"] == "pass"
    [archive] = artifacts(scene.repository, scene.await_run(head)).values()
    assert set(archive.namelist()) == {"model.safetensors", "predictions.csv"}
