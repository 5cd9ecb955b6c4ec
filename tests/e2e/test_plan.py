"""`mlgate plan` as people meet it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests import builders
from tests.repository import environment

from mlgate.main import main
from mlgate.shell.run_folder import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def plan(folder: Path, *words: str) -> int:
    return main(["plan", *words], environment(), folder)


def test_it_needs_no_configuration_and_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(tmp_path, "--margin", "0.02", "--disagreement", "0.1", "--rows", "800") == 0
    out = capsys.readouterr().out
    assert "rows to pass 80 % of the time" in out
    assert "1,987" in out
    assert list(tmp_path.iterdir()) == []


def test_it_starts_from_the_comparison_of_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    RunFolder(tmp_path / "run").write(builders.a_comparison())
    assert plan(tmp_path, "--run-dir", "run", "--tolerance", "0.05", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "mlgate/plan/1"
    assert [test["rule"] for test in document["tests"]] == ["roc_auc vs promoted"]
    assert [bound["method"] for bound in document["bounds"]] == ["hoeffding", "hoeffding"]


def test_what_is_wrong_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(tmp_path, "--power", "2", "--rows", "0") == 2
    said = capsys.readouterr().err
    assert "power: expected" in said
    assert "rows: expected" in said
    assert "run compare-models before" in said
    assert plan(tmp_path, "--marign", "0.1", "--reuses", "many") == 2
    said = capsys.readouterr().err
    assert "did you mean '--margin'" in said
    assert "reuses: expected a number" in said
