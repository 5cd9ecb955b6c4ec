"""`mlgate explain` as people meet it: the run folder in, words out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests import builders
from tests.repository import environment

from mlgate.core.outcome import Outcome
from mlgate.main import main
from mlgate.shell.run_folder import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.documents.comparison import ComparisonDocument

OPEN = builders.an_inconclusive_rule(standard_error=0.0049)


def comparison() -> ComparisonDocument:
    sliced = [builders.a_rule(id="accuracy vs old", slice=f"carrier = {name}") for name in ("AA", "B6")]
    return builders.a_comparison(rules=(builders.a_rule(), OPEN, *sliced))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    RunFolder(tmp_path / "mlgate-run").write(comparison())
    return tmp_path


def explain(folder: Path, *words: str) -> int:
    return main(["explain", *words], environment(), folder)


def test_without_a_rule_each_has_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(folder) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in out[:4]] == ["pass", "inconclusive", "pass", "pass"]
    assert out[3].startswith("pass          accuracy vs old, carrier = B6: ")


def test_a_rule_is_explained_in_full(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(folder, "log_loss", "vs") == 0
    out = capsys.readouterr().out
    assert out.startswith("log_loss vs promoted: inconclusive\n")
    assert "What would change it" in out
    assert "Merge knowingly" in out
    assert explain(folder, "log_loss", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "mlgate/explanation/1"
    assert document["rules"][0]["parts"][0]["title"] == "What was asked"


def test_a_slice_is_named_by_a_part(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(folder, "accuracy") == 0
    assert "--slice SLICE" in capsys.readouterr().out
    assert explain(folder, "accuracy", "--slice", "B6") == 0
    assert capsys.readouterr().out.startswith("accuracy vs old, carrier = B6: pass\n")


def test_the_report_says_whether_it_blocks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = builders.a_report(comparison=comparison(), outcome=Outcome.INCONCLUSIVE, blocks=True, status=4)
    RunFolder(folder / "mlgate-run").write(report)
    assert explain(folder, "log_loss") == 0
    assert "mlgate-waivers.yml" in capsys.readouterr().out
    (folder / "mlgate-run" / "comparison.json").unlink()
    assert explain(folder, "log_loss") == 0
    assert "mlgate-waivers.yml" in capsys.readouterr().out


def test_a_report_of_another_comparison_is_not_taken(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = builders.a_report(outcome=Outcome.INCONCLUSIVE, blocks=True, status=4)
    RunFolder(folder / "mlgate-run").write(report)
    assert explain(folder, "log_loss") == 0
    assert "Merge knowingly" in capsys.readouterr().out


def test_what_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(folder, "log_los_vs") == 2
    assert "no rule is called 'log_los_vs', did you mean 'log_loss" in capsys.readouterr().err
    assert explain(folder, "log_loss", "--slice", "x") == 2
    assert "there is no slice" in capsys.readouterr().err
    assert explain(folder, "--run-dir", "elsewhere") == 2
    assert "compare-models has not run" in capsys.readouterr().err
