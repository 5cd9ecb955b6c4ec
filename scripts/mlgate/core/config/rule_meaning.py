"""Whether the parts of one rule fit together, and fit what it measures: no schema can say these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.names import METRICS, Parameter
from mlgate.core.config.model import BudgetKind
from mlgate.core.words import listed, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.comparison.metrics.names import Metric
    from mlgate.core.config.cursor import Cursor
    from mlgate.core.config.model import Rule

# What belongs to a metric that mlgate computes, and to no budget.
OF_METRICS = ("average", *(parameter.value for parameter in Parameter), "slices", "proven")
# Values that can be zero or negative for good models: a share of them is no margin.
SIGNED = frozenset({"r2", "explained_variance", "matthews_corrcoef", "cohen_kappa", "calibration_error"})
# Values that are never above 1.
UNBOUNDED = SIGNED - {"matthews_corrcoef", "cohen_kappa"}


def check_rule(rule: Rule, cursor: Cursor) -> None:
    """Note every part of a rule that has no meaning beside the others."""
    if rule.budget is not None:
        _check_budget(rule, cursor)
    elif rule.own is not None:
        _check_own(rule, cursor)
    else:
        _check_known(rule, METRICS[rule.metric], cursor)


def at(cursor: Cursor, key: str) -> Cursor:
    """Return the value under a key, or the mapping itself where the key is not there."""
    below = cursor.node.below(key)
    if below is None:
        return cursor
    return type(cursor)(node=below, name=f"{cursor.name}.{key}", problems=cursor.problems)


def _written(cursor: Cursor, keys: tuple[str, ...]) -> Iterator[str]:
    return (key for key in keys if cursor.node.below(key) is not None)


def _check_budget(rule: Rule, cursor: Cursor) -> None:
    for key in _written(cursor, OF_METRICS):
        at(cursor, key).problem(f"a budget has no `{key}`", f"Remove `{key}`: a budget is one number of the model.")
    kind = rule.budget.kind if rule.budget else None
    if rule.at_least is not None and kind is not BudgetKind.FILE:
        at(cursor, "at-least").problem(f"`{rule.metric}` is better when it is lower", "Write `at-most`.")
    _check_share(rule, cursor, greater=False)


def _check_own(rule: Rule, cursor: Cursor) -> None:
    own = rule.own
    greater = own is not None and own.greater_is_better
    for key in _written(cursor, ("average", *(parameter.value for parameter in Parameter))):
        remedy = f"Remove `{key}`: a metric of your own is the mean of a number of each row."
        at(cursor, key).problem(f"`{rule.metric}` has no `{key}`", remedy)
    if rule.relative:
        at(cursor, "margin").problem(
            f"`{rule.metric}` is a metric of your own, which could be zero or negative: a share of it is no margin",
            "Write the margin in the metric's units, as in `margin: 0.5`.",
        )
    if rule.at_least is not None and not greater:
        at(cursor, "at-least").problem(
            f"`{rule.metric}` is better when it is lower: `at-least` would accept only bad models",
            "Write `at-most`, or `greater-is-better: true` in the metric.",
        )


def _check_known(rule: Rule, metric: Metric, cursor: Cursor) -> None:
    if metric.instead is not None:
        at(cursor, "metric").problem(
            f"`{rule.metric}` is shown, and no rule can be judged by it: it is above zero for a perfect model too",
            f"Name `{metric.instead}`.",
        )
    _check_average(rule, metric, cursor)
    _check_parameter(rule, metric, cursor)
    if rule.at_least is not None and not metric.greater_is_better:
        at(cursor, "at-least").problem(
            f"`{rule.metric}` is better when it is lower: `at-least` would accept only bad models", "Write `at-most`."
        )
    if rule.relative and (rule.metric in SIGNED or metric.parameter is Parameter.BY):
        at(cursor, "margin").problem(
            f"`{rule.metric}` can be zero or negative: a share of it is no margin",
            "Write the margin in the metric's units, as in `margin: 0.01`.",
        )
    _check_share(rule, cursor, greater=metric.greater_is_better)
    if metric.greater_is_better and rule.metric not in UNBOUNDED:
        _check_reach(rule, cursor)


def _check_average(rule: Rule, metric: Metric, cursor: Cursor) -> None:
    if rule.average is None or rule.average in metric.averages:
        return
    if not metric.averages:
        at(cursor, "average").problem(f"`{rule.metric}` has no averages", "Remove `average`.")
        return
    at(cursor, "average").problem(
        f"`{rule.metric}` has no average `{rule.average}`", f"Write {listed(metric.averages)}."
    )


def _check_parameter(rule: Rule, metric: Metric, cursor: Cursor) -> None:
    """Note a parameter that the metric has not, and one that is missing."""
    for parameter in Parameter:
        key = parameter.value
        is_written = cursor.node.below(key) is not None
        if is_written and parameter is not metric.parameter:
            at(cursor, key).problem(f"`{rule.metric}` has no `{key}`", f"Remove it: `{key}` is {_MEANINGS[parameter]}.")
        elif parameter is metric.parameter and not is_written:
            cursor.problem(f"`{rule.metric}` needs `{key}`", f"Add `{_EXAMPLES[parameter]}`: {_MEANINGS[parameter]}.")


_EXAMPLES = {Parameter.BETA: "beta: 2", Parameter.ALPHA: "alpha: 0.9", Parameter.BY: "by: sex"}
_MEANINGS = {
    Parameter.BETA: "how much recall weighs beside precision in `fbeta`",
    Parameter.ALPHA: "the quantile that is predicted, of `mean_pinball_loss`",
    Parameter.BY: "the column of the holdout whose groups a fairness difference compares",
}


def _check_share(rule: Rule, cursor: Cursor, *, greater: bool) -> None:
    """Note a share that no value can lose: it would accept anything, or nothing."""
    margin = rule.margin if rule.relative else None
    if margin is None:
        return
    if greater and margin >= 1:
        at(cursor, "margin").problem(
            f"a drop of {100 * margin:g} % of the baseline's value accepts every model", "Write a share below 100 %."
        )
    if not greater and margin <= -1:
        at(cursor, "margin").problem(
            f"no value can be {-100 * margin:g} % lower than the baseline's", "Write a share above -100 %."
        )


def _check_reach(rule: Rule, cursor: Cursor) -> None:
    """Note a margin or a limit beyond what the metric can be: probably a percentage without its sign."""
    widest = 2.0 if rule.metric in SIGNED else 1.0
    if rule.margin is not None and not rule.relative and rule.margin >= widest:
        at(cursor, "margin").problem(
            f"a drop of {rule.margin:g} accepts every model: `{rule.metric}` is never above 1",
            f"Write it in the metric's units, as in `margin: 0.02`, or as a share: `margin: {rule.margin:g}%`.",
        )
    for key, value in (("at-least", rule.at_least), ("at-most", rule.at_most)):
        if value is not None and value > 1:
            at(cursor, key).problem(
                f"`{rule.metric}` is never above 1, and {shown(value)} is", f"Write a part of 1, as in `{key}: 0.6`."
            )
