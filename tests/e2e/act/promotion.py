"""A repository on a host: pull requests that are judged and merged, pushes, and workflows started by hand."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.e2e.act import harness, project
from tests.e2e.act.project import REPOSITORY, commit, git
from tests.e2e.act.scene import TOKEN
from tests.toolbox import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.fake_github.server import FakeGitHub

MODEL = "flight-delays"  # as the example workflows call it
FILES = {"model.skops": "model.safetensors", "predictions.parquet": "predictions.csv"}  # theirs, and ours
FIND = "can be promoted"

CONFIG = f"""\
version: 1
model: {MODEL}
tables:
  train: {{path: data/train.csv, contract: contracts/rows.yml}}
  holdout: {{path: data/holdout.csv, contract: contracts/rows.yml}}
key: id
label: y
train:
  run: bash train.sh
  inputs: [train.sh, data/]
  model: model.safetensors
  predictions: predictions.csv
baselines: [promoted]
gate:
  rules:
    - {{metric: accuracy, at-least: 0.7}}
    - {{metric: accuracy, against: promoted, margin: 0.05}}
promote: PROMOTE
"""

# The model is a threshold in hundredths: one byte of a safetensors file. The best is 50, the worst that passes 70.
TRAIN = r"""
set -euo pipefail
percent=THRESHOLD
header='{"threshold":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
{
  printf "\\x$(printf %02x ${#header})\0\0\0\0\0\0\0%s" "$header"
  printf "\\x$(printf %02x "$percent")"
} > model.safetensors
awk -F, -v t="$percent" '
  NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,prediction"; next }
  { print $at["id"] "," ($at["x"] * 100 > t) }
' "$MLGATE_TRAIN_HOLDOUT" > predictions.csv
"""


def trained(percent: int) -> dict[str, str]:
    """Return the change that makes the model another one, and looks for the token while it does."""
    return {"train.sh": SEARCH + TRAIN.replace("THRESHOLD", str(percent))}


# Looks for the token in the environment of every process above the training command; `INPUT_*` is act's alone.
SEARCH = r"""
pid=$$ looked=0 found=0
while [ "$pid" -gt 1 ]; do
  variables=$(tr '\0' '\n' < "/proc/$pid/environ" | grep -v '^INPUT_' || true)
  looked=$((looked + 1))
  case "$variables" in *TOKEN_TEXT*) found=$((found + 1)) ;; esac
  pid=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
done
if [ "$looked" -ge 3 ]; then echo "SEARCHED, found=$found"; fi
""".replace("TOKEN_TEXT", TOKEN)


def workflow(name: str) -> str:
    """Return an example workflow: as it is, but for the names of the two files that training writes."""
    text = (ROOT / "examples" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    for theirs, ours in FILES.items():
        text = text.replace(theirs, ours)
    return text


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A pull request whose run has ended.

    Attributes:
        number: Its number.
        head: Its last commit.
        run: What the run did.
        uploaded: The artifact's files.
    """

    number: int
    head: str
    run: harness.Run
    uploaded: Path


@dataclass(frozen=True, kw_only=True)
class Push:
    """What came to main, and what the workflow of pushes did with it."""

    commit: str
    run: harness.Run
    uploaded: Path


