"""Each rule of the gate to its result: measured, decided alone, then corrected for how many there are."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from mlgate.core.comparison import decision
from mlgate.core.comparison.against import compared
from mlgate.core.comparison.correction import Judged, corrected
from mlgate.core.comparison.floors import limited
from mlgate.core.comparison.metrics.asked import asked
from mlgate.core.comparison.metrics.names import METRICS
from mlgate.core.comparison.slices import ahead
from mlgate.core.config.model import BaselineKind, Severity, Task
from mlgate.core.documents.comparison import RuleResult
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.comparison.arena import Arena
    from mlgate.core.comparison.slices.cutting import Slice
    from mlgate.core.config.model import Rule, SliceBy
    from mlgate.core.documents.comparison import BaselineResult


def judge(arena: Arena, rules: Sequence[Rule]) -> tuple[tuple[RuleResult, ...], float | None]:
    """Return every rule's results, and the probability that an unchanged candidate passes all that block.

    Rules against a dummy, or that ask for an improvement, say nothing of an unchanged candidate and are left out.
    Budgets are no matter of the holdout, and are judged elsewhere.
    """
    ahead.solve(arena, rules)
    judged = [found for rule in rules if rule.budget is None for found in _judged(arena, rule)]
    results = corrected(judged, arena.tail)
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
        relative=rule.relative,
        at_least=rule.at_least,
        at_most=rule.at_most,
        proven=rule.proven,
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
    blank = dataclasses.replace(_blank(rule, arena.truth.n), slice=by.column)
    parts = arena.parts(by)
    if isinstance(parts, Reason):
        return [_broken(blank, parts)]
    if not parts:
        return [_broken(blank, Reason(id="slice-empty", message=f"{by.column!r} divides the holdout into no slice"))]
    return [dataclasses.replace(_judge(part.arena, rule, part.slice), sliced=True) for part in parts]


def _judge(arena: Arena, rule: Rule, part: Slice | None = None) -> Judged:
    blank = _blank(rule, arena.truth.n)
    if part is not None:
        blank = dataclasses.replace(blank, slice=part.name, merged=part.merged)
    if arena.truth.n == 0:
        return _broken(blank, Reason(id="slice-empty", message="There is no row to measure anything on."))
    if rule.against is None:
        found = limited(arena, rule, blank)
        return _broken(blank, found) if isinstance(found, Reason) else Judged(result=found)
    opponent = arena.opponents.get(rule.against)
    if opponent is None or not opponent.predictions:
        return Judged(result=_absent(blank, opponent.result if opponent else None))
    duel = arena.duel(asked(rule), rule.against)
    judged = duel if isinstance(duel, Reason) else compared(arena, rule, blank, duel)
    return _broken(blank, judged) if isinstance(judged, Reason) else judged


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


def metrics_of(task: Task) -> tuple[str, ...]:
    """Return the names of the metrics that a comparison shows though no rule names them."""
    return tuple(name for name, metric in METRICS.items() if metric.summary and task in metric.tasks)
