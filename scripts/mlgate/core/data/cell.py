"""What one cell means as a JSON value: the same reading as `sql`, for the rows that `jsonschema` judges."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mlgate.core.data.ir import Kind, Kinds
from mlgate.core.data.sql import NUMBER, STRICT_NUMBER

if TYPE_CHECKING:
    from decimal import Decimal

_NUMBER = re.compile(NUMBER, re.ASCII)
_STRICT_NUMBER = re.compile(STRICT_NUMBER, re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]{1,4000}")


def value_of(text: str, kinds: Kinds) -> Any:
    """Return the JSON value of a CSV cell that may be read as one of `kinds`; text where it is none of the others."""
    number = _number(text, kinds) if kinds & {Kind.INTEGER, Kind.NUMBER} else None
    if number is not None:
        return number
    if Kind.BOOLEAN in kinds and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return text


def decimal_value(cell: Decimal) -> int | float | Fraction:
    """Return the JSON value of a decimal: whole numbers as they are, others as doubles where these have a fraction."""
    if cell == cell.to_integral_value():
        return int(cell)
    value = float(cell)
    return Fraction(cell) if value.is_integer() else value


def _number(text: str, kinds: Kinds) -> int | float | None:
    pattern = _STRICT_NUMBER if Kind.STRING in kinds else _NUMBER
    if not pattern.fullmatch(text):
        return None
    if _WHOLE.fullmatch(text):
        return int(text)
    value = float(text)
    if not math.isfinite(value) or (Kind.NUMBER not in kinds and not value.is_integer()):
        return None
    return value
