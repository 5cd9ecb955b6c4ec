"""Mean, sum and standard deviation that do not depend on the order of the rows.

The one scan adds doubles with compensation, in whatever order the threads come; its error has a known bound. Where the
bound leaves open what the result is to ten digits, or on which side of a limit it lies, the sums are taken exactly:
doubles are whole multiples of powers of two, and whole numbers add up without loss. What whole numbers of more digits
lose as doubles is added up beside them, so that a whole sum meets its limits exactly.
"""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.config.contract import RuleKind
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.ir import Storage
from mlgate.core.data.rules import limits
from mlgate.core.data.rules.answers import Measure, unmeasured, unreadable
from mlgate.core.data.rules.reading import numbers
from mlgate.core.numbers import EXACT, LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.rules.answers import Answer
    from mlgate.core.data.sql import Cell

MOMENTS = (RuleKind.MEAN, RuleKind.SUM, RuleKind.STDDEV)
_TEN_DIGITS = 1e9  # whole numbers below it have fewer
_SAFE = 1e150  # whose square a double holds
_HALF = 26  # bits of the lower half of a double's 53
_ULPS = 16 * math.ulp(1.0)  # more than compensated addition and a division can lose
Row = tuple[int, int, int, int, int, int]


class Unsure:
    """The scan's sums leave open what holds."""


def ask(rule: TableRule, table: Table, properties: Mapping[str, Property]) -> Measure:
    """Return what the scan computes for a rule about a mean, a sum or a standard deviation."""
    reading = numbers(rule.columns[0], table, properties)
    value = reading.value
    aggregates = [f"count({value})", f"fsum({value})", f"sum(abs({value}))"]
    if rule.kind is RuleKind.STDDEV:
        aggregates.append(f"stddev_samp(CASE WHEN abs({value}) < {_SAFE!r} THEN {value} END)")
    return Measure(condition=reading.odd, aggregates=tuple(aggregates))


def verdict(rule: TableRule, answer: Answer) -> Broken | Unsure | None:
    """Return what the scan's sums say about a rule, where they can."""
    filled = answer.values[0]
    broken = unreadable(rule, answer, filled, answer.count, "finite numbers")
    if broken:
        return broken
    if rule.kind is RuleKind.STDDEV and filled < 2:
        return unmeasured(rule, "one value has no deviation")
    bounds = _bounds(rule, answer.values)
    if not all(math.isfinite(bound) for bound in bounds) or _may_be_whole(rule, *bounds):
        return Unsure()
    low, high = map(rounded, bounds)
    if limits.is_within(rule, low) and limits.is_within(rule, high):
        return None
    return _broken(rule, low) if low == high else Unsure()


def _may_be_whole(rule: TableRule, low: float, high: float) -> bool:
    """Return whether a sum may be a whole number so near to a limit that ten digits do not tell them apart."""
    if rule.kind is not RuleKind.SUM or max(abs(low), abs(high)) < _TEN_DIGITS:
        return False
    near = max(abs(low), abs(high)) / _TEN_DIGITS
    limit_numbers = (limits.number(limit) for limit in (rule.at_least, rule.at_most) if limit is not None)
    return any(low - near <= (limit or 0.0) <= high + near for limit in limit_numbers)


def _bounds(rule: TableRule, values: Sequence[float]) -> tuple[float, float]:
    """Return between which numbers the result lies; infinite where nothing is known."""
    filled, total, absolute = values[:3]
    if rule.kind is not RuleKind.STDDEV:
        error, divisor = _ULPS * absolute, filled if rule.kind is RuleKind.MEAN else 1
        return (total - error) / divisor, (total + error) / divisor
    deviation = values[3]
    if not deviation or absolute / filled >= _SAFE:
        return 0.0, math.inf
    condition = math.sqrt(1 + (absolute / filled / deviation) ** 2)
    error = deviation * _ULPS * filled * condition
    return max(0.0, deviation - error), deviation + error


