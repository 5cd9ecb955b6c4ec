"""What a checkout or a training command may try against the steps around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.act import project
from tests.e2e.act.scene import GOOD, TOKEN, example

if TYPE_CHECKING:
    from tests.e2e.act.scene import Scene

# Looks for the token in its own environment and in that of every process above it. `INPUT_*` is left out: act puts
# inputs there, the real runner does not. As a control it counts the environments in which it saw a variable of ours.
SEARCH = r"""
pid=$$
looked=0 ours=0 found=0
while [ "$pid" -gt 1 ]; do
  variables=$(tr '\0' '\n' < "/proc/$pid/environ" | grep -v '^INPUT_' || true)
  looked=$((looked + 1))
  case "$variables" in *MLGATE_RUN_DIR=*) ours=$((ours + 1)) ;; esac
  case "$variables" in *TOKEN_TEXT*) found=$((found + 1)) ;; esac
  pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
done
echo "SEARCHED looked=$looked ours=$ours found=$found"
echo "SEEN VIRTUAL_ENV=${VIRTUAL_ENV-unset} PYTHONPATH=${PYTHONPATH-unset} MLGATE_RUN_DIR=${MLGATE_RUN_DIR-unset}"
echo "PYTHON $(command -v python3)"
""".replace("TOKEN_TEXT", TOKEN)


def test_the_training_command_finds_no_token_and_nothing_of_ours(scene: Scene) -> None:
    run = scene.play(example("one-uses"), {"train.sh": project.TRAIN + SEARCH})
    assert run.jobs == {"gate": "success"}, run.log
    log = run.step("gate", "mlgate/mlgate").log
    [line] = [line for line in log.splitlines() if "SEARCHED" in line]
    looked, ours, found = (int(word.split("=")[1]) for word in line.split("SEARCHED ")[1].split())
    assert looked >= 3
    assert ours >= 1, "the control: environments of parents can be read, so a token in them would have been seen"
    assert found == 0
    assert scene.comment(), "the token was there, and was used"
    assert "SEEN VIRTUAL_ENV=unset PYTHONPATH=unset MLGATE_RUN_DIR=unset" in log
    assert f"PYTHON {scene.folder / 'runner' / 'bin' / 'python3'}" in log, "the python of the user, not ours"


def test_modules_in_the_checkout_take_no_place_of_ours(scene: Scene) -> None:
    names = ("json", "yaml", "requests", "duckdb", "numpy", "mlgate", "venv", "pip", "sitecustomize", "argparse")
    hostile = {f"{name}.py": "raise SystemExit('imported from the checkout')\n" for name in names}
    run = scene.play(example("one-uses"), {**GOOD, **hostile}, env={"PYTHONPATH": "."})
    assert run.jobs == {"gate": "success"}, run.log
    assert "imported from the checkout" not in run.log


def test_a_workspace_with_spaces_and_letters_of_other_alphabets(scene: Scene) -> None:
    place = "unser Modell für Flüge 飛行"
    workflow = example("one-uses").replace("fetch-depth: 2 #", f'path: "{place}"\n          fetch-depth: 2 #')
    step = "      - uses: mlgate/mlgate@v0\n"
    workflow = workflow.replace(step, f'{step}        with: {{working-directory: "{place}"}}\n')
    workflow = workflow.replace("            mlgate-run/", f"            {place}/mlgate-run/")
    run = scene.play(workflow, GOOD)
    assert run.jobs == {"gate": "success"}, run.log
    outputs = run.step("gate", "mlgate/mlgate").outputs
    assert outputs["outcome"] == "pass"
    assert f"/{place}/mlgate-run/report.json" in outputs["report-path"]


def test_nothing_is_left_in_the_job_s_environment(scene: Scene) -> None:
    workflow = example("one-uses").rstrip() + (
        "\n      - id: after\n        run: env | grep -E '^(MLGATE_|VIRTUAL_ENV|PYTHON)' || echo nothing of ours\n"
    )
    run = scene.play(workflow, GOOD)
    assert "nothing of ours" in run.step("gate", "after").log, run.log


def test_a_workflow_without_a_token_still_gates(scene: Scene) -> None:
    step = "      - uses: mlgate/mlgate@v0\n"
    workflow = example("one-uses").replace(step, step + '        with: {github-token: ""}\n')
    run = scene.play(workflow, GOOD)
    assert run.jobs == {"gate": "success"}, run.log
    assert scene.github.bodies() == {}
    assert "tiny" in run.summary


def test_a_checkout_too_shallow_is_deepened_by_fetch_base(scene: Scene) -> None:
    workflow = example("one-uses").replace("fetch-depth: 2", "fetch-depth: 1")
    run = scene.play(workflow, GOOD)
    assert run.jobs == {"gate": "success"}, run.log
    assert run.step("gate", "mlgate/mlgate").inner["fetch-base"] == "success"
