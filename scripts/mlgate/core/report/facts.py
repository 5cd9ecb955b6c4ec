"""What a report states without judging: how steps ended, how training went, what the verdict is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.model import Task
from mlgate.core.documents.base import PolicySource
from mlgate.core.report import numbers
from mlgate.core.report.wording import LABELS

if TYPE_CHECKING:
    from mlgate.core.documents.report import ReportDocument, StepStatus
    from mlgate.core.documents.training import TrainingDocument


def policy_source(source: PolicySource) -> str:
    """Return whose configuration judged."""
    return {
        PolicySource.BASE: "The policy of the base judged: this pull request cannot change how it is judged.",
        PolicySource.WORKING_COPY: "The policy of the working copy judged.",
        PolicySource.INTRODUCED: "The base has no configuration, so this pull request's own policy judged.",
        PolicySource.REMOVED: "This pull request removes the configuration; the policy of the base judged.",
    }[source]


def training_facts(training: TrainingDocument) -> list[tuple[str, str]]:
    """Return what is known of the training as label and text."""
    facts = [("Source", str(training.source))]
    if training.command:
        facts.append(("Command", training.command))
    if training.exit_status is not None:
        facts.append(("Exit status", _ending(training.exit_status)))
    if training.duration_seconds is not None:
        facts.append(("Duration", numbers.duration(training.duration_seconds)))
    if training.peak_memory_bytes is not None:
        facts.append(("Peak memory", numbers.size(training.peak_memory_bytes)))
    facts.append(("Seed", str(training.seed)))
    if training.environment:
        facts.append(("Python", training.environment.python or "none"))
        facts.append(("Platform", training.environment.platform or numbers.NONE))
        facts.append(("Packages", numbers.count(len(training.environment.packages))))
    facts += [(a.name.capitalize(), f"{a.path} ({numbers.size(a.size)})") for a in training.artifacts]
    if training.model_format:
        code = ", which runs code when it is loaded" if training.runs_code else ""
        facts.append(("Format", f"{training.model_format}{code}"))
    return facts


def _ending(status: int) -> str:
    return f"ended by signal {-status}" if status < 0 else str(status)


def provenance_facts(report: ReportDocument) -> list[tuple[str, str]]:
    """Return what the verdict is bound to, as label and full digest or commit."""
    bound = report.provenance
    pairs = [
        ("Commit", bound.commit),
        ("Head", bound.head),
        ("Tree", bound.tree),
        ("Base", bound.base),
        ("Inputs", bound.inputs_digest),
        ("Configuration", bound.config_digest),
        *((f"Contract {path}", value) for path, value in sorted(bound.contract_digests.items())),
        *((f"Table {name}", value) for name, value in sorted(bound.data_digests.items())),
        ("Holdout identity", bound.holdout_digest),
        ("Model", bound.model_digest),
        ("Predictions", bound.predictions_digest),
    ]
    return [(label, value) for label, value in pairs if value]


def step_ending(step: StepStatus) -> tuple[str, str]:
    """Return how a step ended: the name of its colour, and a word."""
    if step.outcome is not None:
        return step.outcome.value, LABELS[step.outcome]
    return ("unneeded", "not needed") if step.message == "not needed" else ("missing", "missing")


def task_title(task: Task | None) -> str:
    """Return the task in words."""
    return {
        Task.BINARY: "binary classification",
        Task.MULTICLASS: "multiclass classification",
        Task.REGRESSION: "regression",
        None: "no task",
    }[task]
