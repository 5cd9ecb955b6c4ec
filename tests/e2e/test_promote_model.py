"""promote-model against real git with a bare remote and a local GitHub: what is promoted, and what never is."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import stat
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.fake_github.openapi import violations
from tests.fake_github.runs import DOWNLOADS
from tests.fake_github.server import FakeGitHub, Trouble
from tests.promotion_scene import TOKEN, Judged, Scene, document, reason, safetensors, unchanged

from mlgate.core.outcome import Outcome
from mlgate.shell.run_folder import RunFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRAIN: dict[str, str | bytes | None] = {"train.py": "print(2)\n"}
TWO_STAGES = "{stages: [{name: staging}, {name: production, approve: environment}]}"
SECOND_PERSON = "{stages: [{name: staging}, {name: production, approve: second-person}]}"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub().serve() as fake:
        yield fake
        if fake.flavour == "github":
            assert violations([e for e in fake.exchanges if not e.path.startswith(DOWNLOADS)]) == []


@pytest.fixture
def scene(tmp_path: Path, github: FakeGitHub) -> Scene:
    return Scene(folder=tmp_path, github=github)


def merged(scene: Scene, how: str = "merge", **pull: Any) -> Judged:
    """Judge, upload and merge one change."""
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    scene.merge(judged, how, **pull)
    return judged


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_what_was_judged_is_promoted_however_it_was_merged(scene: Scene, how: str) -> None:
    judged = scene.judge(TRAIN, {"more.txt": "x\n"})
    scene.upload(judged)
    commit = scene.merge(judged, how)
    done = scene.run()
    assert (done.status, reason(done)) == (0, "promoted"), done.error
    assert done.outputs["version"] == "v1.0.0"
    assert done.outputs["stages"] == "production"
    entry = scene.state.version("flight-delays", "v1.0.0")
    assert entry is not None
    record = entry.record()
    assert (record.commit, record.pull_request, record.actor) == (commit, 7, "mona")
    assert record.run is not None
    assert record.run.event == "pull_request"
    assert record.digests is not None
    assert record.digests.model == hashlib.sha256(judged.files["model.safetensors"]).hexdigest()
    assert {item.name for item in record.artifacts} >= {"model", "holdout-predictions", "profile", "report", "card"}


def test_the_document_names_the_report_that_it_was_made_from(scene: Scene) -> None:
    judged = merged(scene)
    written = document(scene.run())
    digest = hashlib.sha256(json_of(judged)).hexdigest()
    assert (written.reads, written.report_digest) == ({"report.json": digest}, digest)
    entry = scene.state.version("flight-delays", "v1.0.0")
    assert entry is not None
    assert (written.record_digest, entry.record().report_digest) == (entry.digest, digest)


def test_large_models_go_to_a_release(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github, promote="{stage: production, store: release}")
    judged = merged(scene)
    assert reason(scene.run()) == "promoted"
    [release] = github.releases.releases.values()
    assert (release["tag_name"], release["draft"]) == ("flight-delays@v1.0.0", False)
    assert judged.files["model.safetensors"] in github.releases.data.values()
    entry = scene.state.version("flight-delays", "v1.0.0")
    assert entry is not None
    stores = {item.name: item.store for item in entry.record().artifacts}
    assert (stores["model"], stores["holdout-predictions"], stores["profile"]) == ("release", "branch", "branch")


def test_a_release_that_was_not_published_is_by_the_second_run(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github, promote="{stage: production, store: release}")
    merged(scene)
    refuse = Trouble(status=403, method="PATCH", message="Resource not accessible by integration")
    github.trouble.append(refuse)
    done = scene.run()
    assert (done.status, reason(done)) == (5, "store-failed")
    assert scene.versions() == ["v1.0.0"]
    assert reason(scene.run()) == "already-promoted"
    [release] = github.releases.releases.values()
    assert (release["tag_name"], release["draft"]) == ("flight-delays@v1.0.0", False)


def test_a_host_that_refuses_the_push_is_told_and_nothing_is_written(scene: Scene) -> None:
    merged(scene)
    hook = scene.remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n")
    hook.chmod(0o755)
    done = scene.run()
    assert (done.status, reason(done)) == (5, "registry-refused")
    assert "flight-delays@" not in scene.work.git("ls-remote", "origin")
    hook.unlink()
    assert reason(scene.run()) == "promoted"


def test_a_key_signs_the_record(scene: Scene, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "mlgate", "-f", str(key)], check=True)
    merged(scene)
    assert reason(scene.run(signing_key=key.read_text())) == "promoted"
    entry = scene.state.version("flight-delays", "v1.0.0")
    assert entry is not None
    assert entry.record().signer
    commit = subprocess.run(
        ["git", "cat-file", "commit", "mlgate-registry"], cwd=scene.remote, capture_output=True, text=True, check=True
    )
    assert "BEGIN SSH SIGNATURE" in commit.stdout


def test_the_bytes_on_the_branch_are_those_that_were_judged(scene: Scene) -> None:
    judged = merged(scene)
    scene.run()
    digest = hashlib.sha256(judged.files["model.safetensors"]).hexdigest()
    kept = subprocess.run(
        ["git", "show", f"mlgate-registry:blobs/sha256/{digest[:2]}/{digest}"],
        cwd=scene.remote,
        capture_output=True,
        check=True,
    )
    assert kept.stdout == judged.files["model.safetensors"]
    assert scene.work.git("ls-remote", "--tags", "origin", "flight-delays@v1.0.0")


def test_unrelated_files_may_move_meanwhile(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    scene.push({"README.md": "news\n"})
    scene.merge(judged)
    assert reason(scene.run()) == "promoted"


def test_inputs_that_moved_meanwhile_make_the_verdict_stale(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    scene.push({"train.csv": "id,x,y\n1,2,0\n"})
    scene.merge(judged)
    done = scene.run()
    assert (done.status, reason(done), done.outputs["needs-gate"]) == (3, "verdict-stale", "true")
    assert scene.versions() == []


def test_a_direct_push_has_no_verdict_and_needs_the_gate(scene: Scene) -> None:
    scene.push(TRAIN)
    done = scene.run(find_only=True)
    assert (done.status, reason(done), done.outputs["needs-gate"]) == (0, "verdict-missing", "true")
    assert sum(scene.slept) == 30.0
    assert "pushed directly" in done.summary


def test_the_gate_of_the_same_run_is_believed(scene: Scene) -> None:
    commit = scene.push(TRAIN)
    judged = scene.judged(commit, commit).but(pull_request=None)
    scene.github.runs.add_artifact(4711, "mlgate-flight-delays", judged.archive())
    done = scene.run()
    assert reason(done) == "promoted"
    assert scene.slept == []
    entry = scene.state.version("flight-delays", "v1.0.0")
    assert entry is not None
    run = entry.record().run
    assert run is not None
    assert (run.id, run.event) == (4711, "push")


def test_a_report_of_another_commit_beside_this_run_is_not(scene: Scene) -> None:
    old = scene.judged(scene.main, scene.main)
    scene.push(TRAIN)
    scene.github.runs.add_artifact(4711, "mlgate-flight-delays", old.archive())
    assert reason(scene.run()) == "verdict-missing"


def test_the_merge_queue_s_run_counts(scene: Scene) -> None:
    commit = scene.push(TRAIN)
    branch = "gh-readonly-queue/main/pr-7-x"
    scene.upload(scene.judged(commit, commit), head=commit, event="merge_group", branch=branch)
    assert reason(scene.run()) == "promoted"
    assert scene.slept == []


def test_hosts_index_late(scene: Scene) -> None:
    merged(scene)
    scene.github.runs.late = 3
    assert reason(scene.run()) == "promoted"
    assert scene.slept == [1.0, 2.0, 4.0]


def test_an_api_that_fails_for_a_moment_is_asked_again(scene: Scene) -> None:
    merged(scene)
    scene.github.trouble.append(Trouble(status=502, times=2))
    assert reason(scene.run()) == "promoted"


def test_an_expired_artifact_is_told(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    run = scene.github.runs.add_run(judged.head)
    scene.github.runs.add_artifact(run, "mlgate-flight-delays", b"", expired=True)
    scene.merge(judged)
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-expired", "true")


def test_an_artifact_that_expires_between_two_calls_is_told(scene: Scene, github: FakeGitHub) -> None:
    judged = scene.judge(TRAIN)
    artifact = scene.upload(judged)
    scene.merge(judged)

    def drop(_method: str, path: str) -> None:
        if path.endswith("/zip"):
            github.runs.artifacts[artifact]["expired"] = True

    github.gate = drop
    assert reason(scene.run()) == "verdict-expired"


@pytest.mark.parametrize("fork", ["mallory/flights", None])
def test_a_fork_s_verdict_is_not_trusted(scene: Scene, fork: str | None) -> None:
    merged(scene, **({"fork": fork} if fork else {"fork": "somebody/gone"}))
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-untrusted", "true")


def test_a_fork_s_run_at_the_same_commit_is_not_trusted(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged, repository="mallory/flights")
    scene.merge(judged)
    assert reason(scene.run()) == "verdict-untrusted"


@pytest.mark.parametrize("path", [".github/workflows/mlgate.yml", ".gitea/workflows/x.yml"])
@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_a_pull_request_that_edits_workflows_is_not_trusted(scene: Scene, path: str, how: str) -> None:
    judged = scene.judge(TRAIN, {path: "on: push\n"})
    scene.upload(judged)
    scene.merge(judged, how)
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-untrusted", "true")


def test_without_the_tip_before_the_push_nobody_knows_whether_workflows_were_edited(scene: Scene) -> None:
    merged(scene)
    scene.before = "0" * 40
    assert reason(scene.run()) == "verdict-untrusted"


def test_the_run_of_another_workflow_does_not_count(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged, workflow="lint.yml")
    scene.merge(judged)
    assert reason(scene.run()) == "verdict-missing"


def test_a_run_that_failed_does_not_count_and_is_named(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged, conclusion="failure")
    scene.merge(judged)
    done = scene.run()
    assert reason(done) == "verdict-missing"
    assert "failure" in document(done).reasons[0].message


def test_the_newest_run_counts(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged.but(outcome=Outcome.FAIL, blocks=True), conclusion="failure")
    scene.upload(judged)
    scene.github.runs.add_run(judged.head, conclusion="skipped")
    scene.merge(judged)
    assert reason(scene.run()) == "promoted"


@pytest.mark.parametrize(
    "newest", [{"conclusion": "failure"}, {"conclusion": "cancelled"}, {"conclusion": None, "status": "in_progress"}]
)
def test_an_older_success_makes_up_for_no_newer_failure(scene: Scene, newest: dict[str, Any]) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    scene.upload(judged.but(outcome=Outcome.FAIL, blocks=True), **newest)
    scene.merge(judged)
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-missing", "true")


def forged(scene: Scene, judged: Judged, **run: Any) -> Judged:
    """Let a workflow of somebody's own have uploaded another model at the same head, with a report that names 7."""
    other = scene.judged(judged.commit, judged.head, seed=666, number=7)
    scene.upload(other, **run)
    return other


