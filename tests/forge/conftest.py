"""One forge for all stories; a repository of its own for each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from tests.e2e.act import project as local
from tests.forge import project
from tests.forge.actions import Actions, publish_ours
from tests.forge.gitea import serve
from tests.forge.protocol import RunnerService
from tests.forge.repository import HostedRepository
from tests.forge.runner import Runner
from tests.forge.scene import GATE, SECRET, Scene
from tests.toolbox import tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.forge.client import Client

ORGANIZATION = "acme"
FIRST = "Gate the model [skip ci]"  # stories begin with the first pull request


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of everything that this session writes."""
    tool("act")
    return tmp_path_factory.mktemp("forge")


@pytest.fixture(scope="session")
def admin(folder: Path) -> Iterator[Client]:
    """Start the forge and publish mlgate on it."""
    with serve(folder / "gitea") as client:
        publish_ours(client, folder / "published")
        client.add_organization(ORGANIZATION)
        yield client


@pytest.fixture(scope="session")
def runner(admin: Client, folder: Path) -> Runner:
    """Register the runner."""
    service = RunnerService(url=admin.url)
    service.register(admin.runner_registration())
    return Runner(service=service, actions=Actions(url=admin.url, folder=folder / "fetched"), folder=folder / "runner")


@pytest.fixture(scope="session")
def alice(admin: Client) -> Client:
    """Make an account."""
    return admin.add_user("alice")


@pytest.fixture(scope="session")
def bob(admin: Client) -> Client:
    """Make an account."""
    return admin.add_user("bob")


@pytest.fixture(scope="session")
def new_scene(admin: Client, runner: Runner, alice: Client, bob: Client, folder: Path) -> Callable[..., Scene]:
    """Give what makes a private repository with given files, whose main branch wants a green gate."""
    numbers = itertools.count(1)

    def make(files: Mapping[str, str]) -> Scene:
        place = folder / f"story-{next(numbers)}"
        repository = HostedRepository(owner=admin, name=f"{ORGANIZATION}/{place.name}")
        admin.add_repository(repository.name, private=True)
        (place / "first").mkdir(parents=True)
        local.git(place / "first", "init", "--quiet", "--initial-branch=main")
        local.commit(place / "first", files, FIRST)
        local.git(place / "first", "push", "--quiet", admin.remote(repository.name), "main")
        repository.let(alice, "write")
        repository.let(bob, "read")
        repository.set_secret(SECRET, "a-value-that-no-fork-may-see")
        repository.require("main", GATE)
        return Scene(repository=repository, runner=runner, alice=alice, bob=bob, folder=place / "clones")

    return make


@pytest.fixture
def scene(new_scene: Callable[..., Scene]) -> Scene:
    """Give a repository with the example workflow of one step."""
    return new_scene(project.files(model=project.example("one-uses")))
