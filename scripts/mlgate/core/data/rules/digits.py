"""Numbers of more digits than a double: two that are the same double are told apart by what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.ir import Storage
from mlgate.core.data.sql import literal
from mlgate.core.numbers import EXACT

if TYPE_CHECKING:
    from mlgate.core.data.sql import Cell


def by_digits(cell: Cell) -> str | None:
    """Return what orders numbers that are the same double; NULL for those below 2^53, None where no cell has more.

    A number with a fraction or an exponent is the whole number that its double stands for.
    """
    if cell.number is None or cell.storage is Storage.DECIMAL:
        return None
    number = f"CAST({cell.number} AS DOUBLE)"
    if cell.storage is Storage.INTEGER:
        digits = f"CAST({cell.value} AS VARCHAR)"
    else:
        digits = f"format('{{:.0f}}', {number})"
        digits = f"coalesce({cell.written}, {digits})" if cell.written else digits
    plain = f"ltrim(ltrim({digits}, '+-'), '0')"
    above, below = _order(plain), _order(plain, is_negative=True)
    return f"CASE WHEN {number} >= {EXACT} THEN {above} WHEN {number} <= -{EXACT} THEN {below} END"


def _order(digits: str, *, is_negative: bool = False) -> str:
    """Return a value in whose order numbers of one sign are: longer ones are farther from zero."""
    if not is_negative:
        return f"row(length({digits}), {digits})"
    return f"row(-length({digits}), translate({digits}, '0123456789', '9876543210'))"


def of_limit(limit: int) -> str:
    """Return a limit of 2^53 or more, or of its negative or less, in the same order."""
    return _order(literal(str(abs(limit))), is_negative=limit < 0)
