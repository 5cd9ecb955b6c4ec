"""The formats that are asserted: each is a combination of regular expressions that RE2 and Python read alike.

One description serves both paths: `is_valid` for single texts, `alternatives` for the compiler.
"""

from __future__ import annotations

import re
from functools import cache

from mlgate.core.data.addresses import (
    EMAIL,
    IDN_EMAIL,
    IPV4,
    IPV6,
    IRI,
    IRI_REFERENCE,
    URI,
    URI_REFERENCE,
    URI_TEMPLATE,
)
from mlgate.core.data.pattern import PatternError, parse

# Any of these holds, and each of them is a group of whole-text expressions that all match.
Alternatives = tuple[tuple[str, ...], ...]

_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_LONG = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_SHORT = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_FEBRUARY = "02-(?:0[1-9]|1[0-9]|2[0-8])"
_DATE = f"(?:[0-9]{{4}}-(?:{_LONG}|{_SHORT}|{_FEBRUARY})|{_LEAP_YEAR}-02-29)"
_HOUR, _MINUTE, _FRACTION = "(?:[01][0-9]|2[0-3])", "[0-5][0-9]", r"(?:\.[0-9]+)?"
_TIME = f"{_HOUR}:{_MINUTE}:[0-5][0-9]{_FRACTION}(?:[Zz]|[+-]{_HOUR}:{_MINUTE})"


def _leap_seconds() -> Alternatives:
    """Return times whose second is 60: it is 23:59 in UTC.

    Local time and offset say so together, hours and minutes each for themselves: no expression needs all their pairs.
    """
    zulu = f"23:59:60{_FRACTION}[Zz]"
    whole = "|".join(f"{(23 + hour) % 24:02}:59:60{_FRACTION}\\+{hour:02}:00" for hour in range(24))
    ahead = "|".join(f"{_HOUR}:{minute - 1:02}:60{_FRACTION}\\+{_HOUR}:{minute:02}" for minute in range(1, 60))
    same = "|".join(f"{hour:02}:{_MINUTE}:60{_FRACTION}\\+{hour:02}:{_MINUTE}" for hour in range(24))
    behind = "|".join(f"{_HOUR}:{59 - minute:02}:60{_FRACTION}-{_HOUR}:{minute:02}" for minute in range(60))
    earlier = "|".join(f"{23 - hour:02}:{_MINUTE}:60{_FRACTION}-{hour:02}:{_MINUTE}" for hour in range(24))
    return ((zulu,), (whole,), (ahead, same), (behind, earlier))


_TIMES: Alternatives = ((_TIME,), *_leap_seconds())
_DAYS = "(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)"
_HOURS = "(?:[0-9]+S|[0-9]+M(?:[0-9]+S)?|[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?)"
_POINTER = "(?:/(?:[^~/]|~[01])*)*"
_WHOLE = "(?:0|[1-9][0-9]*)"
_HEX = "[0-9A-Fa-f]"

FORMATS: dict[str, Alternatives] = {
    "date": ((_DATE,),),
    "time": _TIMES,
    "date-time": tuple(tuple(f"{_DATE}[Tt](?:{part})" for part in parts) for parts in _TIMES),
    "duration": ((f"P(?:[0-9]+W|{_DAYS}(?:T{_HOURS})?|T{_HOURS})",),),
    "email": ((EMAIL,),),
    "idn-email": ((IDN_EMAIL,),),
    "ipv4": ((IPV4,),),
    "ipv6": ((IPV6,),),
    "uuid": ((f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",),),
    "uri": ((URI,),),
    "uri-reference": ((URI_REFERENCE,),),
    "iri": ((IRI,),),
    "iri-reference": ((IRI_REFERENCE,),),
    "uri-template": ((URI_TEMPLATE,),),
    "json-pointer": ((_POINTER,),),
    "relative-json-pointer": ((f"{_WHOLE}(?:#|{_POINTER})",),),
}


PARSED = frozenset({"regex"})  # asserted too, and no matter of regular expressions


def is_asserted(name: str) -> bool:
    """Return whether `format: name` checks anything."""
    return name in FORMATS or name in PARSED


def alternatives(name: str) -> Alternatives | None:
    """Return the expressions of an asserted format, or None for an annotation."""
    return FORMATS.get(name)


def is_valid(name: str, text: str) -> bool:
    """Return whether a text has an asserted format."""
    if name in PARSED:
        return _is_pattern(text)
    return any(all(_compiled(part).fullmatch(text) for part in parts) for parts in FORMATS[name])


def _is_pattern(text: str) -> bool:
    try:
        parse(text)
    except PatternError:
        return False
    return True


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.ASCII)
