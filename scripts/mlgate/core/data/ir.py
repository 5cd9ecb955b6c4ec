"""The checks that a contract comes to, in words of no engine: what `compile` makes and `sql` and `rows` carry out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Scalar = str | int | float | bool | None


class Kind(StrEnum):
    """The types of JSON Schema."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ARRAY = "array"
    OBJECT = "object"
    NULL = "null"


Kinds = frozenset[Kind]


class Storage(StrEnum):
    """How a file holds a column's cells; it decides what a type check has to look at.

    Text is a CSV cell, whose meaning the contract declares; JSON is a value of a JSON line; all others are columns of
    that type.
    """

    TEXT = "text"
    JSON = "json"
    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    ARRAY = "array"
    OBJECT = "object"
    BINARY = "binary"


class Operator(StrEnum):
    """The bounds of JSON Schema, as what a value must be to its limit."""

    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"


@dataclass(frozen=True, kw_only=True)
class TypeIs:
    """The value has one of these types."""

    kinds: Kinds


@dataclass(frozen=True, kw_only=True)
class Finite:
    """The value is no NaN and not infinite: JSON has no such number, and no bound can judge one."""


@dataclass(frozen=True, kw_only=True)
class OneOf:
    """The value equals one of these: numbers by value, text exactly."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True, kw_only=True)
class Bound:
    """A number is on the right side of `limit`; other values are not concerned."""

    operator: Operator
    limit: int | float


@dataclass(frozen=True, kw_only=True)
class MultipleOf:
    """A number is a whole multiple of `divisor`; other values are not concerned."""

    divisor: int | float


@dataclass(frozen=True, kw_only=True)
class Length:
    """Text has at least, or at most, so many code points; other values are not concerned."""

    operator: Operator
    limit: int


@dataclass(frozen=True, kw_only=True)
class Matches:
    """Text contains a match of `re2`; other values are not concerned.

    Attributes:
        pattern: As the contract has it (ECMA-262).
        re2: The same language in the syntax of a linear-time engine.
    """

    pattern: str
    re2: str


@dataclass(frozen=True, kw_only=True)
class Present:
    """The row has the property."""


@dataclass(frozen=True, kw_only=True)
class Absent:
    """The row does not have the property."""


@dataclass(frozen=True, kw_only=True)
class OnlyColumns:
    """The row has no property but these."""

    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Never:
    """No row is right."""


Test = TypeIs | Finite | OneOf | Bound | MultipleOf | Length | Matches | Present | Absent | OnlyColumns | Never


@dataclass(frozen=True, kw_only=True)
class Check:
    """One test of one column; `pointer` is its place in the contract."""

    pointer: str
    test: Test
    column: str | None = None


@dataclass(frozen=True, kw_only=True)
class Property:
    """What a contract declares about one column.

    Attributes:
        kinds: The types that a CSV cell may be read as.
        accepts_null: Whether null satisfies the schema; else a null cell of a column means that the property is absent.
        compiled: Whether every keyword has a compiled form.
    """

    kinds: Kinds
    accepts_null: bool
    compiled: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A compiled contract.

    Attributes:
        checks: What the scan counts.
        properties: By column.
        fallback_columns: Properties whose schemas go through `jsonschema`, row by row.
        fallback_root: Whether keywords at the top of the row schema do; then whole rows are needed.
        fallback: JSON pointers of all constructs with no compiled form.
    """

    checks: tuple[Check, ...] = ()
    properties: dict[str, Property] = field(default_factory=dict)
    fallback_columns: tuple[str, ...] = ()
    fallback_root: bool = False
    fallback: tuple[str, ...] = ()
