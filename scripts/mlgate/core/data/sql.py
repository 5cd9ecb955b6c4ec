"""Checks as SQL conditions: for each, what a cell must be to break it. The dialect is DuckDB's.

Every condition is false or NULL for a row that satisfies the check; a filter counts neither.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.data.ir import (
    Absent,
    Bound,
    Finite,
    Kind,
    Kinds,
    Length,
    Matches,
    MultipleOf,
    Never,
    OneOf,
    OnlyColumns,
    Operator,
    Present,
    Storage,
    Test,
    TypeIs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# Numbers in CSV. Where text is allowed too, only what JSON itself would call a number is one: `007` stays text.
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
STRICT_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
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
_JSON_NUMBERS = "('BIGINT', 'UBIGINT', 'DOUBLE')"


def identifier(name: str) -> str:
    """Return `name` quoted as SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """Return a string, number or boolean as SQL literal; fractions as DOUBLE, never as DECIMAL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value!r}::DOUBLE"
    return "'" + str(value).replace("'", "''") + "'"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One column as SQL sees it.

    Attributes:
        storage: How the file holds it.
        value: Expression of the cell. For JSON, of the JSON value.
        json_type: For JSON, expression of its type's name: NULL where the property is absent.
        kinds: What a CSV cell may be read as.
        accepts_null: Whether a null cell is a null value; else it is absent. Not for JSON, which tells them apart.
    """

    storage: Storage
    value: str
    json_type: str = ""
    kinds: Kinds = frozenset({Kind.STRING})
    accepts_null: bool = True

    @property
    def is_present(self) -> str:
        """Return the condition that the row has the property with another value than null."""
        return f"{self.json_type} <> 'NULL'" if self.storage is Storage.JSON else f"{self.value} IS NOT NULL"

    @property
    def is_absent(self) -> str | None:
        """Return the condition that the row lacks the property; None where it never does."""
        if self.storage is Storage.JSON:
            return f"{self.json_type} IS NULL"
        return None if self.accepts_null else f"{self.value} IS NULL"

    @property
    def text(self) -> str | None:
        """Return the cell as text, NULL where it is none; None where it never is."""
        match self.storage:
            case Storage.STRING:
                return self.value
            case Storage.DATE:
                return f"CAST({self.value} AS VARCHAR)"
            case Storage.TIMESTAMP:
                return f"replace(CAST({self.value} AS VARCHAR), ' ', 'T')"
            case Storage.JSON:
                return f"CASE WHEN {self.json_type} = 'VARCHAR' THEN {self.value}->>'$' END"
            case Storage.TEXT if Kind.STRING in self.kinds:
                others = [c for c in (self.is_number, self.is_boolean) if c]
                return f"CASE WHEN NOT ({' OR '.join(others)}) THEN {self.value} END" if others else self.value
        return None

    @property
    def number(self) -> str | None:
        """Return the cell as number, NULL where it is none; None where it never is."""
        match self.storage:
            case Storage.INTEGER | Storage.FLOAT:
                return self.value
            case Storage.DECIMAL:
                return f"CAST({self.value} AS DOUBLE)"
            case Storage.JSON:
                cast = f"TRY_CAST({self.value} AS DOUBLE)"
                return f"CASE WHEN {self.json_type} IN {_JSON_NUMBERS} THEN {cast} END"
            case Storage.TEXT if self.is_number:
                cast = f"TRY_CAST({self.value} AS DOUBLE)"
                return f"CASE WHEN {self.is_number} THEN {cast} END" if Kind.STRING in self.kinds else cast
        return None

    @property
    def boolean(self) -> str | None:
        """Return the cell as boolean, NULL where it is none; None where it never is."""
        match self.storage:
            case Storage.BOOLEAN:
                return self.value
            case Storage.JSON:
                return f"CASE WHEN {self.json_type} = 'BOOLEAN' THEN {self.value}->>'$' = 'true' END"
            case Storage.TEXT if self.is_boolean:
                return f"CASE WHEN {self.is_boolean} THEN lower({self.value}) = 'true' END"
        return None

    @property
    def is_number(self) -> str | None:
        """Return the condition that a CSV cell is a number; None where it is never read as one."""
        if not self.kinds & {Kind.INTEGER, Kind.NUMBER}:
            return None
        pattern = STRICT_NUMBER if Kind.STRING in self.kinds else NUMBER
        cast = f"TRY_CAST({self.value} AS DOUBLE)"
        whole = "" if Kind.NUMBER in self.kinds else f" AND {_is_whole(cast)}"
        return f"(regexp_full_match({self.value}, {literal(pattern)}) AND isfinite({cast}){whole})"

    @property
    def is_boolean(self) -> str | None:
        """Return the condition that a CSV cell is true or false; None where it is never read as one."""
        return f"(lower({self.value}) IN ('true', 'false'))" if Kind.BOOLEAN in self.kinds else None


