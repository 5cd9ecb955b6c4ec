"""The child process of a scan: whatever a file does to it, the parent gets a finding, and no process is left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mlgate.core.data.request import ContractPart, ScanRequest
from mlgate.shell.tables.files import one_file
from mlgate.shell.validation import child
from mlgate.shell.validation.scanner import Scanner

if TYPE_CHECKING:
    from mlgate.core.documents.data import DataFinding

HOSTILE: dict[str, Any] = {"properties": {"a": {"type": "string", "pattern": "^(?=a)(a+)+$"}}}


def hostile(folder: Path, **more: Any) -> ScanRequest:
    """Return a scan that would take longer than anybody waits."""
    path = folder / "t.csv"
    path.write_text("a\n" + "a" * 60 + "!\n")
    return ScanRequest(
        source=one_file(path), sides={"new": ContractPart(row=HOSTILE)}, spill=str(folder / "spill"), **more
    )


def only_finding(scanner: Scanner, request: ScanRequest) -> DataFinding:
    result, digest = scanner.scan(request)
    (finding,) = result.findings
    assert (finding.reason, finding.severity.value, result.rows) == ("data-unreadable", "fail", None)
    assert digest is not None
    assert scanner.process.returncode is not None
    return finding


def test_a_scan_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with Scanner(os.environ, wall_seconds=1.5) as scanner:
        assert "it took longer than 2 seconds" in only_finding(scanner, hostile(tmp_path)).message


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_child_that_is_killed_is_a_finding(tmp_path: Path, number: signal.Signals) -> None:
    with Scanner(os.environ) as scanner:
        timer = threading.Timer(1.0, scanner.process.send_signal, [number])
        timer.start()
        assert f"ended by signal {int(number)}" in only_finding(scanner, hostile(tmp_path)).message
        timer.join()


def test_a_child_that_is_gone_before_it_is_asked_is_a_finding(tmp_path: Path) -> None:
    with Scanner(os.environ) as scanner:
        scanner.process.kill()
        scanner.process.wait()
        assert "ended by signal 9" in only_finding(scanner, hostile(tmp_path)).message


def test_a_scan_past_its_memory_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("".join(f'{{"k{i}": {i}}}\n' for i in range(200_000)))
    request = ScanRequest(source=one_file(path), spill=str(tmp_path / "spill"), memory_limit="10MB")
    with Scanner(os.environ) as scanner:
        assert "memory" in only_finding(scanner, request).message


def test_a_child_gets_no_token_and_no_module_of_the_checkout(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    for name in ("json", "duckdb", "mlgate"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    before = Path.cwd()
    request.addfinalizer(lambda: os.chdir(before))
    os.chdir(tmp_path)
    environment = {**os.environ, "MLGATE_GITHUB_TOKEN": "secret", "GITHUB_TOKEN": "secret", "PYTHONPATH": str(tmp_path)}
    (tmp_path / "t.csv").write_text("a\n1\n")
    with Scanner(environment) as scanner:
        seen = Path(f"/proc/{scanner.process.pid}/environ").read_bytes()
        result, _ = scanner.scan(ScanRequest(source=one_file(tmp_path / "t.csv"), spill=str(tmp_path / "spill")))
    assert b"secret" not in seen
    assert (result.rows, result.findings) == (1, ())


def test_leaving_without_asking_ends_the_child() -> None:
    with Scanner(os.environ) as scanner:
        assert scanner.process.poll() is None
    assert scanner.process.returncode == -signal.SIGKILL


def test_a_child_that_cannot_be_imported_is_a_bug_of_ours_and_no_fault_of_the_file(tmp_path: Path) -> None:
    place = tmp_path / "broken" / "mlgate" / "shell" / "validation"
    place.mkdir(parents=True)
    (tmp_path / "broken" / "mlgate" / "__init__.py").write_text("")
    shutil.copy(child.__file__, place)
    (tmp_path / "t.csv").write_text("a\n1\n")
    process = subprocess.Popen(
        [sys.executable, "-I", str(place / "child.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with Scanner(os.environ, process=process) as scanner, pytest.raises(RuntimeError, match="ModuleNotFoundError: "):
        scanner.scan(ScanRequest(source=one_file(tmp_path / "t.csv"), spill=str(tmp_path / "spill")))
