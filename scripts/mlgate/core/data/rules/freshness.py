"""freshness: how old the newest time of a column is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.rules.answers import Measure, unmeasured, unreadable
from mlgate.core.data.rules.reading import instants

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.rules.answers import Answer

_SECOND = 1_000_000
_DAY = 86_400
_UNITS = ((_DAY, "d"), (3600, "h"), (60, "m"), (1, "s"))


def ask(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what the scan computes for `freshness`."""
    reading = instants(rule.columns[0], table, properties)
    return Measure(condition=reading.odd, aggregates=(f"count({reading.value})", f"max({reading.value})"))


def readable(rule: TableRule, answer: Answer) -> Broken | None:
    """Return why the column has no newest time, if it has none."""
    return unreadable(rule, answer, answer.values[0], answer.count, "dates or times")


def verdict(rule: TableRule, answer: Answer, now: int | None) -> Broken | None:
    """Judge `freshness` of a readable column, `now` being seconds since 1970."""
    if now is None:
        return unmeasured(rule, "nobody said what time it is")
    age = now - answer.values[1] // _SECOND
    name = rule.columns[0]
    if age < -_DAY:  # zones differ by less: a column without a zone may hold another one's time
        found = unmeasured(rule, f"its newest time lies {_age(-age)} in the future")
        return replace(found, discreet=unmeasured(rule, "its newest time lies in the future").message)
    if rule.within is None or age <= rule.within:
        return None
    allowed = f"at most {_limit(rule.within)} is allowed"
    found = of_rule(rule, f"the newest {name} is {_age(age)} old, {allowed}", 0)
    return replace(found, discreet=f"the newest {name} is too old: {allowed}")


def _age(seconds: int) -> str:
    """Return whole seconds in the largest unit that leaves at least two of them."""
    size, unit = next(item for item in _UNITS if seconds >= 2 * item[0] or item[0] == 1)
    return f"{seconds // size:,} {unit}"


def _limit(seconds: int) -> str:
    """Return seconds in the largest unit that says them exactly."""
    size, unit = next(item for item in _UNITS if seconds % item[0] == 0)
    return f"{seconds // size:,} {unit}"
