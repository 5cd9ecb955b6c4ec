"""Dates and times as contracts and cells write them: ISO 8601 in the profile of RFC 3339."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

# Seconds and zone may be left out; no zone means UTC.
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
OFFSET = rf"[+-]{_CLOCK}"
_TIME = rf"{_CLOCK}(?::[0-5][0-9](?:\.[0-9]{{1,9}})?)?(?:[Zz]|{OFFSET})?"
INSTANT = rf"{_DATE}(?:[Tt ]{_TIME})?"
_INSTANT = re.compile(INSTANT, re.ASCII)
_LONG_FRACTION = re.compile(r"(\.[0-9]{6})[0-9]+")
_DATE_LENGTH = len("2013-01-31")
_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(text: str) -> int | None:
    """Return a date or time as microseconds since 1970 in UTC; None where it is none, or there is no such day."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", text.upper()))
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None


def last_microsecond(text: str) -> int | None:
    """Return the last microsecond that is not after a date or time: of a day without time, that of the whole day."""
    moment = microseconds(text)
    return moment + _DAY - 1 if moment is not None and len(text) == _DATE_LENGTH else moment
