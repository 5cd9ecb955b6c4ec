"""A repository that has nothing to do with the registry pays nothing for it: neither git nor a network is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tests import builders

from mlgate.core.documents.base import RegistrySeen
from mlgate.shell.base.registry import seen
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.shell.git.repository import Git

PLAIN = "version: 1\ntables:\n  train: {path: train.csv}\nkey: id\nlabel: y\n"


def looked(folder: Path, text: str, git: Any) -> RegistrySeen:
    path = folder / "mlgate.yml"
    path.write_text(text)
    world = World(env={}, cwd=folder, clock=lambda: 0.0, log=lambda _: None)
    document = builders.a_base()
    assert document.config_digest == document.base_config_digest
    run_folder = RunFolder(folder / "mlgate-run")
    return seen(path, cast("Git", git), document, run_folder, world, token="t", network=True)


def test_an_unchanged_configuration_without_the_registry_asks_nobody(tmp_path: Path) -> None:
    knows_nothing = object()
    assert looked(tmp_path, PLAIN, knows_nothing) == RegistrySeen()