@pytest.mark.parametrize("other", [{}, {"state": "open", "merged_at": None, "closed_at": None}, {"head": "f" * 40}])
def test_a_run_that_may_have_served_another_base_is_not_trusted(scene: Scene, other: dict[str, Any]) -> None:
    """Its workflow is that of the base, a branch that nobody reviews; the report says what it likes."""
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    forged(scene, judged)
    scene.github.runs.add_other_pull(8, **{"head": judged.head, "base": "evil-base", **other})
    scene.merge(judged)
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-untrusted", "true")
    assert "pull request 8" in document(done).reasons[0].message
    assert "evil-base" in document(done).reasons[0].message
    assert scene.versions() == []


@pytest.mark.parametrize("event", ["base_ref_changed", "automatic_base_change_succeeded"])
@pytest.mark.parametrize("number", [7, 8])
def test_a_pull_request_that_had_another_base_is_not_trusted(scene: Scene, number: int, event: str) -> None:
    judged = merged(scene)
    scene.github.runs.add_other_pull(8, judged.head, merged_at=None)
    scene.github.runs.events[number] = ["labeled", event]
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-untrusted", "true")
    assert f"pull request {number}" in document(done).reasons[0].message


def test_the_run_of_another_branch_at_the_same_commit_is_passed_over(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    forged(scene, judged, branch="change-too")
    scene.github.runs.add_other_pull(8, judged.head, base="evil-base", branch="change-too")
    scene.merge(judged)
    assert reason(scene.run()) == "promoted"
    entry = scene.state.version("flight-delays", "v1.0.0")
    assert entry is not None
    digests = entry.record().digests
    assert digests is not None
    assert digests.model == hashlib.sha256(judged.files["model.safetensors"]).hexdigest()


@pytest.mark.parametrize(("branch", "expected"), [("change", "verdict-untrusted"), ("change-too", "promoted")])
def test_what_the_host_shows_with_a_run_must_fit(scene: Scene, branch: str, expected: str) -> None:
    """It shows every open pull request at the commit, also those of other branches, which have runs of their own."""
    judged = scene.judge(TRAIN)
    repository = {"id": 1, "url": "https://x", "name": "flights"}
    shown = {
        "id": 1,
        "number": 8,
        "url": "https://x",
        "head": {"ref": branch, "sha": judged.head, "repo": repository},
        "base": {"ref": "evil-base", "sha": "0" * 40, "repo": repository},
    }
    scene.upload(judged, pull_requests=[shown])
    scene.merge(judged)
    assert reason(scene.run()) == expected


def test_pull_requests_that_were_closed_long_before_disturb_nobody(scene: Scene) -> None:
    """A branch such as `develop` is merged in several directions, again and again."""
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    for number in range(100, 120):
        scene.github.runs.add_other_pull(number, "e" * 40, base="staging", closed_at="2026-11-20T09:00:00Z")
    scene.merge(judged)
    assert reason(scene.run()) == "promoted"
    assert len([call for call in scene.github.calls() if call.endswith("/events")]) == 1


def test_a_closed_pull_request_with_the_same_head_can_still_start_a_run(scene: Scene) -> None:
    judged = merged(scene)
    scene.github.runs.add_other_pull(8, judged.head, base="evil-base", closed_at="2026-11-01T09:00:00Z")
    assert reason(scene.run()) == "verdict-untrusted"


def test_a_run_from_before_the_pull_request_is_not_trusted(scene: Scene) -> None:
    """It is that of another one, which may have come from the branch under a name that it has no more."""
    merged(scene, created_at="2026-11-24T09:30:00Z")
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-untrusted", "true")
    assert "older" in document(done).reasons[0].message


def test_more_pull_requests_than_can_be_looked_at_are_not_trusted(scene: Scene) -> None:
    judged = merged(scene)
    for number in range(100, 120):
        scene.github.runs.add_other_pull(number, judged.head)
    done = scene.run()
    assert reason(done) == "verdict-untrusted"
    assert len(scene.github.calls()) < 15


def test_where_the_bases_cannot_be_read_the_run_is_not_trusted(scene: Scene) -> None:
    merged(scene)

    def refuse(_method: str, path: str) -> None:
        if path.endswith("/events"):
            scene.github.trouble.append(Trouble(status=403, message="Resource not accessible by integration"))

    scene.github.gate = refuse
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-untrusted", "true")
    assert "pull-requests: read" in document(done).reasons[0].message


def test_a_run_from_a_repository_that_is_gone_is_a_fork_s(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged, head_repository=None)
    scene.merge(judged)
    assert reason(scene.run()) == "verdict-untrusted"
    scene.github.exchanges.clear()  # GitHub's description does not know that it answers so


def test_the_queue_of_another_branch_does_not_count(scene: Scene) -> None:
    commit = scene.push(TRAIN)
    judged = scene.judged(commit, commit)
    scene.upload(judged, head=commit, event="merge_group", branch="gh-readonly-queue/evil-base/pr-8-x")
    assert reason(scene.run()) == "verdict-missing"


def test_a_name_that_is_none_is_never_repeated(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    evil = "x\n::error::pwn **[a](http://evil)** @octo/team \x1b[31m"
    scene.upload(judged.but(model=evil), key="flight-delays")
    scene.merge(judged)
    done = scene.run()
    assert reason(done) == "verdict-missing"
    for said in (done.text, done.summary, str(done.annotations), str(document(done))):
        assert "pwn" not in said


def test_a_pull_request_to_another_branch_does_not_count(scene: Scene) -> None:
    merged(scene, base="develop")
    assert reason(scene.run()) == "verdict-missing"


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": Outcome.FAIL, "blocks": True},
        {"outcome": Outcome.INCONCLUSIVE},
        {"outcome": Outcome.PASS, "blocks": True},
    ],
)
def test_an_outcome_that_is_not_accepted_is_refused(scene: Scene, change: dict[str, Any]) -> None:
    judged = scene.judge(TRAIN).but(**change)
    scene.upload(judged)
    scene.merge(judged)
    done = scene.run(find_only=True)
    assert (done.status, reason(done), done.outputs["needs-gate"]) == (3, "verdict-not-accepted", "false")


