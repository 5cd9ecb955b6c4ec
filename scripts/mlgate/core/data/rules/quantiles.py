"""quantile: exact, interpolated between the two neighbours, as numpy and pandas do."""

# ruff: noqa: S608 - own expressions

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.rules import limits
from mlgate.core.data.rules.answers import Measure, unreadable
from mlgate.core.data.rules.reading import numbers
from mlgate.core.data.sql import literal
from mlgate.core.data.wording import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.rules.answers import Answer

IN_MEMORY = 20_000_000  # values: 160 MB; more are sorted, which spills


def ask(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what the scan counts for `quantile`."""
    reading = numbers(rule.columns[0], table, properties)
    return Measure(condition=reading.odd, aggregates=(f"count({reading.value})",))


def readable(rule: TableRule, answer: Answer) -> Broken | None:
    """Return why the column has no quantile, if it has none."""
    return unreadable(rule, answer, answer.values[0], answer.count, "finite numbers")


def neighbours_query(relation: str, value: str, q: float, filled: int, in_memory: int = IN_MEMORY) -> str:
    """Return the query of the two values between which the quantile lies."""
    low, high = neighbours(q, filled)
    if filled <= in_memory:
        # A discrete quantile is the value at ceil(q * n), so the middle before that place names it exactly.
        places = ", ".join(f"{(place + 0.5) / filled!r}" for place in (low, high))
        return f"SELECT unnest(quantile_disc({value}, [{places}])) FROM {relation}"
    cells = f"SELECT {value} AS v FROM {relation}"
    ranked = f"SELECT v, row_number() OVER (ORDER BY v) - 1 AS n FROM ({cells}) WHERE v IS NOT NULL"
    return f"SELECT v FROM ({ranked}) WHERE n IN ({low}, {high}) ORDER BY n"


def neighbours(q: float, filled: int) -> tuple[int, int]:
    """Return the 0-based places, in ascending order, of the values around a quantile."""
    place = q * (filled - 1)
    return math.floor(place), min(math.ceil(place), filled - 1)


def interpolated(q: float, filled: int, values: tuple[float, float]) -> float:
    """Return the quantile between its two neighbours."""
    low, high = values
    weight = q * (filled - 1) - math.floor(q * (filled - 1))
    return rounded(low * (1 - weight) + high * weight if weight else low)


def beyond(rule: TableRule, quantile: float, value: str) -> str | None:
    """Return the condition that a value lies beyond the limit that the quantile breaks; None where it breaks none."""
    if limits.is_within(rule, quantile):
        return None
    low = limits.number(rule.at_least)
    if low is not None and quantile < low:
        return f"{value} < {literal(low)}"
    return f"{value} > {literal(limits.number(rule.at_most))}"


def broken(rule: TableRule, quantile: float, count: int, filled: int) -> Broken:
    """Return the finding; the quantile may be a cell's value, so the message says how many lie beyond the limit."""
    low = limits.number(rule.at_least)
    is_low = low is not None and quantile < low
    limit = low if is_low else limits.number(rule.at_most)
    said = f"{count:,} of {filled:,} values ({percent(count / filled)}) are {'below' if is_low else 'above'} it"
    side = f"below {limits.plain(limit or 0.0)}" if is_low else f"above {limits.plain(limit or 0.0)}"
    return of_rule(rule, f"the {rule.q} quantile of {rule.columns[0]} is {side}: {said}", count)
