"""The baseline `promoted`, with a real bare remote: recorded predictions, a model scored again, and what is lost."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import hashlib
import importlib
import io
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003 - dataclasses name it
from typing import Any

import numpy as np
import pytest
from tests.fake_github.server import FakeGitHub
from tests.repository import Repository, environment

from mlgate import options
from mlgate.core.registry.log import plan
from mlgate.core.registry.log.record import Digests, Event, Record, StoredArtifact
from mlgate.shell.forge.client import Forge
from mlgate.shell.forge.releases import Releases
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.log.journal import open_journal
from mlgate.shell.registry.stores.release import ReleaseStore
from mlgate.shell.world import World

ROWS = 400
MODEL = "flights"
BRANCH = "refs/heads/mlgate-registry"
CONFIG = """\
version: 1
model: flights
tables:
  train: {path: train.csv, contract: contract.yml}
  holdout: {path: holdout.csv, contract: contract.yml}
key: id
label: y
train:
  model: model.txt
  predictions: predictions.csv
PREDICT
baselines: [promoted]
gate:
  on-holdout-change: warn
  rules:
    - {metric: roc_auc, against: promoted, margin: 0.05}
promote: {stages: [staging, production]}
"""
CONTRACT = """\
row:
  type: object
  properties:
    secret: {type: string, redact: true}
"""
PREDICT = """  predict: {run: '"$PYTHON" predict.py'}"""
# The score that the "model" gives: a weight on the table's own column `x`.
SCORER = """\
import csv, os
from pathlib import Path
weight = float(Path(os.environ["MLGATE_PREDICT_MODEL"]).read_text())
Path(os.environ["MARKER"]).write_text(str(sorted(name for name in os.environ if name.startswith("MLGATE_"))))
with open(os.environ["MLGATE_PREDICT_INPUT"]) as source, open(os.environ["MLGATE_PREDICT_OUTPUT"], "w") as target:
    rows = csv.DictReader(source)
    assert "y" not in rows.fieldnames, rows.fieldnames
    target.write("id,prediction,score\\n")
    for row in rows:
        score = 1 / (1 + 2.718281828 ** -(weight * float(row["x"])))
        target.write(f"{row['id']},{int(score > 0.5)},{score}\\n")
