"""Whatever is wrong with the input: a clear message, the right exit status, a report that names the step."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from tests.repository import Repository, environment
from tests.training_project import TRAIN, command

if TYPE_CHECKING:
    from collections.abc import Callable

CHECK = Path(__file__).resolve().parents[2] / "scripts" / "check.py"
TABLES = """\
version: 1
tables:
  train: {path: data/train.csv, contract: contract.yml}
  holdout: {path: data/holdout.csv, contract: contract.yml}
key: id
label: y
"""
CONTRACT = """\
row:
  type: object
  properties: {id: {type: string}, x: {type: number}, y: {enum: [0, 1]}}
  required: [id, x, y]
table:
  - primary-key: [id]
"""
GATE = """\
baselines: [dummy]
gate:
  rules:
    - {metric: accuracy, against: dummy, margin: -0.1}
"""
SECONDS = 120


def rows(prefix: str, count: int = 300) -> str:
    """Return a table whose label is the sign of x."""
    return "id,x,y\n" + "".join(f"{prefix}{i},{i - count // 2},{int(i >= count // 2)}\n" for i in range(count))


@dataclass
class Checked:
    """What `check` came to."""

    status: int
    output: str
    report: dict[str, Any] | None = None

    @property
    def reasons(self) -> set[str]:
        assert self.report is not None, self.output
        return {reason["id"] for reason in self.report["reasons"]}

    @property
    def failed_steps(self) -> set[str]:
        assert self.report is not None, self.output
        return {step["step"] for step in self.report["steps"] if step["outcome"] not in ("pass", "warn")}


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    repository = Repository.new(tmp_path / "project")
    repository.commit(
        {
            "mlgate.yml": TABLES + command("python3 train.py", timeout="20s") + GATE,
            "contract.yml": CONTRACT,
            "train.py": TRAIN,
            "data/train.csv": rows("t"),
            "data/holdout.csv": rows("h"),
            ".gitignore": "model*\npredictions.csv\n",
        }
    )
    return repository


def check(project: Repository) -> Checked:
    done = subprocess.run(
        [sys.executable, "-E", "-s", CHECK, "--plots=none"],
        cwd=project.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    output = done.stdout + done.stderr
    assert "scripts/mlgate" not in output, output  # a traceback of ours; the training's own is shown as it comes
    assert "bug of mlgate" not in output, output
    assert "has a bug" not in output, output
    file = project.root / "mlgate-run" / "report.json"
    return Checked(done.returncode, output, json.loads(file.read_text()) if file.exists() else None)


def trained(run: str, **more: str) -> Callable[[Repository], None]:
    """Return a change of the training command."""
    return lambda project: project.write({"mlgate.yml": TABLES + command(run, **more) + GATE})


def written(name: str, content: str | bytes) -> Callable[[Repository], None]:
    """Return a change of one file."""
    return lambda project: project.write({name: content})


def predicted(lines: str) -> Callable[[Repository], None]:
    """Return a training that writes its own predictions: Python that prints the rows for the holdout's `ids`."""
    program = (
        "import csv, os\n"
        "ids = [row['id'] for row in csv.DictReader(open(os.environ['MLGATE_TRAIN_HOLDOUT']))]\n"
        "print('id,prediction')\n" + lines + "\n"
    )

    def change(project: Repository) -> None:
        project.write({"train.py": program})
        trained("python3 train.py > predictions.csv; touch model.txt")(project)

    return change


def no_config(project: Repository) -> None:
    project.write({"mlgate.yml": None})


def folder_as_config(project: Repository) -> None:
    project.write({"mlgate.yml": None})
    (project.root / "mlgate.yml").mkdir()


