"""`enforce-gate`: exit with the report's verdict, after the report was posted. Reads `report.json` and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.annotation import Annotation
from mlgate.core.gate.enforcement import explained, headline, parse
from mlgate.options import Common
from mlgate.shell.report_file import read_report
from mlgate.shell.runner import harmless
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.core.gate.enforcement import Verdict
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Exit with the report's verdict: 0, 3 (fail), 4 (inconclusive) or 2 (configuration)."""


def run(inputs: Inputs, world: World) -> Result:
    """Give the exit status that build-report decided.

    Raises:
        InputError: If there is no report, or none that can be believed.
    """
    verdict = read_report(world.cwd / inputs.run_dir, parse)
    return Result(
        text=harmless(explained(verdict)),
        status=verdict.status,
        document=verdict,
        outputs={"outcome": verdict.outcome.value},
        annotations=_annotations(verdict),
    )


def _annotations(verdict: Verdict) -> tuple[Annotation, ...]:
    if not verdict.blocks:
        return ()
    return (Annotation(level="error", message=harmless(explained(verdict)), title=harmless(headline(verdict))),)
