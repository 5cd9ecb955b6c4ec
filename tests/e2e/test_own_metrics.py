"""Metrics of the user's: the mean of a column of the predictions, paired like any other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_compare_models import judged, run
from tests.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

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
    found = judged(project.root).document["rules"]
    assert isinstance(found, list)
    return found


def against_main(project: Repository, files: Mapping[str, str]) -> tuple[int, list[dict[str, Any]]]:
    """Check a pull request that writes files."""
    project.git("switch", "-qc", "feature")
    project.commit({**files})
    status, _, _ = run(project.root, "check", "--base", "main")
    report = json.loads((project.root / "mlgate-run" / "report.json").read_text())
    assert "policy-changed" in [reason["id"] for reason in report["reasons"]]
    return status, report["rules"]


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


METRIC = """\
def row_cost(label, prediction, amount):
    return 0 if label == prediction else 10 * amount
"""
BY_FUNCTION = CONFIG.replace("column: euros", "file: metric.py, function: row_cost")


@pytest.fixture
def computed(project: Repository) -> Repository:
    rows = range(200)
    project.commit(
        {
            "mlgate.yml": BY_FUNCTION,
            "metric.py": METRIC,
            "holdout.csv": table("id,y,amount", [(i, i % 2, 1 + i % 3) for i in rows]),
            "old.csv": table("id,prediction", [(i, 1) for i in rows]),
            "new.csv": table("id,prediction", [(i, i % 2 if i > 20 else 1) for i in rows]),
        }
    )
    return project


def test_a_function_gives_the_number_of_each_row(computed: Repository) -> None:
    against, floor = rules(computed)

    wrong = range(0, 21, 2)
    assert against["candidate"] == floor["candidate"] == pytest.approx(sum(10 * (1 + i % 3) for i in wrong) / 200)
    assert against["baseline"] == pytest.approx(sum(10 * (1 + i % 3) for i in range(0, 200, 2)) / 200)
    assert (against["outcome"], floor["outcome"]) == ("pass", "fail")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "defines no function row_cost"),
        ("def row_cost(:", "metric.py:1 is no Python"),
        ("def row_cost(*rows): ...", "must all have names"),
        ("def row_cost(label, colour): return 1", "'colour'"),
        ("def row_cost(label, score): return 1", "no usable scores"),
        ("def row_cost(label): return float('nan')", "NaN, infinite or too large on 200 rows, first on row 1"),
        ("def row_cost(label): return 1 / label", "raised ZeroDivisionError on row 1"),
        ("import json_of_mine\\ndef row_cost(label): return 1", "raised ModuleNotFoundError before its first row"),
    ],
)
def test_a_function_that_gives_none_fails_by_name(computed: Repository, source: str, said: str) -> None:
    computed.write({"metric.py": source.replace("\\n", "\n")})

    for rule in rules(computed):
        assert (rule["outcome"], rule["reasons"]) == ("fail", ["metric-function-invalid"])
        assert said in rule["message"]


def test_a_function_does_not_see_the_token(computed: Repository) -> None:
    computed.write(
        {"metric.py": "import os\ndef row_cost(label): return len([k for k in os.environ if 'MLGATE' in k])"}
    )

    assert [rule["candidate"] for rule in rules(computed)] == [0, 0]


def test_a_pull_request_is_judged_by_the_function_of_the_base(computed: Repository) -> None:
    status, found = against_main(computed, {"metric.py": "def row_cost(label): return 4"})

    assert (status, found[1]["candidate"]) == (3, pytest.approx(1.1))


def test_another_metric_of_the_same_file_brings_no_other_function(computed: Repository) -> None:
    more = "    - {metric: {name: other, file: metric.py, function: row_cost}, at-most: 9}\n"

    status, found = against_main(
        computed, {"metric.py": "def row_cost(label): return 4", "mlgate.yml": BY_FUNCTION + more}
    )

    assert (status, found[1]["candidate"]) == (3, pytest.approx(1.1))


@pytest.mark.parametrize("source", ["column: prediction", "file: metric.py, function: row_cost"])
def test_a_pull_request_does_not_say_where_the_base_finds_its_numbers(project: Repository, source: str) -> None:
    files = {"mlgate.yml": CONFIG.replace("column: euros", source), "metric.py": "def row_cost(label): return 99"}

    status, found = against_main(project, files)

    assert (status, [rule["candidate"] for rule in found]) == (0, [4, 4])