def test_a_dirty_tree_is_refused(scene: Scene) -> None:
    judged = scene.judge(TRAIN).bound(dirty=True)
    scene.upload(judged)
    scene.merge(judged)
    assert reason(scene.run()) == "verdict-not-accepted"


def test_an_artifact_that_names_another_pull_request_is_not_trusted(scene: Scene) -> None:
    judged = scene.judge(TRAIN).but(pull_request=8)
    scene.upload(judged)
    scene.merge(judged)
    assert reason(scene.run()) == "verdict-untrusted"


@pytest.mark.parametrize("name", ["model.safetensors", "predictions.csv", "mlgate-run/evidence/profile.json"])
@pytest.mark.parametrize("absent", [False, True])
def test_bytes_that_are_not_those_that_were_judged_are_refused(scene: Scene, name: str, absent: bool) -> None:
    judged = scene.judge(TRAIN)
    data = judged.files.pop(name)
    if not absent:
        judged.files[name] = data[:-1] + b"!"
    scene.upload(judged)
    scene.merge(judged)
    done = scene.run()
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-stale", "true")
    assert scene.versions() == []


def test_a_report_that_names_no_model_is_refused(scene: Scene) -> None:
    judged = scene.judge(TRAIN).bound(model_digest=None)
    scene.upload(judged)
    scene.merge(judged)
    assert reason(scene.run()) == "verdict-stale"


