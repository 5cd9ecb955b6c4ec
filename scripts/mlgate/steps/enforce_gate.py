"""`enforce-gate`: exit with the report's verdict, after the report was posted. Reads `report.json` and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.annotation import Annotation
from mlgate.core.gate.enforcement import contradiction, verdict, verdict_line
from mlgate.errors import InputError
from mlgate.options import Common
from mlgate.shell.report_file import read_report
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.runner import harmless
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.core.documents import ReportDocument
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Exit with the report's verdict: 0, 3 (fail), 4 (inconclusive) or 2 (configuration)."""


def run(inputs: Inputs, world: World) -> Result:
    """Give the exit status that build-report decided.

    Raises:
        InputError: If there is no report, or none that can be believed.
    """
    report = read_report(RunFolder(world.cwd / inputs.run_dir))
    against = contradiction(report)
    if against is not None:
        raise InputError(
            f"report.json contradicts itself ({against}): it was edited or damaged",
            remedy="Run build-report again; do not edit documents.",
            reason="document-invalid",
        )
    return Result(
        text=harmless(verdict(report)),
        status=report.status,
        document=report,
        outputs={"outcome": report.outcome.value},
        annotations=_annotations(report),
    )


def _annotations(report: ReportDocument) -> tuple[Annotation, ...]:
    if not report.blocks:
        return ()
    return (Annotation(level="error", message=harmless(verdict(report)), title=harmless(verdict_line(report))),)
