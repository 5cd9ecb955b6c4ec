"""How the limits of table rules are written: numbers, fractions and percentages, dates, durations, columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgate.core.config.instant import last_microsecond, microseconds
from mlgate.core.outcome import Severity
from mlgate.core.words import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.contract import Limit
    from mlgate.core.config.cursor import Cursor

    Entries = dict[str, Cursor]
    Read = Callable[[Cursor], Limit | None]

MAX_ROWS = 10**18
MAX_CHANGE = 1000.0  # of rows-change: a thousand times as many
PERCENTAGE = re.compile(r"((?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,12})?) ?%")
DURATION = re.compile(r"([1-9][0-9]{0,5})(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def fraction(cursor: Cursor, most: float = 1.0) -> float | None:
    """Return a part of a whole, written as a number or as a percentage."""
    match = PERCENTAGE.fullmatch(cursor.value) if isinstance(cursor.value, str) else None
    if match is not None:
        value: float | None = float(f"{match[1]}e-2")
    elif isinstance(cursor.value, str):
        cursor.expected("a number or a percentage", "Write `0.2` or `20%`.")
        return None
    else:
        value = cursor.number(f"a number between 0 and {most:g}", "Write `0.2` or `20%`.")
    if value is None or 0 <= value <= most:
        return value
    cursor.expected(f"a number between 0 and {most:g}", f"Write a part from 0 to {most:g}, or a percentage as `20%`.")
    return None


def change(cursor: Cursor) -> float | None:
    """Return a part by which a number of rows may change: it can be more than the whole."""
    return fraction(cursor, MAX_CHANGE)


def rows(cursor: Cursor) -> int | None:
    """Return a number of rows or values."""
    return cursor.integer(0, MAX_ROWS)


def number(cursor: Cursor) -> int | float | None:
    """Return a finite number; whole ones stay exact."""
    value = cursor.number()
    return cursor.value if value is not None and isinstance(cursor.value, int) else value


def number_or_time(cursor: Cursor) -> Limit | None:
    """Return a number, or a date or time as ISO 8601 writes it."""
    if not isinstance(cursor.value, str):
        return number(cursor)
    if microseconds(cursor.value) is not None:
        return cursor.value
    remedy = "Write a number, a date as 2015-01-31, or a time as 2015-01-31T05:00:00Z, which exists."
    cursor.expected("a number, a date or a time", remedy)
    return None


def limits(cursor: Cursor, entries: Entries, read: Read, example: str) -> tuple[Limit | None, Limit | None]:
    """Return `at-least` and `at-most`, of which one must be there, in this order."""
    low = read(entries["at-least"]) if "at-least" in entries else None
    high = read(entries["at-most"]) if "at-most" in entries else None
    is_all_known = isinstance(cursor.value, dict) and len(cursor.value) == len(entries)  # else it may be misspelt
    if is_all_known and "at-least" not in entries and "at-most" not in entries:
        cursor.problem("the rule has no limit", f"Write `{example}`, `at-most`, or both.")
    if low is None or high is None:
        return low, high
    if isinstance(low, str) is not isinstance(high, str):
        cursor.problem("one limit is a number and the other is a time", "Write both as numbers, or both as times.")
    elif _bound(low, microseconds) > _bound(high, last_microsecond):
        cursor.problem(f"at-least {low} is more than at-most {high}", "Correct one of them: no table can have both.")
    return low, high


def _bound(limit: Limit, place: Callable[[str], int | None]) -> float:
    return place(limit) or 0 if isinstance(limit, str) else limit


def duration(cursor: Cursor) -> int | None:
    """Return seconds from `90s`, `30m`, `36h`, `7d` or `2w`."""
    match = DURATION.fullmatch(cursor.value) if isinstance(cursor.value, str) else None
    if match is None:
        cursor.expected("a duration", "Write a whole number with `s`, `m`, `h`, `d` or `w`, as in `36h` or `7d`.")
        return None
    return int(match[1]) * _SECONDS[match[2]]


def columns(cursor: Cursor) -> tuple[str, ...]:
    """Return the columns of a list, or the one that is written without a list."""
    if isinstance(cursor.value, str):
        name = cursor.text("a column's name")
        return (name,) if name else ()
    return cursor.texts("columns")


def column(entries: Entries, key: str = "column") -> tuple[str, ...]:
    """Return the one column under a key."""
    name = entries[key].text("a column's name") if key in entries else None
    return (name or "",)


def category(cursor: Cursor) -> bool | int | float | str | None:
    """Return a value that a cell can have."""
    value = cursor.value
    if isinstance(value, bool | int | float | str):
        return value
    cursor.expected("a text, a number, true or false", f"Write one value; for {shown(None)} there is `null-fraction`.")
    return None


def severity(entries: Entries) -> Severity:
    """Return what a broken rule comes to."""
    return (entries["severity"].choice(Severity) if "severity" in entries else None) or Severity.FAIL
