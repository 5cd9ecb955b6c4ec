"""The demo tells the truth: its stories come out as told, whatever the seed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "flight-delays" / "demo.py"
TOLD = {
    "adopting": ("pass", 0),
    "boosted-trees-few-rows": ("inconclusive", 0),
    "boosted-trees": ("pass", 0),
    "lost-feature": ("fail", 3),
    "broken-export": ("fail", 3),
    "better-words": ("pass", 0),
}


def play(folder: Path, seed: int) -> dict[str, Any]:
    command = [sys.executable, str(DEMO), "--to", str(folder), "--seed", str(seed), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return {chapter["slug"]: chapter for chapter in json.loads(ended.stdout)}


def in_production(remote: Path) -> str:
    """Return the version that the newest tag of the stage stands for, by git alone."""
    command = ["for-each-ref", "--sort=-version:refname", "--count=1", "--format=%(*objectname)"]
    commit = git(remote, *command, "refs/tags/flight-delays#production#*")
    tags = git(remote, "tag", "--points-at", commit).split("\n")
    return next(tag.partition("@")[2] for tag in tags if "@" in tag)


def git(folder: Path, *command: str) -> str:
    return subprocess.run(["git", *command], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("seed", [0, 1])
def test_every_chapter_ends_as_told(tmp_path: Path, seed: int) -> None:
    """Pass, inconclusive, fail and corrupt data come out the same for other trainings and other few rows."""
    chapters = play(tmp_path, seed)
    rollback = chapters.pop("rollback")

    assert {slug: (chapter["outcome"], chapter["status"]) for slug, chapter in chapters.items()} == TOLD
    assert "registry-empty" in chapters["adopting"]["reasons"]
    assert {slug: c["version"] for slug, c in chapters.items() if "version" in c} == {
        "adopting": "v1.0.0",
        "boosted-trees": "v1.1.0",
    }
    assert rollback["seconds"] < 30
    assert in_production(tmp_path / "origin.git") == "v1.0.0"
    report = json.loads((tmp_path / "reports" / "broken-export" / "report.json").read_text())
    lines = {row["line"] for table in report["data"]["tables"] for f in table["findings"] for row in f["rows"]}
    assert lines >= {1042, 20004}
    assert chapters["better-words"]["reasons"][0] == "inputs-unchanged"
    assert chapters["better-words"]["seconds"] < 5
