"""Under which `promote` promote-model acts, and who may agree: nothing that it lets in may weaken what stops it."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.fake_github.server import FakeGitHub
from tests.promotion_scene import TOKEN, Judged, Scene, document, reason
from tests.repository import environment

from mlgate.core.outcome import Outcome
from mlgate.core.registry.log import plan
from mlgate.errors import UsageError
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.log.journal import Journal, open_journal
from mlgate.steps import promote_model
from mlgate.steps.registry import assign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlgate.core.registry.log.record import Record
    from mlgate.steps import Result

MODEL = "flight-delays"
TRAIN: dict[str, str | bytes | None] = {"train.py": "print(2)\n"}
REVIEWED = "{stages: [{name: staging}, {name: production, approve: environment}], accept: [pass]}"
SECOND_PERSON = "{stages: [{name: staging}, {name: production, approve: second-person}]}"
LAX = "{stages: [{name: staging}, {name: production}], accept: [pass, warn, inconclusive]}"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as fake:
        yield fake


def a_scene(folder: Path, github: FakeGitHub, promote: str = REVIEWED, place: str = "") -> Scene:
    return Scene(folder=folder, github=github, promote=promote, place=place)


def merged(scene: Scene, files: dict[str, str | bytes | None] | None = None, number: int = 7, **pull: Any) -> Judged:
    """Judge, upload and merge one change."""
    judged = scene.judge(files or TRAIN, number=number)
    scene.upload(judged)
    scene.merge(judged, **pull)
    return judged


def edited(scene: Scene, promote: str, place: str = "") -> dict[str, str | bytes | None]:
    """Return the configuration with another `promote`, together with other code."""
    name = f"{place}mlgate.yml"
    text = (scene.work.root / name).read_text(encoding="utf-8").replace(scene.promote, promote)
    return {**TRAIN, name: text}


def by_hand(scene: Scene, stage: str, *, promote: str | None = None) -> Result:
    """Promote on from a laptop, on a branch of its own where another `promote` is given."""
    place = scene.clone("laptop", None)
    if promote is not None:
        place.git("checkout", "-q", "-B", "mine")
        place.commit(edited(scene, promote))
    inputs = promote_model.Inputs(stage=stage, version="v1.0.0")
    world = scene.world(place.root, {"GITHUB_ACTIONS": "", "GITHUB_ACTOR": ""})
    return promote_model.run(inputs, world, sleep=scene.slept.append)


def written(scene: Scene, stage: str) -> Record:
    return scene.state.stage_history(MODEL, stage)[-1].record()


def journal_of(scene: Scene) -> Journal:
    place = scene.clone("reader")
    git = Git.discover(place.root, environment())
    assert git is not None
    return open_journal(git, scene.world(place.root, {}))


def deprecate(scene: Scene, version: str) -> None:
    journal, time = journal_of(scene), plan.utc(scene.now)
    journal.append(lambda s: plan.deprecate(s, model=MODEL, version=version, actor="mona", time=time, reason="leaks"))


def test_a_pull_request_that_edits_promote_is_promoted_under_the_one_before(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github)
    judged = scene.judge(edited(scene, LAX)).but(outcome=Outcome.INCONCLUSIVE)
    scene.upload(judged)
    scene.merge(judged)
    done = scene.run()
    assert reason(done) == "verdict-not-accepted"
    assert scene.versions() == []
    assert "takes effect with the next push" in done.text
    assert "takes effect with the next push" in done.summary
    assert document(done).policy_commit == scene.before
    assert document(done).policy_edited


def test_the_stages_before_the_push_count_and_the_new_ones_with_the_next_push(
    tmp_path: Path, github: FakeGitHub
) -> None:
    scene = a_scene(tmp_path, github)
    merged(scene, edited(scene, LAX))
    assert scene.run().outputs["stages"] == "staging"
    merged(scene, {"train.py": "print(3)\n"}, number=8)
    done = scene.run()
    assert done.outputs["stages"] == "staging,production"
    assert not document(done).policy_edited
    assert "takes effect" not in done.text + done.summary


def test_a_push_that_moves_the_configuration_is_promoted_under_the_one_before(
    tmp_path: Path, github: FakeGitHub
) -> None:
    scene = a_scene(tmp_path, github, place="old")
    files = {f"old/{name}": None for name in ("mlgate.yml", "train.py", "train.csv", "holdout.csv")}
    moved = {f"new/{name.removeprefix('old/')}": (scene.work.root / name).read_text() for name in files}
    moved["new/mlgate.yml"] = moved["new/mlgate.yml"].replace(REVIEWED, LAX)
    scene.place = "new"
    merged(scene, {**files, **moved})
    assert scene.run().outputs["stages"] == "staging"


def test_the_first_configuration_is_promoted_under_its_own(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github)
    without = (scene.work.root / "mlgate.yml").read_text().replace(f"promote: {REVIEWED}\n", "")
    with_it = (scene.work.root / "mlgate.yml").read_text()
    scene.push({"mlgate.yml": without})
    merged(scene, {**TRAIN, "mlgate.yml": with_it})
    done = scene.run()
    assert (reason(done), document(done).policy_commit) == ("promoted", None)


def test_what_a_signature_needs_is_not_for_the_push_to_say(tmp_path: Path, github: FakeGitHub) -> None:
    promote = "{stage: production, sign: true, allowed-signers: signers}"
    scene = a_scene(tmp_path, github, promote)
    scene.push({"signers": "mona@example.com ssh-ed25519 AAAA\n"})
    merged(scene, edited(scene, "{stage: production}"))
    assert scene.run().status != 0
    assert scene.versions() == []


def test_who_may_sign_is_not_for_the_push_to_say(tmp_path: Path, github: FakeGitHub) -> None:
    keys = {}
    for name in ("good", "evil"):
        keys[name] = tmp_path / name
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(keys[name])]
        subprocess.run(command, check=True)
    line = {name: f"{name}@example.com {key.with_suffix('.pub').read_text()}" for name, key in keys.items()}
    scene = a_scene(tmp_path, github, "{stage: production, sign: true, allowed-signers: signers}")
    scene.push({"signers": line["good"]})
    merged(scene, {**TRAIN, "signers": line["good"] + line["evil"]})
    assert reason(scene.run(signing_key=keys["evil"].read_text())) == "signature-wrong"
    assert scene.versions() == []
    assert reason(scene.run(signing_key=keys["good"].read_text())) == "promoted"


def test_a_stage_is_assigned_under_the_default_branch_s_promote(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github)
    merged(scene)
    scene.run()
    assert reason(by_hand(scene, "production", promote=LAX)) != "promoted"
    assert scene.state.current(MODEL, "production") is None


def test_a_run_that_waited_long_obeys_what_the_default_branch_says_now(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, LAX.replace("{name: production}", "{name: production, approve: environment}"))
    merged(scene)
    scene.run()
    old = scene.main
    scene.clone("waiting")
    strict = "{stages: [{name: staging}, {name: production, approve: environment, environment: prod-eu}]}"
    scene.push(edited(scene, strict))
    github.runs.approve(4711, "eva", "production")
    done = scene.run(clone="waiting", stage="production", version="v1.0.0", env={"GITHUB_SHA": old})
    assert reason(done) == "approval-missing"
    assert "prod-eu" in document(done).reasons[0].message


def test_only_the_workflow_assigns_where_only_its_origin_counts(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(
        tmp_path, github, "{origin: ci, stages: [{name: staging}, {name: production, approve: environment}]}"
    )
    merged(scene)
    scene.run()
    assert reason(by_hand(scene, "production")) == "origin-refused"
    github.runs.approve(4711, "eva", "production")
    assert reason(scene.run(stage="production", version="v1.0.0")) == "promoted"


@pytest.mark.parametrize(
    ("promote", "edit"),
    [
        ("{stages: [{name: staging}, {name: production, approve: second-person}], accept: [pass]}", LAX),
        ("{origin: ci, stages: [{name: staging}, {name: production}]}", LAX),
    ],
)
def test_by_hand_a_stage_is_assigned_under_the_default_branch_s_promote_too(
    tmp_path: Path, github: FakeGitHub, promote: str, edit: str
) -> None:
    scene = a_scene(tmp_path, github, promote)
    merged(scene)
    scene.run()
    journal_of(scene).append(
        lambda s: (
            plan.unassign(s, model=MODEL, stage="production", actor="mona", time=plan.utc(scene.now))
            if s.current(MODEL, "production")
            else ()
        )
    )
    place = scene.clone("laptop", None)
    place.commit(edited(scene, edit))
    world = scene.world(place.root, {"GITHUB_ACTIONS": "", "GITHUB_ACTOR": ""})
    with pytest.raises(UsageError) as caught:
        assign.run(assign.Inputs(version="v1.0.0", stage="production"), world)
    assert caught.value.reason in ("approval-missing", "origin-refused")


def test_a_deprecated_version_goes_no_further(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, SECOND_PERSON)
    merged(scene)
    scene.run()
    deprecate(scene, "v1.0.0")
    done = scene.run(stage="production", env={"GITHUB_ACTOR": "eva"})
    assert reason(done) == "version-unknown"
    assert scene.state.current(MODEL, "production") is None


def test_the_version_that_was_agreed_to_is_the_one_that_is_written(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, SECOND_PERSON)
    merged(scene, author="alice")
    scene.run(env={"GITHUB_ACTOR": "alice"})
    merged(scene, {"train.py": "print(5)\n"}, number=8, author="bob")
    raced: list[str] = []

    def race(_method: str, path: str) -> None:
        if path.endswith("/pulls/7") and not raced:
            raced.append(path)
            scene.run(env={"GITHUB_ACTOR": "bob"})

    github.gate = race
    done = scene.run(stage="production", env={"GITHUB_ACTOR": "bob"})
    assert raced
    assert scene.state.current(MODEL, "staging") == "v1.1.0"
    assert reason(done) == "stage-moved"
    assert scene.state.current(MODEL, "production") is None


def test_reviewers_must_have_seen_which_version(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github)
    merged(scene)
    scene.run()
    github.runs.approve(4711, "eva", "production")
    done = scene.run(stage="production")
    assert (done.status, reason(done)) == (2, "usage")
    assert scene.state.current(MODEL, "production") is None


def test_reviewers_are_those_of_the_environment_that_the_policy_names(tmp_path: Path, github: FakeGitHub) -> None:
    stages = (
        "{stages: [{name: staging}, {name: production, approve: environment, environment: prod-eu}], accept: [pass]}"
    )
    scene = a_scene(tmp_path, github, stages)
    merged(scene)
    scene.run()
    github.runs.approve(4711, "otto", "production")
    assert reason(scene.run(stage="production", version="v1.0.0")) == "approval-missing"
    github.runs.approve(4711, "eva", "prod-eu")
    assert reason(scene.run(stage="production", version="v1.0.0")) == "promoted"
    assert written(scene, "production").approved_by == ("eva",)


def test_whoever_pushed_is_no_second_person_though_another_ran_it_again(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, SECOND_PERSON)
    commit = scene.push(TRAIN)
    judged = scene.judged(commit, commit).but(pull_request=None)
    github.runs.add_artifact(4711, f"mlgate-{MODEL}", judged.archive())
    scene.run(env={"GITHUB_ACTOR": "mallory", "GITHUB_TRIGGERING_ACTOR": "zoe", "GITHUB_RUN_ATTEMPT": "2"})
    entry = scene.state.version(MODEL, "v1.0.0")
    assert entry is not None
    record = entry.record()
    assert (record.actor, record.involved) == ("zoe", ("mallory",))
    for who, expected in (("mallory", "approval-missing"), ("zoe", "approval-missing"), ("eva", "promoted")):
        assert reason(scene.run(stage="production", env={"GITHUB_ACTOR": who})) == expected


def test_whoever_pushed_by_another_s_token_is_involved(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, SECOND_PERSON)
    merged(scene)
    place = scene.clone("runner")
    world = scene.world(place.root, {})
    event = scene.folder / "event.json"
    event.write_text(json.dumps({**json.loads(event.read_text()), "pusher": {"name": "paul"}}))
    promote_model.run(promote_model.Inputs(github_token=TOKEN), world, sleep=scene.slept.append)
    entry = scene.state.version(MODEL, "v1.0.0")
    assert entry is not None
    assert entry.record().involved == ("paul",)
    assert reason(scene.run(stage="production", env={"GITHUB_ACTOR": "paul"})) == "approval-missing"


def test_another_configuration_of_the_same_model_is_refused(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, "{stage: production}")
    merged(scene)
    scene.run()
    entry = scene.state.version(MODEL, "v1.0.0")
    assert entry is not None
    assert entry.record().configuration == "mlgate.yml"
    scene.add_model("other", MODEL, "{stages: [staging, production]}")
    scene.place = "other"
    merged(scene, {"other/train.py": "print(77)\n"}, number=9)
    done = scene.run()
    assert (done.status, reason(done)) == (3, "model-taken")
    assert "mlgate.yml" in document(done).reasons[0].message
    assert reason(scene.run(stage="staging")) == "model-taken"
    assert scene.versions() == ["v1.0.0"]


def test_a_configuration_that_was_moved_goes_on(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, "{stage: production}")
    merged(scene)
    scene.run()
    files = ("mlgate.yml", "train.py", "train.csv", "holdout.csv")
    here = {f"new/{name}": (scene.work.root / name).read_text() for name in files}
    scene.place = "new"
    merged(scene, {**dict.fromkeys(files), **here, "new/train.py": "print(8)\n"}, number=8)
    assert reason(scene.run()) == "promoted"
    assert scene.versions() == ["v1.0.0", "v1.1.0"]


def run_again(scene: Scene, commit: str, before: str) -> Result:
    """Start the run of an old push again."""
    name = f"again-{len(list(scene.folder.iterdir()))}"
    scene.work.git("push", "-q", "origin", f"{commit}:refs/heads/{name}")
    place = scene.clone(name)
    place.git("fetch", "-q", "--depth=1", "origin", commit)
    place.git("checkout", "-q", commit)
    scene.before = before
    world = scene.world(place.root, {"GITHUB_SHA": commit})
    return promote_model.run(promote_model.Inputs(github_token=TOKEN), world, sleep=scene.slept.append)


def test_the_old_push_of_a_deprecated_version_brings_it_not_back(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, "{stage: production}")
    merged(scene)
    first, before = scene.main, scene.before
    scene.run()
    merged(scene, {"train.py": "print(3)\n"}, number=8)
    scene.run()
    deprecate(scene, "v1.0.0")
    assert run_again(scene, first, before).status == 3
    assert (scene.versions(), scene.state.current(MODEL, "production")) == (["v1.0.0", "v1.1.0"], "v1.1.0")


def test_an_old_push_that_was_never_promoted_undoes_no_later_one(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, "{stage: production}")
    merged(scene)
    first, before = scene.main, scene.before
    merged(scene, {"train.py": "print(3)\n"}, number=8)
    scene.run()
    done = run_again(scene, first, before)
    assert (done.status, reason(done), done.outputs["needs-gate"]) == (3, "commit-overtaken", "false")
    assert scene.versions() == ["v1.0.0"]


def test_a_revert_that_was_pushed_directly_is_no_thing_of_the_past(tmp_path: Path, github: FakeGitHub) -> None:
    scene = a_scene(tmp_path, github, "{stage: production}")
    merged(scene)
    scene.run()
    merged(scene, {"train.py": "print('bad')\n"}, number=8)
    scene.run()
    scene.push(TRAIN)
    done = scene.run(find_only=True)
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-missing", "true")
