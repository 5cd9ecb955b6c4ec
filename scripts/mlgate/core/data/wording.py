"""One sentence for each finding, with the limit and what was measured. Values of cells never stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.ir import (
    Absent,
    All,
    AnyOf,
    Bound,
    Check,
    Contains,
    ExactlyOne,
    Finite,
    Formatted,
    Has,
    Item,
    ItemCount,
    Items,
    Length,
    Matches,
    Member,
    MemberCount,
    Members,
    MultipleOf,
    Names,
    Not,
    OneOf,
    OnlyColumns,
    Operator,
    Present,
    TypeIs,
    Unique,
)
from mlgate.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.ir import Test

SHOWN_VALUES = 8
SHOWN_CHARACTERS = 200
CONDITIONAL = ("then", "else", "dependentRequired", "dependentSchemas")
NEVER = AnyOf()


def sentence(check: Check, count: int, rows: int) -> str:
    """Return e.g. `carrier is none of AA, B6 or UA in 3 of 336,776 rows`."""
    return f"{subject(check.column)} {predicate(check.test, check.pointer)} in {count:,} of {rows:,} rows"


def subject(column: str | None) -> str:
    """Return what a sentence is about: a column, in quotes where its name is empty, or without one the row."""
    return "the row" if column is None else column or '""'


def predicate(test: Test, pointer: str = "") -> str:
    """Return what is wrong with a value that breaks `test`, the test of the keyword at `pointer`."""
    match test:
        case All() | AnyOf() | ExactlyOne() | Not():
            return _combined(test, pointer)
        case Has() | Member() | Members() | Names() | MemberCount():
            return _of_object(test, pointer)
        case Item() | Items() | Contains() | ItemCount() | Unique():
            return _of_array(test, pointer)
    return _simple(test)


def _simple(test: Test) -> str:  # noqa: C901 - one case a test, and nothing else
    match test:
        case TypeIs():
            return f"is not of type {listed(sorted(kind.value for kind in test.kinds))}"
        case Finite():
            return "is not a finite number"
        case OneOf():
            return _none_of([_json(value) for value in test.values])
        case Bound():
            return f"is not {test.operator.value} {test.limit}"
        case MultipleOf():
            return f"is not a multiple of {test.divisor}"
        case Length():
            return f"has {_amount(test, 'characters')}"
        case Matches():
            return f"does not match {test.pattern[:SHOWN_CHARACTERS]}"
        case Formatted():
            return f"is no {test.name}"
        case Present():
            return "is missing"
        case Absent():
            return "must not be there, and is"
        case OnlyColumns():
            return "has a column that the contract does not declare"
        case _:
            return "cannot be right: the contract allows no object"


def _combined(test: All | AnyOf | ExactlyOne | Not, pointer: str) -> str:
    keyword = pointer.rsplit("/", 1)[-1]
    if test == NEVER:
        return "must not be there, and is"
    if isinstance(test, ExactlyOne):
        return f"does not satisfy exactly one of the {len(test.tests)} alternatives"
    if isinstance(test, AnyOf) and keyword != "anyOf":
        return _conditional(test, pointer)
    if isinstance(test, AnyOf):
        return f"satisfies none of the {len(test.tests)} alternatives"
    return "is what the contract excludes" if keyword == "not" else "is not what the contract demands"


def _conditional(test: AnyOf, pointer: str) -> str:
    """Say it of `then` and its like: what is demanded comes last, behind what would do without it."""
    words = [part for part in pointer.split("/") if part in CONDITIONAL]
    where = f", where `{words[-1]}` applies" if words else ""
    return f"{predicate(test.tests[-1], pointer)}{where}"


def _of_object(test: Has | Member | Members | Names | MemberCount, pointer: str) -> str:
    match test:
        case Has():
            return f"has no property {test.name[:SHOWN_CHARACTERS]}"
        case Member():
            return f"has a property {test.name[:SHOWN_CHARACTERS]} that {predicate(test.test, pointer)}"
        case Members() if test.test == NEVER:
            return "has a property that the contract does not allow"
        case Members():
            return f"has a property that {predicate(test.test, pointer)}"
        case Names():
            return f"has a property whose name {predicate(test.test, pointer)}"
    return f"has {_amount(test, 'properties')}"


def _of_array(test: Item | Items | Contains | ItemCount | Unique, pointer: str) -> str:
    match test:
        case Item():
            return f"has an item {test.index} that {predicate(test.test, pointer)}"
        case Items():
            return f"has an item that {predicate(test.test, pointer)}"
        case ItemCount():
            return f"has {_amount(test, 'items')}"
        case Unique():
            return "has equal items"
    most = "" if test.at_most is None else f" and at most {test.at_most}"
    return f"does not have at least {test.at_least}{most} of the items that it has to contain"


def _amount(test: Length | ItemCount | MemberCount, what: str) -> str:
    return f"{'fewer' if test.operator is Operator.AT_LEAST else 'more'} than {test.limit} {what}"


def _none_of(words: Sequence[str]) -> str:
    shown = [word[:SHOWN_CHARACTERS] for word in words[:SHOWN_VALUES]]
    if len(words) > SHOWN_VALUES:
        return f"is none of {', '.join(shown)}, ... ({len(words)} values)"
    return f"is not {shown[0]}" if len(shown) == 1 else f"is none of {listed(shown)}" if shown else "is not allowed"


def _json(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def percent(fraction: float) -> str:
    """Return a fraction as percentage with up to four digits: `0.03` is `3 %`."""
    return f"{100 * fraction:.4g} %"
