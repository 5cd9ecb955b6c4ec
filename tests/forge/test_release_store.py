"""Releases of a real forge as a store."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

import pytest

from mlgate.errors import OutsideError
from mlgate.shell.forge.client import Forge
from mlgate.shell.forge.releases import Releases
from mlgate.shell.registry.stores.release import ReleaseStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.forge.client import Client
    from tests.forge.scene import Scene

TAG = "flight-delays@v1.0.0"
DATA = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(scope="module")
def repository(new_scene: Callable[..., Scene]) -> str:
    """Give a private repository, once the forge has noticed the push to it."""
    made = new_scene({"train.py": "print(1)\n"}).repository
    for _ in range(100):
        if not made.owner.call("GET", f"/repos/{made.name}")["empty"]:
            return made.name
        time.sleep(0.1)
    raise AssertionError("the repository stays empty")


def store(client: Client, repository: str, *, tag: str | None = None, part_bytes: int = 10**9) -> ReleaseStore:
    forge = Forge(url=f"{client.url}/api/v1", token=client.token, calls_left=100)
    return ReleaseStore(Releases(forge, repository), tag=tag, key="k", part_bytes=part_bytes)


def tag(client: Client, repository: str, name: str) -> None:
    client.call("POST", f"/repos/{repository}/tags", {"tag_name": name, "target": "main"})


@pytest.mark.parametrize("part_bytes", [10**9, 400_000])
def test_a_bundle_travels_through_a_release(
    alice: Client, bob: Client, repository: str, tmp_path: Path, part_bytes: int
) -> None:
    name = f"{TAG}-{part_bytes}"
    model = tmp_path / "model.skops"
    model.write_bytes(DATA)
    writer = store(alice, repository, part_bytes=part_bytes)
    writer.put(DIGEST, model)
    writer.put(DIGEST, model)
    if part_bytes == 10**9:  # the first of the two: nothing is published
        assert not store(bob, repository).has(DIGEST, len(DATA))
    tag(alice, repository, name)
    store(alice, repository).publish(name, title="flight-delays v1.0.0", text="AUC 0.81")
    reader = store(bob, repository, tag=name)
    assert reader.has(DIGEST, len(DATA))
    reader.get(DIGEST, len(DATA), tmp_path / "out", label="flight-delays v1.0.0, model.skops")
    assert (tmp_path / "out").read_bytes() == DATA


def test_an_asset_that_lies_or_is_gone_is_named(alice: Client, repository: str, tmp_path: Path) -> None:
    name, other = "flight-delays@v3.0.0", hashlib.sha256(b"other").hexdigest()
    (tmp_path / "model.onnx").write_bytes(b"other")
    writer = store(alice, repository)
    writer.put(other, tmp_path / "model.onnx")
    tag(alice, repository, name)
    writer.publish(name, title="t", text="x")
    release = alice.call("GET", f"/repos/{repository}/releases/tags/{name}")
    asset = release["assets"][0]
    alice.call("PATCH", f"/repos/{repository}/releases/{release['id']}/assets/{asset['id']}", {"name": "away"})
    reader = store(alice, repository, tag=name)
    with pytest.raises(OutsideError, match="is not in the release store") as raised:
        reader.get(other, 5, tmp_path / "out", label="flight-delays v3.0.0, model.onnx")
    assert raised.value.reason == "blob-missing"
    forged = f"sha256-{'0' * 64}-model.onnx"
    alice.call("PATCH", f"/repos/{repository}/releases/{release['id']}/assets/{asset['id']}", {"name": forged})
    with pytest.raises(OutsideError, match="other bytes") as raised:
        reader.get("0" * 64, 5, tmp_path / "out")
    assert raised.value.reason == "blob-altered"
    assert not (tmp_path / "out").exists()


def test_whoever_may_not_write_is_told_so(bob: Client, repository: str, tmp_path: Path) -> None:
    (tmp_path / "model.skops").write_bytes(DATA)
    with pytest.raises(OutsideError, match=r"model\.skops") as raised:
        store(bob, repository).put(DIGEST, tmp_path / "model.skops")
    assert raised.value.reason == "store-failed"
    assert "contents: write" in raised.value.remedy
