"""What passed is promoted on merge, is what later models are measured by, and can be gone back to."""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from tests.forge import project
from tests.forge.scene import GATE
from tests.repository import environment
from tests.toolbox import ROOT

from mlgate.shell.forge.bases import had_another_base
from mlgate.shell.forge.client import Forge
from mlgate.shell.forge.runs import Host

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.forge.client import Client
    from tests.forge.repository import HostedRepository
    from tests.forge.runner import JobRun
    from tests.forge.scene import Scene

BRANCH = "mlgate-registry"
TAGS = f"/^{project.MODEL}[@#]/"
BOT_TOKEN = "REGISTRY_TOKEN"
PAGE = 50  # what the forge shows at once


@dataclass(frozen=True, kw_only=True)
class Promoted:
    """A repository whose first model was promoted.

    Attributes:
        scene: Where.
        merged: The commit that the merge made.
        gate: The job that judged.
        jobs: Those of the push.
    """

    scene: Scene
    merged: str
    gate: JobRun
    jobs: Mapping[str, JobRun]


@pytest.fixture(scope="module")
def bot(admin: Client) -> Client:
    """Make the account that alone may write to the registry; the job's own token is no account that a rule can name."""
    return admin.add_user("registry-bot")


@pytest.fixture(scope="module")
def promoted(new_scene: Callable[..., Scene], bot: Client) -> Promoted:
    """Let a first model through the gate, merge it, and run what the push starts."""
    scene = new_scene(project.with_registry(BOT_TOKEN))
    scene.repository.let(bot, "write")
    scene.repository.reserve(BRANCH, TAGS, bot)
    scene.repository.set_secret(BOT_TOKEN, bot.token)
    number, head = scene.propose("first", project.trained(0.6))
    gate = scene.settle(head, "pull_request")["gate"]
    assert gate.result == "success", str(gate)
    merged = scene.merge(number)
    jobs = scene.settle(merged, "push")
    assert jobs["promote"].result == "success", str(jobs["promote"])
    return Promoted(scene=scene, merged=merged, gate=gate, jobs=jobs)


def production(repository: HostedRepository) -> list[str]:
    """Return the commits that the stage has pointed to, the newest last."""
    tags = f"refs/tags/{project.MODEL}#production#"
    found = {ref: commit for ref, commit in repository.refs().items() if ref.startswith(tags) and ref.endswith("^{}")}
    return [found[f"{tags}{number}^{{}}"] for number in range(1, len(found) + 1)]


def digest(data: bytes) -> str:
    """Return the sha256."""
    return hashlib.sha256(data).hexdigest()


