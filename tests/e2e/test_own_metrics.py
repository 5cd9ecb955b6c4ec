"""Metrics of the user's: the mean of a column of the predictions, paired like any other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.repository import Repository, environment

if TYPE_CHECKING:
    from collections.abc import Iterable

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
CONFIG = """\
version: 1
tables: {holdout: {path: holdout.csv}}
key: id
label: y
train: {predictions: new.csv}
baselines: [{name: old, predictions: old.csv}]
gate:
  rules:
    - {metric: {name: cost, column: euros}, against: old, margin: 0}
    - {metric: {name: profit, column: euros, greater-is-better: true}, at-least: 3}
"""


def table(header: str, rows: Iterable[tuple[Any, ...]]) -> str:
    return header + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    repository = Repository.new(tmp_path / "project")
    rows = range(200)
    repository.commit(
        {
            "mlgate.yml": CONFIG,
            "holdout.csv": table("id,y", [(i, i % 2) for i in rows]),
            "old.csv": table("id,prediction,euros", [(i, 1, 5 + i % 3) for i in rows]),
            "new.csv": table("id,prediction,euros", [(i, 1, 2 + i % 5) for i in rows]),
        }
    )
    return repository


def rules(project: Repository) -> list[dict[str, Any]]:
    for step in ("train_model", "compare_models"):
        done = subprocess.run(
            [sys.executable, "-E", "-s", SCRIPTS / f"{step}.py"],
            cwd=project.root,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
    found = json.loads((project.root / "mlgate-run" / "comparison.json").read_text())["rules"]
    assert isinstance(found, list)
    return found


def test_a_column_is_compared_row_by_row(project: Repository) -> None:
    against, floor = rules(project)

    assert (against["outcome"], against["baseline"], against["candidate"]) == ("pass", 5.995, 4)
    assert against["difference"] == 1.995  # a cost is better when it is lower
    assert 1.7 < against["interval"][0] < 1.995 < against["interval"][1] < 2.3
    assert (floor["outcome"], floor["candidate"]) == ("pass", 4)


def test_more_cost_than_before_fails(project: Repository) -> None:
    project.write({"new.csv": (project.root / "old.csv").read_text().replace(",5\n", ",50\n")})

    assert [rule["outcome"] for rule in rules(project)] == ["fail", "pass"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [("id,prediction,dollars", "predictions-column-missing"), ("id,prediction,euros\n7,1,nan", "predictions-invalid")],
)
def test_what_is_no_number_of_each_row_fails_by_name(project: Repository, line: str, reason: str) -> None:
    text = (project.root / "new.csv").read_text().replace("\n7,1,4\n", "\n")
    assert text.count("\n") == 200
    whole = "\n7,1,4" if "nan" not in line else ""
    project.write({"new.csv": text.replace("id,prediction,euros", line + whole)})

    assert [rule["reasons"] for rule in rules(project)] == [[reason], [reason]]
