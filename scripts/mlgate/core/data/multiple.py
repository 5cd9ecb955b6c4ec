"""When a number is a whole multiple of another: decided in decimals, so that 19.99 is a multiple of 0.01.

A number with a fraction is the shortest decimal that stands for it, as JSON writers print it; one without is
the whole number that it is.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

MAX_DIGITS = 15  # of a divisor, for which SQL has an exact form


def is_multiple(value: float, divisor: float) -> bool:
    """Return whether `value` is a whole multiple of `divisor`."""
    return _exact(value) % _exact(divisor) == 0


def _exact(number: float) -> Fraction:
    return Fraction(int(number)) if number % 1 == 0 else Fraction(str(number))


def scaled(divisor: float) -> tuple[int, int] | None:
    """Return the whole number p and the k of a divisor `p / 10**k`; None where either has too many digits."""
    _, digits, exponent = Decimal(repr(divisor)).normalize().as_tuple()
    if not isinstance(exponent, int) or len(digits) > MAX_DIGITS or not -MAX_DIGITS <= exponent < 0:
        return None
    return int("".join(map(str, digits))), -exponent
