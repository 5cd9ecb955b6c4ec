"""train-model: run the training command, or fit an estimator, and record how the candidate was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.data import DataDocument
from mlgate.core.documents.shared import Failure, Reason
from mlgate.core.documents.training import TrainingDocument, TrainingSource
from mlgate.core.outcome import Outcome, worst
from mlgate.core.report.wording import reason_text
from mlgate.core.training.budget_files import budgets_of
from mlgate.core.training.ending import STEP, duration
from mlgate.errors import ExitStatus
from mlgate.options import Common, option
from mlgate.shell.base import policy as policies
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.runner import harmless
from mlgate.shell.training import candidate as training
from mlgate.shell.training.outputs import Outputs
from mlgate.steps import Result

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from mlgate.core.documents.training import Artifact
    from mlgate.core.gate.policy import Policy
    from mlgate.errors import MlgateError
    from mlgate.shell.base.policy import Judge
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Train the candidate: run the configuration's command, or fit its estimator."""

    brought: bool = option(
        "Run nothing: take the files that train.model and train.predictions name as another job left them.",
        default=False,
        flag=True,
    )
    enforce: bool = option("Whether a failed training ends this step with a failure.", default=True)


def run(inputs: Inputs, world: World) -> Result:
    """Train, and write `training.json`, also when training fails."""
    folder = RunFolder(world.cwd / inputs.run_dir)
    folder.prepare()
    folder.file(TrainingDocument).unlink(missing_ok=True)  # an interrupted training must not leave yesterday's
    document, error = folder.guarded(lambda: _train(inputs, folder, world), _failed)
    return Result(
        text=harmless(_text(document)),
        status=_status(document, error, enforce=inputs.enforce),
        document=document,
        outputs=_outputs(document, folder, (world.cwd / inputs.config).parent),
        error=error,
    )


def _train(inputs: Inputs, folder: RunFolder, world: World) -> TrainingDocument:
    policy, judge = policies.load(inputs.config, folder, world)
    folder.witness(DataDocument)  # hostile training could write it anew: build-report then finds another digest
    train = policy.working.train
    if policy.base.inputs_unchanged:
        return _document(policy, folder, source=TrainingSource.UNCHANGED, reasons=(_reason("inputs-unchanged"),))
    if train is None:
        return _document(policy, folder, **_judged(policy, judge, None, ()))
    if inputs.brought or (train.run is None and train.estimator is None):
        return _brought(policy, judge, folder)
    trained = training.candidate(policy, judge, folder, world)
    return _document(
        policy,
        folder,
        **_with_notes(_judged(policy, judge, trained.reason, trained.artifacts), trained.notes),
        source=trained.source,
        command=train.run or f"estimator: {train.estimator.name if train.estimator else ''}",
        seed=train.seed,
        exit_status=trained.ended.status,
        duration_seconds=trained.ended.duration_seconds,
        peak_memory_bytes=trained.ended.peak_memory_bytes,
        log_tail=trained.log_tail,
        numbers=trained.numbers,
        repeats=trained.repeats,
        environment=trained.environment,
    )


def _with_notes(judged: dict[str, Any], notes: tuple[Reason, ...]) -> dict[str, Any]:
    """Return what is said of a candidate, with which repeats of its training failed."""
    outcome = worst([judged["outcome"], *([Outcome.WARN] if notes else [])])
    return {**judged, "outcome": outcome, "reasons": (*judged["reasons"], *notes)}


