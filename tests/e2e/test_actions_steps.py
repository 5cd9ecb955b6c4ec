"""One action per step, the two-job form and the form with a cache, by the example workflows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml
from docs.generate_actions import PULL_REQUEST
from tests.e2e.act import project
from tests.e2e.act.scene import BAD, DOCUMENTATION, GOOD, example
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from tests.e2e.act.scene import Scene

ACTION = "mlgate/mlgate/actions/{}"
ARTIFACT = "mlgate-flight-delays"  # as the examples call it


def declared_outputs(name: str) -> set[str]:
    return set(yaml.safe_load((ROOT / "actions" / name / "action.yml").read_text(encoding="utf-8"))["outputs"])


def test_several_steps_pass_with_outputs_and_summary(scene: Scene) -> None:
    run = scene.play(example("several-steps"), GOOD)
    assert run.jobs == {"gate": "success"}, run.log
    for name in PULL_REQUEST:
        empty = {key for key in declared_outputs(name) if not run.step("gate", ACTION.format(name)).outputs.get(key)}
        assert not empty, (name, empty)
    outputs = {
        name: run.step("gate", ACTION.format(name)).outputs
        for name in ("fetch-base", "validate-data", "train-model", "compare-models", "build-report", "post-report")
    }
    assert {name: given["outcome"] for name, given in outputs.items()} == dict.fromkeys(outputs, "pass")
    assert outputs["fetch-base"]["base-commit"]
    assert outputs["train-model"]["predictions-path"].endswith("predictions.csv")
    assert outputs["train-model"]["exit-status"] == "0"
    for name, key, file in (
        ("fetch-base", "base-path", "base.json"),
        ("validate-data", "data-path", "data.json"),
        ("train-model", "training-path", "training.json"),
        ("compare-models", "comparison-path", "comparison.json"),
        ("build-report", "report-path", "report.json"),
        ("build-report", "report-markdown-path", "report.md"),
        ("build-report", "report-html-path", "report.html"),
    ):
        assert outputs[name][key].endswith(f"mlgate-run/{file}")
    assert run.step("gate", ACTION.format("enforce-gate")).outputs["outcome"] == "pass"
    assert "tiny" in run.summary
    kept = {path.name for path in (scene.folder / "runner" / "artifacts" / ARTIFACT / "mlgate-run").iterdir()}
    assert {"base.json", "data.json", "training.json", "comparison.json", "report.json", "report.html"} <= kept


def test_several_steps_fail_at_the_last_one(scene: Scene) -> None:
    run = scene.play(example("several-steps"), BAD)
    assert run.jobs == {"gate": "failure"}, run.log
    assert run.step("gate", ACTION.format("compare-models")).result == "success"
    assert run.step("gate", ACTION.format("compare-models")).outputs["outcome"] == "fail"
    assert run.step("gate", ACTION.format("post-report")).result == "success"
    assert run.step("gate", ACTION.format("enforce-gate")).result == "failure"
    assert "fail" in scene.comment().lower()


def test_a_judging_action_alone_ends_the_job(scene: Scene) -> None:
    workflow = example("several-steps").replace('          enforce: "false"', '          enforce: "true"')
    run = scene.play(workflow, {"contracts/rows.yml": project.CONTRACT.replace("at-least: 100", "at-least: 1000")})
    assert run.jobs == {"gate": "failure"}, run.log
    assert run.step("gate", ACTION.format("validate-data")).result == "failure"


def test_the_judge_takes_model_and_predictions_as_data(scene: Scene) -> None:
    run = scene.play(example("two-jobs"), GOOD)
    assert run.jobs == {"train": "success", "judge": "success"}, run.log
    assert {path.name for path in (scene.folder / "runner" / "artifacts" / "candidate").iterdir()} == {
        "model.txt",
        "predictions.csv",
    }
    judge = run.step("judge", "mlgate/mlgate")
    assert judge.outputs["outcome"] == "pass"
    assert "brought" in run.summary


def test_the_judge_fails_a_bad_model(scene: Scene) -> None:
    run = scene.play(example("two-jobs"), BAD)
    assert run.jobs == {"train": "success", "judge": "failure"}, run.log
    assert run.step("judge", "mlgate/mlgate").outputs["outcome"] == "fail"


def test_the_judge_runs_nothing_of_the_pull_request(scene: Scene) -> None:
    """Files of the checkout that would take the place of a program or a module are not run in the job that decides."""
    marker = 'echo stolen > "$HOME/stolen-$GITHUB_JOB"\n'
    change = {"train.sh": marker + project.TRAIN, "cp": "#!/bin/bash\n" + marker, "json.py": "raise SystemExit(9)\n"}
    run = scene.play(example("two-jobs"), change)
    assert run.jobs == {"train": "success", "judge": "success"}, run.log
    assert [path.name for path in (scene.folder / "runner").glob("stolen-*")] == ["stolen-train"]


def test_the_judge_fails_where_the_training_left_nothing(scene: Scene) -> None:
    run = scene.play(example("two-jobs"), {"train.sh": "exit 3\n"})
    assert run.jobs == {"train": "failure", "judge": "failure"}, run.log
    assert "candidate-missing" in scene.comment()


def test_the_judge_passes_a_documentation_change(scene: Scene) -> None:
    run = scene.play(example("two-jobs"), DOCUMENTATION)
    assert run.jobs == {"train": "success", "judge": "success"}, run.log
    assert "inputs-unchanged" in scene.comment()


def test_with_a_cache_the_job_that_comments_is_another(scene: Scene) -> None:
    run = scene.play(example("with-cache"), BAD)
    assert run.jobs == {"gate": "failure", "comment": "success"}, run.log
    report = json.loads((scene.folder / "runner" / "artifacts" / ARTIFACT / "mlgate-run" / "report.json").read_bytes())
    assert report["outcome"] == "fail"
    assert "fail" in scene.comment().lower()
    assert list((scene.folder / "runner" / ".cache" / "mlgate").glob("plots-*"))
