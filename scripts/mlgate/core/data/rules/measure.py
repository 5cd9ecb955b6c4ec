"""What a table rule asks of the one scan, and what it makes of the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.query import key_is_null
from mlgate.core.data.rules import extremes, freshness, moments, ordering, quantiles, shares
from mlgate.core.data.rules.answers import Answer, Measure
from mlgate.core.words import counted, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.sql import Cell

    Ask = Callable[[TableRule, Table, Mapping[str, Property]], Measure]
    Judge = Callable[[TableRule, Answer], Broken | None]

__all__ = ["Answer", "Measure", "cells_of", "judge", "measure", "row_count"]


def cells_of(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> list[Cell]:
    """Return the cells of a rule's columns, all of which the table has."""
    cells = [table.cell(name, properties) for name in rule.columns]
    return [cell for cell in cells if cell is not None]


def times(rules: Sequence[TableRule]) -> set[str]:
    """Return the columns that rules read as times."""
    limits = (RuleKind.MIN, RuleKind.MAX)
    timed = [rule for rule in rules if rule.kind in limits and extremes.is_about_time(rule)]
    return {rule.columns[0] for rule in (*timed, *(rule for rule in rules if rule.kind is RuleKind.FRESHNESS))}


def measure(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what to ask for a rule whose columns the table has."""
    ask = _ASKS.get(rule.kind)
    return Measure() if ask is None else ask(rule, table, properties)


def judge(rule: TableRule, answer: Answer) -> Broken | None:
    """Return what the answer shows to be broken; rules that need queries of their own are judged elsewhere too."""
    verdict = _JUDGES.get(rule.kind)
    return None if verdict is None else verdict(rule, answer)


def _ask_key(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    return Measure(condition=key_is_null(cells_of(rule, table, properties)))


def _ask_unique(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    return Measure(aggregates=(f"count_if(NOT ({key_is_null(cells_of(rule, table, properties))}))",))


def _judge_key(rule: TableRule, answer: Answer) -> Broken | None:
    if not answer.count:
        return None
    message = f"the key {listed(rule.columns)} is null in {answer.count:,} of {answer.rows:,} rows"
    return of_rule(rule, message, answer.count, answer.located)


def _judge_moment(rule: TableRule, answer: Answer) -> Broken | None:
    """Return what is already sure; the rest is decided by exact sums, in a query of their own."""
    found = moments.verdict(rule, answer)
    return None if isinstance(found, moments.Unsure) else found


_ASKS: dict[RuleKind, Ask] = {
    RuleKind.PRIMARY_KEY: _ask_key,
    RuleKind.UNIQUE: _ask_unique,
    RuleKind.NULL_FRACTION: shares.ask_nulls,
    RuleKind.SHARE: shares.ask_share,
    RuleKind.COMPARE: ordering.ask_compare,
    RuleKind.FRESHNESS: freshness.ask,
    RuleKind.QUANTILE: quantiles.ask,
    RuleKind.MIN: extremes.ask,
    RuleKind.MAX: extremes.ask,
    **dict.fromkeys(moments.MOMENTS, moments.ask),
}
_JUDGES: dict[RuleKind, Judge] = {
    RuleKind.PRIMARY_KEY: _judge_key,
    RuleKind.NULL_FRACTION: shares.judge_nulls,
    RuleKind.SHARE: shares.judge_share,
    RuleKind.COMPARE: ordering.judge_compare,
    RuleKind.FRESHNESS: freshness.readable,
    RuleKind.QUANTILE: quantiles.readable,
    RuleKind.MIN: extremes.verdict,
    RuleKind.MAX: extremes.verdict,
    **dict.fromkeys(moments.MOMENTS, _judge_moment),
}


def row_count(rules: Sequence[TableRule], rows: int) -> list[Broken]:
    """Judge how many rows there are. A table with none is wrong unless an `at-least` says how few will do."""
    limited = [rule for rule in rules if rule.kind is RuleKind.ROW_COUNT]
    if rows == 0 and all(rule.at_least is None for rule in limited):
        return [Broken(pointer="", message="the table has no rows", reason="table-empty")]
    broken = []
    for rule in limited:
        if rule.at_least is not None and rows < float(rule.at_least):
            broken.append(of_rule(rule, f"{counted(rows, 'row')}, at least {rule.at_least:,.0f} are asked for", rows))
        if rule.at_most is not None and rows > float(rule.at_most):
            broken.append(of_rule(rule, f"{counted(rows, 'row')}, at most {rule.at_most:,.0f} are allowed", rows))
    return broken