"""


def table(first: int = 0, *, noise: int = 1, flip: bool = False) -> str:
    """Return a table whose column `x` tells the label, as far as noise lets it."""
    rows = range(first, first + ROWS)
    x = np.random.default_rng(noise).normal(size=ROWS)
    labels = [int((i % 3 == 0) != flip) for i in rows]
    lines = [f"k{i},{y},{3 * y - 1 + e:.6f},s{i}\n" for i, y, e in zip(rows, labels, x, strict=True)]
    return "id,y,x,secret\n" + "".join(lines)


def predictions(holdout: str, weight: float = 1.0, seed: int | None = None) -> str:
    """Return what a model with this weight predicts; with a seed, a model that knows less."""
    rows = list(csv.DictReader(holdout.splitlines()))
    blur = np.zeros(len(rows)) if seed is None else np.random.default_rng(seed).normal(size=len(rows))
    scores = [1 / (1 + np.exp(-(weight * float(r["x"]) + b))) for r, b in zip(rows, blur, strict=True)]
    lines = [f"{r['id']},{int(s > 0.5)},{s:.9f}\n" for r, s in zip(rows, scores, strict=True)]
    return "id,prediction,score\n" + "".join(lines)


@dataclass
class Done:
    """What comparing came to."""

    status: int
    document: dict[str, Any]
    stderr: str

    @property
    def baseline(self) -> dict[str, Any]:
        return dict(self.document["baselines"][0])

    @property
    def reasons(self) -> list[str]:
        return [reason["id"] for reason in self.document["reasons"]]

    @property
    def rule(self) -> dict[str, Any]:
        return dict(self.document["rules"][0])


@dataclass
class Project:
    """A repository with a bare remote.

    Attributes:
        here: Its clone.
        remote: The bare repository.
        marker: Written by the predict command when it runs.
        env: More variables for every step.
    """

    here: Repository
    remote: Path
    marker: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, step: str, *words: str, at: Repository | None = None) -> tuple[int, str]:
        """Run a step in this process, as the program does, and return its status and what it logged."""
        module = importlib.import_module(f"mlgate.steps.{step}")
        env = environment(MARKER=str(self.marker), PYTHON=sys.executable, **self.env)
        said: list[str] = []
        world = World(env=env, cwd=(at or self.here).root, clock=time.monotonic, log=said.append)
        result = module.run(options.parse(module.Inputs, list(words), env, prog="mlgate"), world)
        return int(result.status), "\n".join(said)

    def judge(self, *words: str, at: Repository | None = None, fetch: bool = True, brought: bool = False) -> Done:
        """Take the candidate as it lies there, and compare."""
        folder = (at or self.here).root
        if fetch:
            status, stderr = self.run("fetch_base", *words, at=at)
            assert status == 0, stderr
        assert self.run("train_model", *(["--brought"] if brought else []), at=at)[0] == 0
        status, stderr = self.run("compare_models", at=at)
        return Done(status, json.loads((folder / "mlgate-run" / "comparison.json").read_text()), stderr)

    def candidate(self, weight: float = 1.0, seed: int | None = None, at: Repository | None = None) -> None:
        repository = at or self.here
        holdout = (repository.root / "holdout.csv").read_text()
        repository.write({"model.txt": f"{weight}\n", "predictions.csv": predictions(holdout, weight, seed)})

    def promote(self, done: Done, *, stages: tuple[str, ...] = ("staging", "production"), **fields: Any) -> str:
        """Register what was judged, as promote-model does, and return the version."""
        folder = self.here.root
        model = folder / fields.pop("model", "model.txt")
        evidence = {artifact["name"]: artifact for artifact in done.document["evidence"]}
        files = {"model": model} | {name: folder / "mlgate-run" / a["path"] for name, a in evidence.items()}
        kept = {name: _artifact(name, path) for name, path in files.items()} | fields.pop("kept", {})
        identity = done.document["holdout"]["identity"]
        model_digest = kept["model"].digest
        digests = Digests(inputs=model_digest, model=model_digest, holdout=identity)
        given = {
            "commit": self.here.git("rev-parse", "HEAD"),
            "digests": digests,
            "artifacts": tuple(kept.values()),
            "format": "unknown",
        }
        draft = Record(
            event=Event.REGISTER,
            sequence=0,
            model=MODEL,
            actor="ada",
            time="2026-03-03T10:15:00Z",
            **{**given, **fields},
        )
        journal = self._journal()
        blobs = {a.digest: files[name].read_bytes() for name, a in kept.items() if a.store == "branch"}
        appended = journal.append(lambda state: plan.promote(state, draft=draft, stages=stages), blobs)
        return str(appended.records[0].version)

    def keep_in_release(self, github: FakeGitHub) -> StoredArtifact:
        """Put the model into a release, and return how a record names it."""
        model = self.here.root / "model.txt"
        releases = Releases(Forge(url=github.url, token="ghs_secret-token", calls_left=99), github.repository)
        store = ReleaseStore(releases, key="k")
        artifact = dataclasses.replace(_artifact("model", model), store="release")
        store.put(artifact.digest, model)
        store.publish(f"{MODEL}@v1.0.0", title="v1.0.0", text="")
        return artifact

    def _journal(self) -> Any:
        env = environment(PATH=os.environ["PATH"])
        world = World(env=env, cwd=self.here.root, clock=lambda: 0.0, log=lambda _: None)
        git = Git.discover(self.here.root, env)
        assert git is not None
        return open_journal(git, world)

    def alter(self, digest: str, data: bytes | None) -> None:
        """Replace, or remove, a blob on the remote's branch, as whoever can write there could."""
        aside = Repository(self.remote.parent / "aside")
        self.here.git("clone", "-q", "-b", "mlgate-registry", str(self.remote), str(aside.root))
        aside.commit({f"blobs/sha256/{digest[:2]}/{digest}": data})
        aside.git("push", "-q", "origin", "HEAD")
        shutil.rmtree(aside.root)

    def clone(self, name: str, depth: int | None = None) -> Repository:
        limit = [] if depth is None else [f"--depth={depth}"]
        to = self.remote.parent / name
        self.here.git("clone", "-q", "--no-tags", "--single-branch", *limit, f"file://{self.remote}", str(to))
        return Repository(to)


def _artifact(name: str, path: Path) -> StoredArtifact:
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return StoredArtifact(name=name, file=path.name, digest=digest, size=len(data), store="branch")


