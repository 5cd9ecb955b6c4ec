"""Moments as people write them, in the form in which records hold theirs. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from mlgate.core.registry.log.plan import utc

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(_DAY.pattern + r"[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One moment.

    Attributes:
        time: UTC, `2026-03-03T23:59:59Z`.
        meaning: What the text was taken to mean.
    """

    time: str
    meaning: str


def parse_moment(text: str) -> Moment | None:
    """Return the moment that a date or a time means; None for other texts.

    A date means its end in UTC, so that what happened on that day is seen. A time without an offset is UTC.
    """
    try:
        if _DAY.fullmatch(text):
            time = datetime.fromisoformat(f"{text}T23:59:59+00:00")
            return Moment(time=utc(time), meaning=f"the end of {text} in UTC")
        if _TIME.fullmatch(text):
            given = datetime.fromisoformat(text)
            time = given if given.tzinfo else given.replace(tzinfo=UTC)
            return Moment(time=utc(time), meaning=f"{utc(time)}, in UTC")
    except (ValueError, OverflowError):
        pass
    return None
