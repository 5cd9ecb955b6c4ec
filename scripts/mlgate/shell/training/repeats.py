"""The same training again with the next seeds: what each predicts is kept, and the candidate's files come back."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlgate.core.documents.shared import Reason
from mlgate.core.documents.training import Repeat
from mlgate.core.training.ending import STEP
from mlgate.errors import MlgateError
from mlgate.shell.digests import file_digest
from mlgate.shell.tables.files import suffix_of
from mlgate.shell.training.outputs import Outputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mlgate.core.documents.training import Artifact
    from mlgate.shell.training.place import Place
    from mlgate.shell.training.trained import Trained

    Training = Callable[[Place], Trained]

KEPT = PurePosixPath("training", "repeats")  # in the run folder


def added(trained: Trained, place: Place, declared: Mapping[str, str], train: Training) -> Trained:
    """Return the candidate's training with those of the seeds after its own.

    Args:
        trained: The candidate's.
        place: Where it ran.
        declared: Its outputs by name, relative to the configuration's folder.
        train: Trains in a place once; moving outputs aside is seen to here.

    Raises:
        InputError: The candidate's files cannot be moved aside.
    """
    own = _predictions(trained)
    config = place.config.train
    if config is None or config.repeats == 1 or own is None:
        return trained
    kept = place.scratch / "repeats"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    found = [_kept(place.folder / own.path, kept, config.seed)]
    for seed in range(config.seed + 1, config.seed + config.repeats):
        with _set_aside(place, declared):
            found.append(_again(place, kept, seed, train))
    repeats = tuple(each for each in found if isinstance(each, Repeat))
    return replace(trained, repeats=repeats, notes=tuple(each for each in found if isinstance(each, Reason)))


@contextmanager
def _set_aside(place: Place, declared: Mapping[str, str]) -> Iterator[None]:
    """Have the candidate's files lie elsewhere for a while; they come back whatever happens."""
    candidate = Outputs(place.folder, declared, place.scratch / "candidate")
    try:
        candidate.move_aside()
    except BaseException:
        candidate.restore()
        raise
    try:
        yield
    finally:
        candidate.bring_back()


def _again(place: Place, kept: Path, seed: int, train: Training) -> Repeat | Reason:
    config = place.config
    assert config.train is not None  # noqa: S101 - `added` has seen to it
    own = replace(config, train=replace(config.train, seed=seed))
    scratch = place.scratch / "repeat"
    try:
        trained = train(replace(place, config=own, scratch=scratch))
    except MlgateError as error:
        return _failed(seed, error.message)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    predictions = _predictions(trained)
    if predictions is None:
        return _failed(seed, trained.reason.message if trained.reason else "it left no predictions")
    return _kept(place.folder / predictions.path, kept, seed)


def _kept(predictions: Path, kept: Path, seed: int) -> Repeat | Reason:
    """Keep a copy of what one training predicts, below the run folder."""
    target = kept / f"{seed}{suffix_of(PurePosixPath(predictions.name))}"
    try:
        shutil.copyfile(predictions, target)
    except OSError as error:
        return _failed(seed, f"its predictions cannot be kept: {error.strerror or error}")
    path = (KEPT / target.name).as_posix()
    return Repeat(seed=seed, path=path, digest=file_digest(target), size=target.stat().st_size)


def _predictions(trained: Trained) -> Artifact | None:
    return next((artifact for artifact in trained.artifacts if artifact.name == "predictions"), None)


def _failed(seed: int, why: str) -> Reason:
    return Reason(id="repeat-failed", message=f"The training with seed {seed} is left out: {why}", step=STEP)
