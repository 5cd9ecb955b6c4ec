"""Tests of a value alone: what a cell must be to break them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mlgate.core.data.ir import (
    Bound,
    Finite,
    Formatted,
    Kind,
    Length,
    Matches,
    MultipleOf,
    OneOf,
    Operator,
    Storage,
    Test,
    TypeIs,
)
from mlgate.core.data.multiple import MAX_DIGITS, scaled
from mlgate.core.data.sql.cell import is_whole
from mlgate.core.data.sql.text import literal
from mlgate.core.numbers import EXACT, LARGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.sql.cell import Cell

MANY = 100  # values: more of them take longer one by one than as a table
LARGE = 10**38  # all whole numbers below it fit into the engine's widest integer
_OPPOSITE = {Operator.AT_LEAST: "<", Operator.AT_MOST: ">", Operator.ABOVE: "<=", Operator.BELOW: ">="}
_KIND_OF = {
    Storage.STRING: Kind.STRING,
    Storage.DATE: Kind.STRING,
    Storage.TIMESTAMP: Kind.STRING,
    Storage.INTEGER: Kind.INTEGER,
    Storage.BOOLEAN: Kind.BOOLEAN,
    Storage.ARRAY: Kind.ARRAY,
    Storage.OBJECT: Kind.OBJECT,
}
_JSON_TYPES = {
    Kind.STRING: ("VARCHAR",),
    Kind.INTEGER: ("BIGINT", "UBIGINT"),
    Kind.BOOLEAN: ("BOOLEAN",),
    Kind.ARRAY: ("ARRAY",),
    Kind.OBJECT: ("OBJECT",),
    Kind.NULL: ("NULL",),
}


def breaks_leaf(test: Test, cell: Cell) -> str | None:
    """Return the condition that a value breaks a test of the value alone; None where no value of its storage can.

    False or NULL for a value that passes.
    """
    match test:
        case TypeIs():
            return _breaks_type(test, cell)
        case Finite():
            return _breaks_finite(cell)
        case OneOf():
            return _breaks_one_of(test, cell)
        case Bound():
            return _breaks_bound(test, cell)
        case MultipleOf():
            return _breaks_multiple_of(test, cell)
        case Length():
            return _compare(cell.text and f"length({cell.text})", test.operator, test.limit)
        case Matches():
            return cell.text and f"NOT regexp_matches({cell.text}, {literal(test.re2)})"
        case Formatted():
            return _breaks_format(test, cell)
    raise TypeError(test)


def _breaks_format(test: Formatted, cell: Cell) -> str | None:
    if cell.text is None:
        return None
    if cell.storage is Storage.TIMESTAMP and test.name == "date-time":
        year = f"year(CAST({cell.value} AS DATE))"  # NULL of what is infinite
        return f"{cell.value} IS NOT NULL AND NOT coalesce({year} BETWEEN 1 AND 9999, false)"
    ways = (" AND ".join(f"regexp_full_match({cell.text}, {literal(e)})" for e in way) for way in test.expressions)
    return f"NOT ({' OR '.join(f'({way})' for way in ways)})"


def _breaks_finite(cell: Cell) -> str | None:
    if cell.storage is Storage.TEXT:
        # A property without `type` whose keywords speak of numbers: a CSV cell that is none would escape them all.
        only_numbers = Kind.STRING not in cell.kinds and Kind.BOOLEAN not in cell.kinds
        return f"NOT {cell.is_number}" if only_numbers and cell.is_number else None
    return f"NOT isfinite({cell.number})" if cell.storage in (Storage.FLOAT, Storage.JSON) else None


def _breaks_bound(test: Bound, cell: Cell) -> str | None:
    number = cell.number
    if cell.storage is Storage.DECIMAL and isinstance(test.limit, int):
        return _compare(_next_whole(cell.value, test.operator), test.operator, test.limit)
    if number is None:
        return None
    is_json = cell.storage is Storage.JSON
    broken = _breaks_json_bound(test, number) if is_json else _compare(number, test.operator, test.limit)
    if abs(test.limit) < EXACT:
        return broken
    # What is no whole number of at most 127 bits is either far from such a limit or past all of them.
    return f"coalesce({_compare(cell.whole, test.operator, test.limit)}, {broken})"


def _breaks_json_bound(test: Bound, number: str) -> str:
    """Inside of a value there may be NaN, infinity, or a number past all doubles: on no side of any limit."""
    most, limit = literal(LARGEST), literal(test.limit)
    if test.operator in (Operator.AT_LEAST, Operator.ABOVE):
        return f"NOT ({number} {test.operator} {limit} AND {number} <= {most})"
    return f"NOT ({number} {test.operator} {limit} AND {number} >= -{most})"


def _next_whole(value: str, operator: Operator) -> str:
    """Return the whole number beside a decimal that is on the same side of every whole limit."""
    toward = "floor" if operator in (Operator.AT_LEAST, Operator.BELOW) else "ceil"
    return f"CAST({toward}({value}) AS HUGEINT)"


def _compare(value: str | None, operator: Operator, limit: float) -> str | None:
    return value and f"{value} {_OPPOSITE[operator]} {literal(limit)}"


def _breaks_type(test: TypeIs, cell: Cell) -> str | None:
    if cell.storage is Storage.TEXT:
        return _breaks_text_type(test, cell)
    if cell.storage is Storage.JSON:
        return _breaks_json_type(test, cell)
    if cell.storage in (Storage.FLOAT, Storage.DECIMAL):
        return _breaks_number_type(test, cell)
    kind = _KIND_OF.get(cell.storage)
    if kind in test.kinds or (kind is Kind.INTEGER and Kind.NUMBER in test.kinds):
        return None
    return cell.is_present


def _breaks_number_type(test: TypeIs, cell: Cell) -> str | None:
    infinite = f"NOT isfinite({cell.value})"
    if Kind.NUMBER in test.kinds:
        return infinite if cell.storage is Storage.FLOAT else None
    if Kind.INTEGER not in test.kinds:
        return cell.is_present
    broken = f"{cell.value} <> trunc({cell.value})"
    return f"({infinite} OR {broken})" if cell.storage is Storage.FLOAT else broken


def _breaks_text_type(test: TypeIs, cell: Cell) -> str | None:
    """A CSV cell is a number or a boolean if it may be read as one and is written as one; else it is text."""
    right, wrong = _text_types(test, cell)
    if Kind.STRING in test.kinds:
        return f"({' OR '.join(wrong)})" if wrong else None
    return f"NOT ({' OR '.join(right)})" if right else cell.is_present


def _text_types(test: TypeIs, cell: Cell) -> tuple[list[str], list[str]]:
    """Return the conditions that a cell is of a wanted type other than text, and that it is of an unwanted one."""
    right, wrong = [], []
    if cell.is_number:
        fraction = Kind.NUMBER in cell.kinds and Kind.NUMBER not in test.kinds
        if Kind.INTEGER in test.kinds and fraction:
            whole = is_whole(f"TRY_CAST({cell.value} AS DOUBLE)")
            right.append(f"({cell.is_number} AND {whole})")
            wrong.append(f"({cell.is_number} AND NOT {whole})")
        else:
            (right if test.kinds & {Kind.INTEGER, Kind.NUMBER} else wrong).append(cell.is_number)
    if cell.is_boolean:
        (right if Kind.BOOLEAN in test.kinds else wrong).append(cell.is_boolean)
    return right, wrong


def _breaks_json_type(test: TypeIs, cell: Cell) -> str | None:
    names = sorted(name for kind in test.kinds for name in _JSON_TYPES.get(kind, ()))
    allowed = [f"{cell.json_type} IN ({', '.join(map(literal, names))})"] if names else []
    if Kind.NUMBER in test.kinds:
        allowed.append(f"isfinite({cell.number})")
    elif Kind.INTEGER in test.kinds:
        allowed.append(f"(isfinite({cell.number}) AND {is_whole(cell.number or '')})")
    return f"{cell.json_type} IS NOT NULL AND NOT coalesce({' OR '.join(allowed)}, false)"


def _breaks_one_of(test: OneOf, cell: Cell) -> str | None:
    texts = [v for v in test.values if isinstance(v, str)]
    booleans = [v for v in test.values if isinstance(v, bool)]
    numbers = [v for v in test.values if isinstance(v, int | float) and not isinstance(v, bool)]
    pairs: tuple[tuple[str | None, Sequence[Any]], ...] = (
        (cell.text, texts),
        (cell.number, [v for v in numbers if not _is_asked_whole(v, cell)]),
        (cell.whole, [v for v in numbers if _is_asked_whole(v, cell)]),
        (cell.boolean, booleans),
    )
    equal = [f"coalesce({value} IN {_list(among, cell)}, false)" for value, among in pairs if value and among]
    if cell.storage is Storage.STRING and not (numbers or booleans) and texts:
        return f"{cell.value} NOT IN {_list(texts, cell)}"
    if cell.storage is Storage.JSON and None in test.values:
        equal.append(f"{cell.json_type} = 'NULL'")
    present = f"{cell.json_type} IS NOT NULL" if cell.storage is Storage.JSON else cell.is_present
    return f"{present} AND NOT ({' OR '.join(equal)})" if equal else present


def _is_asked_whole(value: float, cell: Cell) -> bool:
    return abs(value) >= EXACT or (cell.storage is Storage.DECIMAL and isinstance(value, int))


def _list(among: Sequence[Any], cell: Cell) -> str:
    """Return values to compare with. Many of them are hashed as a subquery, which no lambda may hold."""
    values = ", ".join(map(literal, among))
    return f"(SELECT unnest([{values}]))" if len(among) > MANY and cell.depth == 0 else f"({values})"


def _breaks_multiple_of(test: MultipleOf, cell: Cell) -> str | None:
    number = cell.number
    if number is None:
        return None
    if isinstance(test.divisor, float):
        broken = _breaks_fraction(test.divisor, f"CAST({number} AS DOUBLE)", cell)
        return f"({broken} OR NOT isfinite({number}))" if cell.storage is Storage.JSON else broken
    if cell.storage is Storage.INTEGER:
        return f"{number} % {test.divisor} <> 0"
    if cell.storage is Storage.DECIMAL:
        return f"{number} IS NOT NULL AND coalesce({cell.whole} % {test.divisor} <> 0, true)"
    text = f"({cell.value}->>'$')" if cell.storage is Storage.JSON else cell.value
    exact = f"TRY_CAST(CASE WHEN {is_whole(number)} THEN {text} END AS HUGEINT) % {test.divisor}"
    remainders = [exact, *_remainders_of_digits(cell, number, test.divisor), f"{number} % {test.divisor}"]
    return f"coalesce({', '.join(remainders)}) <> 0"


def _remainders_of_digits(cell: Cell, number: str, divisor: int) -> list[str]:
    """Return, where numbers are written out, the remainder of one that no integer of the engine holds."""
    if cell.digits is None:
        return []
    digits = f"list_transform({cell.digits}, lambda digit: CAST(digit AS HUGEINT))"
    remainder = f"list_reduce({digits}, lambda high, low: (high * 10 + low) % {divisor})"
    return [f"CASE WHEN abs({number}) >= {LARGE} AND isfinite({number}) THEN {remainder} END"]


def _breaks_fraction(divisor: float, number: str, cell: Cell) -> str:
    """Decide in decimals, as `multiple` does: below 15 digits a double has one multiple next to it that it can mean."""
    parts = scaled(divisor)
    assert parts is not None  # noqa: S101 - others are not compiled
    units, digits = parts
    scale = f"{10**digits}.0::DOUBLE"
    nearest = f"round({number} * {scale} / {units}) * {units} / {scale}"
    rest = 10**digits % units
    whole = f"{cell.whole or number} % {units}"
    remainders = [whole, *_remainders_of_digits(cell, number, units), f"TRY_CAST({number} % {units} AS HUGEINT)"]
    odd = f"(coalesce({', '.join(remainders)}) * {rest}) % {units} <> 0"
    decimal = f"TRY_CAST(CAST({number} AS VARCHAR) AS DECIMAL(38, 20))"
    return (
        f"CASE WHEN abs({number}) < {10 ** (MAX_DIGITS - digits)} THEN {number} <> {nearest} "
        f"WHEN {is_whole(number)} THEN {odd if rest else 'false'} "
        f"ELSE {decimal} % {Decimal(repr(divisor)):f}::DECIMAL(38, 20) <> 0 END"
    )