def registry(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `mlgate registry` in a clone."""
    return subprocess.run(
        [sys.executable, "-E", "-s", ROOT / "scripts" / "registry.py", *words],
        cwd=copy,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_merge_promotes_the_bytes_that_were_judged(promoted: Promoted) -> None:
    repository, copy = promoted.scene.repository, promoted.scene.clone(promoted.scene.alice)
    refs = repository.refs()
    assert refs[f"refs/tags/{project.MODEL}@v1.0.0^{{}}"] == promoted.merged
    assert refs[f"refs/tags/{project.MODEL}#production#1^{{}}"] == promoted.merged
    record = json.loads(copy.git("show", f"origin/{BRANCH}:records/000/0000/000001.json"))
    assert (record["event"], record["version"], record["actor"]) == ("register", "v1.0.0", "alice")

    archive = repository.artifacts(promoted.gate.run)[f"mlgate-{project.MODEL}"]
    judged = json.loads(archive.read("mlgate-run/report.json"))
    model = archive.read("model.safetensors")
    assert struct.unpack("<d", model[-8:]) == (0.6,)
    assert digest(model) == judged["provenance"]["model_digest"]

    bundle = {item["name"]: item for item in record["artifacts"] if item["store"] == "release"}
    assert bundle["model"]["digest"] == digest(model)
    stored = {digest(data) for data in repository.release(f"{project.MODEL}@v1.0.0").values()}
    assert stored == {item["digest"] for item in bundle.values()}


def test_nobody_but_the_bot_writes_to_the_registry(promoted: Promoted) -> None:
    scene = promoted.scene
    before = scene.repository.refs()
    copy = scene.clone(scene.alice)
    for source, target in ((promoted.merged, f"refs/tags/{project.MODEL}@v9.0.0"), ("HEAD", f"refs/heads/{BRANCH}")):
        with pytest.raises(AssertionError, match="protected"):
            copy.git("push", "--force", "origin", f"{source}:{target}")
    with pytest.raises(AssertionError, match="protected"):
        copy.git("push", "origin", f":refs/tags/{project.MODEL}@v1.0.0")
    assert scene.repository.refs() == before


def test_a_worse_model_is_measured_by_the_promoted_one_and_kept_out(promoted: Promoted) -> None:
    scene = promoted.scene
    number, head = scene.propose("worse", project.trained(0.75))
    gate = scene.settle(head, "pull_request")["gate"]
    assert gate.result == "failure", str(gate)
    assert scene.repository.statuses(head) == {GATE: "failure"}
    [comment] = scene.repository.comments(number)
    assert "Baseline promoted: v1.0.0" in comment.body, comment.body
    assert scene.repository.merge(number, scene.alice).status_code == 405


def test_a_better_model_is_promoted_over_it_and_taken_back_by_hand(promoted: Promoted) -> None:
    scene, repository = promoted.scene, promoted.scene.repository
    before = production(repository)
    number, head = scene.propose("better", project.trained(0.5))
    gate = scene.settle(head, "pull_request")["gate"]
    assert gate.result == "success", str(gate)
    merged = scene.merge(number, "squash")  # the commit that was judged is on no branch afterwards
    promote = scene.settle(merged, "push")["promote"]
    assert promote.result == "success", str(promote)
    assert production(repository) == [*before, merged]

    refs = repository.refs()
    repository.dispatch("job-token.yml", {"reason": "by a token that the branch's rule does not name"}, scene.alice)
    refused = scene.settle(merged, "workflow_dispatch")["rollback"]
    assert refused.result == "failure", str(refused)
    assert "the host does not take the registry's push" in refused.act.log, str(refused)
    assert repository.refs() == refs

    repository.dispatch("rollback.yml", {"reason": "latency"}, scene.alice)
    rollback = scene.settle(merged, "workflow_dispatch")["rollback"]
    assert rollback.result == "success", str(rollback)
    assert production(repository) == [*before, merged, before[-1]]

    copy = scene.clone(scene.alice).root
    verified = registry(copy, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    shown = registry(copy, "show", "--json")
    assert shown.returncode == 0, shown.stderr


def test_a_change_of_the_workflow_is_judged_again_after_the_merge(promoted: Promoted) -> None:
    scene = promoted.scene
    before = production(scene.repository)
    workflow = f"# Judged by itself.\n{project.example('one-uses')}"
    number, head = scene.propose("workflow", {**project.trained(0.55), ".github/workflows/model.yml": workflow})
    assert scene.settle(head, "pull_request")["gate"].result == "success"
    merged = scene.merge(number, "rebase")
    jobs = scene.settle(merged, "push")
    assert jobs["find"].outputs == {"needs-gate": "true"}, str(jobs["find"])
    assert jobs["gate"].result == "success", str(jobs["gate"])
    assert jobs["promote"].result == "success", str(jobs["promote"])
    assert production(scene.repository) == [*before, merged]


def test_the_forge_tells_that_a_pull_request_had_another_base(scene: Scene) -> None:
    repository, copy = scene.repository, scene.clone(scene.alice)
    copy.git("push", "--quiet", "origin", "HEAD:refs/heads/unreviewed")
    copy.branch("moved")
    copy.commit({"notes.txt": "x\n"}, "Change no model [skip ci]")
    copy.push()
    number = repository.open_pull_request(scene.alice, "moved", "Change no model")
    for talk in range(PAGE):
        repository.call("POST", f"/issues/{number}/comments", {"body": str(talk)})
    host = Host(forge=Forge(url=f"{scene.alice.url}/api/v1", token=scene.alice.token), repository=repository.name)
    assert not had_another_base(host, number)
    for base in ("unreviewed", "main"):
        repository.call("PATCH", f"/pulls/{number}", {"base": base})
    assert had_another_base(host, number)
