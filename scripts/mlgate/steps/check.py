"""check: the whole pull-request check in one process, on a laptop. The steps are the same; nothing is posted."""

from __future__ import annotations

import importlib
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlgate import options
from mlgate.core.documents.files import FILES
from mlgate.core.documents.report import ReportDocument
from mlgate.errors import InputError, MlgateError
from mlgate.options import Common, option
from mlgate.shell.run_folder import RunFolder
from mlgate.steps import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.annotation import Annotation
    from mlgate.steps import World

STEPS = ("fetch-base", "validate-data", "train-model", "compare-models", "build-report")
RENDERED = ("report.md", "report.html")


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Validate, train, compare and decide, as on a pull request; post nothing."""

    base: str | None = option(
        "Judge by the policy of this branch, tag or commit; by default the working copy judges.", default=None
    )
    show_values: bool = option("Show values of tables that git does not track.", default=False, flag=True)
    plots: str | None = option("Plots of the HTML page: `svg` or `none`.", default=None)


@dataclass
class _Told:
    """What the steps said: each error once, annotations of all."""

    errors: set[str] = field(default_factory=set)
    annotations: tuple[Annotation, ...] = ()

    def error(self, error: MlgateError, world: World) -> None:
        if str(error) not in self.errors:
            self.errors.add(str(error))
            world.log(f"error: {error}")

    def bug(self, step: str, error: Exception, world: World) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
        world.log(f"error: a bug of mlgate stopped {step} at {where}: {type(error).__name__}: {error!s:.300}")
        if world.env.get("MLGATE_DEBUG") == "true":
            world.log("".join(traceback.format_exception(error)))


def run(inputs: Inputs, world: World) -> Result:
    """Run every step, whatever became of the one before, and end with the report's exit status.

    Raises:
        MlgateError: If no report could be made.
    """
    folder = RunFolder(world.cwd / inputs.run_dir)
    words = _words(inputs)
    # Every option is read before anything runs, so that a wrong one costs no training.
    parsed = {step: _parsed(step, words[step], world) for step in STEPS}
    _start_afresh(folder)
    told = _Told()
    for number, step in enumerate(STEPS[:-1], start=1):
        world.log(f"[{number}/{len(STEPS)}] {step} …")
        _run(step, parsed[step], world, told)
    world.log(f"[{len(STEPS)}/{len(STEPS)}] {STEPS[-1]} …")
    built = _module(STEPS[-1]).run(parsed[STEPS[-1]], world)
    return _result(built, folder, told)


def _words(inputs: Inputs) -> Mapping[str, list[str]]:
    common = [f"--config={inputs.config}", f"--run-dir={inputs.run_dir}"]
    judging = [*common, "--enforce=false"]
    return {
        "fetch-base": common + ([f"--base={inputs.base}"] if inputs.base else []),
        "validate-data": judging + (["--show-values=true"] if inputs.show_values else []),
        "train-model": judging,
        "compare-models": judging + (["--show-values=true"] if inputs.show_values else []),
        "build-report": common + ([f"--plots={inputs.plots}"] if inputs.plots else []),
    }


def _module(step: str) -> Any:
    return importlib.import_module(f"mlgate.steps.{step.replace('-', '_')}")


def _parsed(step: str, words: list[str], world: World) -> Any:
    return options.parse(_module(step).Inputs, words, world.env, prog="mlgate check")


def _start_afresh(folder: RunFolder) -> None:
    """Remove the documents of an earlier run: what a step does not write anew is missing, not yesterday's."""
    try:
        folder.prepare()
        for name in (*FILES.values(), *RENDERED):
            (folder.path / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"the run folder {folder.path} cannot be used: {error.strerror}", remedy="Name another by `--run-dir`."
        ) from None


def _run(step: str, inputs: Any, world: World, told: _Told) -> None:
    """Run one step; whatever stops it, the report says so, because its document is missing or carries the error."""
    more = {"network": False} if step == "fetch-base" else {}
    try:
        result: Result = _module(step).run(inputs, world, **more)
    except MlgateError as error:
        told.error(error, world)
        return
    except Exception as error:  # noqa: BLE001 - a bug in one step is no reason to have no report
        told.bug(step, error, world)
        return
    told.annotations += result.annotations
    if result.error is not None:
        told.error(result.error, world)
    elif result.text:
        world.log(result.text.rstrip("\n"))


def _result(built: Result, folder: RunFolder, told: _Told) -> Result:
    report = built.document
    if not isinstance(report, ReportDocument):
        raise InputError("build-report gave no report", remedy="Its log says why.", reason="report-missing")
    paths = [folder.file(ReportDocument), *(folder.path / name for name in RENDERED)]
    return Result(
        text="\n".join([built.text.rstrip("\n"), *(f"  {path}" for path in paths if path.exists())]),
        status=report.status,
        document=report,
        outputs={**built.outputs, "outcome": report.outcome.value},
        annotations=told.annotations,
    )
