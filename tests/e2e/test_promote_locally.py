"""promote-model outside of a workflow, and what people read: which commits, who is a second person, what to do."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.fake_github.server import FakeGitHub
from tests.promotion_scene import CONFIG, Scene, document, reason, unchanged
from tests.repository import Repository, environment

from mlgate.core.documents.base import BaseDocument
from mlgate.main import main
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.log.journal import open_journal
from mlgate.shell.run_folder import RunFolder
from mlgate.steps import promote_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.promotion_scene import Judged

    from mlgate.steps import Result

TRAIN: dict[str, str | bytes | None] = {"train.py": "print(2)\n"}
HERE = {"GITHUB_ACTIONS": "", "GITHUB_ACTOR": "", "GITHUB_API_URL": "", "GITHUB_EVENT_NAME": "", "GITHUB_RUN_ID": ""}
TWO = "{stages: [{name: staging}, {name: production, approve: second-person}], sign: true, allowed-signers: signers}"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as fake:
        yield fake


@pytest.fixture
def scene(tmp_path: Path, github: FakeGitHub) -> Scene:
    return Scene(folder=tmp_path, github=github)


def lay_out(place: Path, judged: Judged) -> None:
    """Lay a run folder out as `mlgate check` leaves it."""
    RunFolder(place / "mlgate-run").write(judged.report)
    for path, data in judged.files.items():
        (place / path).parent.mkdir(exist_ok=True)
        (place / path).write_bytes(data)


def checked(scene: Scene, commit: str, *, seed: float | None = None) -> Judged:
    """Let `mlgate check` have judged a commit on a laptop."""
    judged = scene.judged(commit, commit, seed=seed).but(pull_request=None)
    lay_out(scene.clone("laptop", depth=None).root, judged)
    return judged


def promote(scene: Scene, *, clone: str = "laptop", **options: Any) -> Result:
    return scene.run(clone=clone, env=HERE, **{"github_token": None, **options})


def fetched(scene: Scene) -> Repository:
    """Return the laptop's clone, at the tip of main."""
    laptop = scene.clone("laptop", depth=None)
    laptop.git("fetch", "-q", "origin", "main")
    laptop.git("reset", "-q", "--hard", "FETCH_HEAD")
    return laptop


def registry(scene: Scene, *words: str) -> None:
    place = scene.clone("laptop", depth=None).root
    env = environment(GIT_AUTHOR_NAME="A", USER="ann")
    assert main(["registry", *words], env, place) == 0


def two_versions(scene: Scene) -> str:
    checked(scene, scene.main)
    assert reason(promote(scene)) == "promoted"
    commit = scene.push(TRAIN)
    fetched(scene)
    checked(scene, commit)
    assert reason(promote(scene)) == "promoted"
    return commit


@pytest.mark.parametrize("later", [False, True])
def test_checking_again_and_promoting_undoes_no_rollback(scene: Scene, later: bool) -> None:
    """Many a format holds the time, so that each training makes other bytes."""
    commit = two_versions(scene)
    registry(scene, "rollback", "--reason", "it was worse")
    if later:
        commit = scene.push({"README.md": "more words\n"})
        fetched(scene)
    checked(scene, commit)
    done = promote(scene)
    assert (done.status, reason(done), done.outputs["version"]) == (0, "already-promoted", "v1.1.0")
    assert "production stays at v1.0.0: rolled back from v1.1.0 (record 5)" in done.text
    assert "waits" not in done.text
    assert scene.versions() == ["v1.0.0", "v1.1.0"]
    assert scene.state.current("flight-delays", "production") == "v1.0.0"


def unpushed(scene: Scene) -> Repository:
    laptop = scene.clone("laptop", depth=None)
    laptop.branch("change")
    commit = laptop.commit(TRAIN)
    scene.work.git("fetch", "-q", str(laptop.root), "change")
    judged = scene.judged(commit, commit).but(pull_request=None)
    lay_out(laptop.root, judged)
    return laptop


@pytest.mark.parametrize("pushed", [False, True])
def test_only_what_is_on_the_default_branch_is_promoted(scene: Scene, pushed: bool) -> None:
    laptop = unpushed(scene)
    if pushed:
        laptop.git("push", "-q", "origin", "change")
    done = promote(scene)
    assert (done.status, reason(done)) == (2, "usage")
    assert done.error is not None
    assert "is not on main of origin, and models are promoted from main" in done.error.message
    assert "Merge it and push main" in done.error.remedy
    assert scene.work.git("ls-remote", "--tags", "origin") == ""
    assert promote(scene, stage="production").status == 2


def test_a_branch_that_is_named_is_promoted_once_it_is_pushed(scene: Scene) -> None:
    laptop = unpushed(scene)
    missing = promote(scene, branch="change")
    assert missing.error is not None
    assert "there is no branch change on origin" in missing.error.message
    laptop.git("push", "-q", "origin", "change")
    assert reason(promote(scene, branch="change")) == "promoted"


