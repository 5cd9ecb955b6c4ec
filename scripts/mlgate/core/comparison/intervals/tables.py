"""Metrics of the confusion table by the score interval of `table_score`, and the multinomial of one table alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals import table_score, table_together
from mlgate.core.comparison.intervals.difference import Paired, scale_of
from mlgate.core.comparison.intervals.scored import Known, Scored
from mlgate.core.comparison.intervals.spread import described, design_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.difference import Limits
    from mlgate.core.comparison.intervals.spread import Array, Sampling
    from mlgate.core.comparison.intervals.table_score import TableFunction


@dataclass(frozen=True, kw_only=True)
class TableDifference(Scored):
    """Score interval of the refitted joint table; of one side alone, where there is no baseline in it.

    Attributes:
        joint: The table; its counts may be divided by a design effect.
    """

    joint: table_score.Joint
    method: str = "multinomial-score"

    @property
    def method_reason(self) -> str:
        """Return why the score interval."""
        return (
            f"the metric is a function of the confusion table of {self.rows}; the table is refitted under each "
            "hypothetical difference, which keeps the promise where counts are small"
        )

    def between(self, z: float) -> Limits:
        """Return the limits of the refitted table."""
        return table_together.limits([self.joint], [z])[0]

    def statistic(self, at: float) -> float:
        """Return the statistic in the refitted table."""
        return table_together.scores([self.joint], [at])[0]

    def contrast(self, margin: float) -> Paired:
        """Return the score difference to the scaled baseline."""
        baseline = float(self.joint.metric.value(self.joint.counts.sum(axis=2))[0])
        scale = self.joint.scale * scale_of(margin, baseline, greater=True)
        return replace(self, joint=replace(self.joint, scale=scale), known=Known())


def table_difference(
    sampling: Sampling, metric: TableFunction, cells: Array, influence: Callable[[], Array]
) -> TableDifference:
    """Return the score difference of a metric of the joint table.

    With weights or groups, shares are multiplied by the number of independent rows of equal weight that would know the
    difference as well (see `proportions.paired_proportions`).

    Args:
        sampling: How the rows were drawn.
        metric: Of one side's table.
        cells: Shape (k, k, k), rows or weights by true class, candidate's and baseline's prediction; (k, k, 1) for one
            side alone.
        influence: Gives the rows' influence on the difference, shape (n,); only called with weights or groups.
    """
    if sampling.plain:
        return TableDifference(joint=table_score.Joint(metric=metric, counts=cells[None]), rows=described(sampling))
    design = design_of(sampling, influence())
    joint = table_score.Joint(metric=metric, counts=cells[None] * (design.rows / cells.sum()))
    return TableDifference(
        joint=joint,
        rows=described(sampling, design),
        freedom=design.degrees,
        method="multinomial-score-clustered" if sampling.group is not None else "multinomial-score-weighted",
    )
