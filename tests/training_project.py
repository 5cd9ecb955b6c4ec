"""A small project with a training command, and train-model run on it as a program."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.repository import Repository, environment

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "train_model.py"
HEADER = """\
version: 1
tables:
  train: {path: data/train.csv}
  holdout: {path: data/holdout.csv}
key: id
label: y
"""
# Reads only what it is told of, writes both outputs, and predicts by the sign of x.
TRAIN = """\
import csv, os
with open(os.environ["MLGATE_TRAIN_TABLE_TRAIN"]) as file:
    rows = list(csv.DictReader(file))
with open("model.txt", "w") as file:
    file.write(str(len(rows)))
with open(os.environ["MLGATE_TRAIN_HOLDOUT"]) as file, open("predictions.csv", "w") as out:
    out.write("id,prediction\\n")
    out.writelines(f"{row['id']},{int(float(row['x']) > 0)}\\n" for row in csv.DictReader(file))
"""
TRAIN_CSV = "id,x,c,y\n" + "".join(f"t{i},{i - 30},{'ab'[i % 2]},{int(i > 28 + i % 5)}\n" for i in range(60))
HOLDOUT_CSV = 'id,x,c,y\n01,1.50,"a, b",1\n02,-1,"",0\n03,0,"two\nlines",1\n'


@dataclass
class Done:
    """What one run of the script came to."""

    status: int
    stdout: str
    stderr: str
    document: dict[str, Any]

    @property
    def reason(self) -> str:
        return self.document["reasons"][0]["id"] if self.document["reasons"] else ""


def new(root: Path) -> Repository:
    """Make a repository whose training writes both outputs."""
    repository = Repository.new(root)
    repository.commit(
        {
            "mlgate.yml": HEADER + command("python3 train.py"),
            "train.py": TRAIN,
            "data/train.csv": TRAIN_CSV,
            "data/holdout.csv": HOLDOUT_CSV,
            ".gitignore": "model*\npredictions.csv\n",
        }
    )
    return repository


def command(run: str, **more: str) -> str:
    lines = "".join(f"    {line}\n" for line in run.splitlines())
    keys = {"model": "model.txt", "predictions": "predictions.csv", **more}
    return f"train:\n  run: |\n{lines}" + "".join(f"  {key}: {value}\n" for key, value in keys.items())


def train(project: Repository, *words: str, **variables: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-E", "-s", SCRIPT, *words],
        cwd=project.root,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    document = json.loads((project.root / "mlgate-run" / "training.json").read_text())
    return Done(done.returncode, done.stdout, done.stderr, document)


def configured(project: Repository, text: str) -> Repository:
    project.write({"mlgate.yml": HEADER + text})
    return project


def wait_for(path: Path) -> str:
    deadline = time.monotonic() + 20
    while not path.exists() or not path.read_text().strip():
        assert time.monotonic() < deadline, f"{path.name} was never written"
        time.sleep(0.02)
    return path.read_text()


def is_running(pid: int) -> bool:
    """Return whether a process still runs after a second; a zombie has ended."""
    for _ in range(20):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return False
        except FileNotFoundError:
            return False
        time.sleep(0.05)
    return True
