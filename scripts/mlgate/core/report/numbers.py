"""Numbers for people: as many digits as the interval supports, a sign on every difference, and units."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
DEFAULT_DECIMALS = 4
SHORT_DIGEST = 12


def decimals(*, interval: tuple[float, float] | None, value: float | None) -> int:
    """Return how many decimals a metric deserves: two significant digits of the interval's half-width.

    Without a width the value itself decides, with four significant digits.
    """
    half = (interval[1] - interval[0]) / 2 if interval else 0.0
    if half > 0:
        return _within(1 - math.floor(math.log10(half)))
    if value:
        return _within(3 - math.floor(math.log10(abs(value))))
    return DEFAULT_DECIMALS


def _within(places: int) -> int:
    return max(0, min(8, places))


def number(value: float | None, places: int = DEFAULT_DECIMALS, unit: str = "") -> str:
    """Return a value with a fixed number of decimals, or of a unit with as many as it has use for; or a dash."""
    if value is None:
        return NONE
    if unit:
        return amount(value, unit)
    return f"{_no_negative_zero(value, places):,.{places}f}".replace("-", MINUS)


def signed(value: float | None, places: int = DEFAULT_DECIMALS, unit: str = "") -> str:
    """Return a difference with its sign."""
    if value is None:
        return NONE
    if unit:
        return f"{'+' if value >= 0 else MINUS}{amount(abs(value), unit)}"
    return f"{_no_negative_zero(value, places):+,.{places}f}".replace("-", MINUS)


def _no_negative_zero(value: float, places: int) -> float:
    return round(value, places) or 0.0


def interval(bounds: tuple[float, float] | None, places: int = DEFAULT_DECIMALS, *, plus: bool = True) -> str:
    """Return both limits; `plus` for those of a difference."""
    if bounds is None:
        return NONE
    show = signed if plus else number
    return f"{show(bounds[0], places)} to {show(bounds[1], places)}"


def amount(value: float, unit: str) -> str:
    """Return `bytes` or `seconds` as people say them; a number without a unit with its digits."""
    if unit == "bytes":
        return f"{MINUS if value < 0 else ''}{size(round(abs(value)))}"
    return duration(value) if unit == "seconds" else f"{value:,.6g}".replace("-", MINUS)


def plain(value: float, unit: str = "") -> str:
    """Return a limit as a person wrote it: `0.005`, `20`, `20 MB`."""
    if unit:
        return amount(value, unit)
    return f"{value:.6g}".replace("-", MINUS)


def count(value: int) -> str:
    """Return a whole number with separators."""
    return f"{value:,}"


def counted(value: int, noun: str, plural: str | None = None) -> str:
    """Return `1 rule`, `2 rules`."""
    return f"{count(value)} {noun if value == 1 else plural or noun + 's'}"


def share(value: float) -> str:
    """Return a fraction as a percentage that is 0 or 100 only where it is exactly so."""
    percent = 100 * value
    if 0 < percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.3g} %"


def size(amount: int) -> str:
    """Return bytes in decimal units, as disks and downloads count."""
    value = float(amount)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:,.0f} TB"


def duration(seconds: float) -> str:
    """Return seconds as `0.4 s`, `1 min 23 s` or `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def short(digest: str | None) -> str:
    """Return the start of a digest or commit."""
    return digest[:SHORT_DIGEST] if digest else NONE


def probability(value: float) -> str:
    """Return a p-value or q-value with two significant digits."""
    return "< 0.0001" if value < 0.0001 else f"{value:.2g}"
