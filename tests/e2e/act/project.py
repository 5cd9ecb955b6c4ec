"""A tiny repository that uses mlgate: a training script in bash, a few rows, and a pull request with a merge commit."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REPOSITORY = "acme/model"
PULL_REQUEST = 7
ROWS = 120

CONFIG = """\
version: 1
model: tiny
tables:
  train: {path: data/train.csv, contract: contracts/rows.yml}
  holdout: {path: data/holdout.csv, contract: contracts/rows.yml}
key: id
label: y
train:
  run: bash train.sh
  inputs: [train.sh, data/]
  model: model.txt
  predictions: predictions.csv
baselines: [dummy]
gate:
  rules:
    - {metric: accuracy, at-least: 0.8}
    - {metric: accuracy, against: dummy, margin: 0}
"""

CONTRACT = """\
row:
  type: object
  properties:
    id: {type: string, pattern: "^[th][0-9]+$"}
    x: {type: number, minimum: 0, maximum: 1}
    y: {type: integer, enum: [0, 1]}
  required: [id, x, y]
table:
  - primary-key: [id]
  - row-count: {at-least: 100}
"""

TRAIN = """\
# The "model" is a threshold in model.txt; predictions come from it.
set -euo pipefail
threshold=0.5
echo "$threshold" > model.txt
awk -F, -v t="$threshold" '
  NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print "id,prediction,score"; next }
  { p = ($at["x"] > t); print $at["id"] "," p "," $at["x"] }
' "$MLGATE_TRAIN_HOLDOUT" > predictions.csv
"""

BAD_TRAIN = TRAIN.replace("> t)", "<= t)").replace('"," $at["x"] }', '"," 1 - $at["x"] }')

IGNORED = "mlgate-run/\npredictions.csv\nmodel.txt\n"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A repository with one pull request.

    Attributes:
        work: The working copy, at the pull request's merge commit.
        server: Folder that stands for the git server.
        base: The base branch's tip.
        head: The pull request's head.
        merge: The merge commit of both, which `refs/pull/7/merge` names.
    """

    work: Path
    server: Path
    base: str
    head: str
    merge: str

    def event(self) -> dict[str, Any]:
        """Return what GitHub sends for the pull request, as far as steps may read it."""
        repository = {"full_name": REPOSITORY, "name": "model", "default_branch": "main", "owner": {"login": "acme"}}
        return {
            "action": "synchronize",
            "number": PULL_REQUEST,
            "repository": repository,
            "pull_request": {
                "number": PULL_REQUEST,
                "head": {"ref": "feature", "sha": self.head, "repo": {**repository, "fork": False}},
                "base": {"ref": "main", "sha": self.base, "repo": repository},
            },
            "ref": f"refs/pull/{PULL_REQUEST}/merge",
        }


def rows(prefix: str) -> str:
    """Return a table whose label is `x > 0.5`, but for every tenth row."""
    lines = ["id,x,y"]
    for i in range(ROWS):
        x = (i * 37 % 100 + 0.5) / 100
        lines.append(f"{prefix}{i},{x},{int((x > 0.5) != (i % 10 == 0))}")
    return "\n".join(lines) + "\n"


def files(workflow: str) -> dict[str, str]:
    """Return the repository's files on its main branch."""
    return {
        ".github/workflows/model.yml": workflow,
        ".gitignore": IGNORED,
        "README.md": "A tiny model.\n",
        "mlgate.yml": CONFIG,
        "contracts/rows.yml": CONTRACT,
        "data/train.csv": rows("t"),
        "data/holdout.csv": rows("h"),
        "train.sh": TRAIN,
    }


def make(folder: Path, workflow: str, change: Mapping[str, str], more: Mapping[str, str] | None = None) -> Project:
    """Make the repository, a pull request that makes `change`, and the merge commit.

    Args:
        folder: Where to.
        workflow: Text of its workflow.
        change: What the pull request writes, by path.
        more: Further files of the main branch.
    """
    folder.mkdir(parents=True, exist_ok=True)
    server, work = folder / "server", folder / "work"
    bare = server / f"{REPOSITORY}.git"
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    git(folder, "init", "--quiet", "--initial-branch=main", str(work))
    git(work, "remote", "add", "origin", bare.as_uri())
    base = commit(work, {**files(workflow), **(more or {})}, "Gate the model")
    git(work, "checkout", "--quiet", "-b", "feature")
    head = commit(work, change, "Change the model")
    git(work, "checkout", "--quiet", "--detach", "main")
    git(work, "merge", "--quiet", "--no-ff", "-m", "Merge the change", "feature")
    merge = git(work, "rev-parse", "HEAD")
    git(work, "push", "--quiet", "origin", "main", "feature", f"HEAD:refs/pull/{PULL_REQUEST}/merge")
    return Project(work=work, server=server, base=base, head=head, merge=merge)


def commit(work: Path, changed: Mapping[str, str], message: str) -> str:
    """Write files, commit them, and return the commit."""
    for name, text in changed.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", message)
    return git(work, "rev-parse", "HEAD")


def git(folder: Path, *words: str) -> str:
    """Run git as nobody in particular, and return what it prints."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in PERSON.items()},
    }
    done = subprocess.run(["git", *words], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


PERSON = {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": "2026-01-02T03:04:05Z"}
