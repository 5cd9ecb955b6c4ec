"""The baseline `base` is the base commit's own training, run again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.repository import environment
from tests.training_project import TRAIN, new

from mlgate.core.documents import BaseDocument, PolicySource
from mlgate.errors import MlgateError
from mlgate.shell.base import policy
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.training.base import train_base
from mlgate.steps import World

if TYPE_CHECKING:
    from tests.repository import Repository


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    return new(tmp_path / "project")


def base_of(project: Repository, run_dir: str = "mlgate-run") -> str:
    """Train the base, and return its predictions."""
    world = World(env=environment(), cwd=project.root, clock=time.monotonic, log=lambda _line: None)
    folder = RunFolder(project.root / run_dir)
    commit, base = project.git("rev-parse", "HEAD"), project.git("rev-parse", "main")
    folder.write(
        BaseDocument(commit=commit, base=base, policy=PolicySource.BASE, config="mlgate.yml", base_source="option")
    )
    found, judge = policy.load(Path("mlgate.yml"), folder, world)
    return train_base(found, judge, folder, world).read_text()


def test_the_base_predicts_the_holdout_of_the_pull_request(project: Repository) -> None:
    project.branch("change")
    holdout = "id,x,c,y\nnew1,5,a,1\nnew2,-5,b,0\n"
    project.commit({"train.py": "raise SystemExit('the candidate')\n", "data/holdout.csv": holdout})

    assert base_of(project) == "id,prediction\nnew1,1\nnew2,0\n"
    assert project.git("worktree", "list").count("\n") == 0
    assert not (project.root / "mlgate-run" / "base" / "tree").exists()
    assert not (project.root / "predictions.csv").exists()


def test_the_base_reads_tables_that_git_does_not_track_where_they_are(project: Repository) -> None:
    project.git("rm", "-q", "--cached", "data/train.csv")
    project.commit({".gitignore": "model*\npredictions.csv\ndata/train.csv\n"})
    project.branch("change")
    project.commit({"train.py": "raise SystemExit('the candidate')\n"})

    assert base_of(project).startswith("id,prediction\n01,1\n")


def test_a_base_that_cannot_be_trained_is_a_missing_baseline(project: Repository) -> None:
    project.commit({"train.py": "import sys\nsys.exit('the base is broken')\n"})
    project.branch("change")
    project.commit({"train.py": TRAIN})

    with pytest.raises(MlgateError, match="the base is broken") as caught:
        base_of(project)

    assert caught.value.reason == "baseline-missing"
    assert project.git("worktree", "list").count("\n") == 0
