"""The baseline `base` is the base commit's own training, run again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.repository import environment
from tests.training_project import HEADER, TRAIN, command, new

from mlgate.core.documents.base import BaseDocument, PolicySource
from mlgate.errors import MlgateError
from mlgate.shell.base import policy
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.training.base import train_base
from mlgate.shell.training.place import labels
from mlgate.steps import World

if TYPE_CHECKING:
    from tests.repository import Repository


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    return new(tmp_path / "project")


def described(project: Repository, run_dir: str = "mlgate-run") -> RunFolder:
    """Return a run folder whose `base.json` names `main`."""
    folder = RunFolder(project.root / run_dir)
    commit, base = project.git("rev-parse", "HEAD"), project.git("rev-parse", "main")
    folder.write(
        BaseDocument(
            commit=commit,
            base=base,
            policy=PolicySource.BASE,
            config="mlgate.yml",
            base_source="option",
            base_config_digest="0" * 64,
        )
    )
    return folder


def base_of(project: Repository, run_dir: str = "mlgate-run") -> str:
    """Train the base, and return its predictions."""
    world = World(env=environment(), cwd=project.root, clock=time.monotonic, log=lambda _line: None)
    folder = described(project, run_dir)
    found, judge = policy.load(Path("mlgate.yml"), folder, world)
    return train_base(found, judge, folder, world, project.root / "data" / "holdout.csv").predictions.read_text()


def test_the_base_predicts_the_holdout_that_it_is_given(project: Repository) -> None:
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


def test_a_table_that_only_the_pull_request_has_in_git_is_no_table_of_the_base(project: Repository) -> None:
    project.git("rm", "-q", "--cached", "data/train.csv")
    project.commit({".gitignore": "model*\npredictions.csv\ndata/train.csv\n"})
    project.branch("change")
    project.git("add", "-f", "data/train.csv")
    project.commit()

    with pytest.raises(MlgateError, match=r"data/train\.csv") as caught:
        base_of(project)

    assert caught.value.reason == "baseline-unpinned"


def test_nothing_of_the_checkout_is_in_reach_of_the_base(project: Repository) -> None:
    seen = "import pathlib\nassert not any((p / '.env').exists() for p in pathlib.Path.cwd().parents)\n"
    project.commit({"train.py": f"{seen}assert not pathlib.Path('.venv').exists()\n{TRAIN}"})
    project.branch("change")
    project.commit({".env": "SEED=1\n", ".venv/bin/python": "an impostor\n"})

    assert base_of(project).startswith("id,prediction\n01,1\n")


def test_a_link_in_the_place_of_the_folder_of_the_base_is_not_followed(project: Repository) -> None:
    project.branch("change")
    RunFolder(project.root / "mlgate-run").prepare()
    (project.root / "precious").mkdir()
    (project.root / "precious" / "predictions.csv").write_text("the candidate's\n")
    (project.root / "mlgate-run" / "base").symlink_to("../precious")  # as hostile training could; committed is refused
    project.commit()

    assert base_of(project).startswith("id,prediction\n01,1\n")
    assert (project.root / "precious" / "predictions.csv").read_text() == "the candidate's\n"


def test_the_label_stays_hidden_where_a_pull_request_calls_it_otherwise(project: Repository) -> None:

    project.branch("change")
    project.commit({"mlgate.yml": (HEADER + command("python3 train.py")).replace("label: y", "label: c")})
    world = World(env=environment(), cwd=project.root, clock=time.monotonic, log=lambda _line: None)
    found, _ = policy.load(Path("mlgate.yml"), described(project), world)

    assert labels(found) == ("c", "y")


def test_a_base_that_cannot_be_trained_is_a_missing_baseline(project: Repository) -> None:
    project.commit({"train.py": "import sys\nsys.exit('the base is broken')\n"})
    project.branch("change")
    project.commit({"train.py": TRAIN})

    with pytest.raises(MlgateError, match="the base is broken") as caught:
        base_of(project)

    assert caught.value.reason == "baseline-missing"
    assert project.git("worktree", "list").count("\n") == 0
