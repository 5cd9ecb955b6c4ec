"""Each rule of the gate to its result: measured, decided alone, then corrected for how many there are."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison import decision, sentences
from mlgate.core.comparison.decision import Sensitivity
from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.comparison.metrics.asked import asked
from mlgate.core.comparison.metrics.names import METRICS
from mlgate.core.config.model import BaselineKind, Severity, Task
from mlgate.core.documents.comparison import RuleResult
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.comparison.arena import Arena, Duel
    from mlgate.core.comparison.slices.cutting import Slice
    from mlgate.core.config.model import Rule, SliceBy
    from mlgate.core.documents.comparison import BaselineResult

# The methods that the simulations show to be a little optimistic on small holdouts.
SMALL_SENSITIVE = frozenset({"roc_auc", "average_precision", "log_loss", "root_mean_squared_error"})


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A result, and what the correction and the power are reckoned from.

    Attributes:
        result: As decided alone.
        p_value: Of a drop; None where the fail side is not tested.
        sensitivity: None where nothing is compared.
    """

    result: RuleResult
    p_value: float | None = None
    sensitivity: Sensitivity | None = None


def judge(arena: Arena, rules: Sequence[Rule]) -> tuple[tuple[RuleResult, ...], float | None]:
    """Return every rule's result, and the probability that an unchanged candidate passes all that block.

    Rules against a dummy, or that ask for an improvement, say nothing of an unchanged candidate and are left out.
    """
    judged = [found for rule in rules for found in _judged(arena, rule)]
    results = _corrected(judged, arena.tail)
    return results, decision.power([j.sensitivity for j in judged if j.sensitivity and _about_no_change(arena, j)])


def _about_no_change(arena: Arena, judged: Judged) -> bool:
    result = judged.result
    opponent = arena.opponents.get(result.against or "")
    real = opponent is not None and opponent.result.kind is not BaselineKind.DUMMY
    return real and result.severity is Severity.FAIL and (result.margin or 0.0) >= 0


def _blank(rule: Rule, n: int) -> RuleResult:
    return RuleResult(
        id=rule.id,
        metric=rule.metric,
        against=rule.against,
        n=n,
        margin=(rule.margin or 0.0) if rule.against is not None else None,
        at_least=rule.at_least,
        at_most=rule.at_most,
        severity=rule.severity,
        average=rule.average,
        parameter=rule.beta if rule.beta is not None else rule.alpha,
        by=rule.by,
    )


def _judged(arena: Arena, rule: Rule) -> list[Judged]:
    """Return the results of a rule: one, or one a slice. Without its baseline a rule has no slices."""
    opponent = None if rule.against is None else arena.opponents.get(rule.against)
    if not rule.slices or (rule.against is not None and (opponent is None or not opponent.predictions)):
        return [_judge(arena, rule)]
    return [found for by in rule.slices for found in _sliced(arena, rule, by)]


def _sliced(arena: Arena, rule: Rule, by: SliceBy) -> list[Judged]:
    parts = arena.parts(by)
    if isinstance(parts, Reason):
        return [_broken(dataclasses.replace(_blank(rule, arena.truth.n), slice=by.column), parts)]
    return [_in_slice(_judge(part.arena, rule), part.slice) for part in parts]


def _in_slice(judged: Judged, part: Slice) -> Judged:
    result = dataclasses.replace(judged.result, slice=part.name, merged=part.merged)
    return dataclasses.replace(judged, result=result)


def _judge(arena: Arena, rule: Rule) -> Judged:
    blank = _blank(rule, arena.truth.n)
    if rule.against is None:
        return Judged(result=_limited(arena, rule, blank))
    opponent = arena.opponents.get(rule.against)
    if opponent is None or not opponent.predictions:
        return Judged(result=_absent(blank, opponent.result if opponent else None))
    duel = arena.duel(asked(rule), rule.against)
    return _broken(blank, duel) if isinstance(duel, Reason) else _compared(arena, rule, blank, duel)


def _broken(blank: RuleResult, reason: Reason) -> Judged:
    """Return the result of a rule that could not be measured: never a pass."""
    result = dataclasses.replace(
        blank, outcome=Outcome(blank.severity.value), reasons=(reason.id,), message=reason.message
    )
    return Judged(result=result)


