"""`training.json`: how the candidate was made."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from mlgate.core.documents.shared import Document, Reason
from mlgate.core.outcome import Outcome


class TrainingSource(StrEnum):
    """Where the candidate came from."""

    RUN = "run"
    ESTIMATOR = "estimator"
    BROUGHT = "brought"
    UNCHANGED = "unchanged"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What the training command ran in.

    Attributes:
        python: Version of the `python` that the command's shell finds; null if there is none.
        platform: Operating system, release and machine.
        packages: Installed distributions of that Python, by name.
    """

    python: str | None = None
    platform: str = ""
    packages: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """A file that training left.

    Attributes:
        name: `model` or `predictions`.
        path: Relative to the configuration's folder.
        digest: sha256 of its bytes.
        size: Bytes.
    """

    name: str
    path: str
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """What one of several trainings predicts.

    Attributes:
        seed: Given to it as `MLGATE_TRAIN_SEED`.
        path: The predictions, relative to the run folder.
        digest: sha256 of their bytes.
        size: Bytes.
    """

    seed: int
    path: str
    digest: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number that training left in a JSON file, for a budget.

    Attributes:
        file: Relative to the configuration's folder.
        pointer: The JSON pointer of the number.
        value: The number; null if there is none.
        problem: Why there is none.
    """

    file: str
    pointer: str
    value: float | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class TrainingDocument(Document):
    """`training.json`: how the candidate was made. Written by train-model.

    Attributes:
        outcome: `pass`; `warn` when its model would not be promoted; `fail` when there is no candidate to judge.
        reasons: Why.
        source: Where the candidate came from.
        command: What ran.
        seed: Given to it as `MLGATE_TRAIN_SEED`.
        exit_status: How it ended; negative for a signal; null when it did not run.
        duration_seconds: Wall time.
        peak_memory_bytes: Of the command and its children, as the operating system counts.
        log_tail: Its last lines; empty on success.
        environment: What it ran in.
        commit: The commit that was checked out.
        tree: Its tree.
        dirty: Whether the checkout differed from the commit.
        artifacts: The model and the predictions.
        numbers: What the budgets of the policy ask of files that training leaves.
        repeats: What each training predicts, the candidate's first, where the configuration asks for several.
        model_format: Of the model's file, by its content, where the configuration promotes; null if it is refused.
        runs_code: Whether loading the model can run code that it brings.
    """

    schema: str = "mlgate/training/1"
    outcome: Outcome = Outcome.PASS
    reasons: tuple[Reason, ...] = ()
    source: TrainingSource = TrainingSource.NONE
    command: str | None = None
    seed: int = 0
    exit_status: int | None = None
    duration_seconds: float | None = None
    peak_memory_bytes: int | None = None
    log_tail: tuple[str, ...] = ()
    environment: Environment | None = None
    commit: str | None = None
    tree: str | None = None
    dirty: bool = False
    artifacts: tuple[Artifact, ...] = ()
    numbers: tuple[Number, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    model_format: str | None = None
    runs_code: bool = False

    def artifact(self, name: str) -> Artifact | None:
        """Return the artifact called `name`, or None."""
        return next((artifact for artifact in self.artifacts if artifact.name == name), None)
