"""Training with several seeds: what each predicts is kept and compared, and the candidate stays what it was."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_compare_models import compare
from tests.repository import environment
from tests.training_project import Done, command, is_running, new, train, wait_for

if TYPE_CHECKING:
    from tests.repository import Repository

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
HEADER = "version: 1\ntables: {holdout: {path: data/holdout.csv}}\nkey: id\nlabel: y\n"
GATE = """\
baselines: [{name: old, predictions: old.csv}, dummy]
gate:
  rules:
    - {metric: accuracy, against: old, margin: 0.5}
    - {metric: f1, against: old, margin: 0.9}
    - {metric: accuracy, against: dummy, margin: 0.9}
"""
ROWS = 120
# Every seed is wrong on 12 rows of its own; seed 8 can be told to fail.
TRAIN = f"""\
import os, pathlib, sys, time
seed = int(os.environ["MLGATE_TRAIN_SEED"])
assert not pathlib.Path("model.txt").exists() and not pathlib.Path("predictions.csv").exists()
pathlib.Path("model.txt").write_text(f"model {{seed}}")
if seed == 8 and len(sys.argv) > 1:
    pathlib.Path("waiting").write_text(str(os.getpid()))
    time.sleep(60 if sys.argv[1] == "wait" else 0)
    sys.exit(3)
wrong = range(seed - 7, {ROWS}, 10)
lines = [f"{{i}},{{(i % 2) ^ (i in wrong)}}\\n" for i in range({ROWS})]
pathlib.Path("predictions.csv").write_text("id,prediction\\n" + "".join(lines))
"""


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    repository = new(tmp_path / "project")
    holdout = "".join(f"{i},{i % 2}\n" for i in range(ROWS))
    old = "".join(f"{i},{(i % 2) ^ (i % 5 == 0)}\n" for i in range(ROWS))
    text = {"data/holdout.csv": "id,y\n" + holdout, "old.csv": "id,prediction\n" + old, "train.py": TRAIN}
    repository.commit({**text, "mlgate.yml": configuration("python3 train.py")})
    return repository


def configuration(run: str) -> str:
    return HEADER + command(run, seed="7", repeats="3") + GATE


def compared(project: Repository) -> dict[str, Any]:
    done = compare(project.root)
    return {**done.document, "stdout": done.stdout}


def assert_is_the_candidate(project: Repository, done: Done) -> None:
    for artifact in done.document["artifacts"]:
        lies = (project.root / artifact["path"]).read_bytes()
        assert hashlib.sha256(lies).hexdigest() == artifact["digest"]
    assert (project.root / "model.txt").read_text() == "model 7"


def test_three_trainings_judge_the_recipe_and_leave_the_candidate(project: Repository) -> None:
    done = train(project)

    assert (done.status, done.document["outcome"]) == (0, "pass")
    assert_is_the_candidate(project, done)
    repeats = done.document["repeats"]
    assert [repeat["seed"] for repeat in repeats] == [7, 8, 9]
    assert [repeat["path"] for repeat in repeats] == [f"training/repeats/{seed}.csv" for seed in (7, 8, 9)]
    kept = [(project.root / "mlgate-run" / repeat["path"]).read_bytes() for repeat in repeats]
    assert [hashlib.sha256(each).hexdigest() for each in kept] == [repeat["digest"] for repeat in repeats]
    assert kept[0] == (project.root / "predictions.csv").read_bytes()
    assert len(set(kept)) == 3

    document = compared(project)

    assert document["outcome"] == "pass", document["reasons"]
    (told,) = document["repeats"]  # neither the dummy, which is no model, nor f1, which is no mean
    assert (told["metric"], told["against"], told["seeds"]) == ("accuracy", "old", 3)
    assert told["difference"] == pytest.approx(0.2 - 0.1)
    assert told["interval"][0] < 0.1 < told["interval"][1]
    assert told["seed_share"] == 0  # each seed is wrong as often as the others
    assert "The recipe over 3 seeds: accuracy against old differs by +0.1" in document["stdout"]


def test_a_repeat_that_fails_loses_no_candidate(project: Repository) -> None:
    project.write({"mlgate.yml": configuration("python3 train.py fail")})

    done = train(project)

    assert (done.status, done.document["outcome"], done.reason) == (0, "warn", "repeat-failed")
    assert "seed 8" in done.document["reasons"][0]["message"]
    assert [repeat["seed"] for repeat in done.document["repeats"]] == [7, 9]
    assert_is_the_candidate(project, done)

    document = compared(project)

    assert document["repeats"] == []
    assert [reason["id"] for reason in document["reasons"]] == ["repeats-too-few"]
    assert document["outcome"] == "pass"


def test_an_interrupted_repeat_leaves_the_candidates_files(project: Repository) -> None:
    project.write({"mlgate.yml": configuration("exec python3 train.py wait")})
    running = subprocess.Popen(
        [sys.executable, "-E", "-s", SCRIPTS / "train_model.py"],
        cwd=project.root,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    trainer = int(wait_for(project.root / "waiting"))

    running.send_signal(signal.SIGINT)
    running.wait(timeout=20)

    assert not is_running(trainer)
    assert (project.root / "model.txt").read_text() == "model 7"
    assert (project.root / "predictions.csv").is_file()


def test_files_from_elsewhere_have_no_repeats_and_that_is_said(project: Repository) -> None:
    (project.root / "model.txt").write_text("model")
    (project.root / "predictions.csv").write_text((project.root / "old.csv").read_text())

    done = train(project, "--brought")

    assert (done.status, done.document["outcome"], done.document["repeats"]) == (0, "pass", [])
    assert [reason["id"] for reason in done.document["reasons"]] == ["brought", "repeats-too-few"]


def test_predictions_that_something_wrote_since_are_stale(project: Repository) -> None:
    train(project)
    (project.root / "mlgate-run" / "training" / "repeats" / "8.csv").write_text("id,prediction\n")

    document = compared(project)

    assert (document["outcome"], document["reasons"][0]["id"]) == ("fail", "document-stale")
