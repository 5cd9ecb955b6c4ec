"""The baseline `base`: the base commit's own training, run again in a worktree of that commit."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlgate.core import pointers
from mlgate.core.data.globs import is_glob
from mlgate.core.documents.base import PolicySource
from mlgate.core.documents.training import TrainingDocument
from mlgate.core.gate import inputs
from mlgate.core.training.budget_files import budgets_of
from mlgate.errors import MlgateError, OutsideError
from mlgate.shell.digests import file_digest
from mlgate.shell.run_folder import write_atomically
from mlgate.shell.tables import sources
from mlgate.shell.training import candidate as training
from mlgate.shell.training import place as training_place
from mlgate.shell.training.place import Place
from mlgate.shell.training.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.config.model import Config, Table
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.policy import Judge
    from mlgate.shell.git.repository import Git
    from mlgate.shell.run_folder import RunFolder
    from mlgate.shell.world import World

ENVIRONMENTS = (".venv", "venv")  # untracked, and the base's command needs one as much as the candidate's
UNPINNED = "baseline-unpinned"


@dataclass(frozen=True, kw_only=True)
class Base:
    """What training the base came to.

    Attributes:
        predictions: Where its predictions lie.
        model_digest: sha256 of its model; None where it has none.
        training: How it was made, as far as budgets ask; None where its files were taken as they are.
    """

    predictions: Path
    model_digest: str | None = None
    training: TrainingDocument | None = None


def train_base(policy: Policy, judge: Judge, folder: RunFolder, world: World, holdout: Path) -> Base:
    """Train the base commit's model, and have it predict `holdout`.

    The base's command runs in the base's tree, with the base's seed and tables. Tables and environments that git does
    not track are the working copy's; of what the commit that is checked out holds, nothing is used. All happens in a
    temporary folder outside the repository, which is removed again, also after a failure.

    Raises:
        MlgateError: `baseline-missing` or `baseline-unpinned`, with the cause.
    """
    try:
        with outside(world) as scratch:
            return _train_base(policy, judge, folder, world, holdout=holdout, scratch=scratch)
    except MlgateError as error:
        raise OutsideError(
            f"The model of the base could not be trained: {error.message}",
            remedy=error.remedy,
            reason=UNPINNED if error.reason == UNPINNED else "baseline-missing",
        ) from None


def _train_base(policy: Policy, judge: Judge, folder: RunFolder, world: World, *, holdout: Path, scratch: Path) -> Base:
    config, train = policy.judging, policy.judging.train
    if judge.git is None or judge.base is None:
        raise OutsideError("no base commit is known", remedy="Name one: `mlgate check --base main`.")
    if policy.base.policy not in (PolicySource.BASE, PolicySource.REMOVED):
        raise OutsideError(
            "it has no configuration yet", remedy="Merge the configuration: from then on its model is the baseline."
        )
    if train is None or train.predictions is None:
        raise OutsideError("its configuration has no `train.predictions`", remedy="Use another baseline.")
    if train.run is None and train.estimator is None:
        return _brought(train.predictions, train.model, judge, folder)
    copy = training_place.copy_holdout(holdout, training_place.labels(policy), scratch, world)
    with worktree(judge.git, judge.base, scratch / "tree") as tree:
        place_folder = tree / judge.prefix
        link_untracked(config, judge, place_folder)
        tables = training_place.tables(config, place_folder)
        anywhere = Path(place_folder.anchor)  # what git does not track is linked from the working copy
        where = sources.Place(folder=place_folder, within=anywhere, downloads=scratch / "downloads", env=world.env)
        learned = training.learned(config, Plain(place=where, scratch=scratch, world=world))
        place = Place(config=config, folder=place_folder, scratch=scratch, tables=tables, learned=learned, holdout=copy)
        world.log(f"training the base {judge.base[:12]}")
        return _trained(place, folder, world)


def _brought(path: str, model: str | None, judge: Judge, folder: RunFolder) -> Base:
    data = judge.base_bytes(path)
    if data is None:
        raise OutsideError(
            f"it brings {path}, which is not in the base commit", remedy="Add the file to git, or use another baseline."
        )
    target = folder.fresh("base") / f"predictions{Path(path).suffix}"
    write_atomically(target, data)
    model_bytes = None if model is None else judge.base_bytes(model)
    digest = None if model_bytes is None else hashlib.sha256(model_bytes).hexdigest()
    return Base(predictions=target, model_digest=digest)


def _trained(place: Place, folder: RunFolder, world: World) -> Base:
    budgets = budgets_of((place.config,))
    declared = training.declared_outputs(place.config, budgets)
    trained = training.make(place, declared, world, budgets)
    if trained.reason is not None:
        last = f" Its last line: {trained.log_tail[-1]}" if trained.log_tail else ""
        raise OutsideError(
            f"{trained.reason.message}{last}", remedy="Train the base by hand to see why, or use another baseline."
        )
    source = place.folder / declared["predictions"]
    if not source.is_file():
        raise OutsideError(f"its predictions {declared['predictions']} are no file", remedy="Use another baseline.")
    target = folder.fresh("base") / f"predictions{source.suffix}"
    shutil.copyfile(source, target)
    digests = [artifact.digest for artifact in trained.artifacts if artifact.name == "model"]
    made = TrainingDocument(
        duration_seconds=trained.ended.duration_seconds,
        peak_memory_bytes=trained.ended.peak_memory_bytes,
        artifacts=trained.artifacts,
        numbers=trained.numbers,
    )
    return Base(predictions=target, model_digest=digests[0] if digests else None, training=made)


@contextmanager
def outside(world: World) -> Iterator[Path]:
    """Make a temporary folder where what looks into parent folders does not find the pull request's files."""
    wanted = world.env.get("RUNNER_TEMP")
    parent = wanted if wanted and Path(wanted).is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="mlgate-base-", dir=parent)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def worktree(git: Git, commit: str, folder: Path) -> Iterator[Path]:
    """Give a folder with the files of a commit, for a while."""
    try:
        git.add_worktree(folder, commit)
        yield folder
    finally:
        git.remove_worktree(folder)


