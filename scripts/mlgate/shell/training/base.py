"""The baseline `base`: the base commit's own training, run again in a worktree of that commit."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core.documents import PolicySource
from mlgate.errors import MlgateError, OutsideError
from mlgate.shell.run_folder import write_atomically
from mlgate.shell.training import candidate as training
from mlgate.shell.training import place as training_place
from mlgate.shell.training.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.config.model import Config
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.git.repository import Git
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World

ENVIRONMENTS = (".venv", "venv")  # untracked, and the base's command needs one as much as the candidate's
POINTER_BYTES = 1024
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")


def train_base(policy: Policy, judge: Judge, folder: RunFolder, world: World) -> Path:
    """Train the base commit's model and return where its predictions for the judged holdout lie.

    The base's command, in the base's tree, with the base's seed and tables, predicts the holdout of the working copy.
    Tables that git does not track are the working copy's. The worktree is removed again, also after a failure.

    Raises:
        MlgateError: `baseline-missing`, with the cause.
    """
    try:
        return _train_base(policy, judge, folder, world)
    except MlgateError as error:
        raise OutsideError(
            f"The model of the base could not be trained: {error.message}",
            remedy=error.remedy,
            reason="baseline-missing",
        ) from None


def _train_base(policy: Policy, judge: Judge, folder: RunFolder, world: World) -> Path:
    config, train = policy.judging, policy.judging.train
    if judge.git is None or judge.base is None:
        raise OutsideError("no base commit is known", remedy="Name one: `mlgate check --base main`.")
    if policy.base.policy not in (PolicySource.BASE, PolicySource.REMOVED):
        raise OutsideError(
            "it has no configuration yet", remedy="Merge the configuration: from then on its model is the baseline."
        )
    if train is None or train.predictions is None:
        raise OutsideError("its configuration has no `train.predictions`", remedy="Use another baseline.")
    scratch = folder.path.resolve() / "base"
    scratch.mkdir(parents=True, exist_ok=True)
    if train.run is None and train.estimator is None:
        return _brought(train.predictions, judge, scratch)
    holdout = training_place.copy_holdout(policy.working, judge.config_folder, scratch, world)
    with _worktree(judge.git, judge.base, scratch / "tree") as tree:
        place_folder = tree / judge.prefix
        _link_untracked(config, judge.config_folder, place_folder)
        tables = training_place.tables(config, place_folder)
        place = Place(config=config, folder=place_folder, scratch=scratch, tables=tables, holdout=holdout)
        world.log(f"training the base {judge.base[:12]}")
        return _predictions(place, world)


def _brought(path: str, judge: Judge, scratch: Path) -> Path:
    data = judge.base_bytes(path)
    if data is None:
        raise OutsideError(
            f"it brings {path}, which is not in the base commit", remedy="Add the file to git, or use another baseline."
        )
    target = scratch / f"predictions{Path(path).suffix}"
    write_atomically(target, data)
    return target


def _predictions(place: Place, world: World) -> Path:
    declared = training.declared_outputs(place.config)
    trained = training.make(place, declared, world)
    if trained.reason is not None:
        last = f" Its last line: {trained.log_tail[-1]}" if trained.log_tail else ""
        raise OutsideError(
            f"{trained.reason.message}{last}", remedy="Train the base by hand to see why, or use another baseline."
        )
    source = place.folder / declared["predictions"]
    target = place.scratch / f"predictions{source.suffix}"
    if source.resolve() != target.resolve():
        shutil.copyfile(source, target)
    _note_model(trained, place.scratch)
    return target


def _note_model(trained: training.Trained, scratch: Path) -> None:
    """Leave the model's digest beside the predictions: a candidate of the same bytes is the same model."""
    digests = [artifact.digest for artifact in trained.artifacts if artifact.name == "model"]
    (scratch / "model.sha256").write_text("".join(digests))


@contextmanager
def _worktree(git: Git, commit: str, folder: Path) -> Iterator[Path]:
    git.remove_worktree(folder)
    try:
        git.add_worktree(folder, commit)
        yield folder
    finally:
        git.remove_worktree(folder)


def _link_untracked(config: Config, current: Path, base: Path) -> None:
    """Link what the base's training needs and its commit does not hold: untracked tables, pulled data, environments."""
    for path in (*(table.path for table in config.tables), *ENVIRONMENTS):
        here, there = current / path, base / path
        if not here.exists():
            continue
        if os.path.lexists(there) and not _points_to(there, here):
            continue
        there.unlink(missing_ok=True)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.symlink_to(here.resolve())


def _points_to(pointer: Path, file: Path) -> bool:
    """Return whether `pointer` is a pointer of Git LFS to the bytes of `file`."""
    if not pointer.is_file() or not file.is_file():
        return False
    with pointer.open("rb") as opened:
        found = _POINTER.match(opened.read(POINTER_BYTES))
    if found is None:
        return False
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest().encode() == found[1]
