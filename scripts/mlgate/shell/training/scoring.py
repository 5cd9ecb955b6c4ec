"""Score a table with a model that `train.estimator` made. Runs in the worker's process.

The file is skops: it is loaded only if every type in it is known to be harmless, or one that the configuration trusts.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlgate.errors import InputError
from mlgate.shell.registry.bundle.model_file import inspect_model
from mlgate.shell.training import fitting

REASON = "model-refused"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to score and where everything lies; paths are absolute.

    Attributes:
        task: `score`.
        model: The skops file.
        table: What is to be scored.
        predictions: Where key, prediction and scores go.
        key: The table's key column.
        spill: Folder for what does not fit into memory.
        positive: The class whose probability is the score, where there are two.
        trusted: Types that the configuration trusts.
    """

    task: str
    model: str
    table: str
    predictions: str
    key: str
    spill: str
    positive: str | None = None
    trusted: list[str] = field(default_factory=list)


def score(job: Job) -> None:
    """Write the model's predictions for the table.

    Raises:
        InputError: The model is not one of ours, or the table lacks its features.
    """
    pipeline = _load(Path(job.model), job.trusted)
    numbers, words = _features(pipeline)
    table = fitting.read(Path(job.table), job.spill)
    fitting.require(table, (job.key, *numbers, *words), job.table)
    frame = fitting.frame(table, [*numbers, *words], numbers)
    fitting.write_predictions(pipeline, frame, table[job.key], job)


def _load(path: Path, trusted: list[str]) -> Any:
    import skops.io  # noqa: PLC0415 - heavy, and only needed here

    if inspect_model(path, allow_pickle=False, trusted_types=trusted).name != "skops":
        raise InputError(f"{path.name} is no skops file", remedy="Use `train.predict`.", reason=REASON)
    try:
        # Every type in the file was reviewed just now, by a list that knows more harmless ones than skops does.
        return skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path.name} cannot be loaded: {error!s:.300}", remedy="Use `train.predict`.", reason=REASON
        ) from None


def _features(pipeline: Any) -> tuple[list[str], list[str]]:
    """Return the columns that the model takes as numbers, and those that it takes as text."""
    steps = getattr(pipeline, "named_steps", {})
    transformers = getattr(steps.get("columns"), "transformers", ())
    columns = {name: list(names) for name, _, names in transformers}
    if set(columns) != {"numbers", "words"}:
        raise InputError(
            "the model is not one that `train.estimator` made", remedy="Use `train.predict`.", reason=REASON
        )
    return columns["numbers"], columns["words"]
