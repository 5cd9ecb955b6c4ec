"""What the rules ask of the one scan, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.words import counted

if TYPE_CHECKING:
    from typing import Any

    from mlgate.core.config.contract import TableRule

UNMEASURED = "rule-unmeasured"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What one rule asks of the one scan.

    Attributes:
        condition: SQL condition of the rows that speak against the rule: counted, and located once the rule is broken.
        aggregates: SQL aggregates over the table's columns, whose values `judge` gets in this order.
    """

    condition: str | None = None
    aggregates: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the scan answers to a `Measure`.

    Attributes:
        rows: All rows of the table.
        count: Rows for which the condition holds.
        located: The first of them; empty before they were looked for.
        values: Of the aggregates.
    """

    rows: int
    count: int = 0
    located: tuple[int, ...] = ()
    values: tuple[Any, ...] = ()


def unmeasured(rule: TableRule, why: str, count: int = 0, located: tuple[int, ...] = ()) -> Broken:
    """Return what is broken about a rule that cannot be measured: that is never a pass."""
    message = f"{rule.kind.value} {'of ' + rule.columns[0] + ' ' if rule.columns else ''}cannot be measured: {why}"
    return replace(of_rule(rule, message, count, located), reason=UNMEASURED)


def unreadable(rule: TableRule, answer: Answer, filled: int, odd: int, noun: str) -> Broken | None:
    """Return why a column cannot be measured, if it cannot: it has cells that are no `noun`, or no value at all."""
    if odd:
        why = f"{counted(odd, 'cell')} of {counted(answer.rows, 'row')} cannot be read as {noun}"
        # Where other rows speak against the rule too, those that were located may be any of both.
        return unmeasured(rule, why, odd, answer.located if answer.count == odd else ())
    if not filled:
        return unmeasured(rule, "no row has a value" if answer.rows else "the table has no rows")
    return None


def is_tolerated(rule: TableRule, count: int, rows: int) -> bool:
    """Return whether no more rows break a rule than it allows."""
    return count == 0 or (rows > 0 and rounded(count / rows) <= rule.tolerance)
