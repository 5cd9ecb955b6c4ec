"""quantile, distinct-count, label-balance and freshness: values of one column."""

# ruff: noqa: S608 - own expressions

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.rules import freshness, limits, quantiles
from mlgate.core.data.rules.answers import unmeasured
from mlgate.core.data.rules.content import values_query
from mlgate.core.data.rules.measure import cells_of
from mlgate.core.data.rules.reading import numbers
from mlgate.core.data.wording import percent

if TYPE_CHECKING:
    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Plan
    from mlgate.core.data.rules.answers import Answer
    from mlgate.shell.validation.opened import Opened


def quantile(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Judge `quantile`, exactly."""
    if quantiles.readable(rule, answer) is not None:
        return []  # the one scan has said so
    value, q, filled = numbers(rule.columns[0], opened.table, plan.properties).value, rule.q or 0.0, answer.values[0]
    relation = opened.table.relation()
    rows = opened.connection.execute(quantiles.neighbours_query(relation, value, q, filled)).fetchall()
    found = quantiles.interpolated(q, filled, (rows[0][0], rows[-1][0]))
    condition = quantiles.beyond(rule, found, value)
    if condition is None:
        return []
    (count,) = opened.one(f"SELECT count_if({condition}) FROM {relation}")
    return [quantiles.broken(rule, found, count, filled)]


def distinct_count(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Judge `distinct-count`: nulls are no value."""
    (cell,) = cells_of(rule, opened.table, plan.properties)
    different, _, filled = opened.one(values_query(opened.table, cell))
    if not filled:
        return [unmeasured(rule, "no row has a value" if answer.rows else "the table has no rows")]
    if limits.is_within(rule, different):
        return []
    message = f"{rule.columns[0]} has {different:,} different values, {limits.said(rule, different)}"
    return [of_rule(rule, message, 0)]


def label_balance(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Judge `label-balance`: the part of the rarest label among the rows that have one."""
    (cell,) = cells_of(rule, opened.table, plan.properties)
    different, rarest, filled = opened.one(values_query(opened.table, cell))
    if not filled:
        return [unmeasured(rule, "no row has a label" if answer.rows else "the table has no rows")]
    name = rule.columns[0]
    if different == 1:
        return [
            of_rule(rule, f"{name} has one value in all {filled:,} rows that have any: there is nothing to learn", 0)
        ]
    share = rounded(rarest / filled)
    if limits.is_within(rule, share):
        return []
    text = f"the rarest of {different:,} values of {name} is {percent(share)} of the labels ({rarest:,} of {filled:,})"
    return [of_rule(rule, f"{text}, {limits.said(rule, share, percent)}", rarest)]


def fresh(opened: Opened, rule: TableRule, answer: Answer) -> list[Broken]:
    """Judge `freshness` by the clock of the run."""
    if freshness.readable(rule, answer) is not None:
        return []  # the one scan has said so
    broken = freshness.verdict(rule, answer, opened.request.now)
    return [broken] if broken else []
