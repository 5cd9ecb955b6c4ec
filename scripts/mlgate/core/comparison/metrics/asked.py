"""Which metric is asked for, with all that its value depends on beside the predictions; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import METRICS, Metric, Needs
from mlgate.core.config.model import OwnMetric, Task

if TYPE_CHECKING:
    from mlgate.core.config.model import Rule


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A metric with its parameters, as the key of whatever is computed once.

    Attributes:
        metric: Its name; of an own metric, the one that the user gave it.
        average: `binary`, `macro`, `micro` or `weighted`; None for the metric's default.
        beta: Of `fbeta`.
        alpha: Of `mean_pinball_loss`.
        by: Of a fairness metric: the column whose groups are compared.
        own: What an own metric is computed from.
    """

    metric: str
    average: str | None = None
    beta: float | None = None
    alpha: float | None = None
    by: str | None = None
    own: OwnMetric | None = None

    @property
    def about(self) -> Metric | None:
        """Return what is known of the metric, or None for a name that is none."""
        if self.own is not None:
            return Metric(tasks=frozenset(Task), greater_is_better=self.own.greater_is_better, needs=Needs.OWN)
        return METRICS.get(self.metric)

    @property
    def sign(self) -> int:
        """Return 1 where a higher value is better, else -1."""
        about = self.about
        return 1 if about is not None and about.greater_is_better else -1


def asked(rule: Rule) -> Asked:
    """Return what a rule on a metric asks for."""
    return Asked(metric=rule.metric, average=rule.average, beta=rule.beta, alpha=rule.alpha, by=rule.by, own=rule.own)
