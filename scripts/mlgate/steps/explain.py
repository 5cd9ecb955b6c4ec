"""`mlgate explain`: how a verdict came about, in plain words. Reads the run folder and writes nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.comparison import ComparisonDocument
from mlgate.core.documents.explanation import ExplanationDocument
from mlgate.core.documents.report import ReportDocument
from mlgate.core.explanation import choosing, wording
from mlgate.core.explanation.explain import explain
from mlgate.core.explanation.head import head_of
from mlgate.errors import UsageError
from mlgate.options import Common, option
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.runner import harmless
from mlgate.steps import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.comparison import RuleResult
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Tell how a rule came to its outcome, or each rule in a line; reads `comparison.json` and `report.json`."""

    rule: tuple[str, ...] = option("The rule's id, its start, or a part of it.", default=(), positional=True)
    slice: str = option("Of a rule with slices: which one; its start or a part is enough.", default="")


def run(inputs: Inputs, world: World) -> Result:
    """Explain.

    Raises:
        InputError: If nothing was compared in the run folder.
        UsageError: If no rule, or more than one, is meant.
    """
    comparison, report = _read(RunFolder(world.cwd / inputs.run_dir))
    head, results = head_of(comparison, report), report.rules if report else comparison.rules
    chosen = _chosen(inputs, results)
    explained = [explain(result, head) for result in chosen]
    if not inputs.rule or len(explained) > 1:
        explained = [dataclasses.replace(each, parts=()) for each in explained]
    document = ExplanationDocument(outcome=report.outcome if report else comparison.outcome, rules=tuple(explained))
    return Result(text=harmless(wording.text(explained)), document=document)


def _read(folder: RunFolder) -> tuple[ComparisonDocument, ReportDocument | None]:
    """Return the comparison, and the report if it is of that comparison; of a report alone, what it holds."""
    report = folder.find(ReportDocument)
    comparison = folder.find(ComparisonDocument)
    if comparison is None and report is not None and report.comparison is not None:
        return report.comparison, report
    comparison = comparison or folder.read(ComparisonDocument)
    return comparison, report if report is not None and report.comparison == comparison else None


def _chosen(inputs: Inputs, results: Sequence[RuleResult]) -> tuple[RuleResult, ...]:
    word = " ".join(inputs.rule)
    chosen = choosing.of_rule(results, word) if word else tuple(results)
    if inputs.slice and not isinstance(chosen, str):
        chosen = choosing.of_slice(chosen, inputs.slice)
    if isinstance(chosen, str):
        raise UsageError(chosen, remedy="`mlgate explain` lists the rules.")
    return chosen
