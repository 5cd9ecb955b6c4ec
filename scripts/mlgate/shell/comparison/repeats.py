"""The predictions of repeated training, as train-model recorded them, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.repeats import FEWEST_SEEDS
from mlgate.core.comparison.repeated import repeats
from mlgate.core.documents.shared import Reason
from mlgate.errors import InputError
from mlgate.shell.comparison.identity import STEP
from mlgate.shell.comparison.predictions import PredictionsError
from mlgate.shell.digests import file_digest
from mlgate.shell.tables import engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mlgate.core.comparison.arena import Opponent
    from mlgate.core.comparison.sides import Predictions, Truth
    from mlgate.core.config.model import Config
    from mlgate.core.documents.comparison import Repeats
    from mlgate.core.documents.training import TrainingDocument

    Read = Callable[[Path, str], Predictions]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What the repeats say, and what has to be said of them."""

    repeats: tuple[Repeats, ...] = ()
    notes: tuple[Reason, ...] = ()


def files(training: TrainingDocument, run_folder: Path) -> tuple[Path, ...]:
    """Return the predictions of each training, in the order of their seeds.

    Raises:
        InputError: `document-stale`: one is gone, or is not what train-model recorded.
    """
    for repeat in training.repeats:
        path = run_folder / repeat.path
        if not path.is_file() or file_digest(path) != repeat.digest:
            raise InputError(
                f"{repeat.path} in the run folder is not the file that train-model recorded for seed {repeat.seed}",
                remedy="Run train-model again, and let nothing write its outputs afterwards.",
                reason="document-stale",
            )
    return tuple(run_folder / repeat.path for repeat in training.repeats)


def recipe(paths: Sequence[Path], read: Read, truth: Truth, opponents: Sequence[Opponent], config: Config) -> Recipe:
    """Return what repeated training comes to; nothing where there was none.

    Args:
        paths: The predictions of each training.
        read: Reads one of them, for messages called by its second argument.
        truth: The holdout's labels.
        opponents: The baselines.
        config: Whose rules name metrics and models.
    """
    if not paths:
        return Recipe()
    found = [_read(read, path) for path in paths]
    trainings = [each for each in found if not isinstance(each, Reason)]
    notes = tuple(each for each in found if isinstance(each, Reason))
    if len(trainings) < FEWEST_SEEDS:
        message = f"Of the repeated trainings {len(trainings)} can be compared: that needs {FEWEST_SEEDS}."
        return Recipe(notes=(*notes, Reason(id="repeats-too-few", message=message, step=STEP)))
    tail = (1 - config.gate.confidence) / 2
    return Recipe(repeats=repeats(truth, trainings, opponents, config.gate.rules, tail), notes=notes)


def _read(read: Read, path: Path) -> Predictions | Reason:
    try:
        return read(path, f"the training with seed {path.stem}")
    except (PredictionsError, engine.Unreadable) as error:
        return Reason(id="repeat-unusable", message=f"Seed {path.stem} is left out: {error.message}", step=STEP)
