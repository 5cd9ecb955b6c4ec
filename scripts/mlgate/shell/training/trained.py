"""What came of a training: passed from the one that trains to those that repeat, record and judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlgate.core.documents.shared import Reason
    from mlgate.core.documents.training import Artifact, Environment, Number, Repeat, TrainingSource
    from mlgate.core.training.ending import Ended


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What came of one training.

    Attributes:
        source: The command or the estimator.
        ended: How it ended.
        reason: Why there is no candidate; None if there is one.
        artifacts: Model and predictions; empty without a candidate.
        numbers: What budgets ask of files that it left.
        log_tail: The last lines; empty with a candidate.
        environment: What it ran in.
        repeats: What it and the trainings with the next seeds predict.
        notes: Which of those failed.
    """

    source: TrainingSource
    ended: Ended
    reason: Reason | None
    artifacts: tuple[Artifact, ...]
    log_tail: tuple[str, ...]
    environment: Environment
    numbers: tuple[Number, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    notes: tuple[Reason, ...] = ()