def evidence_file(project: Project, done: Done, name: str) -> bytes:
    artifact = next(a for a in done.document["evidence"] if a["name"] == name)
    data: bytes = (project.here.root / "mlgate-run" / artifact["path"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == artifact["digest"]
    assert len(data) == artifact["size"]
    return data


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Repository.new(tmp_path / "project")
    remote = tmp_path / "origin.git"
    made.commit(
        {
            "mlgate.yml": CONFIG.replace("PREDICT\n", PREDICT + "\n"),
            "contract.yml": CONTRACT,
            "train.csv": table(10_000, noise=2),
            "holdout.csv": table(),
            "predict.py": SCORER,
            ".gitignore": "model.txt\npredictions.csv\nmlgate-run/\n",
        }
    )
    made.git("clone", "-q", "--bare", str(made.root), str(remote))
    made.git("remote", "add", "origin", str(remote))
    project = Project(here=made, remote=remote, marker=tmp_path / "marker")
    project.candidate()
    return project


def lost(done: Done, *words: str) -> None:
    """Assert that the baseline is missing, which fails."""
    assert done.status == 3
    assert done.rule["outcome"] == "fail"
    assert done.rule["reasons"] == ["baseline-missing"]
    assert done.baseline["reason"] == "baseline-missing"
    assert not done.baseline["available"]
    for word in words:
        assert word in done.baseline["message"], done.baseline["message"]


def test_nothing_was_promoted_yet(project: Project) -> None:
    done = project.judge()
    assert done.status == 0
    assert done.reasons == ["registry-empty"]
    assert done.rule["reasons"] == ["registry-empty"]
    assert done.document["holdout_uses"] == 0
    assert {artifact["name"] for artifact in done.document["evidence"]} == {"holdout-predictions", "profile"}


def test_a_stage_that_was_taken_back_or_renamed_leaves_no_way_past_the_baseline(project: Project) -> None:
    project.promote(project.judge(), stages=("staging",))
    unassigned = {"model": MODEL, "stage": "staging", "actor": "ada", "time": "2026-03-03T10:15:00Z", "reason": "x"}
    config = (project.here.root / "mlgate.yml").read_text()
    project.here.commit({"mlgate.yml": config.replace("[staging, production]", "[prod]")})
    lost(project.judge(), "registry assign v1.0.0 --stage prod", "staging to v1.0.0")
    project.here.commit({"mlgate.yml": config})
    assert project.judge().status == 0
    project._journal().append(lambda state: plan.unassign(state, **unassigned), {})
    lost(project.judge(), "no stage of the configuration (staging, production) points to one")


def test_a_branch_that_was_deleted_is_no_empty_registry(project: Project) -> None:
    project.promote(project.judge())
    Repository(project.remote).git("update-ref", "-d", BRANCH)
    clone = project.clone("fresh", 1)
    project.candidate(1.1, at=clone)
    lost(project.judge(at=clone), "somebody has deleted the branch")


def test_a_pull_request_that_renames_the_model_is_compared_with_the_old_ones_baseline(project: Project) -> None:
    project.promote(project.judge())
    base = project.here.git("rev-parse", "HEAD")
    config = (project.here.root / "mlgate.yml").read_text()
    project.here.commit({"mlgate.yml": config.replace("model: flights", "model: trains")})
    project.candidate(0.01, seed=3)
    done = project.judge("--base", base)
    assert done.baseline["version"] == "v1.0.0"
    assert done.rule["outcome"] == "fail"
    assert "registry-empty" not in done.reasons
    # Once it is merged, it is another model.
    done = project.judge()
    assert done.reasons == ["registry-empty"]
    assert "The registry knows flights" in done.baseline["message"]


def test_an_equal_holdout_is_compared_by_recorded_predictions_and_nothing_runs(project: Project) -> None:
    version = project.promote(project.judge())
    project.candidate(1.1, seed=7)
    done = project.judge()
    assert version == "v1.0.0"
    assert not project.marker.exists()
    assert done.status == 0, done.rule
    assert done.baseline["version"] == version
    assert done.baseline["available"]
    assert done.rule["outcome"] == "pass"
    assert done.rule["interval"] is not None
    assert done.rule["n"] == ROWS
    assert done.document["holdout_uses"] == 1


def test_recorded_predictions_compare_as_the_file_that_was_judged_does(project: Project) -> None:
    old = (project.here.root / "predictions.csv").read_text()
    project.promote(project.judge())
    project.candidate(1.1, seed=7)
    by_registry = project.judge()
    config = (project.here.root / "mlgate.yml").read_text()
    config = config.replace("[promoted]", "[{name: old, predictions: old.csv}]").replace(
        "against: promoted", "against: old"
    )
    project.here.write({"mlgate.yml": config, "old.csv": old})
    by_file = project.judge()
    for name in ("baseline", "candidate", "difference", "interval", "p_value", "outcome"):
        assert by_registry.rule[name] == by_file.rule[name], name


def test_a_worse_model_is_blocked_by_what_was_promoted(project: Project) -> None:
    project.promote(project.judge())
    project.candidate(0.01, seed=3)
    done = project.judge()
    assert done.status == 3
    assert done.rule["reasons"] == ["worse-than-margin", "small-holdout"]


def test_the_same_model_again_is_identical(project: Project) -> None:
    project.promote(project.judge())
    done = project.judge()
    assert done.rule["reasons"] == ["identical"]


def test_a_deprecated_version_is_compared_with_and_called_so(project: Project) -> None:
    version = project.promote(project.judge())
    assert project.judge().reasons == []
    said = {"model": MODEL, "version": version, "actor": "ada", "time": "2026-03-04T10:15:00Z", "reason": "leaks"}
    project._journal().append(lambda state: plan.deprecate(state, **said), {})
    done = project.judge()
    assert done.baseline["version"] == version
    assert done.reasons == ["promoted-deprecated"]
    assert f"{MODEL} {version}, with which the candidate was compared, is deprecated" in str(done.document["reasons"])
    project.here.commit({"holdout.csv": table(5_000, noise=9)})
    project.candidate()
    assert project.judge().reasons == ["promoted-rescored", "promoted-deprecated"]


def test_evidence_holds_hashed_keys_and_no_labels_and_has_the_same_bytes_again(project: Project) -> None:
    done = project.judge()
    data = evidence_file(project, done, "holdout-predictions")
    lines = gzip.decompress(data).decode().splitlines()
    assert lines[0] == "key_sha256,prediction,score"
    assert len(lines) == ROWS + 1
    assert lines[1:] == sorted(lines[1:])
    key = hashlib.sha256(b"k17").hexdigest()[:32]
    row = next(line for line in lines if line.startswith(key))
    expected = next(r for r in csv.reader(predictions(table()).splitlines()) if r[0] == "k17")
    assert row.split(",")[1] == expected[1]
    assert float(row.split(",")[2]) == float(expected[2])
    assert not any(line.startswith("k") for line in lines[1:])

    project.here.write({"predictions.csv": _reversed(project.here.root / "predictions.csv")})
    assert evidence_file(project, project.judge(), "holdout-predictions") == data


def _reversed(path: Path) -> str:
    head, *rows = path.read_text().splitlines(keepends=True)
    return head + "".join(reversed(rows))


def test_the_profile_shows_values_of_tracked_tables_and_never_redacted_ones(project: Project) -> None:
    profile = json.loads(evidence_file(project, project.judge(), "profile"))
    columns = {column["name"]: column for column in profile["columns"]}
    assert profile["schema"] == "mlgate/profile/2"
    assert (profile["table"], profile["rows"], profile["values_shown"]) == ("train", ROWS, True)
    assert columns["id"]["kind"] == "key"
    assert columns["id"]["top"] == []
    assert columns["x"]["kind"] == "number"
    assert columns["x"]["buckets"]
    assert columns["x"]["minimum"] < columns["x"]["mean"] < columns["x"]["maximum"]
    values = [float(row["x"]) for row in csv.DictReader(table(10_000, noise=2).splitlines())]
    assert columns["x"]["mean"] == pytest.approx(np.mean(values))
    assert columns["x"]["std"] == pytest.approx(np.std(values, ddof=1))
    assert columns["secret"]["n"] == ROWS
    assert columns["secret"]["top"] == []
    assert columns["secret"]["distinct"] is None


def test_the_profile_of_a_table_that_differs_from_the_commit_has_counts_alone(project: Project) -> None:
    project.here.write({"train.csv": table(20_000)})
    profile = json.loads(evidence_file(project, project.judge(), "profile"))
    assert not profile["values_shown"]
    assert {c["minimum"] for c in profile["columns"]} == {None}
    assert {c["n"] for c in profile["columns"]} == {ROWS}


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("tracked", [True, False])
def test_documents_say_that_they_show_what_git_does_not_have(project: Project, asked: bool, tracked: bool) -> None:
    if not tracked:
        project.here.git("rm", "-q", "--cached", "holdout.csv")
        project.here.git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "untracked")
    words = ["--show-values"] if asked else []
    assert project.run("fetch_base")[0] == 0
    assert project.run("train_model")[0] == 0
    project.run("validate_data", *words)
    project.run("compare_models", *words)
    folder = project.here.root / "mlgate-run"
    tables = {table["name"]: table["private"] for table in json.loads((folder / "data.json").read_text())["tables"]}
    compared = json.loads((folder / "comparison.json").read_text())["private"]
    assert (tables, compared) == ({"train": False, "holdout": asked and not tracked}, asked and not tracked)


def test_what_training_plants_in_the_clone_does_not_judge(project: Project) -> None:
    """Training code runs between fetch-base and the comparison, in the same clone."""
    project.promote(project.judge())
    assert project.run("fetch_base")[0] == 0
    seen = json.loads((project.here.root / "mlgate-run" / "base.json").read_text())["registry"]["tip"]
    git = project.here.git
    forged = git("-c", "user.name=a", "-c", "user.email=a@b", "commit-tree", "HEAD^{tree}", "-m", "forged")
    for ref in ("refs/mlgate/registry", "refs/mlgate/registry-seen", BRANCH):
        git("update-ref", ref, forged)
    git("update-ref", f"refs/replace/{seen}", forged)
    (project.here.root / ".git" / "info" / "grafts").write_text(f"{seen} {forged}\n")
    project.candidate(0.01, seed=3)
    done = project.judge(fetch=False)
    assert done.baseline["version"] == "v1.0.0"
    assert done.rule["reasons"] == ["worse-than-margin", "small-holdout"]


def test_a_configuration_without_the_registry_leaves_no_evidence_and_reads_no_log(project: Project) -> None:
    config = (project.here.root / "mlgate.yml").read_text()
    config = config.replace("promoted", "dummy").split("promote:", maxsplit=1)[0]
    project.here.write({"mlgate.yml": config})
    project.here.git("remote", "set-url", "origin", "/nowhere")
    done = project.judge()
    base = json.loads((project.here.root / "mlgate-run" / "base.json").read_text())
    assert base["registry"] == {"state": "unknown", "tip": None, "message": "", "reports": None}
    assert done.document["evidence"] == []
    assert done.document["holdout_uses"] is None
    assert not (project.here.root / "mlgate-run" / "evidence").exists()


def test_another_holdout_is_scored_again_by_the_command_of_the_base(project: Project) -> None:
    project.promote(project.judge())
    project.here.branch("change")
    project.here.commit(
        {"holdout.csv": table(5_000, noise=9), "predict.py": "raise SystemExit('the pull request chose this')\n"}
    )
    project.candidate(1.1, seed=7)
    done = project.judge("--base", "main")
    assert project.marker.read_text() == str([f"MLGATE_PREDICT_{name}" for name in ("INPUT", "MODEL", "OUTPUT")])
    assert "promoted-rescored" in done.reasons
    assert "holdout-changed" in done.reasons
    assert done.baseline["available"]
    assert done.baseline["version"] == "v1.0.0"
    assert done.rule["interval"] is not None
    assert "scored again" in done.baseline["message"]


def test_a_model_that_is_scored_again_can_block(project: Project) -> None:
    project.promote(project.judge())
    project.here.commit({"holdout.csv": table(5_000, noise=9)})
    project.candidate(0.01, seed=3)
    done = project.judge()
    assert project.marker.exists()
    assert done.rule["reasons"] == ["worse-than-margin", "small-holdout"]


def test_the_command_of_the_versions_own_commit_counts_where_the_base_has_none(project: Project) -> None:
    project.promote(project.judge())
    config = CONFIG.replace("PREDICT\n", "")
    project.here.commit({"mlgate.yml": config, "predict.py": None, "holdout.csv": table(5_000, noise=9)})
    project.candidate(1.1)
    done = project.judge()
    assert project.marker.exists()
    assert done.baseline["available"], done.baseline["message"]


def test_another_holdout_without_any_command_is_a_missing_baseline(project: Project) -> None:
    config = CONFIG.replace("PREDICT\n", "")
    project.here.commit({"mlgate.yml": config})
    project.promote(project.judge())
    project.here.commit({"holdout.csv": table(5_000, noise=9)})
    project.candidate(1.1)
    done = project.judge()
    lost(done, "v1.0.0", "train.predict")
    assert done.baseline["version"] == "v1.0.0"


def test_a_command_that_fails_is_a_missing_baseline_with_its_last_line(project: Project) -> None:
    project.here.commit({"predict.py": "print('no such feature: x')\nraise SystemExit(7)\n"})
    project.promote(project.judge())
    project.here.commit({"holdout.csv": table(5_000, noise=9)})
    project.candidate(1.1)
    lost(project.judge(), "exit status 7", "no such feature: x")


@pytest.mark.parametrize("data", [None, b"other bytes"])
def test_lost_or_altered_predictions_are_a_missing_baseline(project: Project, data: bytes | None) -> None:
    done = project.judge()
    project.promote(done)
    digest = next(a["digest"] for a in done.document["evidence"] if a["name"] == "holdout-predictions")
    project.alter(digest, data)
    lost(project.judge(), "other bytes" if data else "has lost")
    assert not project.marker.exists()


@pytest.mark.parametrize("data", [None, b"9.0\n"])
def test_a_lost_or_altered_model_is_never_scored(project: Project, data: bytes | None) -> None:
    project.promote(project.judge())
    digest = hashlib.sha256((project.here.root / "model.txt").read_bytes()).hexdigest()
    project.here.commit({"holdout.csv": table(5_000, noise=9)})
    project.alter(digest, data)
    project.candidate(1.1)
    lost(project.judge(), "could not be scored again")
    assert not project.marker.exists()


@pytest.mark.parametrize("altered", [False, True])
def test_a_model_in_a_release_is_fetched_while_there_is_a_token(project: Project, altered: bool) -> None:
    with FakeGitHub().serve() as github:
        done = project.judge()
        data = {"holdout": done.document["holdout"]["digest"]}
        kept = {"model": project.keep_in_release(github)}
        digests = Digests(inputs="1" * 64, model="2" * 64, holdout=done.document["holdout"]["identity"], data=data)
        project.promote(done, kept=kept, digests=digests)
        project.env = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": github.repository, "NO_PROXY": "127.0.0.1"}
        token = {"MLGATE_GITHUB_TOKEN": "ghs_secret-token"}

        before = len(github.calls())
        project.env |= token
        assert project.judge().baseline["available"]
        assert not any("/releases" in call for call in github.calls()[before:]), "the holdout is the same file"

        project.here.commit({"holdout.csv": table(5_000, noise=9)})
        project.candidate(1.1)
        project.env.pop("MLGATE_GITHUB_TOKEN")
        lost(project.judge(), "fetch-base", "token")
        assert not project.marker.exists()

        project.env |= token
        if altered:
            github.releases.data = dict.fromkeys(github.releases.data, b"9.0")
        done = project.judge()
    assert done.baseline["available"] != altered, done.baseline
    assert project.marker.exists() != altered


def test_recorded_predictions_of_other_rows_are_a_missing_baseline(project: Project) -> None:
    done = project.judge()
    path = project.here.root / "mlgate-run" / "evidence" / "holdout-predictions.csv.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:-1]), mtime=0))
    project.promote(done)
    lost(project.judge(), "1 of 400 holdout rows have no prediction")


def test_a_remote_that_cannot_be_reached_is_a_missing_baseline(project: Project) -> None:
    project.here.git("remote", "set-url", "origin", str(project.remote) + "-gone")
    done = project.judge()
    lost(done, "cannot be read")
    assert done.document["holdout_uses"] is None


def test_a_record_of_a_newer_mlgate_is_a_missing_baseline(project: Project) -> None:
    project.promote(project.judge())
    aside = Repository(project.remote.parent / "aside")
    project.here.git("clone", "-q", "-b", "mlgate-registry", str(project.remote), str(aside.root))
    last = max((aside.root / "records").rglob("*.json"))
    record = json.loads(last.read_text())
    newer = record | {"schema": "mlgate/record/9", "sequence": record["sequence"] + 1}
    aside.commit({f"records/000/0000/{record['sequence'] + 1:06d}.json": json.dumps(newer) + "\n"})
    aside.git("push", "-q", "origin", "HEAD")
    lost(project.judge(), "mlgate/record/9")


@pytest.mark.parametrize("depth", [None, 1])
def test_a_clone_without_a_token_compares_from_the_branch_alone(project: Project, depth: int | None) -> None:
    project.promote(project.judge())
    clone = project.clone("fork", depth)
    project.candidate(1.1, seed=7, at=clone)
    before = clone.git("status", "--porcelain", "--ignored")
    done = project.judge(at=clone)
    assert done.baseline["version"] == "v1.0.0"
    assert done.baseline["available"]
    assert done.rule["outcome"] == "pass"
    assert clone.git("branch", "--list") == "* main"
    assert clone.git("status", "--porcelain", "--ignored").replace("!! mlgate-run/\n", "").strip() in before


def test_a_later_step_reads_the_log_as_fetch_base_saw_it(project: Project) -> None:
    clone = project.clone("reader")
    project.candidate(1.1, at=clone)
    assert project.run("fetch_base", at=clone)[0] == 0
    project.promote(project.judge())
    done = project.judge(at=clone, fetch=False)
    assert done.reasons == ["registry-empty"]
    assert project.judge(at=clone).baseline["version"] == "v1.0.0"


def test_a_clone_in_which_nobody_looked_is_not_an_empty_registry(project: Project) -> None:
    clone = project.clone("reader")
    project.candidate(1.1, at=clone)
    lost(project.judge(at=clone, fetch=False), "fetch-base")


def test_promoted_is_the_last_stage_that_has_a_version(project: Project) -> None:
    first = project.promote(project.judge(), stages=("staging",))
    project.candidate(1.1)
    assert project.judge().baseline["version"] == first
    second = project.promote(project.judge())
    project.candidate(1.2)
    third = project.promote(project.judge(), stages=("staging",))
    assert (first, second, third) == ("v1.0.0", "v1.1.0", "v1.2.0")
    assert project.judge().baseline["version"] == second


def test_a_worn_holdout_warns_and_a_new_one_does_not(project: Project) -> None:
    config = (project.here.root / "mlgate.yml").read_text().replace("margin: 0.05", "margin: 0.2")
    config = config.replace("gate:\n", "gate:\n  holdout-budget: 2\n")
    project.here.commit({"mlgate.yml": config})
    for seed in (1, 2):
        project.candidate(1 + seed, seed)
        project.promote(project.judge())
    project.candidate(4, 3)
    assert project.judge().document["holdout_uses"] == 2
    report = built(project)
    assert report["outcome"] == "warn"
    assert "holdout-worn" in [reason["id"] for reason in report["reasons"]]
    assert "This holdout has judged 2 promoted models" in (project.here.root / "mlgate-run" / "report.md").read_text()
    assert "Baseline promoted: v1.1.0" in (project.here.root / "mlgate-run" / "report.html").read_text()

    project.here.commit({"holdout.csv": table(5_000, noise=9)})
    project.candidate(1.2)
    assert project.judge().document["holdout_uses"] == 0


def test_a_holdout_that_shares_most_of_its_keys_keeps_the_count(project: Project) -> None:
    project.promote(project.judge())
    project.here.commit({"holdout.csv": table(ROWS // 4)})
    project.candidate(1.1)
    assert project.judge().document["holdout_uses"] == 1
    project.here.commit({"holdout.csv": table(3 * ROWS // 4)})
    project.candidate(1.1)
    assert project.judge().document["holdout_uses"] == 0


def test_reports_on_other_pull_requests_wear_a_holdout_too(project: Project) -> None:
    config = (project.here.root / "mlgate.yml").read_text().replace("gate:\n", "gate:\n  holdout-budget: 2\n")
    project.here.commit({"mlgate.yml": config})
    identity = project.judge().document["holdout"]["identity"]
    marker = "<!-- mlgate-report key=flights head=dd run=1 attempt=1 -->"
    with FakeGitHub().serve() as github:
        for number in (1, 2):
            row = f"| <code>Holdout identity</code> | <code>{identity[:12]}</code> |"
            github.add("github-actions[bot]", f"{marker}\n\n{row}\n", number)
        project.env = {
            "GITHUB_API_URL": github.url,
            "GITHUB_REPOSITORY": github.repository,
            "MLGATE_GITHUB_TOKEN": "ghs_secret-token",
            "NO_PROXY": "127.0.0.1",
        }
        done = project.judge()
    assert (done.document["holdout_uses"], done.document["holdout_reports"]) == (0, 2)
    assert built(project)["outcome"] == "warn"
    assert "2 other pull requests" in (project.here.root / "mlgate-run" / "report.md").read_text()


def built(project: Project) -> dict[str, Any]:
    project.run("validate_data", "--enforce=false")
    project.run("compare_models", "--enforce=false")
    assert project.run("build_report", "--plots=none")[0] == 0
    found: dict[str, Any] = json.loads((project.here.root / "mlgate-run" / "report.json").read_text())
    return found


def test_check_on_a_laptop_fetches_the_log_and_falls_back_to_its_own_copy(project: Project) -> None:
    project.promote(project.judge())
    clone = project.clone("laptop")
    project.candidate(1.1, at=clone)
    assert project.run("check", at=clone)[0] == 0
    document = json.loads((clone.root / "mlgate-run" / "comparison.json").read_text())
    assert document["baselines"][0]["version"] == "v1.0.0"

    clone.git("remote", "set-url", "origin", "/nowhere")
    status, stderr = project.run("check", at=clone)
    assert status == 0
    assert "taken as this clone has it" in stderr
    fresh = project.clone("fresh")
    fresh.git("remote", "set-url", "origin", "/nowhere")
    project.candidate(1.1, at=fresh)
    assert project.run("check", at=fresh)[0] == 3


ESTIMATED = """\
train:
  estimator: {name: sklearn.linear_model.LogisticRegression, features: [x]}
baselines"""


def estimated(project: Project, *, brought: bool = False, **fields: Any) -> Done:
    """Promote a model of a configuration with `train.estimator`, then compare on another holdout."""
    head, _, rest = CONFIG.partition("train:\n  model")
    config = head + ESTIMATED + rest.partition("baselines")[2]
    project.here.commit({"mlgate.yml": config, ".gitignore": "model.skops\npredictions.csv\nmlgate-run/\n"})
    project.here.write({"model.skops": "no zip"})
    project.promote(project.judge(brought=brought), model="model.skops", **fields)
    project.here.commit({"holdout.csv": table(5_000, noise=9)})
    project.candidate()
    return project.judge(brought=brought)


def test_a_model_of_the_estimator_is_scored_again_without_a_command(project: Project) -> None:
    done = estimated(project, format="skops")
    assert done.baseline["available"], done.baseline["message"]
    assert "promoted-rescored" in done.reasons
    assert done.rule["baseline"] == done.rule["candidate"], "the same model, on the same rows"


def test_a_file_of_another_format_is_not_loaded(project: Project) -> None:
    lost(estimated(project, brought=True, format="pickle"), "train.predict")


def test_a_file_that_only_says_that_it_is_skops_is_not_loaded(project: Project) -> None:
    lost(estimated(project, brought=True, format="skops"), "model.skops is refused")


@pytest.mark.parametrize("redact", ["", "    y: {redact: true}\n"])
@pytest.mark.parametrize(
    ("labels", "metric", "columns"),
    [
        (("a,b", 'b"c', ""), "log_loss", ["prediction", "score_a,b", 'score_b"c', "score_"]),
        (("1", "2", "10"), "log_loss", ["prediction", "score_1", "score_2", "score_10"]),
        (("true", "false"), "roc_auc", ["prediction", "score"]),
        (("1.5", "2.25", "-7e-3", "4", "5", "6", "7", "8.125", "9", "10", "11", "12"), "r2", ["prediction"]),
    ],
)
def test_predictions_of_every_task_come_back_as_they_were(
    project: Project, labels: tuple[str, ...], metric: str, columns: list[str], redact: str
) -> None:
    rows = [labels[i % len(labels)] for i in range(ROWS)]
    lines = [[str(i), label, "0", "s"] for i, label in enumerate(rows)]
    config = (project.here.root / "mlgate.yml").read_text().replace("roc_auc", metric)
    contract = CONTRACT + redact
    project.here.commit(
        {"mlgate.yml": config, "contract.yml": contract, "holdout.csv": _csv(["id", "y", "x", "secret"], lines)}
    )
    project.here.write({"predictions.csv": _predicted(rows, labels, columns)})
    first = project.judge()
    data = gzip.decompress(evidence_file(project, first, "holdout-predictions")).decode()
    assert ("class 0" in data) == bool(redact and metric != "r2")
    project.promote(first)
    again = project.judge()
    assert again.rule["reasons"] == ["identical"], again.rule["message"]
    assert again.rule["baseline"] == again.rule["candidate"]


def _predicted(rows: list[str], labels: tuple[str, ...], columns: list[str]) -> str:
    """Return predictions that are right two times of three, and scores that add up to 1."""
    guesses = [label if i % 3 else labels[0] for i, label in enumerate(rows)]
    scores = []
    for i, guess in enumerate(guesses):
        many = len(columns) > 2
        shares = [0.6 + i / 10_000 if label == guess else 0.0 for label in labels]
        rest = (1 - sum(shares)) / (len(labels) - 1)
        each = [share or rest for share in shares]
        scores.append([guess, *map(repr, each if many else each[:1])][: len(columns)])
    return _csv(["id", *columns], [[str(i), *cells] for i, cells in enumerate(scores)])


def _csv(head: list[str], rows: list[list[str]]) -> str:
    """Return CSV in which every cell is quoted, so that an empty one is the empty text."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([head, *rows])
    return written.getvalue()


def test_a_log_that_was_rewritten_is_not_taken_as_the_clone_has_it(project: Project) -> None:
    project.promote(project.judge())
    clone = project.clone("laptop")
    project.candidate(1.1, at=clone)
    assert project.run("check", at=clone)[0] == 0
    aside = Repository(project.remote.parent / "aside")
    project.here.git("clone", "-q", "-b", "mlgate-registry", str(project.remote), str(aside.root))
    aside.git("commit", "-q", "--amend", "-m", "rewritten")
    aside.git("push", "-q", "--force", "origin", "HEAD")
    for _ in range(2):
        assert project.run("check", at=clone)[0] == 3
        document = json.loads((clone.root / "mlgate-run" / "comparison.json").read_text())
        assert document["baselines"][0]["reason"] == "baseline-missing"
        assert "rewritten" in document["baselines"][0]["message"]
