"""The checks that a contract comes to, in words of no engine: what `compile` makes and `sql` and `rows` carry out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Scalar = str | int | float | bool | None
LEVELS = 3  # of arrays and objects in each other, through which two items of an array are compared


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
class Formatted:
    """Text has a format; other values are not concerned.

    Attributes:
        name: Of the format.
        expressions: Any of them holds, each a group of expressions of which all match the whole text.
    """

    name: str
    expressions: tuple[tuple[str, ...], ...]


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
class All:
    """Every one of these holds; of none, always."""

    tests: tuple[Test, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """At least one of these holds; of none, never."""

    tests: tuple[Test, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExactlyOne:
    """One of these holds and the others do not."""

    tests: tuple[Test, ...]


@dataclass(frozen=True, kw_only=True)
class Not:
    """The test does not hold."""

    test: Test


@dataclass(frozen=True, kw_only=True)
class Has:
    """An object has the property; other values are not concerned."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Member:
    """What an object has under this name passes; an object without it, and other values, are not concerned."""

    name: str
    test: Test


@dataclass(frozen=True, kw_only=True)
class KnownNames:
    """While a condition holds of the object, these of its properties are spoken of elsewhere."""

    condition: Test
    names: tuple[str, ...] = ()
    matching: tuple[Matches, ...] = ()
    everything: bool = False


@dataclass(frozen=True, kw_only=True)
class Members:
    """What an object has under the names that are meant passes; other values are not concerned.

    Attributes:
        test: Of each such value.
        matching: The names that contain a match of this pattern are meant; without it, all.
        but: Names that are not meant.
        but_matching: Names that contain a match of one of these are not meant either.
        unless: What else is not meant, under conditions.
    """

    test: Test
    matching: Matches | None = None
    but: tuple[str, ...] = ()
    but_matching: tuple[Matches, ...] = ()
    unless: tuple[KnownNames, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Names:
    """Every name in an object passes, as text; other values are not concerned."""

    test: Test


@dataclass(frozen=True, kw_only=True)
class MemberCount:
    """An object has at least, or at most, so many properties; other values are not concerned."""

    operator: Operator
    limit: int


@dataclass(frozen=True, kw_only=True)
class Item:
    """The item at `index` of an array passes; a shorter array, and other values, are not concerned."""

    index: int
    test: Test


@dataclass(frozen=True, kw_only=True)
class KnownItems:
    """While a condition holds of the array, its first items, and those that match, are spoken of elsewhere.

    Attributes:
        condition: Of the array.
        until: How many items; None for all.
        matching: Items that pass this are meant too.
    """

    condition: Test
    until: int | None = 0
    matching: Test | None = None


@dataclass(frozen=True, kw_only=True)
class Items:
    """All items of an array from `start` on pass, but those that are known; other values are not concerned."""

    test: Test
    start: int = 0
    unless: tuple[KnownItems, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contains:
    """So many items of an array pass; other values are not concerned."""

    test: Test
    at_least: int = 1
    at_most: int | None = None


@dataclass(frozen=True, kw_only=True)
class ItemCount:
    """An array has at least, or at most, so many items; other values are not concerned."""

    operator: Operator
    limit: int


@dataclass(frozen=True, kw_only=True)
class Unique:
    """No two items of an array are equal; other values are not concerned."""


@dataclass(frozen=True, kw_only=True)
class Shallow:
    """Arrays and objects lie in each other down to so many levels, an array itself included; other values pass."""

    levels: int


@dataclass(frozen=True, kw_only=True)
class Never:
    """No row is right."""


Leaf = TypeIs | Finite | OneOf | Bound | MultipleOf | Length | Matches | Formatted
Combination = All | AnyOf | ExactlyOne | Not
Inside = Has | Member | Members | Names | MemberCount | Item | Items | Contains | ItemCount | Unique | Shallow
Test = Leaf | Present | Absent | OnlyColumns | Never | Combination | Inside


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
class Fallback:
    """One keyword with no compiled form: it goes the second path, through `jsonschema`.

    Judge the column's whole schema (the row's, without a column) and keep the errors whose path passes `pointer`: all
    others are in `Plan.checks`. `references.places` names the places that an error's path passes, through references.

    Attributes:
        pointer: The keyword's place in the contract; behind a reference, its own place, not the reference's.
        column: The property that it judges; None for whole rows.
        candidates: Holds for every value (every row, without a column) that can break the keyword, and for as few
            others as can be said: only these need the second path. Without it, all where the property is present.
    """

    pointer: str
    column: str | None = None
    candidates: Test | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A compiled contract.

    Attributes:
        checks: What the scan counts.
        properties: By column.
        others: What an undeclared column is read as.
        second: The keywords with no compiled form.
    """

    checks: tuple[Check, ...] = ()
    properties: dict[str, Property] = field(default_factory=dict)
    others: Property = field(
        default_factory=lambda: Property(kinds=frozenset({Kind.STRING}), accepts_null=True, compiled=True)
    )
    second: tuple[Fallback, ...] = ()

    @property
    def fallback_columns(self) -> tuple[str, ...]:
        """Return the properties that go through `jsonschema`, row by row."""
        return tuple(dict.fromkeys(item.column for item in self.second if item.column is not None))

    @property
    def fallback_root(self) -> bool:
        """Return whether whole rows are needed."""
        return any(item.column is None for item in self.second)

    @property
    def fallback(self) -> tuple[str, ...]:
        """Return the JSON pointers of all constructs with no compiled form."""
        return tuple(dict.fromkeys(item.pointer for item in self.second))
