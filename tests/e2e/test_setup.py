"""`actions/_setup`: the environment that every action runs in."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.e2e.act.harness import ENVIRONMENTS, installer_settings, path_with_python
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import ModuleType

RUN = ROOT / "actions" / "_setup" / "run.sh"
HOSTILE = (
    "json",
    "venv",
    "pip",
    "ensurepip",
    "hashlib",
    "subprocess",
    "argparse",
    "sitecustomize",
    "usercustomize",
    "mlgate",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a checkout whose files would take the place of modules that we import."""
    folder = tmp_path / "check out ä"
    folder.mkdir()
    for name in HOSTILE:
        (folder / f"{name}.py").write_text(f"raise SystemExit('imported {name} from the checkout')\n", encoding="utf-8")
    (folder / "pip.conf").write_text("[install]\ntarget = stolen\n", encoding="utf-8")
    (folder / "uv.toml").write_text('index-url = "https://127.0.0.1:9/"\n', encoding="utf-8")
    return folder


def variables(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"PATH": path_with_python(tmp_path / "bin"), "HOME": str(tmp_path), **installer_settings(), **more}


def run(checkout: Path, env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(RUN), *words]
    return subprocess.run(
        command, cwd=checkout, env=dict(env), capture_output=True, text=True, timeout=300, check=False
    )


def test_runs_a_script_and_imports_nothing_from_the_checkout(tmp_path: Path, checkout: Path) -> None:
    env = variables(
        tmp_path,
        RUNNER_TOOL_CACHE=str(ENVIRONMENTS),
        PYTHONPATH=str(checkout),
        PYTHONSTARTUP=str(checkout / "json.py"),
        PYTHONHOME="",
        PIP_TARGET="stolen",
        MLGATE_RUN_DIR="nothing-here",
    )
    done = run(checkout, env, "enforce_gate", "core")
    assert "imported" not in done.stdout + done.stderr
    assert "report-missing" in done.stdout + done.stderr or "report.json is missing" in done.stderr, done.stderr
    assert done.returncode == 2
    assert not (checkout / "stolen").exists()


