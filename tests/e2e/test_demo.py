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
    "boosted-trees": ("pass", 0),
    "boosted-trees-few-rows": ("inconclusive", 0),
    "lost-feature": ("fail", 3),
    "broken-export": ("fail", 3),
    "better-words": ("pass", 0),
}


def play(folder: Path, seed: int) -> dict[str, Any]:
    command = [sys.executable, str(DEMO), "--to", str(folder), "--seed", str(seed), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return {chapter["slug"]: chapter for chapter in json.loads(ended.stdout)}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_chapter_ends_as_told(tmp_path: Path, seed: int) -> None:
    """Pass, inconclusive, fail and corrupt data come out the same for other trainings and other few rows."""
    chapters = play(tmp_path, seed)

    assert {slug: (chapter["outcome"], chapter["status"]) for slug, chapter in chapters.items()} == TOLD
    report = json.loads((tmp_path / "reports" / "broken-export" / "report.json").read_text())
    lines = {row["line"] for table in report["data"]["tables"] for f in table["findings"] for row in f["rows"]}
    assert lines >= {1042, 20004}
    assert chapters["better-words"]["reasons"][0] == "inputs-unchanged"
    assert chapters["better-words"]["seconds"] < 5