def _brought(policy: Policy, judge: Judge, folder: RunFolder) -> TrainingDocument:
    budgets = budgets_of((policy.working, policy.judging, policy.proposed))
    declared = training.declared_outputs(policy.working, budgets)
    outputs = Outputs(judge.config_folder, declared, folder.path / "training" / "aside")
    missing = outputs.missing()
    problem = None
    if missing:
        message = f"Nothing was to be run here, and there is no {' and no '.join(missing)}."
        problem = _reason("candidate-missing", message)
    judged = _judged(policy, judge, problem, () if missing else training.judged_outputs(outputs))
    judged["numbers"] = () if missing else training.budget_numbers(budgets, judge.config_folder)
    if not missing:
        judged["reasons"] += (_reason("brought", "Model and predictions were trained elsewhere."),)
    if policy.working.train and policy.working.train.repeats > 1:
        message = "Nothing was trained here, so `train.repeats` has no part: nothing is said of what the seed changes."
        judged["reasons"] += (_reason("repeats-too-few", message),)
    return _document(policy, folder, source=TrainingSource.BROUGHT, **judged)


def _judged(policy: Policy, judge: Judge, problem: Reason | None, artifacts: tuple[Artifact, ...]) -> dict[str, Any]:
    """Return what is said of a candidate: why there is none, or whether promotion will refuse its model."""
    promote = policy.working.promote
    if problem is not None:
        return {"outcome": Outcome.FAIL, "reasons": (problem,), "artifacts": artifacts}
    if promote is None:
        return {"outcome": Outcome.PASS, "reasons": (), "artifacts": artifacts}
    from mlgate.shell.training.model_look import look  # noqa: PLC0415 - readers of formats: only where models are promoted

    model = next((artifact for artifact in artifacts if artifact.name == "model"), None)
    seen = look(promote, model, judge.config_folder)
    return {
        "outcome": Outcome.WARN if seen.refused else Outcome.PASS,
        "reasons": seen.reasons,
        "artifacts": artifacts,
        "model_format": seen.model_format,
        "runs_code": seen.runs_code,
    }


def _reason(identity: str, message: str = "") -> Reason:
    return Reason(id=identity, message=message, step=STEP)


def _document(policy: Policy, folder: RunFolder, **fields: Any) -> TrainingDocument:
    base = policy.base
    return TrainingDocument(
        reads=dict(folder.reads), commit=base.commit, tree=base.tree, dirty=bool(base.dirty), **fields
    )


def _failed(failure: Failure, reads: dict[str, str]) -> TrainingDocument:
    reason = _reason(failure.reason, failure.message)
    return TrainingDocument(reads=reads, error=failure, outcome=Outcome.FAIL, reasons=(reason,))


def _status(document: TrainingDocument, error: MlgateError | None, *, enforce: bool) -> int:
    if not enforce or (error is None and document.outcome is not Outcome.FAIL):
        return ExitStatus.DONE
    if error is not None:
        return error.status
    return ExitStatus.BLOCKED_FAIL if document.source is TrainingSource.BROUGHT else ExitStatus.OUTSIDE


def _outputs(document: TrainingDocument, folder: RunFolder, config_folder: Path) -> dict[str, str]:
    outputs = {
        "outcome": document.outcome.value,
        "training-path": str(folder.file(TrainingDocument)),
        "exit-status": "" if document.exit_status is None else str(document.exit_status),
        "duration-seconds": "" if document.duration_seconds is None else f"{document.duration_seconds:.3f}",
    }
    for name in ("model", "predictions"):
        artifact = document.artifact(name)
        outputs[f"{name}-path"] = str(config_folder / artifact.path) if artifact else ""
    return outputs


def _text(document: TrainingDocument) -> str:
    said = [f"training: {document.outcome}"]
    if document.duration_seconds is not None:
        said.append(f"{document.source} took {duration(round(document.duration_seconds, 1))}")
    if document.peak_memory_bytes:
        said.append(f"{document.peak_memory_bytes / 2**20:,.0f} MiB at its peak")
    lines = [", ".join(said)]
    lines += [f"  {artifact.name}: {artifact.path} ({artifact.size:,} bytes)" for artifact in document.artifacts]
    if document.error is None:
        lines += [f"  {reason.id}: {reason_text(reason)}".replace("\n", "\n    ") for reason in document.reasons]
    return "\n".join(lines)
