"""Budgets beside the comparison: their results among those of the other rules, or alone where there is no holdout."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from mlgate.core.comparison import budgets
from mlgate.core.documents.comparison import ComparisonDocument
from mlgate.core.documents.shared import Reason
from mlgate.core.outcome import worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.comparison.compare import Comparison
    from mlgate.core.config.model import Rule
    from mlgate.core.documents.comparison import RuleResult
    from mlgate.core.documents.training import TrainingDocument
    from mlgate.core.gate.policy import Policy
    from mlgate.shell.base.waivers import Allowed
    from mlgate.shell.comparison.baselines import Found


def added(
    compared: Comparison,
    training: TrainingDocument,
    found: Iterable[Found],
    *,
    rules: Sequence[Rule],
    proposed: Sequence[Rule],
) -> Comparison:
    """Return the comparison with the results of budgets, in the order of the rules."""
    others = {each.baseline.name: _other(each) for each in found}
    return dataclasses.replace(
        compared,
        rules=_ordered(rules, compared.rules, training, others),
        proposed_rules=_ordered(proposed, compared.proposed_rules, training, others),
    )


def _ordered(
    rules: Sequence[Rule],
    results: Sequence[RuleResult],
    training: TrainingDocument,
    others: Mapping[str, budgets.Other],
) -> tuple[RuleResult, ...]:
    place = {rule.id: index for index, rule in enumerate(rules)}
    both = (*results, *budgets.judge(rules, training, others))
    return tuple(sorted(both, key=lambda result: place[result.id]))


def _other(found: Found) -> budgets.Other:
    missing = Reason(id=found.reason, message=found.message) if found.reason else None
    return budgets.Other(training=found.training, reason=missing)


def are_all(policy: Policy) -> bool:
    """Return whether every rule is a budget with a limit, and there is nothing else that could be compared."""
    configs = [config for config in (policy.working, policy.judging, policy.proposed) if config is not None]
    rules = [rule for config in configs for rule in config.gate.rules]
    train, holdout = policy.working.train, policy.working.table("holdout")
    predicts = holdout is not None and train is not None and train.predictions is not None
    budgets_only = bool(rules) and all(rule.budget is not None for rule in rules)
    return budgets_only and not predicts and not any(config.baselines for config in configs)


def alone(policy: Policy, training: TrainingDocument, allowed: Allowed) -> ComparisonDocument:
    """Return what `comparison.json` says where all rules are budgets."""
    rules = allowed.judging.over(budgets.judge(policy.judging.gate.rules, training, {}))
    proposed = budgets.judge(policy.proposed.gate.rules, training, {}) if policy.proposed else ()
    return ComparisonDocument(
        outcome=worst(rule.outcome for rule in rules),
        reasons=(*allowed.problems, *allowed.judging.unknown(rules)),
        confidence=policy.judging.gate.confidence,
        rules=rules,
        proposed_rules=proposed if allowed.proposed is None else allowed.proposed.over(proposed),
    )
