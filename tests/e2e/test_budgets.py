"""Budgets in a whole check: measured while training, from the file that it leaves, and against the base's training."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_compare_models import run
from tests.training_project import HEADER, command, new

if TYPE_CHECKING:
    from pathlib import Path

    from tests.repository import Repository

RUN = "python3 train.py\necho '{\"parameters\": 1000}' > numbers.json"
BUDGETS = """\
gate:
  rules:
    - {budget: model-size, at-most: 1kB}
    - {budget: training-time, at-most: 10m}
    - {budget: peak-memory, at-most: 8GB}
    - {budget: {file: numbers.json, pointer: /parameters}, at-most: 1000}
"""


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    repository = new(tmp_path / "project")
    repository.commit({".gitignore": "model*\npredictions.csv\nnumbers.json\nmlgate-run\n"})
    return repository


def check(project: Repository, *words: str) -> tuple[int, list[dict[str, Any]], str]:
    status, shown, _ = run(project.root, "check", *words)
    return status, json.loads((project.root / "mlgate-run" / "comparison.json").read_text())["rules"], shown


def test_budgets_alone_need_no_holdout_and_no_metric(project: Repository) -> None:
    project.commit(
        {
            "mlgate.yml": "version: 1\n"
            "tables: {train: {path: data/train.csv}}\n"
            + command(RUN.replace("python3 train.py", "echo 1 > model.txt; echo 1 > predictions.csv"))
            + BUDGETS
        }
    )

    status, rules, _ = check(project)

    assert (status, [rule["outcome"] for rule in rules]) == (0, ["pass"] * 4)
    assert rules[3]["candidate"] == 1000
    assert [rule["unit"] for rule in rules] == ["bytes", "seconds", "bytes", ""]


def test_a_budget_stands_among_the_rules_in_their_order_and_blocks(project: Repository) -> None:
    policy = BUDGETS.replace("at-most: 1000}", "at-most: 999}") + "    - {metric: accuracy, at-least: 0.1}\n"
    project.commit({"mlgate.yml": HEADER + command(RUN) + policy})

    status, rules, shown = check(project)

    assert status == 3
    assert [rule["outcome"] for rule in rules] == ["pass", "pass", "pass", "fail", "pass"]
    assert "numbers.json#/parameters is 1,000, the ceiling is 999." in shown


def test_budgets_leave_the_rest_of_the_comparison_as_it_is(project: Repository) -> None:
    project.commit({"mlgate.yml": HEADER + command(RUN) + BUDGETS})

    status, rules, _ = check(project)

    document = json.loads((project.root / "mlgate-run" / "comparison.json").read_text())
    assert (status, len(rules)) == (0, 4)
    assert (document["holdout"]["rows"], document["task"]) == (3, "binary")
    assert document["candidate_digest"]


def test_a_pull_request_may_not_let_the_number_lie_there_from_before(project: Repository) -> None:
    project.commit({"mlgate.yml": HEADER + command(RUN) + BUDGETS})
    project.git("switch", "-qc", "feature")
    project.commit({"mlgate.yml": HEADER + command("python3 train.py") + BUDGETS})
    project.write({"numbers.json": '{"parameters": 1}'})

    status, _, shown = check(project, "--base", "main")

    assert status == 3
    assert "numbers.json" in shown


def test_the_candidate_is_held_to_the_base_that_is_trained_again(project: Repository) -> None:
    rules = "gate:\n  rules:\n    - {budget: model-size, against: base, margin: 10%}\n"
    project.commit({"mlgate.yml": HEADER + command(RUN) + rules})
    project.git("switch", "-qc", "feature")
    project.commit({"train.py": (project.root / "train.py").read_text() + "open('model.txt', 'a').write('more')\n"})

    status, (rule,), _ = check(project, "--base", "main")

    assert (status, rule["outcome"], rule["reasons"]) == (3, "fail", ["over-budget"])
    assert (rule["baseline"], rule["candidate"], rule["difference"]) == (2, 6, -4)
