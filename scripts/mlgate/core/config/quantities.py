"""How the numbers of a rule are written: margins in units or percent, sizes, durations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlgate.core.config.cursor import Cursor

PERCENT = re.compile(r"(-?(?:0|[1-9][0-9]{0,3})(?:\.[0-9]{1,12})?) ?%")
SIZE = re.compile(r"(-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,3})?) ?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)")
DURATION = re.compile(r"(-?(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,3})?) ?(ms|s|m|h)")
# KB is how many people write the decimal kilobyte; the binary one has an i.
_BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_BYTES |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, kw_only=True)
class Margin:
    """The largest accepted drop.

    Attributes:
        value: In units of what is measured; of a relative one, a share: 0.02 for `2%`.
        relative: Whether it is a share of the baseline's value.
    """

    value: float
    relative: bool = False


def number(cursor: Cursor) -> float | None:
    """Return a number without a unit."""
    return cursor.number()


def size(cursor: Cursor) -> float | None:
    """Return bytes from `500kB`, `20MB` or `1.5GiB`."""
    match = SIZE.fullmatch(cursor.value) if isinstance(cursor.value, str) else None
    if match is None:
        cursor.expected("a size", "Write a number with B, kB, MB, GB, KiB, MiB or GiB, as in `20MB`.")
        return None
    return float(match[1]) * _BYTES[match[2]]


def duration(cursor: Cursor) -> float | None:
    """Return seconds from `500ms`, `90s`, `10m` or `1.5h`."""
    match = DURATION.fullmatch(cursor.value) if isinstance(cursor.value, str) else None
    if match is None:
        cursor.expected("a duration", "Write a number with ms, s, m or h, as in `90s` or `10m`.")
        return None
    return float(match[1]) * _SECONDS[match[2]]


def share(cursor: Cursor) -> Margin | None:
    """Return a relative margin, `2%`; None, with nothing noted, for what is written in another way."""
    match = PERCENT.fullmatch(cursor.value) if isinstance(cursor.value, str) else None
    return None if match is None else Margin(value=float(f"{match[1]}e-2"), relative=True)
