"""Pull requests that were judged, merged and pushed: a bare remote, clones as runners make them, and a local GitHub."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests import builders
from tests.fake_github import runs
from tests.repository import QUIET, Repository, environment
from tests.toolbox import ROOT

from mlgate.core import codec
from mlgate.core.documents.promotion import PromotionDocument
from mlgate.core.documents.training import Artifact, TrainingSource
from mlgate.shell.base.inputs import known_inputs
from mlgate.shell.git.repository import Git
from mlgate.shell.registry.log.journal import open_journal
from mlgate.shell.world import World
from mlgate.steps import promote_model

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fake_github.server import FakeGitHub

    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.registry.log.state import State
    from mlgate.steps import Result

TOKEN = "ghs_secret-token"
NAME = "octo/flights"
CONFIG = """\
version: 1
model: {model}
tables:
  train: {{path: train.csv}}
  holdout: {{path: holdout.csv}}
key: id
label: y
train: {{run: python3 train.py, inputs: [train.py], model: model.safetensors, predictions: predictions.csv}}
promote: {promote}
"""
ZEROS = "0" * 40


def safetensors(number: float) -> bytes:
    """Return a model's file that differs with the number."""
    head = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return struct.pack("<Q", len(head)) + head + struct.pack("<f", number)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass(kw_only=True)
class Judged:
    """A commit that was judged, and what its run uploads.

    Attributes:
        commit: That was judged.
        head: Of the pull request.
        report: The verdict.
        files: What lies beside it in the artifact, by path.
        number: Of the pull request.
    """

    commit: str
    head: str
    report: ReportDocument
    files: dict[str, bytes]
    number: int = 7

    def archive(self, **more: bytes) -> bytes:
        """Return the artifact."""
        return runs.archive({"mlgate-run/report.json": codec.dumps(self.report).encode(), **self.files, **more})

    def but(self, **fields: Any) -> Judged:
        """Return the same with another report."""
        return dataclasses.replace(self, report=dataclasses.replace(self.report, **fields))

    def bound(self, **fields: Any) -> Judged:
        """Return the same with a report that is bound to something else."""
        return self.but(provenance=dataclasses.replace(self.report.provenance, **fields))


