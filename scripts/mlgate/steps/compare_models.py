"""compare-models: candidate against baselines on the holdout, by paired statistics."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - the options are parsed by their annotations
from typing import TYPE_CHECKING

from mlgate.core.comparison import wording
from mlgate.core.documents.comparison import ComparisonDocument
from mlgate.core.documents.shared import Failure, Reason
from mlgate.core.outcome import Outcome
from mlgate.errors import ExitStatus
from mlgate.options import Common, option
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.runner import harmless
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.errors import MlgateError
    from mlgate.steps import World

STEP = "compare-models"


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Compare the candidate with the baselines on the holdout; without a configuration, two files of predictions."""

    enforce: bool = option("Exit with 3 on outcome fail; `false` leaves the verdict to enforce-gate.", default=True)
    show_values: bool = option("Show keys of rows also of tables that git does not track.", default=False, flag=True)
    holdout: Path | None = option("Without a configuration: the table with the labels.", default=None)
    key: str | None = option("Without a configuration: the key column.", default=None)
    label: str | None = option("Without a configuration: the label column.", default=None)
    candidate: Path | None = option("Without a configuration: the candidate's predictions.", default=None)
    baseline: Path | None = option("Without a configuration: the baseline's predictions.", default=None)
    metric: str | None = option("Without a configuration: the metric to compare by.", default=None)
    margin: float = option("Without a configuration: the largest accepted drop.", default=0.0)
    slice: str | None = option(
        "Without a configuration: a column of the holdout, by whose values the rule is judged too.", default=None
    )

    @property
    def plain(self) -> bool:
        """Return whether the options name files in place of a configuration."""
        named = (self.holdout, self.key, self.label, self.candidate, self.baseline, self.metric, self.slice)
        return any(value is not None for value in named)


def run(inputs: Inputs, world: World) -> Result:
    """Compare, and write `comparison.json`, also when there is nothing to compare."""
    folder = RunFolder(world.cwd / inputs.run_dir)
    folder.prepare()
    folder.file(ComparisonDocument).unlink(missing_ok=True)  # an interrupted comparison must not leave yesterday's
    scratch = folder.fresh("compare")
    try:
        document, error = folder.guarded(lambda: _compare(inputs, folder, scratch, world), _failed)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Result(
        text=harmless(wording.text(document)),
        status=_status(document, error, enforce=inputs.enforce),
        document=document,
        outputs={"outcome": str(document.outcome), "comparison-path": str(folder.file(ComparisonDocument))},
        error=error,
    )


def _status(document: ComparisonDocument, error: MlgateError | None, *, enforce: bool) -> int:
    if not enforce:
        return ExitStatus.DONE
    if error is not None:
        return error.status
    return ExitStatus.BLOCKED_FAIL if document.outcome is Outcome.FAIL else ExitStatus.DONE


def _failed(failure: Failure, reads: dict[str, str]) -> ComparisonDocument:
    reason = Reason(id=failure.reason, message=failure.message, step=STEP)
    return ComparisonDocument(outcome=Outcome.FAIL, reasons=(reason,), error=failure, reads=reads)


def _compare(inputs: Inputs, folder: RunFolder, scratch: Path, world: World) -> ComparisonDocument:
    if inputs.plain:
        return _compare_files(inputs, scratch, world)
    from mlgate.shell.base import policy as policies  # noqa: PLC0415 - git and YAML, which two files need not

    policy, judge = policies.load(inputs.config, folder, world)
    if policy.base.inputs_unchanged:
        message = "Nothing that the model depends on differs from the base: nothing was compared."
        reason = Reason(id="inputs-unchanged", message=message, step=STEP)
        return ComparisonDocument(reasons=(reason,), reads=dict(folder.reads))
    from mlgate.shell.comparison.request import Maker  # noqa: PLC0415 - the engine and numpy, 300 ms

    maker = Maker(
        policy=policy, judge=judge, folder=folder, scratch=scratch, world=world, show_values=inputs.show_values
    )
    return maker.document()


def _compare_files(inputs: Inputs, scratch: Path, world: World) -> ComparisonDocument:
    from mlgate.shell.comparison import comparing  # noqa: PLC0415 - the engine and numpy, 300 ms
    from mlgate.shell.comparison.files import Files  # noqa: PLC0415 - as above

    files = Files(
        holdout=inputs.holdout,
        key=inputs.key,
        label=inputs.label,
        candidate=inputs.candidate,
        baseline=inputs.baseline,
        metric=inputs.metric,
        margin=inputs.margin,
        slice=inputs.slice,
    )
    return comparing.document(files.request(world.cwd, scratch))
