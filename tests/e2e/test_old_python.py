"""On an older Python every script says in one line what it needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
PRETEND = """\
import runpy, sys
sys.version_info = (3, 10, 13, "final", 0)
sys.path.insert(0, sys.argv[1])
runpy.run_path(sys.argv[2], run_name="__main__")
"""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_older_python_is_refused_in_one_line(script: Path) -> None:
    command = [sys.executable, "-I", "-c", PRETEND, str(script.parent), str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: mlgate needs Python 3.11 or newer and this is 3.10 (")


@pytest.mark.parametrize("file", [*SCRIPTS, ROOT / "scripts/mlgate/__init__.py"], ids=lambda path: path.stem)
def test_what_an_older_python_reads_first_it_can_parse(file: Path) -> None:
    ast.parse(file.read_bytes(), feature_version=(3, 4))
