"""From a pull request to a rollback under a real runner, by the example workflows."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.e2e.act import project
from tests.e2e.act.project import PULL_REQUEST, REPOSITORY
from tests.e2e.act.promotion import FIND, MODEL, Host, report_of, trained
from tests.e2e.act.scene import BOT, TOKEN
from tests.fake_github.server import FakeGitHub
from tests.repository import environment
from tests.toolbox import tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.act.harness import Run
    from tests.e2e.act.promotion import Proposal, Push

GATE = "mlgate/mlgate"
PROMOTE = "mlgate/mlgate/actions/promote-model"
ROLLBACK = "mlgate/mlgate/actions/rollback-model"
LOG = "refs/heads/mlgate-registry"
MERGED = (("merge", 65), ("squash", 60), ("rebase", 55))  # each model better than the one before


@contextmanager
def hosted(folder: Path, action: Path, **more: str) -> Iterator[Host]:
    """Give a repository on a host."""
    tool("act")
    github = FakeGitHub(repository=REPOSITORY, number=PULL_REQUEST, tokens={TOKEN: BOT}, may_write={BOT})
    with github.serve():
        yield Host(folder=folder / "größe", action=action, github=github, **more)


def registry(host: Host, copy: Path, *words: str) -> Any:
    """Run `mlgate registry` in a clone, which has to succeed, and return its document."""
    command = [sys.executable, "-E", "-s", str(host.action / "scripts" / "registry.py"), *words, "--json"]
    done = subprocess.run(command, cwd=copy, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def bundle(host: Host, version: str) -> Path:
    """Fetch a version as somebody would who serves it."""
    copy = host.clone()
    registry(host, copy, "get", version, "--to", "bundle")
    return copy / "bundle"


def assert_compared(host: Host, proposal: Proposal, version: str | None) -> None:
    """Assert that the report and the one comment name the version that the model was compared with."""
    [baseline] = report_of(proposal.uploaded)["comparison"]["baselines"]
    assert (baseline["name"], baseline["version"]) == ("promoted", version)
    [comment] = host.comments(proposal.number)
    assert (f"Baseline promoted: {version}" if version else "registry-empty") in comment


def assert_promoted(
    host: Host, push: Push, judged: Path, version: str, before: str | None, *, stage: str = "production"
) -> None:
    """Assert that a push made `version` of the very bytes in the artifact `judged`, and that the stage is it."""
    expected = {
        "outcome": "pass",
        "reason": "promoted",
        "version": version,
        "previous-version": before or "",
        "stages": stage,
        "needs-gate": "false",
    }
    assert push.run.step("promote", PROMOTE).outputs.items() >= expected.items()
    assert f"{MODEL} {version} is in {stage}" in push.run.summary
    refs = host.refs()
    assert refs[f"refs/tags/{MODEL}@{version}"] == refs["refs/heads/main"] == push.commit
    fetched = bundle(host, stage)
    assert (fetched / "model.safetensors").read_bytes() == (judged / "model.safetensors").read_bytes()
    assert (fetched / "report.json").read_bytes() == (judged / "mlgate-run" / "report.json").read_bytes()
    evidence = (judged / "mlgate-run" / "evidence" / "holdout-predictions.csv.gz").read_bytes()
    assert evidence in [path.read_bytes() for path in fetched.iterdir()]


def assert_no_token(host: Host, run: Run, job: str) -> None:
    """Assert that the training command looked for the token and found none, and that nothing written holds it."""
    assert "SEARCHED, found=0" in run.step(job, GATE).log, run.log
    assert TOKEN not in run.log
    written = [path for path in host.folder.glob("runs/*/artifacts/**/*") if path.is_file()]
    assert written
    assert not [path for path in written if TOKEN.encode() in path.read_bytes()]


def threshold(folder: Path) -> int:
    """Return the model in a folder: its last byte."""
    return (folder / "model.safetensors").read_bytes()[-1]


def test_pull_requests_are_merged_in_three_ways_compared_blocked_and_rolled_back(tmp_path: Path, action: Path) -> None:
    with hosted(tmp_path, action) as host:
        pushed: dict[str | None, Push] = {}
        version: str | None = None
        for minor, (how, percent) in enumerate(MERGED):
            proposal = host.propose({"README.md": f"To be merged by {how}.\n"}, trained(percent))
            assert proposal.run.jobs == {"gate": "success"}, proposal.run.log
            assert_compared(host, proposal, version)
            assert_no_token(host, proposal.run, "gate")

            push = host.merge(proposal, how)
            assert push.run.jobs == {"find": "success", "promote": "success"}, push.run.log
            assert push.run.step("find", PROMOTE).outputs["needs-gate"] == "false"
            assert f"{MODEL}: {FIND}" in push.run.summary
            assert threshold(proposal.uploaded) == percent
            before, version = version, f"v1.{minor}.0"
            assert_promoted(host, push, proposal.uploaded, version, before)
            pushed[version] = push

        worse = host.propose(trained(70))
        assert worse.run.jobs == {"gate": "failure"}, worse.run.log
        assert worse.run.step("gate", GATE).outputs["outcome"] == "fail"
        assert_compared(host, worse, "v1.2.0")
        [comment] = host.comments(worse.number)
        assert "worse-than-margin" in comment

        assert_rolled_back(host, host.dispatch("rollback", {"reason": "latency"}), pushed["v1.1.0"])
        assert {call.method for call in host.github.exchanges if "comments" not in call.path} == {"GET"}


def assert_rolled_back(host: Host, run: Run, push: Push) -> None:
    """Assert that production is v1.1.0 again, which `push` made, and that nothing of the registry is wrong."""
    assert run.jobs == {"rollback": "success"}, run.log
    expected = {"outcome": "pass", "version": "v1.1.0", "previous-version": "v1.2.0", "stage": "production"}
    assert run.step("rollback", ROLLBACK).outputs.items() >= expected.items()
    assert f"## {MODEL}: roll production back to v1.1.0, from v1.2.0" in run.summary
    assert "latency" in run.summary
    assert threshold(bundle(host, "production")) == dict(MERGED)["squash"]
    tags = {name.removeprefix("refs/tags/"): commit for name, commit in host.refs().items() if "/tags/" in name}
    assert sorted(tags) == [
        *(f"{MODEL}#production#{number}" for number in range(1, 5)),
        *(f"{MODEL}@v1.{minor}.0" for minor in range(3)),
    ]
    assert tags[f"{MODEL}#production#4"] == tags[f"{MODEL}@v1.1.0"] == push.commit
    copy = host.clone()
    assert registry(host, copy, "verify")["findings"] == []
    [latest, *_] = registry(host, copy, "history", "--limit", "1")["events"]
    assert latest["reason"] == "latency"
    assert int(project.git(copy, "rev-list", "--count", f"origin/{LOG.rpartition('/')[2]}")) == 7


def test_a_direct_push_is_judged_in_its_own_run_then_promoted_and_attested(tmp_path: Path, action: Path) -> None:
    with hosted(tmp_path, action, promote="promote-and-attest") as host:
        push = host.push(trained(60))
        assert push.run.jobs == {"find": "success", "gate": "success", "promote": "success"}, push.run.log
        expected = {"needs-gate": "true", "reason": "verdict-missing", "version": ""}
        assert push.run.step("find", PROMOTE).outputs.items() >= expected.items()
        assert [note.level for note in push.run.annotations if "pushed directly" in note.message] == ["warning"]
        assert_no_token(host, push.run, "gate")
        assert_promoted(host, push, push.uploaded, "v1.0.0", None)
        assert host.github.comments == {}
        attested = (push.uploaded.parent / "attested" / "manifest.json").read_bytes()
        assert attested == (bundle(host, "v1.0.0") / "manifest.json").read_bytes()
        assert registry(host, host.clone(), "verify")["findings"] == []


def test_a_merge_queue_s_model_goes_to_staging_and_on_when_a_reviewer_agrees(tmp_path: Path, action: Path) -> None:
    policy = "{stages: [{name: staging}, {name: production, approve: environment}]}"
    with hosted(tmp_path, action, policy=policy) as host:
        judged, push = host.queue(8, trained(60))
        assert judged.run.jobs == {"gate": "success"}, judged.run.log
        assert push.run.jobs == {"find": "success", "promote": "success"}, push.run.log
        assert report_of(judged.uploaded)["provenance"]["commit"] == push.commit
        assert_promoted(host, push, judged.uploaded, "v1.0.0", None, stage="staging")
        assert not [call.path for call in host.github.exchanges if call.path.endswith("/pulls")]

        run = host.dispatch("promote-to-stage", {"version": "v1.0.0"}, approver="olga")
        assert run.jobs == {"promote": "success"}, run.log
        expected = {"outcome": "pass", "version": "v1.0.0", "stages": "staging,production"}
        assert run.step("promote", PROMOTE).outputs.items() >= expected.items()
        [latest] = registry(host, host.clone(), "history", "--limit", "1")["events"]
        assert (latest["stage"], latest["approved_by"]) == ("production", ["olga"])
        assert "approved by olga" in project.git(host.bare, "show", f"{LOG}:models/{MODEL}.md")
