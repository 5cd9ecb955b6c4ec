"""The configuration that `mlgate init` writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.config.model import BaselineKind, Task
from mlgate.core.setup.scalars import command, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

# AGAINST is the promoted model where there will be one, else the base's: see `Setup.baseline`.
RULES = {
    Task.REGRESSION: (
        "{metric: r2, against: AGAINST, margin: 0.01} # no worse than WHICH, within this margin",
        "{metric: r2, against: dummy, margin: 0} # better than always predicting the mean",
    ),
    Task.BINARY: (
        "{metric: accuracy, against: AGAINST, margin: 0.01} # no worse than WHICH, within this margin",
        "{metric: balanced_accuracy, against: dummy, margin: 0} # better than always guessing the larger class",
        "# - {metric: roc_auc, against: AGAINST, margin: 0.005} # needs a column `score` in the predictions",
        "# - {metric: recall, at-least: 0.6} # a floor, read literally",
    ),
    Task.MULTICLASS: (
        "{metric: accuracy, against: AGAINST, margin: 0.01} # no worse than WHICH, within this margin",
        "{metric: balanced_accuracy, against: dummy, margin: 0} # better than always guessing the largest class",
        "# - {metric: f1, average: macro, at-least: 0.6} # a floor, read literally",
    ),
}
BASELINES = {
    BaselineKind.PROMOTED: "what is in production (nothing at first), and a model that learned nothing",
    BaselineKind.BASE: "the model of the base commit, and one that learned nothing",
}
MODELS = {BaselineKind.PROMOTED: "the promoted model", BaselineKind.BASE: "the base's model"}
# What people call files of the family of pickles; the gate itself looks at what is in the file.
PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt")


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What `mlgate init` was told or concluded; paths are relative to the configuration's folder."""

    model: str
    tables: dict[str, str]
    contracts: dict[str, str]
    key: str
    label: str
    task: Task
    run: str | None = None
    model_file: str | None = None
    predictions: str

    @property
    def baseline(self) -> BaselineKind:
        """Return what the candidate is compared with: what is in production, if anything can get there."""
        return BaselineKind.BASE if self.model_file is None else BaselineKind.PROMOTED


def config_text(setup: Setup) -> str:
    """Return the configuration."""
    return "\n".join(_config_lines(setup)) + "\n"


def _config_lines(setup: Setup) -> Iterator[str]:
    yield "# What mlgate checks on a pull request. Reference: docs/reference/config.md in mlgate's repository."
    yield "version: 1"
    yield f"model: {scalar(setup.model)}"
    yield "tables:"
    for name, path in setup.tables.items():
        yield f"  {name}: {{path: {scalar(path)}, contract: {scalar(setup.contracts[name])}}}"
    yield f"key: {scalar(setup.key)} # the column that names a row"
    yield f"label: {scalar(setup.label)} # the column that is predicted"
    yield f"task: {setup.task.value}"
    yield from _train(setup)
    yield f"baselines: [{setup.baseline}, dummy] # {BASELINES[setup.baseline]}"
    yield "gate:"
    yield "  on-inconclusive: warn # `fail` blocks the merge when the holdout is too small to tell"
    yield "  rules:"
    for rule in RULES[setup.task]:
        line = rule.replace("AGAINST", setup.baseline).replace("WHICH", MODELS[setup.baseline])
        yield f"    {line}" if line.startswith("#") else f"    - {line}"
    if setup.model_file is not None:
        yield from _promote(setup.model_file)


def _train(setup: Setup) -> Iterator[str]:
    yield "train:"
    if setup.run is not None:
        yield f"  run: {command(setup.run)}"
        yield "  # inputs: [train.py, src/] # what the model depends on; without it, everything in the repository"
    else:
        yield "  # Without `run` the files below are taken as they are; with it mlgate trains: `run: python train.py`."
    if setup.model_file is not None:
        yield f"  model: {scalar(setup.model_file)}"
    yield f"  predictions: {scalar(setup.predictions)} # the key, `prediction`, and scores where a metric needs them"
    if setup.model_file is not None:
        yield "  # Before the holdout ever changes, name what scores it anew with the promoted model"
        yield "  # (MLGATE_PREDICT_MODEL, MLGATE_PREDICT_INPUT and MLGATE_PREDICT_OUTPUT say where they are):"
        yield "  # predict: {run: python predict.py}"


def _promote(model_file: str) -> Iterator[str]:
    why = "# what passed, once it is merged: .github/workflows/promote.yml"
    if not is_pickle(model_file):
        yield f"promote: {{stage: production}} {why}"
        return
    yield f"promote: {why}"
    yield "  stage: production"
    yield "  # By its name the model is a pickle. Loading one runs what is in it, so it is not promoted: save it as"
    yield "  # skops, ONNX or safetensors, or allow it, if all who load it trust everybody who can write it:"
    yield "  # allow-pickle: true"


def is_pickle(name: str) -> bool:
    """Tell whether a model file's name is that of a pickle, as far as a name tells."""
    return name.lower().endswith(PICKLES)