def half_a_parquet(project: Repository) -> None:
    data = project.root / "data"
    duckdb.execute(f"COPY (FROM read_csv('{data}/holdout.csv')) TO '{data}/holdout.parquet' (FORMAT parquet)")
    whole = (data / "holdout.parquet").read_bytes()
    text = (project.root / "mlgate.yml").read_text().replace("holdout.csv", "holdout.parquet")
    project.write({"data/holdout.parquet": whole[: len(whole) // 2], "mlgate.yml": text})


def yesterdays_files(project: Repository) -> None:
    assert check(project).status == 0
    assert (project.root / "predictions.csv").exists()
    trained("echo nothing to do")(project)


@dataclass(frozen=True)
class Case:
    """One thing that can be wrong.

    Attributes:
        name: Of the test.
        change: What is done to the sound project.
        status: The exit status of `check`.
        said: Part of the message on the terminal.
        reason: The report's reason; empty where no report can be made.
        step: The step that the report names.
    """

    name: str
    change: Callable[[Repository], None]
    status: int
    said: str
    reason: str = ""
    step: str = ""


CASES = (
    Case("no config", no_config, 2, "mlgate init"),
    Case("empty config", written("mlgate.yml", ""), 2, "mlgate.yml:1:1"),
    Case("folder as config", folder_as_config, 2, "a folder, not a file"),
    Case("binary config", written("mlgate.yml", b"\x00\xff\xfe" * 99), 2, "Save the file as UTF-8"),
    Case(
        "binary file as CSV",
        written("data/train.csv", bytes(range(256)) * 50),
        3,
        "train.csv",
        "data-unreadable",
        "validate-data",
    ),
    Case("empty CSV", written("data/train.csv", ""), 3, "is empty", "data-unreadable", "validate-data"),
    Case("empty holdout", written("data/holdout.csv", ""), 3, "is empty", "data-unreadable", "validate-data"),
    Case("half a Parquet", half_a_parquet, 3, "is cut off", "data-unreadable", "validate-data"),
    Case(
        "a key twice",
        written("data/holdout.csv", rows("h") + "h7,0,1\n"),
        3,
        "repeat a key",
        "contract-broken",
        "validate-data",
    ),
    Case(
        "a holdout without label",
        written("data/holdout.csv", rows("h").replace(",y\n", ",z\n")),
        3,
        "y",
        "label-missing",
        "compare-models",
    ),
    Case(
        "another table's keys",
        predicted("for i in range(300): print(f't{i},1')"),
        3,
        "predictions.csv",
        "predictions-extra",
        "compare-models",
    ),
    Case(
        "rows without prediction",
        predicted("for i in ids[:200]: print(f'{i},1')"),
        3,
        "100",
        "predictions-incomplete",
        "compare-models",
    ),
    Case(
        "a row predicted twice",
        predicted("for i in [*ids, ids[0]]: print(f'{i},1')"),
        3,
        "h0",
        "predictions-duplicate",
        "compare-models",
    ),
    Case(
        "NaN predictions",
        predicted("for i in ids: print(f'{i},nan')"),
        3,
        "300",
        "predictions-invalid",
        "compare-models",
    ),
    Case(
        "predictions that are no table",
        predicted("print('\\0' * 99)"),
        3,
        "",
        "predictions-unreadable",
        "compare-models",
    ),
    Case("no rows predicted", predicted(""), 3, "300", "predictions-incomplete", "compare-models"),
    Case(
        "a training that crashes",
        trained("echo last words >&2; exit 3"),
        3,
        "exit status 3",
        "training-failed",
        "train-model",
    ),
    Case("a training that hangs", trained("sleep 99", timeout="1s"), 3, "after 1s", "training-timeout", "train-model"),
    Case("a training that is killed", trained("kill -9 $$"), 3, "SIGKILL", "training-killed", "train-model"),
    Case(
        "a training that writes nothing", trained("true"), 3, "did not write", "training-wrote-nothing", "train-model"
    ),
    Case("yesterday's files", yesterdays_files, 3, "did not write", "training-wrote-nothing", "train-model"),
)


def test_the_sound_project_passes(project: Repository) -> None:
    checked = check(project)

    assert checked.status == 0, checked.output
    assert checked.report
    assert checked.report["outcome"] == "pass"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_named(project: Repository, case: Case) -> None:
    case.change(project)

    checked = check(project)

    assert checked.status == case.status, checked.output
    assert case.said in checked.output
    if case.reason:
        assert case.reason in checked.reasons
        assert case.step in checked.failed_steps
