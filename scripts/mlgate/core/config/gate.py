"""The `gate:` part of a configuration: what decides the merge."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import AVERAGES, METRICS
from mlgate.core.config import grammar
from mlgate.core.config.model import Gate, OnChange, OnInconclusive, Rule, Severity
from mlgate.core.words import did_you_mean, shown

if TYPE_CHECKING:
    from mlgate.core.config.cursor import Cursor

GATE = ("confidence", "on-inconclusive", "on-contract-change", "on-holdout-change", "holdout-budget", "rules")
RULE = ("id", "metric", "against", "margin", "at-least", "at-most", "average", "severity")
MAX_BUDGET = 1_000_000
_REMOVE = "Remove it; the other keys work without it."
LATER_GATE = dict.fromkeys(("waivers", "repeats", "on-slice"), _REMOVE)
LATER_RULE = {
    "slices": "Remove it: the rule then judges the whole holdout.",
    "budget": "Remove the rule; budgets for size and latency come later.",
    "proven": "Remove it: a floor is then read literally, on the estimate.",
}
Average = StrEnum("Average", {name.upper(): name for name in AVERAGES})  # type: ignore[misc] # made from the one list
# Names that people know a metric by, where scikit-learn's scorer is called otherwise.
ALSO_KNOWN = {
    "auc": "roc_auc",
    "auroc": "roc_auc",
    "rocauc": "roc_auc",
    "ap": "average_precision",
    "pr_auc": "average_precision",
    "logloss": "log_loss",
    "cross_entropy": "log_loss",
    "brier": "brier_score",
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "r2_score": "r2",
    "f1_score": "f1",
}


def parse_gate(cursor: Cursor) -> tuple[Gate, list[tuple[Rule, Cursor]]]:
    """Return the policy that `gate:` says, and where each of its rules stands."""
    entries = cursor.mapping(GATE, later=LATER_GATE)

    def on_change(key: str) -> OnChange:
        return (entries[key].choice(OnChange) if key in entries else None) or OnChange.FAIL

    confidence = entries["confidence"].number_within(0.5, 1, edges=False) if "confidence" in entries else None
    inconclusive = entries["on-inconclusive"].choice(OnInconclusive) if "on-inconclusive" in entries else None
    placed = _rules(entries["rules"]) if "rules" in entries else []
    gate = Gate(
        confidence=confidence or Gate.confidence,
        on_inconclusive=inconclusive or OnInconclusive.WARN,
        on_contract_change=on_change("on-contract-change"),
        on_holdout_change=on_change("on-holdout-change"),
        holdout_budget=entries["holdout-budget"].integer(1, MAX_BUDGET) if "holdout-budget" in entries else None,
        rules=tuple(rule for rule, _ in placed),
    )
    return gate, placed


def _rules(cursor: Cursor) -> list[tuple[Rule, Cursor]]:
    found: list[tuple[Rule, Cursor]] = []
    taken: set[str] = set()
    for item in cursor.items("rules"):
        rule = _rule(item)
        if rule is None:
            continue
        if rule.id in taken:
            item.problem(f"two rules are called {shown(rule.id)}", "Remove one, or give each an `id` of its own.")
        taken.add(rule.id)
        found.append((rule, item))
    return found


def _rule(cursor: Cursor) -> Rule | None:
    entries = cursor.mapping(RULE, later=LATER_RULE)
    if not isinstance(cursor.value, dict) or "budget" in cursor.value:
        return None
    if "metric" not in entries:
        cursor.problem("`metric` is missing", "Add `metric: ...`, as in `{metric: roc_auc, at-least: 0.7}`.")
    metric = _metric(entries["metric"]) if "metric" in entries else None
    average = entries["average"].choice(Average) if "average" in entries else None
    against = entries["against"].text("a baseline's name") if "against" in entries else None
    at_least = entries["at-least"].number() if "at-least" in entries else None
    at_most = entries["at-most"].number() if "at-most" in entries else None
    margin = _margin(entries["margin"]) if "margin" in entries else None
    severity = (entries["severity"].choice(Severity) if "severity" in entries else None) or Severity.FAIL
    given = entries["id"].text("a short text", grammar.RULE_ID, "Write one line of text.") if "id" in entries else None
    _check_kind(cursor, entries)
    if metric is None:
        return None
    return Rule(
        id=given or _made_id(metric, average, against, at_least, at_most),
        metric=metric,
        against=against,
        margin=margin,
        at_least=at_least,
        at_most=at_most,
        average=average.value if average else None,
        severity=severity,
    )


def _check_kind(cursor: Cursor, entries: dict[str, Cursor]) -> None:
    kinds = [key for key in ("against", "at-least", "at-most") if key in entries]
    if not kinds:
        cursor.problem(
            "the rule compares with nothing",
            "Add `against: promoted` with a `margin`, or a limit: `at-least: 0.6` or `at-most: 0.3`.",
        )
    if len(kinds) > 1:
        cursor.problem(f"the rule has both {' and '.join(kinds)}", "Write one rule for each.")
    if kinds == ["against"] and "margin" not in entries:
        cursor.problem(
            "`margin` is missing",
            "Add the largest drop that you accept, in the metric's units, as in `margin: 0.005`; a negative one asks "
            "for an improvement.",
        )
    if "margin" in entries and "against" not in entries:
        entries["margin"].problem("a margin needs a baseline", "Add `against: ...`, or remove the margin.")


def _margin(cursor: Cursor) -> float | None:
    if isinstance(cursor.value, str) and cursor.value.rstrip().endswith("%"):
        cursor.problem(
            f"the relative margin {shown(cursor.value)} is not supported yet by this version of mlgate",
            "Write it in the metric's units, as in `margin: 0.005`.",
        )
        return None
    return cursor.number()


def _metric(cursor: Cursor) -> str | None:
    name = cursor.text("a metric's name")
    if name is None or name in METRICS:
        return name
    close = did_you_mean(name, METRICS)
    if name.lower() in ALSO_KNOWN:
        close = f", did you mean {ALSO_KNOWN[name.lower()]!r}?"
    stem, _, average = name.rpartition("_")
    if stem in METRICS and average in AVERAGES:
        close = f", did you mean `metric: {stem}, average: {average}`?"
    if name.removeprefix("neg_") in METRICS:
        close = f", did you mean {name.removeprefix('neg_')!r}?"
    cursor.problem(f"unknown metric {shown(name)}{close}", f"Known metrics: {', '.join(METRICS)}.")
    return None


def _made_id(
    metric: str, average: Average | None, against: str | None, at_least: float | None, at_most: float | None
) -> str:
    name = f"{metric}_{average.value}" if average else metric
    if against is not None:
        return f"{name} vs {against}"
    return f"{name} >= {at_least:.10g}" if at_least is not None else f"{name} <= {at_most or 0:.10g}"