def test_a_digest_that_is_a_path_becomes_no_file(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    assert judged.report.training is not None
    model = dataclasses.replace(judged.report.training.artifacts[0], digest="../../../planted")
    training = dataclasses.replace(judged.report.training, artifacts=(model, judged.report.training.artifacts[1]))
    scene.upload(judged.but(training=training).bound(model_digest="../../../planted"))
    scene.merge(judged)
    assert reason(scene.run()) == "verdict-stale"
    assert not list(scene.folder.rglob("planted"))


def hostile(kind: str, judged: Judged) -> bytes:
    held = io.BytesIO(judged.archive())
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as file:
        if kind == "slip":
            file.writestr("../../../planted", b"x")
        elif kind == "absolute":
            file.writestr("/planted", b"x")
        elif kind == "backslash":
            file.writestr("..\\planted", b"x")
        elif kind == "link":
            link = zipfile.ZipInfo("mlgate-run/link")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(link, "/etc/passwd")
        elif kind == "many":
            for number in range(10_001):
                file.writestr(f"{number}", b"")
        elif kind == "bomb":
            file.writestr("more/report.json", b"\0" * (65 * 2**20))
        elif kind == "two reports":
            file.writestr("other/report.json", judged.archive()[:0] + json_of(judged))
    return b"no archive" if kind == "none" else held.getvalue()


def json_of(judged: Judged) -> bytes:
    with zipfile.ZipFile(io.BytesIO(judged.archive())) as file:
        return file.read("mlgate-run/report.json")


@pytest.mark.parametrize("kind", ["slip", "absolute", "backslash", "link", "many", "bomb", "two reports", "none"])
def test_an_archive_that_no_upload_makes_is_not_trusted(scene: Scene, kind: str) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged, data=hostile(kind, judged))
    scene.merge(judged)
    assert reason(scene.run()) == "verdict-untrusted"
    assert not list(scene.folder.rglob("planted"))


