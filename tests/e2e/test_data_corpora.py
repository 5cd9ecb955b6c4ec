"""Other people's broken files: every one gets a finding or all of its rows, and nothing crashes.

Expected are the verdicts of the corpora's README. Known differences: none for CSV; where a file may go either way
(blank lines, mixed or CR line ends, a header alone) mlgate always has a finding. Two known differences for JSON Schema
are listed below with their causes.

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
from pathlib import Path
from typing import Any

import pytest
from tests.toolbox import ROOT

from mlgate.core import codec
from mlgate.shell.tables.files import one_file

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
SCHEMA_DIFFERENCES = {
    "dependencies-compatibility.json": "`dependencies` is no keyword of 2020-12; its successors are checked",
    "ecmascript-regex.json": r"names of properties are matched by Python's `re`, where `\d` means all digits",
}

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


def test_json_schema_is_judged_as_its_test_suite_says(tmp_path: Path) -> None:
    """Rows through the whole scan, compiled and not: every group whose data can be rows, or cells of a column."""
    groups = list(_groups())
    requests = []
    for number, (_, schema, rows, _) in enumerate(groups):
        path = tmp_path / f"{number}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        requests.append({**source(path), "sides": {"new": {"row": schema}}})
    counts: Counter[str] = Counter()
    for (name, _, rows, valid), answer in zip(groups, scan_all(requests, tmp_path / "spill"), strict=True):
        assert answer is not None, name
        if any(finding["reason"] == "check-unsupported" for finding in answer["findings"]):
            counts["unsupported, named"] += len(rows)
            continue
        broken = {row["row"] for finding in answer["findings"] for row in finding["rows"]}
        wrong = [row for i, row in enumerate(rows) if (i not in broken) is not valid[i]]
        assert not wrong or Path(name).name in SCHEMA_DIFFERENCES, (name, wrong, answer["findings"])
        counts["different"] += len(wrong)
        counts["row by row" if answer["fallback"] else "compiled"] += len(rows) - len(wrong)
    # The compiled share may only grow, the others only shrink.
    assert counts["compiled"] >= 300
    assert counts["compiled"] + counts["row by row"] >= 870
    assert counts["different"] <= 12
    assert counts["unsupported, named"] <= 29


def _groups() -> list[tuple[str, dict[str, Any], list[dict[str, Any]], list[bool]]]:
    root = CORPORA / "json-schema-test-suite" / "tests"
    found = []
    for path in sorted(root.rglob("*.json")):
        if path.parent.name == "format":
            continue
        for group in json.loads(path.read_text()):
            name = f"{group['description'].replace('/', ' ')}/{path.name}"
            data, valid = [t["data"] for t in group["tests"]], [t["valid"] for t in group["tests"]]
            schema = group["schema"]
            if isinstance(schema, dict):
                schema = {key: value for key, value in schema.items() if key != "$schema"}
            if not re.search(r'"\$(?!comment)', json.dumps(schema)):
                row = {"type": "object", "properties": {"x": schema}}
                found.append((name, row, [{"x": item} for item in data], valid))
            elif all(isinstance(item, dict) for item in data):
                found.append((name, schema, data, valid))
    return found
