"""train-model runs a user's command for real: what it is told, what it must not see, and every way that it can end."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from tests.repository import environment
from tests.training_project import HEADER, SCRIPT, TRAIN_CSV, command, configured, is_running, new, train, wait_for

if TYPE_CHECKING:
    from tests.repository import Repository


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    return new(tmp_path / "project")


def test_a_training_is_recorded(project: Repository) -> None:
    done = train(project)

    document = done.document
    assert (done.status, document["outcome"], document["source"]) == (0, "pass", "run")
    assert document["command"].strip() == "python3 train.py"
    assert document["exit_status"] == 0
    assert document["duration_seconds"] > 0
    assert document["peak_memory_bytes"] > 2**20
    assert document["log_tail"] == []
    assert document["commit"] == project.git("rev-parse", "HEAD")
    assert document["tree"] == project.git("rev-parse", "HEAD^{tree}")
    assert document["dirty"] is False
    predictions = (project.root / "predictions.csv").read_bytes()
    assert document["artifacts"] == [
        {"name": "model", "path": "model.txt", "digest": hashlib.sha256(b"60").hexdigest(), "size": 2},
        {
            "name": "predictions",
            "path": "predictions.csv",
            "digest": hashlib.sha256(predictions).hexdigest(),
            "size": len(predictions),
        },
    ]


def test_what_it_ran_in_is_recorded(project: Repository) -> None:
    folder = Path(sys.executable).parent

    done = train(project, PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")

    recorded = done.document["environment"]
    assert recorded["python"] == ".".join(map(str, sys.version_info[:3]))
    assert recorded["packages"]["pytest"] == pytest.__version__
    assert recorded["platform"]


def test_the_holdout_comes_without_its_label_and_otherwise_as_it_is(project: Repository) -> None:
    train(configured(project, command('cp "$MLGATE_TRAIN_HOLDOUT" model.txt; touch predictions.csv')))

    with (project.root / "model.txt").open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["id", "x", "c"],
            ["01", "1.50", "a, b"],
            ["02", "-1", ""],
            ["03", "0", "two\nlines"],
        ]
    assert '02,-1,""' in (project.root / "model.txt").read_text()


def test_json_lines_and_parquet_holdouts_are_copied_too(project: Repository) -> None:
    rows = [{"id": str(i), "x": i, "big": 2**60 + i, "y": i % 2, "when": "2020-01-01"} for i in range(100)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    project.write({"data/holdout.jsonl": lines})
    data = project.root / "data"
    duckdb.execute(f"COPY (FROM read_json('{data}/holdout.jsonl')) TO '{data}/holdout.parquet'")
    text = command('cp "$MLGATE_TRAIN_HOLDOUT" "$MLGATE_TRAIN_OUT"; touch model.txt predictions.csv')
    out = project.root / "mlgate-run" / "training" / "out"

    for form in ("jsonl", "parquet"):
        project.write({"mlgate.yml": HEADER.replace("holdout.csv", f"holdout.{form}") + text})
        assert train(project).status == 0

    copied = [json.loads(line) for line in (out / "holdout.jsonl").read_text().splitlines()]
    assert copied == [{key: value for key, value in row.items() if key != "y"} for row in rows]
    parquet = duckdb.execute("FROM read_parquet($1)", [str(out / "holdout.parquet")])
    assert [name for name, *_ in parquet.description] == ["id", "x", "big", "when"]
    assert [row[2] for row in parquet.fetchall()] == [row["big"] for row in rows]


def test_the_environment_is_cleaned_and_the_rest_passes(project: Repository) -> None:
    taken = {
        "GITHUB_TOKEN": "tok-1",
        "GH_TOKEN": "tok-2",
        "MLGATE_GITHUB_TOKEN": "tok-3",
        "ACTIONS_RUNTIME_TOKEN": "tok-4",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "tok-5",
        "GITHUB_ENV": "/dev/null",
        "GITHUB_PATH": "/dev/null",
        "GITHUB_OUTPUT": "/dev/null",
        "GITHUB_STATE": "/dev/null",
        "GITHUB_STEP_SUMMARY": "/dev/null",
        "MLGATE_RUN_DIR": "mlgate-run",
    }
    passed = {"PYTHONPATH": "src", "VIRTUAL_ENV": "/venv", "GITHUB_SHA": "abc", "AWS_REGION": "eu"}
    save = 'env -0 > "$MLGATE_TRAIN_OUT/env"; touch model.txt predictions.csv'

    train(configured(project, command(save, seed="17")), **taken, **passed)

    out = project.root / "mlgate-run" / "training" / "out"
    seen = dict(entry.split("=", 1) for entry in (out / "env").read_text().split("\0") if entry)
    assert seen.keys().isdisjoint(taken)
    assert passed.items() <= seen.items()
    assert {key: value for key, value in seen.items() if key.startswith("MLGATE_")} == {
        "MLGATE_TRAIN_SEED": "17",
        "MLGATE_TRAIN_OUT": str(out),
        "MLGATE_TRAIN_HOLDOUT": str(out.parent / "holdout.csv"),
        "MLGATE_TRAIN_TABLE_TRAIN": str(project.root / "data" / "train.csv"),
    }


def test_nothing_of_ours_leaks_in(project: Repository) -> None:
    save = 'env -0 > "$MLGATE_TRAIN_OUT/env"; touch model.txt predictions.csv'

    train(configured(project, command(save)))

    out = project.root / "mlgate-run" / "training" / "out"
    names = {entry.split("=", 1)[0] for entry in (out / "env").read_text().split("\0") if entry}
    shell = {"_", "PWD", "OLDPWD", "SHLVL"}
    assert {name for name in names if not name.startswith("MLGATE_TRAIN_")} - shell <= environment().keys()


def test_workflow_commands_of_the_training_do_not_reach_the_runner(project: Repository) -> None:
    text = command(
        'echo "::error::no"; echo "x ##[set-output name=a]b"; echo "::add-mask::hush-hush"; echo hush-hush; false'
    )

    done = train(configured(project, text), GITHUB_ACTIONS="true")

    shown = done.stdout + done.stderr
    assert not any(line.lstrip().startswith("::error::no") for line in shown.splitlines())
    assert "##[" not in shown
    assert "hush-hush" not in shown
    assert "***" in done.document["log_tail"]


@pytest.mark.parametrize(
    ("run", "more", "reason", "exit_status"),
    [
        ("echo last; exit 7", {}, "training-failed", 7),
        ("no-such-program", {}, "training-failed", 127),
        ("sleep 60", {"timeout": "1s"}, "training-timeout", -15),
        ("kill -9 $$", {}, "training-killed", -9),
        ("bash -c 'kill -9 $$'; true", {}, "training-killed", 137),
        ("true", {}, "training-wrote-nothing", 0),
        ("touch model.txt", {}, "training-wrote-nothing", 0),
        ("mkdir model.txt; touch predictions.csv", {}, "training-wrote-nothing", 0),
        ("mkfifo model.txt; touch predictions.csv", {}, "training-wrote-nothing", 0),
        ("false | true; touch model.txt predictions.csv", {}, "training-failed", 1),
    ],
)
def test_no_candidate_is_a_named_failure(
    project: Repository, run: str, more: dict[str, str], reason: str, exit_status: int
) -> None:
    done = train(configured(project, command(run, **more)))

    assert (done.status, done.document["outcome"], done.reason) == (5, "fail", reason)
    assert done.document["exit_status"] == exit_status
    assert done.document["artifacts"] == []
    assert reason in done.stdout


def test_the_last_lines_of_a_failure_are_kept_without_secrets(project: Repository) -> None:
    text = command('for i in $(seq 100); do echo "line $i"; done; echo "key $MY_API_KEY"; exit 1')

    done = train(configured(project, text), MY_API_KEY="s3cret-s3cret")

    assert len(done.document["log_tail"]) == 40
    assert done.document["log_tail"][-2:] == ["line 100", "key ***"]
    assert "s3cret-s3cret" not in done.stderr + done.stdout


def test_yesterdays_files_are_never_taken(project: Repository) -> None:
    assert train(project).status == 0
    yesterday = (project.root / "predictions.csv").read_bytes()

    done = train(configured(project, command("true")))

    assert done.reason == "training-wrote-nothing"
    assert not (project.root / "predictions.csv").exists()
    assert (project.root / "mlgate-run/training/aside/predictions/predictions.csv").read_bytes() == yesterday
    assert "mlgate-run/training/aside" in done.document["reasons"][0]["message"]


def test_without_enforce_the_verdict_is_left_to_the_gate(project: Repository) -> None:
    done = train(configured(project, command("exit 1")), "--enforce=false")

    assert (done.status, done.document["outcome"]) == (0, "fail")


def test_an_output_that_git_tracks_is_refused(project: Repository) -> None:
    project.commit({"weights/a.bin": "x", "weights/b.bin": "y"})

    for path in ("train.py", "weights"):
        done = train(configured(project, command("exit 1", model=path)))

        assert (done.status, done.reason) == (2, "config-invalid")
        assert f"git rm --cached -r {path}" in done.stderr
    assert (project.root / "weights" / "a.bin").exists()


def test_an_output_that_is_an_input_is_refused(project: Repository) -> None:
    project.write({"more/rows.csv": TRAIN_CSV})
    header = HEADER.replace("data/train.csv", "more/rows.csv")
    project.write({"mlgate.yml": header + command("exit 1", model="more")})

    done = train(project)

    assert (done.status, done.reason) == (2, "config-invalid")
    assert (project.root / "more" / "rows.csv").exists()


def test_a_model_can_be_a_folder(project: Repository) -> None:
    text = command("mkdir -p model/sub; echo 1 > model/a; echo 2 > model/sub/b; touch predictions.csv", model="model")

    document = train(configured(project, text)).document

    lines = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in (("a", b"1\n"), ("sub/b", b"2\n"))
    )
    assert document["artifacts"][0] == {
        "name": "model",
        "path": "model",
        "digest": hashlib.sha256(lines.encode()).hexdigest(),
        "size": 4,
    }


def test_without_a_command_the_files_are_taken_as_they_are(project: Repository) -> None:
    configured(project, "train: {model: model.txt, predictions: predictions.csv}\n")

    missing = train(project)
    project.write({"model.txt": "m", "predictions.csv": "id,prediction\n"})
    brought = train(project)

    assert (missing.status, missing.reason) == (3, "candidate-missing")
    assert "no model.txt and no predictions.csv" in missing.document["reasons"][0]["message"]
    assert (brought.status, brought.reason, brought.document["source"]) == (0, "brought", "brought")
    assert [artifact["name"] for artifact in brought.document["artifacts"]] == ["model", "predictions"]


def test_files_that_another_job_trained_are_taken_and_nothing_runs(project: Repository) -> None:
    configured(project, command("touch ran"))
    project.write({"model.txt": "m", "predictions.csv": "id,prediction\n"})

    done = train(project, "--brought=true")

    assert (done.status, done.reason, done.document["source"]) == (0, "brought", "brought")
    assert not (project.root / "ran").exists()


def test_without_a_training_section_there_is_nothing_to_do(project: Repository) -> None:
    done = train(configured(project, ""))

    assert (done.status, done.document["outcome"], done.document["source"]) == (0, "pass", "none")


def test_nothing_is_trained_when_nothing_that_the_model_depends_on_changed(project: Repository) -> None:
    project.write({"mlgate.yml": HEADER + command("exit 1", inputs="[train.py]")})
    project.commit()
    project.branch("docs")
    project.commit({"README.md": "hello\n"})
    subprocess.run(
        [sys.executable, SCRIPT.with_name("fetch_base.py"), "--base", "main"],
        cwd=project.root,
        env=environment(),
        check=True,
        capture_output=True,
    )

    done = train(project)

    assert (done.status, done.document["source"], done.reason) == (0, "unchanged", "inputs-unchanged")
    assert "base.json" in done.document["reads"]


def test_a_configuration_with_mistakes_is_recorded(project: Repository) -> None:
    project.write({"mlgate.yml": "version: 1\ntrian: {}\n"})

    done = train(project)

    assert (done.status, done.reason) == (2, "config-invalid")
    assert "mlgate.yml:2:1" in done.stderr


def test_a_holdout_that_cannot_be_read_is_named_before_anything_is_trained(project: Repository) -> None:
    project.write({"data/holdout.csv": b"\x00\xff\x00\xff" * 100})

    done = train(configured(project, command("touch ran")))

    assert (done.status, done.reason) == (2, "data-unreadable")
    assert not (project.root / "ran").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_leaves_no_process_and_the_old_files(project: Repository, number: signal.Signals) -> None:
    assert train(project).status == 0
    yesterday = (project.root / "predictions.csv").read_bytes()
    configured(project, command("sleep 100 & echo $! > child; echo started > model.txt; wait"))
    process = subprocess.Popen(
        [sys.executable, "-E", "-s", SCRIPT], cwd=project.root, env=environment(), stderr=subprocess.PIPE
    )
    child = int(wait_for(project.root / "child"))

    process.send_signal(number)
    _, stderr = process.communicate(timeout=20)

    assert process.returncode == 130
    assert b"Traceback" not in stderr
    assert not is_running(child)
    assert not (project.root / "mlgate-run" / "training.json").exists()
    assert not list((project.root / "mlgate-run").glob(".*.json*"))
    assert (project.root / "predictions.csv").read_bytes() == yesterday