def test_a_commit_that_main_has_moved_on_from_is_still_on_it(scene: Scene) -> None:
    checked(scene, scene.main)
    scene.push({"README.md": "more words\n"})
    done = promote(scene)
    assert reason(done) == "promoted", done.error


def test_a_remote_that_cannot_be_reached_is_named(scene: Scene) -> None:
    checked(scene, scene.main)
    scene.clone("laptop").git("remote", "set-url", "origin", f"file://{scene.folder}/nowhere")
    done = promote(scene)
    assert (done.status, reason(done)) == (5, "registry-unreadable")
    assert document(done).commit == scene.main


def test_a_remote_without_a_default_branch_asks_for_its_name(scene: Scene) -> None:
    checked(scene, scene.main)
    Repository(scene.remote).git("symbolic-ref", "HEAD", "refs/heads/trunk")
    done = promote(scene)
    assert done.error is not None
    assert "which branch is the default one on origin is not known" in done.error.message
    assert reason(promote(scene, branch="main")) == "promoted"


def test_without_a_remote_what_is_checked_out_is_promoted(scene: Scene) -> None:
    unpushed(scene).git("remote", "remove", "origin")
    away = {**HERE, "GITHUB_SERVER_URL": ""}
    done = scene.run(clone="laptop", env=away, github_token=None)
    assert reason(done) == "promoted", done.error
    refused = scene.run(clone="laptop", env=away, github_token=None, branch="main")
    assert (refused.status, reason(refused)) == (2, "usage")


def test_in_a_workflow_a_local_report_is_of_the_pushed_branch_too(scene: Scene) -> None:
    checked(scene, scene.main)
    done = scene.run(clone="laptop", local=True, env={"GITHUB_REF": "refs/pull/7/merge"})
    assert (done.status, reason(done)) == (2, "usage")


