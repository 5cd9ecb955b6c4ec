"""Fixtures of the tests that run actions under a real runner."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

import pytest
from tests.e2e.act import harness
from tests.e2e.act.project import PULL_REQUEST, REPOSITORY
from tests.e2e.act.scene import BOT, TOKEN, Scene
from tests.fake_github.server import FakeGitHub
from tests.toolbox import ROOT, tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType


@pytest.fixture(scope="session")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the action as a user's runner would download it."""
    return harness.copy_of_the_action(tmp_path_factory.mktemp("action") / "mlgate")


@pytest.fixture(scope="session")
def environment() -> ModuleType:
    """Load `environment.py`, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("setup_environment", ROOT / "actions" / "_setup" / "environment.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def scene(tmp_path: Path, action: Path) -> Iterator[Scene]:
    """Give a place to run workflows, with a GitHub that keeps state."""
    tool("act")
    github = FakeGitHub(repository=REPOSITORY, number=PULL_REQUEST, tokens={TOKEN: BOT}, may_write={BOT})
    with github.serve():
        yield Scene(folder=tmp_path / "größe", action=action, github=github)