def test_two_runs_at_once_make_one_environment(tmp_path: Path, checkout: Path) -> None:
    cache = checkout / ".cache" / "mlgate"
    env = variables(tmp_path, MLGATE_CACHE_DIRECTORY=".cache/mlgate", PIP_TARGET="stolen", PYTHONPATH=str(checkout))
    runs = [
        subprocess.Popen(["bash", str(RUN), "enforce_gate", "core"], cwd=checkout, env=env, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    logs = [process.communicate(timeout=300)[1].decode() for process in runs]
    assert [process.returncode for process in runs] == [2, 2], logs
    assert [path.name.split("-")[0] for path in cache.iterdir() if path.is_dir()] == ["core"]
    assert (cache / ".gitignore").read_text(encoding="utf-8") == "*\n"
    packages = {path.name.lower() for path in cache.glob("core-*/lib/python*/site-packages/*")}
    assert "yaml" in packages
    assert not packages & {"pip", "setuptools", "duckdb", "numpy"}
    assert (
        sum(file.stat().st_size for file in cache.rglob("*") if file.suffix != ".pyc" and file.is_file()) < 10 * 2**20
    )


def test_too_old_a_python_is_refused_with_what_to_add(tmp_path: Path, checkout: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    done = run(checkout, variables(tmp_path, MLGATE_PYTHON=str(old)), "enforce_gate", "core")
    assert done.returncode == 2
    [line] = done.stdout.splitlines()
    assert line.startswith("::error title=mlgate::mlgate needs Python 3.11 or newer and found Python 3.9.2.")
    assert "actions/setup-python" in line
    assert "python-version" in line


def test_no_python_at_all_is_refused(tmp_path: Path, checkout: Path) -> None:
    done = run(checkout, variables(tmp_path, MLGATE_PYTHON="/nowhere/python3"), "enforce_gate", "core")
    assert done.returncode == 2
    assert "found no working /nowhere/python3" in done.stdout


def test_a_cache_folder_in_the_checkout_is_never_used(tmp_path: Path, environment: ModuleType) -> None:
    """A pull request could commit an interpreter there, under the name that is looked for."""
    env = {"GITHUB_WORKSPACE": str(tmp_path / "checkout"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    tools = {**env, "RUNNER_TOOL_CACHE": str(tmp_path / "checkout" / "tools")}
    assert environment.cache_folder(tools) == (tmp_path / "cache" / "mlgate").resolve()
    with pytest.raises(environment.SetupError, match="lies in the checkout"):
        environment.cache_folder({**env, "MLGATE_CACHE_DIRECTORY": str(tmp_path / "checkout" / ".cache")})


def test_a_cache_folder_that_cannot_be_made_is_refused(tmp_path: Path, checkout: Path) -> None:
    done = run(checkout, variables(tmp_path, MLGATE_CACHE_DIRECTORY="json.py/x"), "enforce_gate", "core")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("::error title=mlgate::no folder for mlgate's environment (json.py/x: ")
    assert "`cache-directory`" in line


def test_the_first_folder_that_can_be_written_is_taken(tmp_path: Path, environment: ModuleType) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("", encoding="utf-8")
    env = {"RUNNER_TOOL_CACHE": str(blocked), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert environment.cache_folder(env) == (tmp_path / "cache" / "mlgate").resolve()
    env["RUNNER_TOOL_CACHE"] = str(tmp_path / "tools")
    assert environment.cache_folder(env) == (tmp_path / "tools" / "mlgate").resolve()


def test_a_bigger_environment_that_is_ready_is_taken(tmp_path: Path, environment: ModuleType) -> None:
    env = {"MLGATE_CACHE_DIRECTORY": str(tmp_path)}
    ready = environment.interpreter(tmp_path / environment.name_of("compare"))
    ready.parent.mkdir(parents=True)
    ready.touch()
    for group in ("core", "data", "compare"):
        assert environment.environment(group, env) == ready.resolve()


@pytest.mark.parametrize(
    ("config", "group"),
    [
        ("train:\n  estimator: sklearn.linear_model.Ridge\n", "estimator"),
        ("train: {estimator: sklearn.linear_model.Ridge}\n", "estimator"),
        ('"estimator" : x\n', "estimator"),
        ("train: {run: python train.py}\n", "data"),
        ("# estimator: sklearn.linear_model.Ridge\n", "data"),
        (None, "data"),
    ],
)
def test_an_estimator_brings_its_packages(
    tmp_path: Path, environment: ModuleType, config: str | None, group: str
) -> None:
    path = tmp_path / "mlgate.yml"
    if config is not None:
        path.write_text(config, encoding="utf-8")
    assert environment.wanted("data+", {"MLGATE_CONFIG": str(path)}) == group
    assert environment.wanted("data", {"MLGATE_CONFIG": str(path)}) == "data"


def test_the_installer_sees_no_token_and_no_setting_of_what_and_where(environment: ModuleType) -> None:
    given = {
        "PATH": "p",
        "HTTPS_PROXY": "p",
        "PIP_INDEX_URL": "p",
        "PIP_CERT": "p",
        "UV_DEFAULT_INDEX": "p",
        "GITHUB_TOKEN": "x",
        "MLGATE_GITHUB_TOKEN": "x",
        "ACTIONS_RUNTIME_TOKEN": "x",
        "PIP_TARGET": "x",
        "PIP_NO_BINARY": "x",
        "PIP_CONSTRAINT": "x",
        "UV_OVERRIDE": "x",
        "PYTHONPATH": "x",
        "VIRTUAL_ENV": "x",
        "CONDA_PREFIX": "x",
    }
    assert set(environment.installer_environment(given).values()) == {"p"}
    assert len(environment.installer_environment(given)) == list(given.values()).count("p")


def test_a_python_without_venv_is_refused_naming_the_package(environment: ModuleType) -> None:
    with pytest.raises(environment.SetupError) as caught:
        environment.require_modules("venv", "no_such_module")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert "lacks no_such_module" in str(caught.value)
    assert f"python{version}-venv" in str(caught.value)


def test_what_killed_builds_left_is_removed(tmp_path: Path, environment: ModuleType) -> None:
    old, fresh = tmp_path / ".building-old", tmp_path / ".building-fresh"
    old.mkdir()
    fresh.mkdir()
    os.utime(old, (0, 0))
    environment.remove_leftovers(tmp_path)
    assert not old.exists()
    assert fresh.exists()


def test_without_plots_the_packages_for_them_are_not_needed(environment: ModuleType) -> None:
    assert environment.wanted("plots", {"MLGATE_PLOTS": "none"}) == "compare"
    assert environment.wanted("plots", {"MLGATE_PLOTS": "svg"}) == "plots"


def test_an_environment_whose_python_has_gone_is_made_anew(tmp_path: Path, checkout: Path) -> None:
    cache = tmp_path / "cache"
    env = variables(tmp_path, MLGATE_CACHE_DIRECTORY=str(cache))
    assert run(checkout, env, "enforce_gate", "core").returncode == 2
    [python] = cache.glob("core-*/bin/python")
    assert python.readlink().parent != tmp_path / "bin", "the environment outlives a link on the PATH"
    python.unlink()
    python.symlink_to(tmp_path / "gone")
    assert run(checkout, env, "enforce_gate", "core").returncode == 2
    assert python.exists()
