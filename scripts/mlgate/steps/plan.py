"""`mlgate plan`: how many rows a question needs, and what the rows at hand can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.documents.comparison import ComparisonDocument
from mlgate.core.planning.question import Question, problems
from mlgate.errors import UsageError
from mlgate.options import Common, option
from mlgate.shell.run_folder import RunFolder
from mlgate.shell.runner import harmless
from mlgate.steps import Result

if TYPE_CHECKING:
    from mlgate.steps import World


@dataclass(frozen=True, kw_only=True)
class Inputs(Common):
    """Tell how many rows a question needs, and what a holdout can tell; reads `comparison.json` where it is there."""

    tolerance: float | None = option("The largest accepted error of an estimate, in the metric's units.", default=None)
    reliability: float = option("Probability that no estimate errs by more.", default=Question.reliability)
    reuses: int = option("How many estimates are made on the same rows.", default=Question.reuses)
    both_sides: bool = option("Count errors in both directions.", default=False, flag=True)
    value_range: float = option(
        "The largest value of a row minus the smallest; 1 for right or wrong.", default=Question.value_range
    )
    margin: float | None = option(
        "The largest accepted drop of a share, such as accuracy; with a comparison, in place of each rule's.",
        default=None,
    )
    disagreement: float | None = option(
        "Share of rows that only one of the two models has right: expected with `--margin`, the most with "
        "`--tolerance`. For two classes, 1 minus the agreement.",
        default=None,
    )
    class_share: float | None = option(
        "With `--margin`: the share of rows that the metric is of, e.g. of the positive class for recall.", default=None
    )
    difference: float = option("The true difference to plan for; positive is better.", default=Question.difference)
    power: float = option("The wanted probability of passing.", default=Question.power)
    confidence: float | None = option("Of the interval; default: as in the comparison, else 0.95.", default=None)
    rows: int | None = option("The rows of the holdout; default: those of the comparison.", default=None)


def run(inputs: Inputs, world: World) -> Result:
    """Plan, and print it.

    Raises:
        UsageError: Naming everything that is wrong at once.
    """
    folder = RunFolder(world.cwd / inputs.run_dir)
    comparison = folder.find(ComparisonDocument)
    question = _question(inputs)
    wrong = problems(question, compared=comparison is not None)
    if wrong:
        raise UsageError("; ".join(wrong), remedy="See `mlgate plan --help`.")
    from mlgate.core.planning import plan, wording  # noqa: PLC0415 - numpy, which `--help` does not need

    document = plan.plan(question, comparison)
    return Result(text=harmless(wording.text(document)), document=document)


def _question(inputs: Inputs) -> Question:
    return Question(
        tolerance=inputs.tolerance,
        reliability=inputs.reliability,
        reuses=inputs.reuses,
        both_sides=inputs.both_sides,
        value_range=inputs.value_range,
        margin=inputs.margin,
        disagreement=inputs.disagreement,
        class_share=inputs.class_share,
        confidence=inputs.confidence,
        power=inputs.power,
        difference=inputs.difference,
        rows=inputs.rows,
    )
