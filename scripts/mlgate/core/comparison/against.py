"""A rule against a baseline: the paired difference, held to a margin in the metric's units or relative."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison import decision, sentences
from mlgate.core.comparison.correction import Judged
from mlgate.core.comparison.decision import Sensitivity
from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.comparison.intervals.proportions import PairedProportions
from mlgate.core.comparison.intervals.unpaired import UnpairedDifference
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from mlgate.core.comparison.arena import Arena, Duel
    from mlgate.core.comparison.decision import Held
    from mlgate.core.comparison.metrics.protocols import Difference
    from mlgate.core.config.model import Rule
    from mlgate.core.documents.comparison import RuleResult

# The methods that the simulations show to be a little optimistic on small holdouts.
SMALL_SENSITIVE = frozenset({"roc_auc", "average_precision", "log_loss", "root_mean_squared_error"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Compared:
    """A duel held to a rule's margin.

    Attributes:
        duel: The difference.
        difference: What decides: the duel's own or, for a relative margin, the contrast with the scaled baseline.
        margin: In units of the metric.
        seen: How far the candidate keeps within it.
        p_value: Of a drop.
        standard: The standard error that the width of what decides stands for.
    """

    duel: Duel
    difference: Difference
    margin: float
    seen: Held
    p_value: float
    standard: float

    @property
    def identical(self) -> bool:
        """Return whether both sides are the same model."""
        return self.duel.difference.method == "identity"

    @property
    def degenerate(self) -> bool:
        """Return whether nothing gives the difference a width, though the models differ."""
        return self.duel.difference.degenerate or self.difference.degenerate


def compared(arena: Arena, rule: Rule, blank: RuleResult, duel: Duel) -> Judged | Reason:
    """Return the result of a rule against a baseline, as decided alone, or why its numbers decide nothing.

    Args:
        arena: The rows that count.
        rule: With `against` and `margin`.
        blank: What is known of the result before anything is measured.
        duel: The difference on these rows.
    """
    found = _relative(arena, rule, duel) if rule.relative else _absolute(arena, rule, duel)
    numbers = (duel.candidate, duel.baseline, duel.estimate, duel.low, duel.high, found.p_value, found.standard)
    if not all(map(math.isfinite, (*numbers, *vars(found.seen).values()))):
        return Reason(id="metric-undefined", message=f"{rule.metric} has no finite difference on these rows")
    outcome, reason = decision.verdict(found.seen)
    if found.degenerate and not found.identical:
        outcome, reason = Outcome.INCONCLUSIVE, "degenerate"
    silent = found.identical or found.degenerate
    sensitivity = Sensitivity(standard=found.standard, margin=found.margin, tail=arena.tail)
    notes = ("identical",) if found.identical else _notes(arena, rule, duel)
    result = dataclasses.replace(
        blank,
        baseline=duel.baseline,
        candidate=duel.candidate,
        difference=duel.estimate,
        interval=(duel.low, duel.high),
        outcome=Outcome(rule.severity.value) if outcome is Outcome.FAIL else outcome,
        reasons=((reason,) if reason else ()) + notes,
        method=found.difference.method,
        method_reason=found.difference.method_reason,
        degrees=rounded(found.difference.degrees) if math.isfinite(found.difference.degrees) else None,
        carriers=duel.carriers,
        clusters=arena.truth.sampling.clusters,
        p_value=None if silent else found.p_value,
        standard_error=None if silent else rounded(found.standard),
        detectable_drop=None if silent else sensitivity.detectable_drop,
        rows_needed=None if silent else sensitivity.rows_needed(arena.truth.n),
    )
    result = _counted(result, duel)
    result = dataclasses.replace(result, message=sentences.against(result, duel.side, sensitivity))
    return Judged(
        result=result,
        p_value=None if found.identical else 1.0 if found.degenerate else found.p_value,
        sensitivity=None if found.degenerate and not found.identical else sensitivity,
        side=duel.side,
    )


def _counted(result: RuleResult, duel: Duel) -> RuleResult:
    """Return the result with the counts of a paired proportion, which plans and explanations start from."""
    pairs = duel.difference
    if not isinstance(pairs, PairedProportions):
        return result
    gained, lost, n = (rounded(count) for count in (pairs.gained, pairs.lost, pairs.n))
    return dataclasses.replace(result, gained=gained, lost=lost, pairs=n)


def _absolute(arena: Arena, rule: Rule, duel: Duel) -> _Compared:
    margin = rule.margin or 0.0
    return _Compared(
        duel=duel,
        difference=duel.difference,
        margin=margin,
        seen=decision.held(estimate=duel.estimate, low=duel.low, high=duel.high, margin=margin),
        p_value=rounded(duel.difference.p_drop(max(0.0, -margin))),
        standard=_standard(duel.low, duel.high, arena.tail),
    )


def _relative(arena: Arena, rule: Rule, duel: Duel) -> _Compared:
    """Return the duel held to a share of the baseline's value, whose own error counts too."""
    margin = (rule.margin or 0.0) * abs(duel.baseline)
    contrast = duel.difference.at_margin(rule.margin or 0.0, relative=True)
    low, high = (rounded(x) for x in contrast.limits(arena.tail))
    asks = margin < 0
    return _Compared(
        duel=duel,
        difference=contrast,
        margin=margin,
        seen=decision.Held(
            estimate=rounded(duel.estimate + margin), low=low, high=high, high_of_drop=high if asks else duel.high
        ),
        p_value=rounded(contrast.p_drop(0.0) if asks else duel.difference.p_drop(0.0)),
        standard=_standard(low, high, arena.tail),
    )


def _standard(low: float, high: float, tail: float) -> float:
    return (high - low) / (-2 * normal_quantile(tail))


def _notes(arena: Arena, rule: Rule, duel: Duel) -> tuple[str, ...]:
    told = {
        "unpaired": isinstance(duel.difference, UnpairedDifference),
        "few-differing-rows": duel.carriers < decision.FEW_ROWS,
        "small-holdout": rule.metric in SMALL_SENSITIVE and arena.truth.smaller_class < decision.SMALL_CLASS,
    }
    return tuple(note for note, is_so in told.items() if is_so)
