"""A candidate's model file, looked at while it is at hand: a check must not be green where promotion will refuse."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

from mlgate.core.config.model import StoreKind
from mlgate.core.documents.shared import Reason
from mlgate.core.training.ending import STEP
from mlgate.errors import MlgateError
from mlgate.shell.registry.bundle.model_file import inspect_model
from mlgate.shell.registry.stores.branch import LIMIT

if TYPE_CHECKING:
    from pathlib import Path

    from mlgate.core.config.model import Promote
    from mlgate.core.documents.training import Artifact

ONE_FILE = "Save the model as one file: an archive's digest is what the registry knows it by."


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the model's file is.

    Attributes:
        model_format: As the registry's records say it; None if it is refused.
        runs_code: Whether loading it can run code that it brings.
        reasons: Why it will not be promoted, or what has to be known of it.
    """

    model_format: str | None = None
    runs_code: bool = False
    reasons: tuple[Reason, ...] = ()

    @property
    def refused(self) -> bool:
        """Return whether promotion will refuse the model."""
        return self.model_format is None


def look(promote: Promote, artifact: Artifact | None, folder: Path) -> Look:
    """Return what promotion will say of a candidate's model.

    Args:
        promote: What the working copy's configuration will promote by, once it is merged.
        artifact: The model; None if training names none.
        folder: What its path is relative to: the configuration's.
    """
    if artifact is None:
        return _refused("no model can be promoted: `train.model` names no file", "Name the model's file there.")
    path = folder / artifact.path
    if path.is_dir():
        return _refused(f"the model {artifact.path} is refused: it is a folder", ONE_FILE)
    if promote.store is StoreKind.BRANCH and artifact.size > LIMIT:
        sizes = f"{artifact.size / 10**6:.1f} MB, and the registry's branch takes files to {LIMIT // 10**6} MB"
        remedy = "Write `promote: {store: release}`, or `promote: {store: {folder: path}}`."
        return _refused(f"the model {artifact.path} is refused: it has {sizes}", remedy)
    try:
        kind = inspect_model(path, allow_pickle=promote.allow_pickle, trusted_types=promote.trusted_types)
    except MlgateError as error:
        return _refused(error.message, error.remedy)
    return Look(
        model_format=kind.name,
        runs_code=kind.runs_code,
        reasons=(_warned(artifact.path, kind.name),) if kind.runs_code else (),
    )


def _refused(message: str, remedy: str) -> Look:
    first, _, lines = remedy.partition("\n")
    if lines:  # to be copied: they keep their form only within the message
        message = f"{message}. {first}\n{dedent(lines)}"
        return Look(reasons=(Reason(id="model-refused", message=message, step=STEP),))
    return Look(reasons=(Reason(id="model-refused", message=message, step=STEP, remedy=remedy),))


def _warned(path: str, kind: str) -> Reason:
    message = f"{path} is promoted as {kind}, as `promote.allow-pickle` allows: loading it runs code that it brings."
    return Reason(id="model-runs-code", message=message, step=STEP)