def test_a_download_that_was_altered_on_its_way_is_an_error(scene: Scene) -> None:
    merged(scene)
    scene.github.runs.lying = True
    done = scene.run()
    assert done.status == 5
    assert done.error is not None
    assert "sha256" in done.error.message


def test_the_token_does_not_reach_the_host_of_the_archives(scene: Scene, github: FakeGitHub) -> None:
    with FakeGitHub().serve() as elsewhere:
        elsewhere.runs = github.runs
        github.runs.download_host = elsewhere.url
        merged(scene)
        assert reason(scene.run()) == "promoted"
        [asked] = elsewhere.exchanges
        assert "authorization" not in asked.headers


@pytest.mark.parametrize("where", ["http://x:port", "http://[x", "ftp://elsewhere.example", "file:///etc/passwd#"])
def test_a_download_from_nowhere_is_an_error(scene: Scene, github: FakeGitHub, where: str) -> None:
    merged(scene)
    github.runs.download_host = where
    done = scene.run()
    assert (done.status, reason(done)) == (5, "step-failed")


def test_the_second_run_writes_nothing(scene: Scene) -> None:
    merged(scene)
    scene.run()
    before = scene.state.sequence
    done = scene.run()
    assert (done.status, reason(done), done.outputs["version"]) == (0, "already-promoted", "v1.0.0")
    assert scene.state.sequence == before


