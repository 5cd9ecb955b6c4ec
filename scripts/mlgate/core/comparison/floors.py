"""A rule with a floor or ceiling: the value is read literally, or has to be proven by its whole interval."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison import decision, sentences
from mlgate.core.comparison.metrics.asked import asked
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from mlgate.core.comparison.arena import Arena
    from mlgate.core.config.model import Rule
    from mlgate.core.documents.comparison import RuleResult


def limited(arena: Arena, rule: Rule, blank: RuleResult) -> RuleResult | Reason:
    """Return the result of a floor or ceiling, or why the metric has no value.

    Args:
        arena: The rows that count.
        rule: With `at_least` or `at_most`.
        blank: What is known of the result before anything is measured.
    """
    value = arena.value(arena.candidate, asked(rule))
    if isinstance(value, Reason):
        return value
    interval = arena.measure(asked(rule)).alone(arena.candidate)
    low, high = (rounded(x) for x in interval.limits(arena.tail))
    if not all(map(math.isfinite, (value, low, high))):
        return Reason(id="metric-undefined", message=f"{rule.metric} is no finite number on these rows")
    outcome, reason = decision.read(
        value=value, low=low, high=high, at_least=rule.at_least, at_most=rule.at_most, proven=rule.proven
    )
    result = dataclasses.replace(
        blank,
        candidate=value,
        interval=(low, high),
        outcome=Outcome(rule.severity.value) if outcome is Outcome.FAIL else outcome,
        reasons=(reason,) if reason else (),
        method=interval.method,
        rows_needed=_rows(blank.n, rule, value, low, high) if outcome is Outcome.INCONCLUSIVE else None,
    )
    return dataclasses.replace(result, message=sentences.limit(result))


def _rows(n: int, rule: Rule, value: float, low: float, high: float) -> int | None:
    end, limit = (low, rule.at_least) if rule.at_least is not None else (high, rule.at_most)
    return None if limit is None else decision.rows_to_prove(n=n, value=value, end=end, limit=limit)