def _is_whole(number: str) -> str:
    return f"{number} = trunc({number})"


def breaks(test: Test, cell: Cell | None) -> str | None:
    """Return the condition that a row breaks `test`; None where no row can.

    Args:
        test: Of a check.
        cell: The column; None where the file does not have it, or the test is of no column.
    """
    match test:
        case Never():
            return "true"
        case OnlyColumns():
            return None  # compared with the header once, or with each JSON line's keys: `query` does it
        case Present():
            return "true" if cell is None else cell.is_absent
    if cell is None:
        return None
    if isinstance(test, Absent):
        return f"{cell.json_type} IS NOT NULL" if cell.storage is Storage.JSON else f"{cell.value} IS NOT NULL"
    return _breaks_value(test, cell)


def _breaks_value(test: Test, cell: Cell) -> str | None:
    match test:
        case TypeIs():
            return _breaks_type(test, cell)
        case Finite():
            return _breaks_finite(cell)
        case OneOf():
            return _breaks_one_of(test, cell)
        case Bound():
            return _compare(cell.number, test.operator, test.limit)
        case MultipleOf():
            return _breaks_multiple_of(test, cell)
        case Length():
            return _compare(cell.text and f"length({cell.text})", test.operator, test.limit)
        case Matches():
            return cell.text and f"NOT regexp_matches({cell.text}, {literal(test.re2)})"
    raise TypeError(test)


def _breaks_finite(cell: Cell) -> str | None:
    if cell.storage is Storage.TEXT:
        # A property without `type` whose keywords speak of numbers: a CSV cell that is none would escape them all.
        only_numbers = Kind.STRING not in cell.kinds and Kind.BOOLEAN not in cell.kinds
        return f"NOT {cell.is_number}" if only_numbers and cell.is_number else None
    return f"NOT isfinite({cell.number})" if cell.storage in (Storage.FLOAT, Storage.JSON) else None


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
    if Kind.STRING in test.kinds:
        return None
    right = [condition for condition in (cell.is_number, cell.is_boolean) if condition]
    return f"NOT ({' OR '.join(right)})" if right else cell.is_present


def _breaks_json_type(test: TypeIs, cell: Cell) -> str | None:
    names = sorted(name for kind in test.kinds for name in _JSON_TYPES.get(kind, ()))
    allowed = [f"{cell.json_type} IN ({', '.join(map(literal, names))})"] if names else []
    if Kind.NUMBER in test.kinds:
        allowed.append(f"isfinite({cell.number})")
    elif Kind.INTEGER in test.kinds:
        allowed.append(f"(isfinite({cell.number}) AND {_is_whole(cell.number or '')})")
    return f"{cell.json_type} IS NOT NULL AND NOT coalesce({' OR '.join(allowed)}, false)"


def _breaks_one_of(test: OneOf, cell: Cell) -> str | None:
    texts = [v for v in test.values if isinstance(v, str)]
    booleans = [v for v in test.values if isinstance(v, bool)]
    numbers = [v for v in test.values if isinstance(v, int | float) and not isinstance(v, bool)]
    pairs: tuple[tuple[str | None, Sequence[Any]], ...] = (
        (cell.text, texts),
        (cell.number, numbers),
        (cell.boolean, booleans),
    )
    equal = [
        f"coalesce({value} IN ({', '.join(map(literal, among))}), false)" for value, among in pairs if value and among
    ]
    if cell.storage is Storage.STRING and not (numbers or booleans) and texts:
        return f"{cell.value} NOT IN ({', '.join(map(literal, texts))})"
    if cell.storage is Storage.JSON and None in test.values:
        equal.append(f"{cell.json_type} = 'NULL'")
    present = f"{cell.json_type} IS NOT NULL" if cell.storage is Storage.JSON else cell.is_present
    return f"{present} AND NOT ({' OR '.join(equal)})" if equal else present


def _breaks_multiple_of(test: MultipleOf, cell: Cell) -> str | None:
    """Say it as `jsonschema` does: exactly for whole divisors, by the quotient of doubles for others."""
    number = cell.number
    if number is None:
        return None
    if isinstance(test.divisor, float):
        quotient = f"(CAST({number} AS DOUBLE) / {literal(test.divisor)})"
        # A quotient past the largest double: of a power of two the number is a multiple; of others nobody can say.
        overflows = "false" if abs(math.frexp(test.divisor)[0]) == 0.5 else f"NOT isfinite({quotient})"
        return f"({overflows} OR {quotient} <> trunc({quotient}))"
    if cell.storage is Storage.INTEGER:
        return f"{number} % {test.divisor} <> 0"
    text = f"({cell.value}->>'$')" if cell.storage is Storage.JSON else cell.value
    exact = f"TRY_CAST(CASE WHEN {_is_whole(number)} THEN {text} END AS HUGEINT) % {test.divisor} <> 0"
    return f"coalesce({exact}, {number} % {test.divisor} <> 0)"
