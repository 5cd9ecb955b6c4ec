"""What an explanation needs of the comparison and the report beside the rule itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.distributions import normal_quantile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.model import BaselineKind
    from mlgate.core.documents.comparison import ComparisonDocument
    from mlgate.core.documents.report import ReportDocument


@dataclass(frozen=True, kw_only=True)
class Head:
    """The circumstances of a rule.

    Attributes:
        confidence: Of every interval.
        corrected: How many results share Holm's correction.
        halved: Whether rules without slices and rules in slices have half of the error each.
        blocks: Whether the report blocks the merge; None where there is no report.
        kinds: What each baseline is, by name.
    """

    confidence: float = 0.95
    corrected: int = 0
    halved: bool = False
    blocks: bool | None = None
    kinds: Mapping[str, BaselineKind] = field(default_factory=dict)

    @property
    def tail(self) -> float:
        """Return the probability on each side of every interval."""
        return (1 - self.confidence) / 2

    @property
    def quantile(self) -> float:
        """Return the normal quantile of that tail: 1.96 at 95 %."""
        return -normal_quantile(self.tail)


def head_of(comparison: ComparisonDocument | None, report: ReportDocument | None = None) -> Head:
    """Return what is known of the circumstances."""
    blocks = report.blocks if report else None
    if comparison is None:
        return Head(blocks=blocks)
    tested = [rule for rule in comparison.rules if rule.adjusted_p_value is not None]
    return Head(
        confidence=comparison.confidence,
        corrected=len(tested),
        halved=len({rule.slice is None for rule in tested}) > 1,
        blocks=blocks,
        kinds={result.name: result.kind for result in comparison.baselines},
    )