@dataclass(kw_only=True)
class Scene:
    """A repository on a forge.

    Attributes:
        folder: Where all lies.
        github: The forge.
        promote: The `promote` section.
        model: The model's name.
        place: The folder of the configuration in the repository.
    """

    folder: Path
    github: FakeGitHub
    promote: str = "{stage: production}"
    model: str = "flight-delays"
    place: str = ""
    slept: list[float] = field(default_factory=list)
    count: int = 0
    now: datetime = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.work = Repository.new(self.folder / "work")
        self.remote = self.folder / "remote.git"
        subprocess.run(
            ["git", "init", "-q", "--bare", "-b", "main", self.remote], env={**environment(), **QUIET}, check=True
        )
        Repository(self.remote).git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.work.git("remote", "add", "origin", f"file://{self.remote}")
        self.before = ZEROS
        self.add_model(self.place, self.model, self.promote)

    def add_model(self, place: str, model: str, promote: str) -> str:
        """Push a model's configuration, data and code to main."""
        at = f"{place}/" if place else ""
        return self.push(
            {
                f"{at}mlgate.yml": CONFIG.format(model=model, promote=promote),
                f"{at}train.py": "print(1)\n",
                f"{at}train.csv": "id,x,y\n1,2,0\n2,3,1\n",
                f"{at}holdout.csv": "id,x,y\n3,2,0\n4,3,1\n",
                ".gitignore": "model.safetensors\npredictions.csv\nmlgate-run/\n",
                ".github/workflows/mlgate.yml": "on: pull_request\n",
            }
        )

    @property
    def main(self) -> str:
        return self.work.git("rev-parse", "main")

    def push(self, files: dict[str, str | bytes | None]) -> str:
        """Push directly to main."""
        self.work.git("checkout", "-q", "-B", "main") if not self.count else self.work.switch("main")
        tip = self._tip()
        commit = self.work.commit(files)
        return self._pushed(commit, tip)

    def _tip(self) -> str:
        return self.work.git("rev-parse", "main") if self.count else ZEROS

    def _pushed(self, commit: str, before: str) -> str:
        self.count += 1
        self.before = before
        self.work.git("push", "-q", "origin", "main")
        return commit

    def judge(self, *files: dict[str, str | bytes | None], seed: float | None = None, number: int = 7) -> Judged:
        """Open a pull request with a commit for each of `files`, and judge its merge with main."""
        self.work.git("checkout", "-q", "-B", "change", "main")
        head = [self.work.commit(one) for one in files][-1]
        commit = self.work.merge_commit(head)
        self.work.switch("main")
        return self.judged(commit, head, seed=seed, number=number)

    def judged(self, commit: str, head: str, *, seed: float | None = None, number: int = 7) -> Judged:
        """Return the verdict of a commit."""
        self.count += 1
        model = safetensors(self.count if seed is None else seed)
        predictions, kept, profile = b"id,prediction\n3,0\n4,1\n", f"kept {self.count}".encode(), b"{}\n"
        at = f"{self.place}/" if self.place else ""
        held = {
            "model": (f"{at}model.safetensors", model),
            "predictions": (f"{at}predictions.csv", predictions),
            "holdout-predictions": ("mlgate-run/evidence/holdout-predictions.csv.gz", kept),
            "profile": ("mlgate-run/evidence/profile.json", profile),
        }
        named = {
            name: Artifact(name=name, path=path.rpartition("mlgate-run/")[2], digest=sha256(data), size=len(data))
            for name, (path, data) in held.items()
        }
        report = builders.a_report(
            model=self.model,
            pull_request=number,
            training=builders.a_training(artifacts=(named["model"], named["predictions"])),
            comparison=builders.a_comparison(evidence=(named["holdout-predictions"], named["profile"])),
            provenance=builders.a_provenance(
                commit=commit,
                head=head,
                inputs_digest=self.inputs(commit),
                model_digest=named["model"].digest,
                predictions_digest=named["predictions"].digest,
            ),
        )
        return Judged(commit=commit, head=head, report=report, files=dict(held.values()), number=number)

    def inputs(self, commit: str) -> str | None:
        """Return the digest over a commit's inputs, as git tells it."""
        git = Git.discover(self.work.root, environment())
        assert git is not None
        return known_inputs(git, commit, f"{self.place}/mlgate.yml" if self.place else "mlgate.yml").digest

    def upload(self, judged: Judged, *, data: bytes | None = None, key: str = "", **run: Any) -> int:
        """Let the pull request's run have judged and uploaded."""
        number = self.github.runs.add_run(run.pop("head", judged.head), **run)
        name = f"mlgate-{key or judged.report.model}"
        return self.github.runs.add_artifact(number, name, judged.archive() if data is None else data)

    def merge(self, judged: Judged, how: str = "merge", **pull: Any) -> str:
        """Merge the pull request as the host does, and push."""
        tip = self.main
        self.work.switch("main")
        if how == "merge":
            self.work.git("merge", "-q", "--no-ff", "-m", "merge", judged.head)
        elif how == "squash":
            self.work.git("merge", "-q", "--squash", judged.head)
            self.work.git("commit", "-q", "-m", "squash")
        else:
            self.work.git("cherry-pick", f"{self.work.git('merge-base', 'main', judged.head)}..{judged.head}")
        commit = self._pushed(self.main, tip)
        self.github.runs.add_pull(commit, judged.number, judged.head, **pull)
        return commit

    def run(
        self, *, clone: str = "", depth: int | None = 1, env: dict[str, str] | None = None, **options: Any
    ) -> Result:
        """Run promote-model on a clean runner, for the last push to main."""
        place = self.clone(clone or f"runner{len(list(self.folder.iterdir()))}", depth)
        inputs = promote_model.Inputs(**{"github_token": TOKEN, **options})
        return promote_model.run(inputs, self.world(place.root, env or {}), sleep=self.slept.append)

    def program(self, python: str | Path) -> subprocess.CompletedProcess[str]:
        """Run promote-model as a runner does, by an interpreter, on the clone `runner`."""
        place = self.clone("runner").root
        for name in ("output", "summary"):
            (self.folder / name).write_text("")
        files = {"GITHUB_OUTPUT": str(self.folder / "output"), "GITHUB_STEP_SUMMARY": str(self.folder / "summary")}
        return subprocess.run(
            [python, "-E", "-s", ROOT / "scripts" / "promote_model.py"],
            cwd=place,
            env={**self.world(place, {}).env, **files, "MLGATE_GITHUB_TOKEN": TOKEN, "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            check=False,
        )

    def clone(self, name: str, depth: int | None = 1) -> Repository:
        to = self.folder / name
        if not to.exists():
            limit = [] if depth is None else [f"--depth={depth}"]
            words = ["clone", "-q", "--no-tags", "--single-branch", *limit, f"file://{self.remote}", str(to)]
            Repository(self.folder).git(*words)
        return Repository(to)

    def world(self, cwd: Path, env: dict[str, str]) -> World:
        payload = {"before": self.before, "repository": {"default_branch": "main"}}
        event = self.folder / "event.json"
        event.write_text(json.dumps(payload))
        given = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_SHA": self.main,
            "GITHUB_RUN_ID": "4711",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_ACTOR": "mona",
            **env,
        }
        variables = environment(**{key: value for key, value in given.items() if value})
        return World(
            env=variables, cwd=cwd / self.place, clock=lambda: 0.0, log=lambda _line: None, now=lambda: self.now
        )

    @property
    def state(self) -> State:
        """Return the registry as the remote has it."""
        place = self.clone("reader")
        git = Git.discover(place.root, environment())
        assert git is not None
        return open_journal(git, self.world(place.root, {})).read().state

    def versions(self) -> list[str]:
        return [str(entry.version) for entry in self.state.versions(self.model)]


def reason(result: Result) -> str:
    """Return why a promotion ended as it did."""
    if result.error is not None:
        return result.error.reason
    return document(result).reasons[0].id


def document(result: Result) -> PromotionDocument:
    assert isinstance(result.document, PromotionDocument)
    return result.document


def unchanged(judged: Judged) -> Judged:
    """Return the verdict of a run that had nothing to train."""
    training = builders.a_training(source=TrainingSource.UNCHANGED, artifacts=())
    return dataclasses.replace(judged.but(training=training, comparison=None, rules=()), files={})
