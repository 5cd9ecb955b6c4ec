"""Waivers: read at the base, never made by the pull request that needs them, and said first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.e2e.test_compare_models import CONFIG, holdout, judged, predictions, run
from tests.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

FILE = "mlgate-waivers.yml"
RULES = "gate:\n  rules:\n    - {metric: recall, at-least: 0.99}\n    - {metric: accuracy, at-least: 0.1}\n"


def waiver(**fields: str) -> str:
    given = {"rule": "recall >= 0.99", "reason": "New labels come.", "who": "jane", "until": "9999-12-31", **fields}
    return f"- {json.dumps(given)}\n"


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    made = Repository.new(tmp_path / "project")
    ignored = "model.txt\npredictions.csv\nmlgate-run/\n"
    made.commit(
        {"mlgate.yml": CONFIG + RULES, "holdout.csv": holdout(), "old.csv": predictions(1), ".gitignore": ignored}
    )
    made.write({"model.txt": "a", "predictions.csv": predictions(2)})
    return made


def proposed(project: Repository, base: str | None, change: dict[str, str | bytes | None]) -> dict[str, Any]:
    """Judge a pull request against a base that has these waivers; return its report."""
    if base is not None:
        project.commit({FILE: base})
    project.branch("change")
    project.commit({"notes.txt": "a change", **change})
    assert run(project.root, "fetch_base", "--base", "main")[0] == 0
    return reported(project)


def reported(project: Repository) -> dict[str, Any]:
    assert run(project.root, "validate_data", "--enforce=false")[0] == 0
    compared = judged(project.root, "--enforce=false")
    status, _, stderr = run(project.root, "build_report", "--plots=none")
    assert status == 0, compared.stderr + stderr
    report: dict[str, Any] = json.loads((project.root / "mlgate-run" / "report.json").read_text())
    return report


def reasons(report: dict[str, Any]) -> list[str]:
    return [reason["id"] for reason in report["reasons"] if reason["id"] != "brought"]


def test_a_pull_request_cannot_waive_for_itself(project: Repository) -> None:
    report = proposed(project, None, {FILE: waiver()})
    assert (report["outcome"], report["blocks"]) == ("fail", True)
    assert reasons(report)[:2] == ["below-floor", "policy-changed"]
    assert report["policy"]["changed"] == [FILE]
    assert report["policy"]["proposed_outcome"] == "warn"


def test_the_waiver_of_the_base_makes_a_warning_that_is_said_first(project: Repository) -> None:
    report = proposed(project, waiver(), {})
    assert (report["outcome"], report["blocks"], reasons(report)) == ("warn", False, ["waived"])
    assert "waived by jane until 9999-12-31: New labels come." in report["reasons"][0]["message"]
    assert report["rules"][0]["waived"] == {"reason": "New labels come.", "who": "jane", "until": "9999-12-31"}
    first = (project.root / "mlgate-run" / "report.md").read_text().split("| Rule")[0]
    assert "jane" in first
    assert "9999-12-31" in first


def test_a_waiver_that_the_pull_request_removes_still_counts_for_it(project: Repository) -> None:
    report = proposed(project, waiver(), {FILE: None})
    assert (report["outcome"], report["policy"]["changed"]) == ("warn", [FILE])
    assert report["policy"]["proposed_outcome"] == "fail"


def test_an_expired_waiver_covers_nothing_and_is_told(project: Repository) -> None:
    report = proposed(project, waiver(until="2020-01-01"), {})
    assert (report["outcome"], report["blocks"]) == ("fail", True)
    assert report["rules"][0]["reasons"] == ["below-floor", "waiver-expired"]
    assert "ended on 2020-01-01" in report["reasons"][0]["message"]


def test_a_waiver_that_names_no_rule_is_told_and_blocks_nobody(project: Repository) -> None:
    report = proposed(project, waiver() + waiver(rule="recal >= 0.99"), {})
    assert (report["outcome"], set(reasons(report))) == ("warn", {"waived", "waiver-unknown"})


def test_mistakes_at_the_base_waive_nothing_and_can_be_mended(project: Repository) -> None:
    report = proposed(project, "- {rule: a}\n", {FILE: waiver()})
    assert (report["outcome"], report["blocks"]) == ("fail", True)
    assert {"below-floor", "waivers-unreadable", "policy-changed"} == set(reasons(report))


def test_mistakes_of_the_pull_request_stop_it(project: Repository) -> None:
    report = proposed(project, None, {FILE: "- {rule: a}\n"})
    assert report["status"] == 2
    assert "config-invalid" in reasons(report)
    assert f"{FILE}:1:3" in json.dumps(report["reasons"])


def test_the_working_copy_s_waivers_count_where_it_judges(project: Repository) -> None:
    project.write({FILE: waiver()})
    report = reported(project)
    assert (report["outcome"], reasons(report)[0]) == ("warn", "waived")


BROKEN = (
    "baselines: [{name: gone, predictions: gone.csv}]\n"
    "gate:\n  accept-reasons: ACCEPTED\n  rules:\n    - {metric: accuracy, against: gone, margin: 2%}\n"
)


def test_a_reason_is_accepted_by_the_base_s_policy_alone(project: Repository) -> None:
    strict, lenient = (CONFIG + BROKEN.replace("ACCEPTED", words) for words in ("[]", "[baseline-missing]"))
    project.commit({"mlgate.yml": strict})
    report = proposed(project, None, {"mlgate.yml": lenient})
    assert (report["outcome"], report["policy"]["proposed_outcome"]) == ("fail", "warn")
    assert reasons(report)[0] == "baseline-missing"
    project.switch("main")
    project.git("branch", "-D", "change")
    project.commit({"mlgate.yml": lenient})
    report = proposed(project, None, {})
    assert (report["outcome"], report["blocks"], reasons(report)) == ("warn", False, ["baseline-missing"])
    assert "`gate.accept-reasons` takes this as a warning." in report["reasons"][0]["message"]
