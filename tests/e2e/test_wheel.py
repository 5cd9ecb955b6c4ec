"""The wheel: the schemas are inside, and its `mlgate` command works outside of this repository."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.toolbox import ROOT

from mlgate import __version__
from mlgate.main import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path


def run(command: list[str | Path], folder: Path, **env: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **env},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it as `make wheel` does, with what is installed already."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], folder)
    [built] = folder.glob("*.whl")
    return built


def test_it_holds_the_package_the_schemas_and_the_license(wheel: Path) -> None:
    assert wheel.name == f"mlgate-{__version__}-py3-none-any.whl"
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {path.relative_to(ROOT / "scripts").as_posix() for path in (ROOT / "scripts" / "mlgate").rglob("*.py")}
    schemas = {f"mlgate/schemas/{path.name}" for path in (ROOT / "schemas").glob("*.json")}
    assert modules <= names
    assert schemas
    assert schemas <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not {name for name in names if name.startswith(("tests/", "docs/", "actions/")) or name.endswith(".pyc")}


def test_its_command_works(wheel: Path, tmp_path: Path) -> None:
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip: list[str | Path] = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    run([*pip, "--target", installed, wheel], tmp_path)
    command = installed / "bin" / "mlgate"
    assert run([command, "--version"], elsewhere, PYTHONPATH=str(installed)).strip() == f"mlgate {__version__}"
    overview = run([command, "--help"], elsewhere, PYTHONPATH=str(installed))
    assert all(name in overview for name in COMMANDS)
    for name in COMMANDS:
        step = importlib.import_module(f"mlgate.steps.{name.replace('-', '_')}")
        words = [name, *list(getattr(step, "COMMANDS", ()))[:1]]
        assert "--run-dir" in run([command, *words, "--help"], elsewhere, PYTHONPATH=str(installed))