def _absent(blank: RuleResult, baseline: BaselineResult | None) -> RuleResult:
    """Return the result of a rule without its baseline: pass where the registry is seen to be empty, else fail."""
    if baseline is None:
        message = f"{blank.against} is not among the baselines."
        return _broken(blank, Reason(id="baseline-missing", message=message)).result
    reason = Reason(id=baseline.reason or "baseline-missing", message=baseline.message)
    result = _broken(blank, reason).result
    return dataclasses.replace(result, outcome=Outcome.PASS) if reason.id == "registry-empty" else result


def _limited(arena: Arena, rule: Rule, blank: RuleResult) -> RuleResult:
    """Return the result of a floor or ceiling: the number is read literally, the interval is only shown."""
    value = arena.value(arena.candidate, asked(rule))
    if isinstance(value, Reason):
        return _broken(blank, value).result
    interval = arena.measure(asked(rule)).alone(arena.candidate)
    low, high = (rounded(x) for x in interval.limits(arena.tail))
    below = rule.at_least is not None and value < rule.at_least
    above = rule.at_most is not None and value > rule.at_most
    open_ = (rule.at_least is not None and low < rule.at_least) or (rule.at_most is not None and high > rule.at_most)
    outcome, reasons = Outcome.PASS, ("floor-not-proven",) if open_ else ()
    if below or above:
        outcome, reasons = Outcome(rule.severity.value), ("below-floor" if below else "above-ceiling",)
    result = dataclasses.replace(
        blank, candidate=value, interval=(low, high), outcome=outcome, reasons=reasons, method=interval.method
    )
    return dataclasses.replace(result, message=sentences.limit(result))


def _compared(arena: Arena, rule: Rule, blank: RuleResult, duel: Duel) -> Judged:
    margin = rule.margin or 0.0
    outcome, reason = decision.decide(estimate=duel.estimate, low=duel.low, high=duel.high, margin=margin)
    identical, degenerate = duel.difference.method == "identity", duel.difference.degenerate
    if degenerate:
        outcome, reason = Outcome.INCONCLUSIVE, "degenerate"
    standard = (duel.high - duel.low) / (-2 * normal_quantile(arena.tail))
    sensitivity = None if degenerate else Sensitivity(standard=standard, margin=margin, tail=arena.tail)
    p_value = None if identical or degenerate else rounded(duel.difference.p_drop(max(0.0, -margin)))
    notes = ("identical",) if identical else _notes(arena, rule, duel)
    result = dataclasses.replace(
        blank,
        baseline=duel.baseline,
        candidate=duel.candidate,
        difference=duel.estimate,
        interval=(duel.low, duel.high),
        outcome=Outcome(rule.severity.value) if outcome is Outcome.FAIL else outcome,
        reasons=((reason,) if reason else ()) + notes,
        method=duel.difference.method,
        p_value=p_value,
        standard_error=None if identical or degenerate else rounded(standard),
        detectable_drop=None if identical or sensitivity is None else sensitivity.detectable_drop,
        rows_needed=None if identical or sensitivity is None else sensitivity.rows_needed(arena.truth.n),
    )
    result = dataclasses.replace(result, message=sentences.against(result, duel.side))
    return Judged(result=result, p_value=p_value, sensitivity=sensitivity)


def _notes(arena: Arena, rule: Rule, duel: Duel) -> tuple[str, ...]:
    few = duel.carriers < decision.FEW_ROWS
    small = rule.metric in SMALL_SENSITIVE and arena.truth.smaller_class < decision.SMALL_CLASS
    return (("few-differing-rows",) if few else ()) + (("small-holdout",) if small else ())


def _corrected(judged: Sequence[Judged], tail: float) -> tuple[RuleResult, ...]:
    """Return the results after Holm's correction over the blocking rules against a baseline."""
    tested = [i for i, j in enumerate(judged) if j.p_value is not None and j.result.severity is Severity.FAIL]
    adjusted = decision.holm([judged[i].p_value or 0.0 for i in tested])
    results = [j.result for j in judged]
    for index, value in zip(tested, adjusted, strict=True):
        result = results[index]
        if result.outcome is Outcome.FAIL and value > tail:
            changed = dataclasses.replace(
                result, outcome=Outcome.INCONCLUSIVE, reasons=("multiplicity", *result.reasons[1:])
            )
            results[index] = dataclasses.replace(changed, message=sentences.against(changed, result.against or ""))
    return tuple(results)


def metrics_of(task: Task) -> tuple[str, ...]:
    """Return the names of the metrics that a comparison shows though no rule names them."""
    return tuple(name for name, metric in METRICS.items() if metric.summary and task in metric.tasks)