def test_a_model_that_is_refused_writes_nothing(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    data = b"\x80\x04K\x01."
    assert judged.report.training is not None
    digest = hashlib.sha256(data).hexdigest()
    model = dataclasses.replace(judged.report.training.artifacts[0], digest=digest, size=len(data))
    training = dataclasses.replace(judged.report.training, artifacts=(model, judged.report.training.artifacts[1]))
    judged = judged.but(training=training).bound(model_digest=digest)
    judged.files["model.safetensors"] = data
    scene.upload(judged)
    scene.merge(judged)
    done = scene.run()
    assert reason(done) == "model-refused"
    assert scene.versions() == []
    assert done.outputs["outcome"] == "fail"


def test_a_better_model_follows_and_the_stage_moves(scene: Scene) -> None:
    merged(scene)
    scene.run()
    judged = scene.judge({"train.py": "print(3)\n"}, number=8)
    scene.upload(judged)
    scene.merge(judged)
    done = scene.run()
    assert (done.outputs["version"], done.outputs["previous-version"]) == ("v1.1.0", "v1.0.0")
    assert scene.state.current("flight-delays", "production") == "v1.1.0"


@pytest.mark.parametrize(
    ("changes", "version"),
    [
        ({"train.csv": "id,x,y\n1,9,1\n"}, "v1.0.1"),
        ({"train.csv": "id,x,y\n1,9,1\n", "train.py": "print(9)\n"}, "v1.1.0"),
        ({"train.csv": "id,x,y\n1,9,1\n", "requirements.txt": "numpy\n"}, "v1.1.0"),
    ],
)
def test_the_number_says_what_changed(
    tmp_path: Path, github: FakeGitHub, changes: dict[str, str | bytes | None], version: str
) -> None:
    scene = Scene(folder=tmp_path, github=github, promote="{stage: production, bump: auto}")
    merged(scene)
    scene.run()
    judged = scene.judge(changes, number=8)
    judged = judged.bound(data_digests={"train": "e" * 64, "holdout": "6" * 64})
    scene.upload(judged)
    scene.push({"README.md": "x\n"})
    scene.merge(judged)
    assert scene.run().outputs["version"] == version


def test_running_an_old_push_again_moves_no_stage_back(scene: Scene) -> None:
    judged = merged(scene)
    first, before = scene.main, scene.before
    scene.run(clone="old")
    later = scene.judge({"train.py": "print(3)\n"}, number=8)
    scene.upload(later)
    scene.merge(later)
    scene.run()
    scene.before = before
    done = scene.run(clone="old", env={"GITHUB_SHA": first})
    assert (reason(done), done.outputs["version"]) == ("already-promoted", "v1.0.0")
    assert scene.state.current("flight-delays", "production") == "v1.1.0"
    assert judged.number == 7


def test_a_revert_brings_the_old_version_back_under_its_number(scene: Scene) -> None:
    merged(scene)
    scene.run()
    later = scene.judge({"train.py": "print(3)\n"}, number=8)
    scene.upload(later)
    scene.merge(later)
    scene.run()
    entry = scene.state.version("flight-delays", "v1.0.0")
    assert entry is not None
    back = scene.judge(TRAIN, number=9)
    old = entry.record().digests
    assert old is not None
    assert old.inputs == back.report.provenance.inputs_digest
    same = scene.judged(back.commit, back.head, seed=2, number=9)
    assert same.report.provenance.model_digest == old.model
    scene.upload(same)
    scene.merge(same)
    done = scene.run()
    assert (reason(done), done.outputs["version"]) == ("promoted", "v1.0.0")
    assert scene.versions() == ["v1.0.0", "v1.1.0"]
    assert scene.state.current("flight-delays", "production") == "v1.0.0"


def test_a_pull_request_that_changes_no_input_promotes_nothing(scene: Scene) -> None:
    merged(scene)
    scene.run()
    docs = unchanged(scene.judge({"README.md": "x\n"}, number=8))
    scene.upload(docs)
    scene.merge(docs)
    done = scene.run()
    assert (done.status, reason(done)) == (0, "inputs-unchanged")


def test_a_direct_push_of_something_else_needs_no_gate(scene: Scene) -> None:
    merged(scene)
    scene.run()
    scene.push({"README.md": "x\n"})
    done = scene.run(find_only=True)
    assert (done.status, reason(done), done.outputs["needs-gate"]) == (0, "already-promoted", "false")


def test_find_only_writes_nothing(scene: Scene) -> None:
    merged(scene)
    done = scene.run(find_only=True)
    assert (done.status, reason(done), done.outputs["needs-gate"]) == (0, "promoted", "false")
    assert "flight-delays: can be promoted" in done.summary
    assert "nothing was written" in done.summary
    assert scene.versions() == []


def test_two_models_in_one_repository_have_their_own_verdicts(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github, model="delays", place="delays")
    scene.add_model("prices", "prices", "{stage: production}")
    judged = scene.judge({"delays/train.py": "print(2)\n"})
    scene.upload(judged, key="d")
    scene.merge(judged)
    assert reason(scene.run(report_key="d")) == "promoted"
    scene.place, scene.model = "prices", "prices"
    assert reason(scene.run(report_key="d")) == "verdict-missing"
    assert scene.versions() == []
    scene.model = "delays"
    assert scene.versions() == ["v1.0.0"]


def test_stages_wait_for_whoever_must_agree(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github, promote=TWO_STAGES)
    merged(scene)
    done = scene.run()
    assert (reason(done), done.outputs["stages"]) == ("promoted", "staging")
    assert document(done).pending_stages == {"production": "a reviewer of the environment"}
    refused = scene.run(stage="production", version="v1.0.0")
    assert (refused.status, reason(refused)) == (3, "approval-missing")
    github.runs.approve(4711, "eva", "staging")
    assert reason(scene.run(stage="production", version="v1.0.0")) == "approval-missing"
    github.runs.approve(4711, "eva", "production")
    agreed = scene.run(stage="production", version="v1.0.0")
    assert (agreed.status, reason(agreed), agreed.outputs["version"]) == (0, "promoted", "v1.0.0")
    [entry] = scene.state.stage_history("flight-delays", "production")
    assert entry.record().approved_by == ("eva",)
    assert reason(scene.run(stage="production", version="v1.0.0")) == "already-promoted"


def test_a_rejected_run_is_not_approved(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github, promote=TWO_STAGES)
    merged(scene)
    scene.run()
    github.runs.approve(4711, "eva", "production")
    github.runs.approve(4711, "otto", "production", state="rejected")
    assert reason(scene.run(stage="production", version="v1.0.0")) == "approval-missing"


@pytest.mark.parametrize(
    ("who", "expected"), [("mona", "approval-missing"), ("eva", "promoted"), ("robot[bot]", "approval-missing")]
)
def test_a_second_person_is_neither_author_nor_promoter(
    tmp_path: Path, github: FakeGitHub, who: str, expected: str
) -> None:
    scene = Scene(folder=tmp_path, github=github, promote=SECOND_PERSON)
    merged(scene, author="mona")
    scene.run(env={"GITHUB_ACTOR": "otto"})
    assert reason(scene.run(stage="production", env={"GITHUB_ACTOR": "otto"})) == "approval-missing"
    done = scene.run(stage="production", env={"GITHUB_ACTOR": "otto", "GITHUB_TRIGGERING_ACTOR": who})
    assert reason(done) == expected


@pytest.mark.parametrize(("data", "expected"), [(None, "blob-missing"), (b"other", "blob-altered")])
def test_no_stage_is_pointed_to_a_version_whose_bytes_are_gone(
    tmp_path: Path, github: FakeGitHub, data: bytes | None, expected: str
) -> None:
    stages = "{name: staging}, {name: production, approve: second-person}"
    promote = f"{{stages: [{stages}], store: {{folder: {tmp_path / 'shared'}}}}}"
    scene = Scene(folder=tmp_path, github=github, promote=promote)
    judged = merged(scene, author="mona")
    scene.run(env={"GITHUB_ACTOR": "otto"})
    digest = hashlib.sha256(judged.files["model.safetensors"]).hexdigest()
    path = tmp_path / "shared" / "sha256" / digest[:2] / digest
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    done = scene.run(stage="production", env={"GITHUB_ACTOR": "grace"})
    assert (done.status, reason(done)) == (5, expected)
    assert scene.state.current("flight-delays", "production") is None


def test_the_order_of_stages_is_kept(tmp_path: Path, github: FakeGitHub) -> None:
    stages = "{stages: [{name: staging, approve: environment}, {name: production}]}"
    scene = Scene(folder=tmp_path, github=github, promote=stages)
    merged(scene)
    assert scene.run().outputs["stages"] == ""
    done = scene.run(stage="production", version="v1.0.0")
    assert (done.status, reason(done)) == (3, "stage-order")


@pytest.mark.parametrize(
    "options", [{"stage": "produktion"}, {"stage": "production", "version": "v9.0.0"}, {"stage": "production"}]
)
def test_what_the_registry_has_not_is_told(scene: Scene, options: dict[str, Any]) -> None:
    done = scene.run(**options)
    assert (done.status, reason(done)) == (2, "version-unknown")


def local(scene: Scene, judged: Judged, name: str = "laptop") -> Path:
    """Lay a run folder out as a laptop has it."""
    place = scene.clone(name, depth=None).root
    folder = RunFolder(place / "mlgate-run")
    folder.write(judged.report)
    for path, data in judged.files.items():
        (place / path).parent.mkdir(exist_ok=True)
        (place / path).write_bytes(data)
    return place


def test_a_laptop_promotes_its_own_verdict_and_says_so(scene: Scene) -> None:
    commit = scene.push(TRAIN)
    local(scene, scene.judged(commit, commit))
    done = scene.run(clone="laptop", env={"GITHUB_ACTIONS": "", "GITHUB_ACTOR": ""}, github_token=None)
    assert (reason(done), document(done).origin) == ("promoted", "local")
    entry = scene.state.version("flight-delays", "v1.0.0")
    assert entry is not None
    assert entry.record().origin == "local"


def test_a_laptop_s_verdict_is_refused_where_only_the_workflow_s_counts(tmp_path: Path, github: FakeGitHub) -> None:
    scene = Scene(folder=tmp_path, github=github, promote="{stage: production, origin: ci}")
    commit = scene.push(TRAIN)
    local(scene, scene.judged(commit, commit))
    done = scene.run(clone="laptop", local=True)
    assert (done.status, reason(done)) == (3, "origin-refused")


def test_altered_bytes_on_a_laptop_are_refused(scene: Scene) -> None:
    commit = scene.push(TRAIN)
    place = local(scene, scene.judged(commit, commit))
    (place / "model.safetensors").write_bytes(safetensors(99.0))
    done = scene.run(clone="laptop", local=True)
    assert (reason(done), done.outputs["needs-gate"]) == ("verdict-stale", "false")


def test_a_laptop_without_a_report_is_told_what_to_run(scene: Scene) -> None:
    done = scene.run(local=True)
    assert (done.status, reason(done)) == (2, "report-missing")


def test_without_a_token_the_forge_cannot_be_asked(scene: Scene) -> None:
    merged(scene)
    done = scene.run(github_token=None)
    assert done.status == 2
    assert done.error is not None
    assert "github-token" in done.error.remedy


def test_a_token_that_may_not_read_runs_is_told_which_permission(scene: Scene, github: FakeGitHub) -> None:
    merged(scene)
    github.trouble.append(Trouble(status=403, message="Resource not accessible by integration"))
    done = scene.run()
    assert done.status == 5
    assert done.error is not None
    assert "actions: read" in done.error.remedy


def test_another_branch_is_promoted_only_when_it_is_named(scene: Scene) -> None:
    judged = scene.judge(TRAIN)
    scene.upload(judged)
    scene.merge(judged, base="release/1.x")
    env = {"GITHUB_REF": "refs/heads/release/1.x"}
    refused = scene.run(env=env)
    assert (refused.status, reason(refused)) == (2, "usage")
    assert reason(scene.run(env=env, branch="release/1.x")) == "promoted"


def test_another_commit_than_the_pushed_one_is_refused(scene: Scene) -> None:
    merged(scene)
    assert scene.run(env={"GITHUB_SHA": "a" * 40}).status == 2


@pytest.mark.parametrize("promote", ["", "{stage: x, wrong: 1}"])
def test_the_pushed_configuration_decides(tmp_path: Path, github: FakeGitHub, promote: str) -> None:
    scene = Scene(folder=tmp_path, github=github, promote=promote or "{}")
    if not promote:
        text = (scene.work.root / "mlgate.yml").read_text().replace("promote: {}\n", "")
        scene.push({"mlgate.yml": text})
        assert reason(scene.run()) == "verdict-missing"  # the one before the push still counts
        scene.push({"README.md": "x\n"})
    done = scene.run()
    assert (done.status, reason(done)) == (2, "config-invalid")


def test_gitea_is_asked_in_its_own_way(tmp_path: Path) -> None:
    with FakeGitHub(flavour="gitea").serve() as gitea:
        scene = Scene(folder=tmp_path, github=gitea, promote=TWO_STAGES)
        merged(scene)
        env = {"GITHUB_API_URL": f"{gitea.url}/api/v1"}
        assert reason(scene.run(env=env)) == "promoted"
        done = scene.run(env=env, stage="production", version="v1.0.0")
        assert reason(done) == "approval-missing"
        assert "second-person" in document(done).reasons[0].message


@pytest.mark.parametrize("before", [0, 70])
def test_gitea_tells_the_change_of_a_base_in_its_own_way(tmp_path: Path, before: int) -> None:
    with FakeGitHub(flavour="gitea").serve() as gitea:
        scene = Scene(folder=tmp_path, github=gitea)
        merged(scene)
        gitea.runs.events[7] = ["comment"] * before + ["base_ref_changed"]
        done = scene.run(env={"GITHUB_API_URL": f"{gitea.url}/api/v1"})
        assert (reason(done), done.outputs["needs-gate"]) == ("verdict-untrusted", "true")


def test_gitea_names_a_run_s_pull_request(tmp_path: Path) -> None:
    with FakeGitHub(flavour="gitea").serve() as gitea:
        scene = Scene(folder=tmp_path, github=gitea)
        judged = scene.judge(TRAIN)
        forged(scene, judged, path_ref="refs/pull/8/head")
        scene.merge(judged)
        assert reason(scene.run(env={"GITHUB_API_URL": f"{gitea.url}/api/v1"})) == "verdict-missing"


def test_as_a_program_it_writes_document_outputs_and_summary(scene: Scene) -> None:
    merged(scene)
    done = scene.program(sys.executable)
    assert done.returncode == 0, done.stderr
    assert "flight-delays v1.0.0 is in production\n" in done.stdout
    written = json.loads((scene.clone("runner").root / "mlgate-run" / "promotion.json").read_text())
    assert (written["version"], written["stages"]) == ("v1.0.0", ["production"])
    assert "## flight-delays v1.0.0" in (scene.folder / "summary").read_text()
    assert "v1.0.0" in (scene.folder / "output").read_text()
    assert TOKEN not in done.stdout + done.stderr + json.dumps(written)