def a_key(folder: Path, name: str) -> tuple[str, str]:
    """Return a private key, and its line on a list of allowed signers."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)], check=True)
    return (folder / name).read_text(), f"{name} {(folder / f'{name}.pub').read_text()}"


@pytest.mark.parametrize(("who", "expected"), [("ada", "approval-missing"), ("eva", "promoted")])
def test_outside_of_a_workflow_a_second_person_is_another_key(
    tmp_path: Path, github: FakeGitHub, who: str, expected: str
) -> None:
    keys = {name: a_key(tmp_path, name) for name in ("ada", "eva")}
    scene = Scene(folder=tmp_path, github=github, promote=TWO)
    commit = scene.push({"signers": "".join(line for _, line in keys.values())})
    checked(scene, commit)
    assert reason(promote(scene, signing_key=keys["ada"][0])) == "promoted"
    scene.clone("laptop").git("config", "user.name", "Somebody Else")
    done = promote(scene, stage="production", signing_key=keys[who][0])
    assert reason(done) == expected
    if expected == "promoted":
        [entry] = scene.state.stage_history("flight-delays", "production")
        assert (entry.record().approved_by, entry.record().signer) == (("eva",), "eva")
    else:
        assert "promote with a key of that list" in document(done).reasons[0].remedy


def test_a_name_that_git_was_told_is_no_second_person(tmp_path: Path, github: FakeGitHub) -> None:
    plain = "{stages: [{name: staging}, {name: production, approve: second-person}]}"
    scene = Scene(folder=tmp_path, github=github, promote=plain)
    checked(scene, scene.main)
    first = promote(scene)
    assert "production waits for: a second person: `mlgate promote-model --stage production" in first.text
    scene.clone("laptop").git("config", "user.name", "Ada  Chen")
    done = promote(scene, stage="production")
    assert (done.status, reason(done)) == (3, "approval-missing")
    own, _ = a_key(tmp_path, "made-for-this")
    assert reason(promote(scene, stage="production", signing_key=own)) == "approval-missing"


def a_pickle(judged: Judged) -> Judged:
    data = b"\x80\x04K\x01."
    digest = hashlib.sha256(data).hexdigest()
    assert judged.report.training is not None
    model = dataclasses.replace(judged.report.training.artifacts[0], digest=digest, size=len(data))
    training = dataclasses.replace(judged.report.training, artifacts=(model, judged.report.training.artifacts[1]))
    judged.files["model.safetensors"] = data
    return judged.but(training=training).bound(model_digest=digest)


@pytest.mark.parametrize("find_only", [False, True])
def test_a_model_that_is_refused_is_named_wherever_people_look(scene: Scene, find_only: bool) -> None:
    judged = a_pickle(scene.judge(TRAIN))
    scene.upload(judged)
    commit = scene.merge(judged)
    done = scene.run(find_only=find_only)
    written = document(done)
    assert (done.status, reason(done), done.error) == (3, "model-refused", None)
    assert (written.outcome.value, written.model, written.commit) == ("fail", "flight-delays", commit)
    assert done.outputs["needs-gate"] == "false"
    for said in (done.text, done.summary, done.annotations[0].message):
        assert "the model model.safetensors is refused" in said.replace("The model", "the model")
        assert "Save the model as skops" in said
    assert scene.versions() == []


def test_an_error_leaves_model_commit_and_a_summary(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    commit = scene.merge(judged)
    done = scene.run(github_token=None)
    assert done.error is not None
    assert (document(done).model, document(done).commit) == ("flight-delays", commit)
    assert done.summary.startswith("## flight-delays: not promoted\n")
    assert "github-token" in done.summary
    scene.push({"mlgate.yml": CONFIG.format(model="flight-delays", promote="{stage: 7}")})
    broken = scene.run()
    assert (broken.status, document(broken).commit) == (2, scene.main)
    assert "mlgate.yml" in broken.summary


def test_a_dirty_tree_is_told_which_files(scene: Scene) -> None:
    judged = checked(scene, scene.main).bound(dirty=True)
    place = scene.clone("laptop").root
    lay_out(place, judged)
    RunFolder(place / "mlgate-run").write(BaseDocument(dirty=("notes.txt",)))
    done = promote(scene)
    assert (done.status, reason(done)) == (3, "verdict-not-accepted")
    assert "differs from its commit: 'notes.txt'" in done.text
    assert "Commit or discard the changes, run `mlgate check` again" in done.text
    assert "accept" not in done.text.replace("not-accepted", "")


def test_what_was_committed_after_the_check_is_named(scene: Scene) -> None:
    checked(scene, scene.main)
    scene.push({**TRAIN, "README.md": "x\n"})
    fetched(scene)
    done = promote(scene)
    assert (done.status, reason(done)) == (3, "verdict-stale")
    assert "between this commit and what was judged: 'train.py'\n" in done.text
    assert "Run `mlgate check` again" in done.text
    assert "three-job" not in done.text


def test_garbage_in_the_model_s_file_is_told_to_check_again(scene: Scene) -> None:
    checked(scene, scene.main)
    (scene.clone("laptop").root / "model.safetensors").write_bytes(b"garbage")
    done = promote(scene)
    assert reason(done) == "verdict-stale"
    assert document(done).reasons[0].message.endswith("with the report: model (model.safetensors)")
    assert "Run `mlgate check` again" in done.text


def test_a_configuration_that_is_not_committed_is_told_so(scene: Scene) -> None:
    scene.push({"mlgate.yml": None})
    place = fetched(scene).root
    (place / "mlgate.yml").write_text(CONFIG.format(model="x", promote="{stage: a}"))
    done = promote(scene)
    assert done.error is not None
    assert "mlgate.yml is not committed: commit it, and push." in str(done.error)


def test_in_a_folder_below_the_root_is_named(scene: Scene) -> None:
    place = scene.clone("laptop", depth=None).root
    (place / "below").mkdir()
    world = scene.world(place / "below", HERE)
    done = promote_model.run(promote_model.Inputs(), world)
    assert done.error is not None
    assert f"Run it in {place}, where mlgate.yml is" in str(done.error)


def test_a_model_that_was_never_promoted_is_promoted_although_nothing_changed(scene: Scene) -> None:
    """Its own promotion failed, and what follows is a change of the words."""
    docs = unchanged(scene.judge({"README.md": "x\n"}))
    scene.upload(docs)
    commit = scene.merge(docs)
    done = scene.run(find_only=True)
    assert (done.status, reason(done), done.outputs["needs-gate"]) == (0, "verdict-missing", "true")
    assert not base(scene, commit, "push")["inputs_unchanged"]
    assert base(scene, commit, "local")["inputs_unchanged"]
    gate = scene.judged(commit, commit).but(pull_request=None)
    scene.github.runs.add_artifact(4711, "mlgate-flight-delays", gate.archive())
    assert reason(scene.run()) == "promoted"
    assert base(scene, commit, "push")["inputs_unchanged"]


def base(scene: Scene, commit: str, event: str) -> Any:
    """Return what fetch-base says of a push."""
    place = scene.clone(f"gate{len(list(scene.folder.iterdir()))}", depth=None).root
    env = {**scene.world(place, {}).env, "GITHUB_EVENT_NAME": event if event == "push" else ""}
    if event != "push":
        env = environment()
    assert main(["fetch-base", "--base", f"{commit}^"], env, place) == 0
    return json.loads((place / "mlgate-run" / "base.json").read_text())


def test_the_log_of_a_laptop_s_promotion_has_its_origin(scene: Scene) -> None:
    checked(scene, scene.main)
    promote(scene)
    place = scene.clone("reader")
    git = Git.discover(place.root, environment())
    assert git is not None
    [entry, _] = open_journal(git, scene.world(place.root, {})).read().state.entries
    assert entry.record().origin == "local"