@dataclass(kw_only=True)
class Host:
    """One repository, with its main branch, and the runs that the host has started for it.

    Attributes:
        folder: Everything that it writes.
        action: What stands for every `mlgate/mlgate…@ref`.
        github: The host's API.
        promote: The example workflow that pushes start.
        policy: The configuration's `promote`.
    """

    folder: Path
    action: Path
    github: FakeGitHub
    promote: str = "promote"
    policy: str = "{stage: production}"
    numbers: int = field(default=6, init=False)

    def __post_init__(self) -> None:
        self.server, self.work = self.folder / "server", self.folder / "work"
        self.bare = self.server / f"{REPOSITORY}.git"
        self.folder.mkdir(parents=True)
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare))
        git(self.folder, "init", "--quiet", "--initial-branch=main", str(self.work))
        git(self.work, "remote", "add", "origin", self.bare.as_uri())
        commit(self.work, self._files(), "Begin")
        git(self.work, "push", "--quiet", "origin", "main")

    @property
    def main(self) -> str:
        """Return the tip of main."""
        return git(self.bare, "rev-parse", "refs/heads/main")

    def refs(self) -> dict[str, str]:
        """Return the commit of each branch and tag."""
        lines = git(self.bare, "for-each-ref", "--format=%(refname) %(objectname) %(*objectname)").splitlines()
        return {words[0]: words[-1] for words in map(str.split, lines)}

    def propose(self, *changes: Mapping[str, str]) -> Proposal:
        """Open a pull request with a commit for each change, and let its workflow run on the merge with main."""
        self.numbers += 1
        number, base = self.numbers, self.main
        git(self.work, "checkout", "--quiet", "-B", f"change-{number}", "main")
        head = [commit(self.work, change, f"Change {at}") for at, change in enumerate(changes)][-1]
        git(self.work, "checkout", "--quiet", "--detach", "main")
        git(self.work, "merge", "--quiet", "--no-ff", "-m", "Merge the change", head)
        merge = git(self.work, "rev-parse", "HEAD")
        git(self.work, "push", "--quiet", "origin", f"{head}:refs/heads/change-{number}")
        git(self.work, "push", "--quiet", "origin", f"{merge}:refs/pull/{number}/merge")
        self.github.threads.add((REPOSITORY, number))
        payload = {
            "action": "opened",
            "number": number,
            "pull_request": {
                "number": number,
                "head": {"ref": f"change-{number}", "sha": head, "repo": {**ITSELF, "fork": False}},
                "base": {"ref": "main", "sha": base, "repo": ITSELF},
            },
        }
        run, uploaded = self._run("mlgate", "pull_request", payload, sha=merge, head=head)
        return Proposal(number=number, head=head, run=run, uploaded=uploaded)

    def merge(self, proposal: Proposal, how: str) -> Push:
        """Merge a pull request as the host does, and let the workflow of pushes run."""
        git(self.work, "checkout", "--quiet", "main")
        if how == "merge":
            git(self.work, "merge", "--quiet", "--no-ff", "-m", "Merge the pull request", proposal.head)
        elif how == "squash":
            git(self.work, "merge", "--quiet", "--squash", proposal.head)
            git(self.work, "commit", "--quiet", "-m", "Squash the pull request")
        else:
            git(self.work, "cherry-pick", "-x", f"main..{proposal.head}")  # -x: other commits, as the host makes them
        merged = git(self.work, "rev-parse", "main")
        assert merged != proposal.head
        branch = f"change-{proposal.number}"
        self.github.runs.add_pull(merged, proposal.number, proposal.head, fork=REPOSITORY, branch=branch)
        return self._pushed()

    def queue(self, number: int, change: Mapping[str, str]) -> tuple[Proposal, Push]:
        """Let a pull request go through a merge queue, which judges what it then pushes."""
        git(self.work, "checkout", "--quiet", "main")
        base, queue = self.main, f"gh-readonly-queue/main/pr-{number}"
        head = commit(self.work, change, "Change the model, in a queue")
        git(self.work, "push", "--quiet", "origin", f"{head}:refs/heads/{queue}")
        heads = {"head_sha": head, "head_ref": f"refs/heads/{queue}", "base_sha": base, "base_ref": "refs/heads/main"}
        run, uploaded = self._run(
            "mlgate", "merge_group", {"action": "checks_requested", "merge_group": heads}, sha=head, head=head
        )
        return Proposal(number=number, head=head, run=run, uploaded=uploaded), self._pushed()

    def push(self, change: Mapping[str, str]) -> Push:
        """Push a change directly, and let the workflow of pushes run."""
        git(self.work, "checkout", "--quiet", "main")
        commit(self.work, change, "Change the model without asking")
        return self._pushed()

    def dispatch(self, name: str, inputs: Mapping[str, str], approver: str = "") -> harness.Run:
        """Start a workflow by hand, on main; `approver` agrees to its run for the environment `production`."""
        if approver:
            self.github.runs.approve(self.github.runs.next_id + 1, approver, "production")
        payload = {"ref": "refs/heads/main", "inputs": dict(inputs)}
        return self._run(name, "workflow_dispatch", payload, sha=self.main, head=self.main)[0]

    def comments(self, number: int) -> list[str]:
        """Return the comments on a pull request."""
        entries = self.github.comments.values()
        return [entry["comment"]["body"] for entry in entries if entry["thread"] == (REPOSITORY, number)]

    def clone(self) -> Path:
        """Return a new clone, as somebody's who looks at the registry."""
        place = self.folder / f"clone-{len(list(self.folder.iterdir()))}"
        git(self.folder, "clone", "--quiet", self.bare.as_uri(), str(place))
        return place

    def _pushed(self) -> Push:
        before = self.main
        git(self.work, "push", "--quiet", "origin", "main")
        payload = {"ref": "refs/heads/main", "before": before, "after": self.main, "created": False}
        run, uploaded = self._run("promote", "push", payload, sha=self.main, head=self.main)
        return Push(commit=self.main, run=run, uploaded=uploaded)

    def _run(
        self, name: str, event: str, payload: Mapping[str, Any], *, sha: str, head: str
    ) -> tuple[harness.Run, Path]:
        """Run a workflow; the host serves what it uploads, from the moment that it does."""
        runs, file = self.github.runs, f"{name}.yml"
        number = runs.add_run(
            head, event=event, repository=REPOSITORY, workflow=file, conclusion="", branch=_branch(payload)
        )
        home = self.folder / "runs" / str(number)
        runs.stores[number] = home / "artifacts"
        offer_pip(home / "bin")
        done = harness.run_act(
            self.work,
            self._as_act_reads(file, home),
            action=self.action,
            home=home,
            event=event,
            payload={"repository": ITSELF, **payload},
            sha=sha,
            server=self.server,
            token=TOKEN,
            env={"GITHUB_API_URL": self.github.url, "NO_PROXY": "127.0.0.1", "GITHUB_RUN_ID": str(number)},
        )
        runs.runs[number]["conclusion"] = "failure" if done.status else "success"
        return done, home / "artifacts" / f"mlgate-{MODEL}"

    def _as_act_reads(self, file: str, home: Path) -> Path:
        """Return the repository's workflow without a key that is younger than act."""
        text = (self.work / ".github" / "workflows" / file).read_text(encoding="utf-8")
        copy = home / file
        copy.write_text(re.sub(r"^ +queue: max\b.*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
        return copy

    def _files(self) -> dict[str, str]:
        return {
            ".github/workflows/mlgate.yml": workflow("one-uses"),
            ".github/workflows/promote.yml": workflow(self.promote),
            ".github/workflows/rollback.yml": workflow("rollback"),
            ".github/workflows/promote-to-stage.yml": workflow("promote-to-stage"),
            ".gitignore": "mlgate-run/\npredictions.csv\nmodel.safetensors\n",
            "README.md": "A tiny model.\n",
            "requirements.txt": "# nothing: bash\n",
            "mlgate.yml": CONFIG.replace("PROMOTE", self.policy),
            "contracts/rows.yml": project.CONTRACT,
            "data/train.csv": project.rows("t"),
            "data/holdout.csv": project.rows("h"),
            **trained(70),
        }


ITSELF = {"full_name": REPOSITORY, "name": "model", "default_branch": "main", "owner": {"login": "acme"}}


def offer_pip(folder: Path) -> None:
    """Put a `pip` on the runner's PATH that finds everything installed."""
    folder.mkdir(parents=True)
    (folder / "pip").write_text('#!/bin/sh\n[ "$1" = install ] && test -f "$3"\n', encoding="utf-8")
    (folder / "pip").chmod(0o755)


def report_of(uploaded: Path) -> dict[str, Any]:
    """Return the report in an artifact."""
    value = json.loads((uploaded / "mlgate-run" / "report.json").read_bytes())
    assert isinstance(value, dict)
    return value


def _branch(payload: Mapping[str, Any]) -> str:
    """Return the branch that an event is about."""
    if "pull_request" in payload:
        return str(payload["pull_request"]["head"]["ref"])
    ref = payload["merge_group"]["head_ref"] if "merge_group" in payload else payload["ref"]
    return str(ref).removeprefix("refs/heads/")
