"""`mlgate check` on real repositories: the verdict of a laptop, for good and bad changes, and for every bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.repository import Repository, environment
from tests.toolbox import ROOT

from mlgate.main import main

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 400
CONFIG = """\
version: 1
model: parity
tables:
  holdout: {path: data/holdout.csv, contract: contract.yml}
key: id
label: y
train: {run: sh train.sh, inputs: [train.sh], predictions: predictions.csv, timeout: 20s}
baselines: [dummy]
gate:
  rules:
    - {metric: accuracy, against: dummy, margin: 0.02}
    - {metric: accuracy, at-least: 0.8}
"""
CONTRACT = """\
row:
  type: object
  properties:
    id: {type: integer, minimum: 0}
    x: {type: integer, minimum: 0}
    y: {enum: [0, 1]}
  required: [id, x, y]
table:
  - primary-key: [id]
  - row-count: {at-least: 100}
"""
# A framework of its own: awk. It sees the copy of the holdout, which has no label.
TRAIN = """\
echo "seed $MLGATE_TRAIN_SEED"
awk -F, 'NR == 1 {print "id,prediction"; next} {print $1 "," RULE}' "$MLGATE_TRAIN_HOLDOUT" > predictions.csv
"""
GOOD = TRAIN.replace("RULE", "($1 % 20 == 0 ? 1 - $2 % 2 : $2 % 2)")
BAD = TRAIN.replace("RULE", "($1 % 10 < 6 ? 1 - $2 % 2 : $2 % 2)")


def holdout(rows: int = ROWS) -> str:
    lines = [f"{number},{number * 7 % 31},{number * 7 % 31 % 2}" for number in range(rows)]
    return "\n".join(["id,x,y", *lines]) + "\n"


FILES: dict[str, str | bytes | None] = {
    ".gitignore": "predictions.csv\n",
    "mlgate.yml": CONFIG,
    "contract.yml": CONTRACT,
    "data/holdout.csv": holdout(),
    "train.sh": GOOD,
    "README.md": "hello\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    repository = Repository.new(tmp_path / "projekt ü")
    repository.commit(FILES)
    repository.branch("work")
    return repository


def check(project: Repository, *words: str, **variables: str) -> tuple[int, dict[str, Any]]:
    status = main(["check", "--plots=none", *words], environment(**variables), project.root)
    path = project.root / "mlgate-run" / "report.json"
    return status, json.loads(path.read_text()) if path.exists() else {}


def ids(report: dict[str, Any]) -> list[str]:
    return [reason["id"] for reason in report["reasons"]]


def test_a_good_model_passes(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = check(project)
    out, err = capsys.readouterr()
    assert (status, report["outcome"], report["blocks"]) == (0, "pass", False), report["reasons"]
    assert [step["outcome"] for step in report["steps"]] == ["pass"] * 4
    assert out.startswith("parity: pass")
    for name in ("report.json", "report.md", "report.html"):
        assert str(project.root / "mlgate-run" / name) in out
    for number, step in enumerate(("fetch-base", "validate-data", "train-model", "compare-models", "build-report")):
        assert f"[{number + 1}/5] {step} …" in err
    assert "seed 0" in err


def test_a_bad_model_fails(project: Repository) -> None:
    project.commit({"train.sh": BAD})
    status, report = check(project, "--base", "main")
    assert (status, report["outcome"], report["blocks"]) == (3, "fail", True)
    assert "below-floor" in ids(report)


def test_broken_data_is_named_by_file_and_line(project: Repository) -> None:
    project.write({"data/holdout.csv": holdout().replace("\n7,", "\n-7,")})
    status, report = check(project)
    assert status == 3
    assert "contract-broken" in ids(report)
    row = report["data"]["tables"][0]["findings"][0]["rows"][0]
    assert row["line"] == 9


def test_a_training_that_rewrites_the_verdict_on_the_data_is_found(project: Repository) -> None:
    forge = 'sed -i \'s/"outcome": *"fail"/"outcome": "pass"/g\' mlgate-run/data.json\n'
    project.commit({"data/holdout.csv": holdout().replace("\n7,", "\n-7,"), "train.sh": GOOD + forge})
    status, report = check(project)
    assert status == 3
    assert "document-stale" in ids(report)


def test_a_change_of_documentation_trains_nothing(project: Repository) -> None:
    project.commit({"README.md": "better\n"})
    (project.root / "predictions.csv").unlink(missing_ok=True)
    status, report = check(project, "--base", "main")
    assert (status, report["outcome"], ids(report)) == (0, "pass", ["inputs-unchanged"])
    assert not (project.root / "predictions.csv").exists()


def test_a_pull_request_cannot_lower_its_bar(project: Repository) -> None:
    project.commit({"train.sh": BAD, "mlgate.yml": CONFIG.replace("0.8", "0.1").replace("margin: 0.02", "margin: 0.9")})
    status, report = check(project, "--base", "main")
    assert (status, report["outcome"]) == (3, "fail")
    assert "policy-changed" in ids(report)
    assert report["policy"]["proposed_outcome"] == "pass"


def test_a_pull_request_that_raises_the_bar_too_high_is_told(project: Repository) -> None:
    project.commit({"mlgate.yml": CONFIG.replace("at-least: 0.8", "at-least: 0.99")})
    status, report = check(project, "--base", "main")
    assert (status, report["outcome"]) == (0, "warn")
    assert ids(report)[0] == "policy-would-fail"


def test_the_pull_request_that_adopts_mlgate_is_not_blocked(tmp_path: Path) -> None:
    project = Repository.new(tmp_path / "new")
    project.commit({"README.md": "hello\n"})
    project.branch("work")
    project.commit({**FILES, "train.sh": BAD})
    status, report = check(project, "--base", "main")
    assert (status, report["outcome"], report["blocks"]) == (0, "warn", False)
    assert "policy-introduced" in ids(report)


def test_a_rule_against_the_base_says_what_it_waits_for(tmp_path: Path) -> None:
    project = Repository.new(tmp_path / "new")
    project.commit({"README.md": "hello\n"})
    project.write({**FILES, "mlgate.yml": CONFIG.replace("dummy", "base")})
    status, report = check(project, "--base", "HEAD")
    assert (status, ids(report)) == (0, ["baseline-missing", "policy-introduced", "working-copy-dirty"])
    assert "could not be trained: it has no configuration yet. Merge the configuration:" in str(report["reasons"])

    status, report = check(project)
    assert (status, ids(report)) == (3, ["baseline-missing", "working-copy-dirty"])
    assert "no base commit is known. Name one: `mlgate check --base main`." in str(report["reasons"])


def test_a_configuration_that_is_removed_fails(project: Repository) -> None:
    project.commit({"mlgate.yml": None})
    status, report = check(project, "--base", "main")
    assert (status, report["outcome"]) == (3, "fail")
    assert ids(report)[0] == "policy-removed"


@pytest.mark.parametrize(
    ("files", "status", "reason"),
    [
        ({"mlgate.yml": None}, 2, "config-invalid"),
        ({"mlgate.yml": ""}, 2, "config-invalid"),
        ({"mlgate.yml": b"\x00\xff\x00"}, 2, "config-invalid"),
        ({"mlgate.yml": CONFIG + "tabels: 1\n"}, 2, "config-invalid"),
        ({"contract.yml": "row: [\n"}, 2, "config-invalid"),
        ({"contract.yml": None}, 2, "config-invalid"),
        ({"data/holdout.csv": None}, 3, "data-unreadable"),
        ({"data/holdout.csv": ""}, 3, "data-unreadable"),
        ({"data/holdout.csv": b"PAR1\x00\xff\xfe\x00" * 50}, 3, "data-unreadable"),
        ({"data/holdout.csv": holdout() + "5,1,0\n"}, 3, "key-duplicate"),
        ({"data/holdout.csv": holdout().replace("id,x,y", "id,x,z")}, 3, "label-missing"),
        ({"train.sh": "exit 7\n"}, 3, "training-failed"),
        ({"train.sh": "true\n"}, 3, "training-wrote-nothing"),
        ({"train.sh": "kill -9 $$\n"}, 3, "training-killed"),
        ({"train.sh": "sleep 60\n", "mlgate.yml": CONFIG.replace("20s", "1s")}, 3, "training-timeout"),
        ({"train.sh": GOOD.replace("{print $1 ", "NR > 9 {print $1 ")}, 3, "predictions-incomplete"),
        ({"train.sh": GOOD.replace("{print $1 ", "{print $1 + 5000 ")}, 3, "predictions-extra"),
        ({"train.sh": TRAIN.replace("RULE", '"nan"')}, 3, "predictions-invalid"),
    ],
)
def test_bad_input_is_a_reason_and_never_a_pass(
    project: Repository,
    files: dict[str, str | bytes | None],
    status: int,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project.write({"predictions.csv": "id,prediction\n" + "".join(f"{n},{n * 7 % 31 % 2}\n" for n in range(ROWS))})
    project.write(files)
    got, report = check(project)
    assert report, capsys.readouterr().err
    assert (got, report["status"], report["outcome"]) == (status, status, "fail")
    assert reason in ids(report)
    assert any(step["outcome"] == "fail" for step in report["steps"])
    assert "Traceback" not in capsys.readouterr().err


def test_a_removed_configuration_does_not_keep_the_base_from_training(project: Repository) -> None:
    project.commit({"mlgate.yml": CONFIG.replace("dummy", "base")})
    project.git("branch", "-f", "main", "HEAD")
    project.commit({"mlgate.yml": None})
    status, report = check(project, "--base", "main")
    assert (status, ids(report)) == (3, ["policy-removed"])


def test_what_a_step_says_to_do_is_in_the_report(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    project.commit({".gitignore": "", "predictions.csv": "id,prediction\n"})
    assert check(project)[0] == 2
    text = (project.root / "mlgate-run" / "report.md").read_text()
    assert "→ Run <code>git rm --cached -r predictions.csv</code> and add it to .gitignore" in text

    assert check(project, "--base", "mian")[0] == 2
    assert "names no commit of this clone\n" in capsys.readouterr().out
    assert "<code>git fetch</code> gets what" in (project.root / "mlgate-run" / "report.md").read_text()


def test_a_folder_as_configuration(project: Repository) -> None:
    (project.root / "mlgate.yml").unlink()
    (project.root / "mlgate.yml").mkdir()
    status, report = check(project)
    assert (status, report["outcome"]) == (2, "fail")
    assert ids(report) == ["config-invalid"], "said once, although every step stumbles over it"


def test_yesterdays_documents_are_gone(project: Repository) -> None:
    assert check(project)[0] == 0
    project.write({"mlgate.yml": CONFIG + "tabels: 1\n"})
    status, report = check(project)
    assert (status, report["outcome"]) == (2, "fail")
    assert report["comparison"] is None or report["comparison"]["error"]


def test_a_base_that_is_none_is_told_in_a_report(project: Repository) -> None:
    status, report = check(project, "--base", "nowhere")
    assert (status, report["outcome"], ids(report)[0]) == (2, "fail", "base-unreadable")


def test_a_wrong_option_costs_no_training(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    status, report = check(project, "--plots", "gif")
    assert (status, report) == (2, {})
    assert "gif" in capsys.readouterr().err


def test_a_run_folder_that_is_a_file_is_refused(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    project.write({"occupied": "x"})
    assert check(project, "--run-dir", "occupied")[0] == 2
    assert "`--run-dir`" in capsys.readouterr().err


def test_outside_a_repository(tmp_path: Path) -> None:
    project = Repository(tmp_path / "plain")
    project.write(FILES)
    status, report = check(project, GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert (status, report["outcome"]) == (0, "pass"), report["reasons"]


def test_json_prints_the_report_alone(project: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    _, report = check(project, "--json")
    assert json.loads(capsys.readouterr().out) == report


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_half_written_document_and_no_orphan(project: Repository, number: int) -> None:
    project.write({"train.sh": "echo $$ > pid\nexec sleep 300\n", "mlgate.yml": CONFIG.replace("20s", "10m")})
    command = [sys.executable, str(ROOT / "scripts" / "check.py")]
    with subprocess.Popen(command, cwd=project.root, env=environment(), stderr=subprocess.PIPE) as process:
        pid = project.root / "pid"
        deadline = time.monotonic() + 30
        while not (pid.exists() and pid.read_text().strip()) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    documents = sorted(path.name for path in (project.root / "mlgate-run").glob("*.json"))
    assert documents == ["base.json", "data.json"]
    assert not [path for path in (project.root / "mlgate-run").iterdir() if path.name.startswith(".base")]
