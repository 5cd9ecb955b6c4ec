"""`enforce-gate` as a user runs it: the exit status comes from the document and from nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.builders import a_report

from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome
from mlgate.shell.run_folder import RunFolder

ROOT = Path(__file__).parents[2]
HEAVY = {"yaml", "jsonschema", "requests", "duckdb", "numpy", "urllib3", "referencing"}


def enforce(place: Path, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "enforce_gate.py", *options],
        cwd=place,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write(place: Path, **fields: Any) -> Path:
    return RunFolder(place / "mlgate-run").write(a_report(**fields))


@pytest.mark.parametrize(
    ("outcome", "blocks", "status"),
    [
        (Outcome.PASS, False, 0),
        (Outcome.WARN, False, 0),
        (Outcome.INCONCLUSIVE, False, 0),
        (Outcome.INCONCLUSIVE, True, 4),
        (Outcome.FAIL, True, 3),
        (Outcome.FAIL, True, 2),
    ],
)
def test_the_exit_status_is_the_reports(tmp_path: Path, outcome: Outcome, blocks: bool, status: int) -> None:
    write(tmp_path, model="flights", outcome=outcome, blocks=blocks, status=status)
    out = tmp_path / "output"
    done = enforce(tmp_path, GITHUB_OUTPUT=str(out))
    assert done.returncode == status, done.stderr
    verb = "blocks the merge" if blocks else "does not block"
    assert done.stdout.splitlines()[0] == f"flights: {outcome.value}, {verb}"
    assert out.read_text().splitlines()[1] == outcome.value


@pytest.mark.parametrize(
    ("outcome", "blocks", "status"),
    [
        (Outcome.FAIL, True, 0),
        (Outcome.FAIL, False, 0),
        (Outcome.FAIL, False, 3),
        (Outcome.PASS, False, 3),
        (Outcome.PASS, True, 0),
        (Outcome.INCONCLUSIVE, True, 3),
        (Outcome.INCONCLUSIVE, True, 0),
        (Outcome.FAIL, True, 70),
    ],
)
def test_a_report_that_contradicts_itself_is_never_a_pass(
    tmp_path: Path, outcome: Outcome, blocks: bool, status: int
) -> None:
    write(tmp_path, outcome=outcome, blocks=blocks, status=status)
    done = enforce(tmp_path)
    assert done.returncode == 2
    assert "contradicts itself" in done.stderr


def test_the_first_reasons_are_printed_one_a_line(tmp_path: Path) -> None:
    reasons = tuple(Reason(id="worse-than-margin", message=f"rule {i}\n::error::x") for i in range(7))
    write(tmp_path, outcome=Outcome.FAIL, blocks=True, status=3, reasons=reasons)
    lines = enforce(tmp_path, GITHUB_ACTIONS="true").stdout.splitlines()
    assert lines[1] == "  worse-than-margin: rule 0 ::error::x"
    assert lines[6] == "  and 2 more in the report"
    assert [line for line in lines if line.startswith("::")] == lines[7:]
    assert len(lines) == 8


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "report.json is missing"),
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "expected dict"),
        (b"{}", "/schema: expected 'mlgate/report/1'"),
        (b'{"schema": "mlgate/report/2"}', "/schema: expected 'mlgate/report/1'"),
        (b'{"schema": "mlgate/report/1", "blocks": false, "status": 0}', "/outcome: missing"),
        (b'{"schema": "mlgate/report/1", "outcome": NaN}', "NaN"),
        (b'{"schema": "mlgate/report/1", "outcome": "great"}', "/outcome: expected one of pass"),
        (b'{"schema": "mlgate/report/1", "outcome": "pass", "outcome": "pass"}', "appears twice"),
        (b'{"schema": "mlgate/report/1", "outcome": "pass", "blocks": false, "status": false}', "/status"),
        (b"[" * 100_000, "not"),
        (b"\xff\xfe", "not JSON"),
        (b"\x00" * 40 * 2**20, "larger than 32 MB"),
    ],
    ids=range(14),
)
def test_a_report_that_is_missing_or_damaged_blocks(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        path = write(tmp_path)
        path.write_bytes(content)
    done = enforce(tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_folder_in_the_reports_place_blocks(tmp_path: Path) -> None:
    (tmp_path / "mlgate-run" / "report.json").mkdir(parents=True)
    assert enforce(tmp_path).returncode == 2


def test_json_prints_what_of_the_report_makes_the_verdict(tmp_path: Path) -> None:
    path = write(tmp_path)
    shown = json.loads(enforce(tmp_path, "--json").stdout)
    assert set(shown) == {"schema", "outcome", "blocks", "status", "reasons", "model"}
    assert shown.items() <= json.loads(path.read_bytes()).items()


def test_nothing_is_read_but_the_report_and_nothing_heavy_is_imported(tmp_path: Path) -> None:
    write(tmp_path, outcome=Outcome.PASS, blocks=False, status=0)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from mlgate.main import main; status = main(['enforce-gate']);"
        "print(status, *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, ROOT / "scripts"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    status, *modules = done.stdout.splitlines()[-1].split()
    assert status == "0"
    assert HEAVY & set(modules) == set()
