"""Other people's broken files: every one gets a finding or all of its rows, and nothing crashes.

Expected are the verdicts of the corpora's README. Known differences: none for CSV; where a file may go either way
(blank lines, mixed or CR line ends, a header alone) mlgate always has a finding.

A whole corpus is scanned in one child process with the scan's own limits, which is started again behind a file that
kills it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from tests.toolbox import ROOT

from mlgate.core import codec
from mlgate.shell.tables.files import one_file

if TYPE_CHECKING:
    from pathlib import Path

CORPORA = ROOT.parent / "shared" / "corpora"
SCANNER = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from mlgate.core import codec
from mlgate.core.data.request import ScanRequest
from mlgate.shell.validation.scan import scan
resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
for line in sys.stdin:
    answer = codec.to_plain(scan(codec.from_plain(ScanRequest, json.loads(line))))
    print(json.dumps(answer), flush=True)
"""

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside this checkout")


def source(path: Path) -> dict[str, Any]:
    """Return the part of a request that names one file."""
    return {"source": codec.to_plain(one_file(path))}


def scan_all(requests: list[dict[str, Any]], spill: Path) -> list[dict[str, Any] | None]:
    """Scan in a child; None for a file that killed it."""
    answers: list[dict[str, Any] | None] = []
    while len(answers) < len(requests):
        lines = "".join(json.dumps({**request, "spill": str(spill)}) + "\n" for request in requests[len(answers) :])
        done = subprocess.run(
            [sys.executable, "-c", SCANNER, str(ROOT / "scripts")],
            input=lines,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        answers += [json.loads(line) for line in done.stdout.splitlines()]
        assert "Traceback" not in done.stderr, done.stderr
        if len(answers) < len(requests):
            answers.append(None)
    return answers


@pytest.mark.parametrize(
    ("corpus", "accepted", "found", "either"), [("csv-frictionless", 46, 18, 5), ("csv-duckdb", 51, 261, 20)]
)
def test_csv_files_are_read_strictly(corpus: str, accepted: int, found: int, either: int, tmp_path: Path) -> None:
    folder = CORPORA / corpus
    expected = json.loads((folder / "expected.json").read_text())
    answers = scan_all([{**source(folder / name)} for name in expected], tmp_path)
    counts: Counter[tuple[str, str]] = Counter()
    for (name, want), got in zip(expected.items(), answers, strict=True):
        assert got is not None, f"{name} killed the scan"
        counts[want["verdict"], "finding" if got["findings"] else "accept"] += 1
        if want["verdict"] == "accept":
            assert (got["rows"], len(got["columns"]), got["findings"]) == (want["records"], want["columns"], []), name
        assert not any("engine" in finding["message"] for finding in got["findings"]), (
            f"{name}: seen by the engine only"
        )
        _assert_right_line_first(name, want, got)
    assert counts == {("accept", "accept"): accepted, ("finding", "finding"): found, ("either", "finding"): either}


def _assert_right_line_first(name: str, want: dict[str, Any], got: dict[str, Any]) -> None:
    """Our own findings, an empty line and mixed line ends, may come before the one that is expected."""
    first = got["findings"][0] if got["findings"] else {"message": ""}
    if len(want["problems"]) != 1 or want.get("blank_lines") or "are mixed" in first["message"]:
        return
    named = re.search(r"lines? \[?(\d+)", want["problems"][0])
    if named and want["verdict"] == "finding":
        assert got["findings"][0]["rows"][0]["line"] == int(named[1]), (name, want, got["findings"][0])


def test_csv_cells_are_what_they_mean(tmp_path: Path) -> None:
    """Each cell of csv-spectrum equals its JSON: a contract that demands the values row by row is satisfied."""
    folder = CORPORA / "csv-spectrum"
    requests = []
    for path in sorted((folder / "csvs").glob("*.csv")):
        rows = json.loads((folder / "json" / f"{path.stem}.json").read_text())
        columns = {name: {"enum": [row[name] for row in rows]} for row in rows[:1] for name in row}
        # An empty field is null, which these JSON files write as the empty string.
        for column in columns.values():
            column["enum"] += [None]
        schema = {"properties": columns, "additionalProperties": False}
        rules = [{"kind": "row-count", "pointer": "/table/0", "at_least": len(rows), "at_most": len(rows)}]
        requests.append({**source(path), "sides": {"new": {"row": schema, "rules": rules}}, "show_values": True})
    assert len(requests) == 10
    for request, answer in zip(requests, scan_all(requests, tmp_path), strict=True):
        assert answer is not None
        assert answer["findings"] == [], request["source"]
        assert [column["name"] for column in answer["columns"]] == list(request["sides"]["new"]["row"]["properties"])


def test_parquet_files_are_read_or_refused(tmp_path: Path) -> None:
    folder = CORPORA / "parquet-testing"
    cases = json.loads((folder / "cases.json").read_text())
    paths = []
    for number, name in enumerate(cases):
        paths.append(tmp_path / f"{number}.parquet")
        shutil.copy(folder / name, paths[-1])
    answers = scan_all([{**source(path)} for path in paths], tmp_path / "spill")
    read = 0
    for (name, case), answer in zip(cases.items(), answers, strict=True):
        assert answer is not None, f"{name} killed the scan"
        read += not answer["findings"]
        if case["want"].startswith("finding: encrypted"):
            assert answer["findings"][0]["reason"] == "data-unreadable", name
        assert answer["findings"] or answer["rows"] > 0, f"{name}: neither rows nor a finding"
    assert read >= 50


@pytest.mark.parametrize(("kind", "suffix"), [("parquet", ".parquet"), ("csv", ".csv")])
def test_what_a_fuzzer_found_is_answered(kind: str, suffix: str, tmp_path: Path) -> None:
    paths = []
    for number, path in enumerate(sorted(p for p in (CORPORA / "arrow-fuzz" / kind).rglob("*") if p.is_file())):
        paths.append(tmp_path / f"{number}{suffix}")
        shutil.copy(path, paths[-1])
    answers = scan_all([{**source(path)} for path in paths], tmp_path / "spill")
    assert paths
    assert all(answer is None or answer["findings"] or answer["rows"] is not None for answer in answers)