def exact_query(relation: str, value: str) -> str:
    """Return the query of the exact sums: a row for each exponent, whose mantissas are whole numbers."""
    bits = f"SELECT CAST(CAST({value} AS BIT) AS UBIGINT) AS b FROM {relation} WHERE {value} IS NOT NULL"  # noqa: S608 - own expressions
    fraction = "CAST(b & 4503599627370495 AS BIGINT)"
    parts = f"CAST((b >> 52) & 2047 AS INTEGER) AS e, {fraction} AS f, b >> 63 = 1 AS negative"
    mantissas = "SELECT e, negative, CASE WHEN e = 0 THEN f ELSE f + 4503599627370496 END AS m"
    halves = f"SELECT *, m >> {_HALF} AS h, m & {2**_HALF - 1} AS l"
    sums = "count(*), sum(CASE WHEN negative THEN -m ELSE m END), sum(h * h), sum(h * l), sum(l * l)"
    return f"SELECT e, {sums} FROM ({halves} FROM ({mantissas} FROM (SELECT {parts} FROM ({bits})))) GROUP BY e"  # noqa: S608 - own expressions


def lost_query(relation: str, cell: Cell) -> str | None:
    """Return the query of what whole numbers lose as doubles, and of how many nobody can say; None where none does."""
    if cell.number is None or cell.whole is None or cell.storage is Storage.FLOAT:
        return None
    number = f"CAST({cell.number} AS DOUBLE)"
    is_whole = f"({cell.written}) IS NOT NULL" if cell.written else f"({cell.whole}) IS NOT NULL"
    lost = f"CASE WHEN {is_whole} THEN {cell.whole} - TRY_CAST({number} AS HUGEINT) END"
    cells = f"SELECT {lost} AS lost, {is_whole} AS is_whole FROM {relation} WHERE abs({number}) >= {EXACT}"  # noqa: S608 - own expressions
    return f"SELECT coalesce(sum(lost), 0), count_if(is_whole AND lost IS NULL) FROM ({cells})"  # noqa: S608 - the same


def exactly(rule: TableRule, rows: Iterable[Row], lost: int = 0) -> Broken | None:
    """Return what the exact sums say about a rule; `lost` is what whole numbers have lost as doubles."""
    filled, total, squares = 0, Fraction(lost), Fraction(0)
    for exponent, count, mantissas, high, mixed, low in rows:
        unit = Fraction(2) ** (max(exponent, 1) - 1075)
        filled += count
        total += mantissas * unit
        squares += ((int(high) << 2 * _HALF) + (int(mixed) << _HALF + 1) + int(low)) * unit**2
    if rule.kind is RuleKind.SUM and total.denominator == 1 and abs(total) <= LARGEST:
        return _whole_sum(rule, total.numerator)
    try:
        value = rounded(_result(rule, filled, total, squares))
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        return unmeasured(rule, "it is larger than a double holds")
    return None if limits.is_within(rule, value) else _broken(rule, value)


def _whole_sum(rule: TableRule, total: int) -> Broken | None:
    """Judge a sum of all its digits."""
    for limit, is_broken, words in (
        (rule.at_least, operator.lt, "at least {} is asked for"),
        (rule.at_most, operator.gt, "at most {} is allowed"),
    ):
        if isinstance(limit, int | float) and is_broken(total, limit):
            said = f"{limit:,}" if isinstance(limit, int) else limits.plain(limit)
            return _told(rule, f"{total:,}", words.format(said))
    return None


def _result(rule: TableRule, filled: int, total: Fraction, squares: Fraction) -> float:
    if rule.kind is RuleKind.SUM:
        return float(total)
    if rule.kind is RuleKind.MEAN:
        return float(total / filled)
    return _root((squares - total**2 / filled) / (filled - 1))


def _root(value: Fraction) -> float:
    """Return the square root, right to the last digit of a double."""
    shift = 130 - value.numerator.bit_length() + value.denominator.bit_length()
    shift += shift % 2
    return float(Fraction(math.isqrt(int(value * Fraction(2) ** shift))) / Fraction(2) ** (shift // 2))


def _broken(rule: TableRule, value: float) -> Broken:
    return _told(rule, limits.plain(value), limits.said(rule, value))


def _told(rule: TableRule, value: str, limit: str) -> Broken:
    what = {RuleKind.MEAN: "mean", RuleKind.SUM: "sum", RuleKind.STDDEV: "standard deviation"}[rule.kind]
    subject = f"the {what} of {rule.columns[0]}"
    discreet = f"{subject} is beyond its limit: {limit}"  # of few rows it is as good as a value
    return replace(of_rule(rule, f"{subject} is {value}, {limit}", 0), discreet=discreet)
