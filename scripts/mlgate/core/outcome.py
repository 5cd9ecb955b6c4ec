"""The closed set of outcomes, and which is worse."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Outcome(StrEnum):
    """What a rule, a table, a step or a whole report came to."""

    PASS = "pass"
    WARN = "warn"
    INCONCLUSIVE = "inconclusive"
    FAIL = "fail"


class Severity(StrEnum):
    """What a broken rule or check comes to."""

    FAIL = "fail"
    WARN = "warn"


_ORDER = tuple(Outcome)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst of `outcomes`; of none, `pass`."""
    return max(outcomes, key=_ORDER.index, default=Outcome.PASS)


def at_most(outcome: Outcome, limit: Outcome) -> Outcome:
    """Return `outcome`, or `limit` where that is better."""
    return min(outcome, limit, key=_ORDER.index)
