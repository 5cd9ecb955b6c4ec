"""The root action under a real runner, by the example workflow with one `uses:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.act.scene import BAD, DOCUMENTATION, GOOD, example

if TYPE_CHECKING:
    from tests.e2e.act.scene import Scene

ROOT_ACTION = "mlgate/mlgate"
STEPS = (
    "fetch-base",
    "validate-data",
    "train-model",
    "compare-models",
    "build-report",
    "post-report",
    "enforce-gate",
)


def test_a_good_change_passes_and_is_reported(scene: Scene) -> None:
    run = scene.play(example("one-uses"), GOOD)
    step = run.step("gate", ROOT_ACTION)
    assert run.jobs == {"gate": "success"}, run.log
    assert step.inner == dict.fromkeys(STEPS, "success")
    assert step.outputs["outcome"] == "pass"
    assert step.outputs["report-path"].endswith("mlgate-run/report.json")
    assert step.outputs["report-html-path"].endswith("mlgate-run/report.html")
    assert step.outputs["comment-url"]
    assert "tiny" in run.summary
    assert "pass" in scene.comment().lower()


def test_a_bad_model_fails_after_its_report_was_posted(scene: Scene) -> None:
    run = scene.play(example("one-uses"), BAD)
    step = run.step("gate", ROOT_ACTION)
    assert run.status == 1
    assert run.jobs == {"gate": "failure"}, run.log
    assert step.inner == {**dict.fromkeys(STEPS, "success"), "enforce-gate": "failure"}
    assert step.outputs["outcome"] == "fail"
    assert "fail" in scene.comment().lower()
    assert "accuracy" in scene.comment()


def test_a_documentation_change_trains_nothing_and_passes(scene: Scene) -> None:
    run = scene.play(example("one-uses"), DOCUMENTATION)
    step = run.step("gate", ROOT_ACTION)
    assert run.jobs == {"gate": "success"}, run.log
    assert step.outputs["outcome"] == "pass"
    assert "inputs-unchanged" in run.summary
    assert "inputs-unchanged" in scene.comment()


def test_a_crashed_training_fails_and_is_reported(scene: Scene) -> None:
    run = scene.play(example("one-uses"), {"train.sh": "echo starting; exit 7\n"})
    step = run.step("gate", ROOT_ACTION)
    assert run.jobs == {"gate": "failure"}, run.log
    assert step.inner["enforce-gate"] == "failure"
    assert step.inner["post-report"] == "success"
    assert "training-failed" in scene.comment()


def test_a_broken_configuration_fails_and_is_reported(scene: Scene) -> None:
    run = scene.play(example("one-uses"), {"mlgate.yml": "version: 1\ntabels: {}\n"})
    step = run.step("gate", ROOT_ACTION)
    assert run.jobs == {"gate": "failure"}, run.log
    assert step.outputs["outcome"] == "fail"
    assert "config-invalid" in run.summary
    assert any(note.file == "mlgate.yml" and note.line == "2" for note in run.annotations), run.annotations
    assert "did you mean 'tables'" in run.log


def test_corrupt_data_is_stopped_with_file_and_line(scene: Scene) -> None:
    rows = ["id,x,y", *(f"t{i},{'oops' if i == 41 else 0.25},0" for i in range(120))]
    run = scene.play(example("one-uses"), {"data/train.csv": "\n".join(rows) + "\n"})
    assert run.jobs == {"gate": "failure"}, run.log
    assert any(note.file == "data/train.csv" and note.line == "43" for note in run.annotations), run.annotations
    assert "contract-broken" in scene.comment()
