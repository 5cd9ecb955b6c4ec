"""A rule's limits: whether a measurement is within them, and how they are said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.data.wording import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.contract import Limit, TableRule


def number(limit: Limit | None) -> float | None:
    """Return a limit that is a number."""
    return None if limit is None or isinstance(limit, str) else float(limit)


def _ten_digits(limit: Limit | None) -> float | None:
    found = number(limit)
    return found if found is None or not math.isfinite(rounded(found)) else rounded(found)


def plain(value: float) -> str:
    """Return a number for people, to ten digits: `1,234.5`."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.10g}"


def is_within(rule: TableRule, value: float) -> bool:
    """Return whether a measurement of ten digits keeps both limits, to as many."""
    low, high = _ten_digits(rule.at_least), _ten_digits(rule.at_most)
    return (low is None or value >= low) and (high is None or value <= high)


def said(rule: TableRule, value: float, shown: Callable[[float], str] = plain) -> str:
    """Return which limit a measurement breaks, e.g. `at most 3 % is allowed`."""
    low, high = _ten_digits(rule.at_least), _ten_digits(rule.at_most)
    if low is not None and value < low:
        return f"at least {shown(low)} is asked for"
    return f"at most {shown(high or 0.0)} is allowed"


def tolerated(rule: TableRule) -> str:
    """Return what a rule about rows allows; nothing where it allows none."""
    return f"; at most {percent(rule.tolerance)} of the rows may" if rule.tolerance else ""
