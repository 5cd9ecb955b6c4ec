"""What promotion leaves beside a model: the card lives on from version to version, and the bundle is where docs say."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml
from tests.fake_github.server import FakeGitHub
from tests.promotion_scene import Scene, reason, sha256

from mlgate.core.registry.bundle.card import BEGIN
from mlgate.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlgate.core.registry.log.record import Record

CARD = "---\nlicense: mit\n---\n# Delays\n\nMade by us.\n"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as fake:
        yield fake


def promoted(scene: Scene, number: int, *files: dict[str, str | bytes | None]) -> Record:
    """Judge, merge and promote one more model, and return its record."""
    judged = scene.judge({"train.py": f"print({number})\n"}, *files, seed=float(number), number=number)
    scene.upload(judged)
    scene.merge(judged)
    done = scene.run(clone=f"runner-{number}")
    assert (done.status, reason(done)) == (0, "promoted"), done.error
    entry = scene.state.latest("flight-delays")
    assert entry is not None
    return entry.record()


def file_of(scene: Scene, record: Record, name: str) -> bytes:
    """Return a file of the bundle from the remote's branch."""
    artifact = next(item for item in record.artifacts if item.name == name)
    path = f"mlgate-registry:blobs/sha256/{artifact.digest[:2]}/{artifact.digest}"
    data = subprocess.run(["git", "show", path], cwd=scene.remote, capture_output=True, check=True).stdout
    assert (sha256(data), len(data)) == (artifact.digest, artifact.size)
    return data


def test_the_card_is_taken_from_the_file_at_the_promoted_commit(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github, promote="{card: docs/card.md}")
    first = file_of(scene, promoted(scene, 7, {"docs/card.md": CARD}), "card").decode()
    assert "Made by us." in first
    assert yaml.safe_load(first.split("---\n")[1])["license"] == "mit"
    second = file_of(scene, promoted(scene, 8, {"docs/card.md": CARD.replace("us", "them")}), "card").decode()
    assert "Made by them." in second
    assert "Made by us." not in second


def test_without_a_file_the_headings_live_on(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github)
    one, two = promoted(scene, 7), promoted(scene, 8)
    cards = [file_of(scene, record, "card").decode() for record in (one, two)]
    assert cards[0] != cards[1]
    written = [card.split(BEGIN)[0].partition("\n# flight-delays\n")[2] for card in cards]
    assert written[0] == written[1]
    assert written[0].count("\n## ") == 5
    assert str(one.digests and one.digests.model) in cards[0]
    assert str(two.digests and two.digests.model) in cards[1]


def test_a_card_with_broken_front_matter_stops_before_anything_is_written(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github, promote="{card: docs/card.md}")
    judged = scene.judge({"docs/card.md": "---\nlicense: [\n---\n"})
    scene.upload(judged)
    scene.merge(judged)
    done = scene.run()
    assert isinstance(done.error, ConfigError)
    assert (done.error.problems[0].file, done.error.problems[0].line) == ("docs/card.md", 3)
    assert scene.versions() == []
    assert scene.work.git("ls-remote", "origin", "mlgate-registry") == ""


def test_the_manifest_lies_where_a_workflow_attests_it(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github)
    record = promoted(scene, 7)
    manifest = tmp_path / "runner-7" / "mlgate-run" / "promotion" / "bundle" / "manifest.json"
    assert manifest.read_bytes() == file_of(scene, record, "manifest")
    listed = {item["name"]: item["sha256"] for item in json.loads(manifest.read_bytes())["files"]}
    assert listed == {item.name: item.digest for item in record.artifacts if item.name != "manifest"}
    again = scene.run(clone="runner-7")
    assert reason(again) == "already-promoted"
    assert not manifest.exists(), "nothing was promoted, so there is nothing to attest"


def test_the_provenance_names_run_code_and_data(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github)
    record = promoted(scene, 7)
    statement = json.loads(file_of(scene, record, "provenance"))
    found = {item["name"]: item for item in statement["predicate"]["buildDefinition"]["resolvedDependencies"]}
    assert found["code"]["uri"] == "git+https://github.com/octo/flights"
    assert record.digests is not None
    assert {
        name.removeprefix("table:"): item["digest"]["sha256"] for name, item in found.items() if "table:" in name
    } == (record.digests.data)
    assert record.run is not None
    invocation = statement["predicate"]["runDetails"]["metadata"]["invocationId"]
    assert invocation == f"{record.run.url}/attempts/{record.run.attempt}"
