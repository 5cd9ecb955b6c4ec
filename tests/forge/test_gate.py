"""A pull request on a real forge: judged, commented, kept from the main branch or let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.forge import project
from tests.forge.scene import GATE, SECRET

if TYPE_CHECKING:
    from tests.forge.scene import Scene

# A fork's change of the workflow, which looks for a secret.
LOOK = f"""\
      - run: 'echo "secret=[${{{{ secrets.{SECRET} }}}}]"'
      - uses: mlgate/mlgate@v0"""


def test_a_bad_model_is_kept_out_and_its_repair_let_in(scene: Scene) -> None:
    repository, copy = scene.repository, scene.clone(scene.alice)
    copy.branch("better")
    bad = copy.commit(project.trained(0.9), "Train a bad model")
    copy.push()
    number = repository.open_pull_request(scene.alice, "better", "A better model")

    gate = scene.settle(bad, "pull_request")["gate"]
    assert gate.result == "failure", str(gate)
    assert SECRET in gate.secrets, "the control for what a fork does not get"
    assert repository.statuses(bad) == {GATE: "failure"}
    [first] = repository.comments(number)
    assert first.author == "gitea-actions"
    assert bad in first.body.splitlines()[0]
    assert "accuracy" in first.body
    for person in (scene.alice, repository.owner):
        refused = repository.merge(number, person)
        assert refused.status_code == 405, refused.text

    good = copy.commit(project.trained(0.5), "Train a good one")
    copy.push()
    gate = scene.settle(good, "pull_request")["gate"]
    assert gate.result == "success", str(gate)
    assert repository.statuses(good) == {GATE: "success"}
    [second] = repository.comments(number)
    assert second.id == first.id
    assert good in second.body.splitlines()[0]
    merged = repository.merge(number, scene.alice)
    assert merged.status_code == 200, merged.text


def test_the_main_branch_takes_no_push(scene: Scene) -> None:
    copy = scene.clone(scene.alice)
    copy.commit({"README.md": "Past the gate.\n"}, "Go around")
    before = scene.repository.refs()
    with pytest.raises(AssertionError, match="protected branch"):
        copy.push()
    assert scene.repository.refs() == before


def test_a_fork_waits_for_approval_and_gets_no_secret(scene: Scene) -> None:
    repository, fork = scene.repository, f"{scene.bob.name}/{scene.repository.name.split('/')[1]}"
    scene.bob.call("POST", f"/repos/{repository.name}/forks", {})
    copy = scene.clone(scene.bob, fork)
    copy.branch("curious")
    workflow = project.example("one-uses").replace("      - uses: mlgate/mlgate@v0", LOOK)
    head = copy.commit({".github/workflows/model.yml": workflow, **project.trained(0.5)}, "Look around")
    copy.push()
    number = repository.open_pull_request(scene.bob, f"{scene.bob.name}:curious", "Harmless")

    waiting = scene.await_run(head)
    assert list(scene.runner.run_waiting()) == []
    repository.owner.approve_run(repository.name, waiting.id)
    gate = scene.settle(head, "pull_request")["gate"]

    assert gate.result == "success", str(gate)
    assert "secret=[]" in gate.act.log
    assert SECRET not in gate.secrets
    assert repository.comments(number) == []
    assert project.MODEL in gate.act.summary, "the report of a fork is in the job summary"