def link_untracked(config: Config, judge: Judge, base: Path) -> None:
    """Link what the base's training needs and its commit does not hold: untracked tables, pulled data, environments.

    Raises:
        OutsideError: `baseline-unpinned`: the commit that is checked out holds a table that the base has not.
    """
    tables = {path: table for table in config.tables for path in _paths(table, judge)}
    for path in (*tables, *ENVIRONMENTS):
        here, there = judge.config_folder / path, base / path
        pointer = _points_to(there, here)
        if not here.exists() or (os.path.lexists(there) and not pointer):
            continue
        if not pointer and _committed(path, judge):
            table = tables.get(path)
            # The holdout the base reads as the copy without its label; of a glob it has files of its own.
            if table is None or table.name == "holdout" or is_glob(table.path):
                continue
            raise OutsideError(
                f"it reads {path}, which its commit has not and the pull request adds",
                remedy="Add the table to git on the base first, or use another baseline.",
                reason=UNPINNED,
            )
        there.unlink(missing_ok=True)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.symlink_to(here.resolve())


def _paths(table: Table, judge: Judge) -> tuple[str, ...]:
    if sources.is_address(table.path):
        return ()
    return sources.files_of(table.path, judge.config_folder) if is_glob(table.path) else (table.path,)


def _committed(path: str, judge: Judge) -> bool:
    """Return whether the commit that is checked out holds the file or folder at `path`, or what that links to."""
    if judge.git is None or judge.commit is None:
        return False
    here = judge.config_folder / path
    names = [inputs.join(judge.prefix, path), judge.git.relative(here.resolve())]
    return judge.tracked(path) or bool(judge.git.entries(judge.commit, [name for name in names if name is not None]))


def _points_to(pointer: Path, file: Path) -> bool:
    """Return whether `pointer` is a pointer of Git LFS to the bytes of `file`."""
    if not pointer.is_file() or not file.is_file():
        return False
    with pointer.open("rb") as opened:
        found = pointers.lfs(opened.read(pointers.LONGEST_LFS))
    return found is not None and file_digest(file) == found.digest
