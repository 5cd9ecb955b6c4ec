"""Keywords that judge a value as a whole: its type, its bounds, its text, and what it equals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mlgate.core.data.compile.parts import (
    Compiled,
    NoCompiledFormError,
    every,
    negated,
    one,
    some,
    unknown,
)
from mlgate.core.data.formats import alternatives, is_asserted
from mlgate.core.data.ir import (
    Bound,
    Formatted,
    Has,
    Item,
    ItemCount,
    Kind,
    Length,
    Matches,
    Member,
    MemberCount,
    MultipleOf,
    OneOf,
    Operator,
    Test,
    TypeIs,
)
from mlgate.core.data.multiple import scaled
from mlgate.core.data.pattern import NoTranslationError, to_re2
from mlgate.core.numbers import EXACT, WIDEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.data.compile.references import Place
    from mlgate.core.data.compile.schema import Compiler

MAX_ENUM = 10_000
MAX_NODES = 200  # of arrays and objects that a value is compared with, part by part
BOUNDS = {
    "minimum": Operator.AT_LEAST,
    "maximum": Operator.AT_MOST,
    "exclusiveMinimum": Operator.ABOVE,
    "exclusiveMaximum": Operator.BELOW,
}
LENGTHS = {"minLength": Operator.AT_LEAST, "maxLength": Operator.AT_MOST}
NUMBERS = TypeIs(kinds=frozenset({Kind.NUMBER}))
TEXTS = TypeIs(kinds=frozenset({Kind.STRING}))
ARRAYS = TypeIs(kinds=frozenset({Kind.ARRAY}))
OBJECTS = TypeIs(kinds=frozenset({Kind.OBJECT}))


def type_is(_: Compiler, place: Place) -> Compiled:
    """Compile `type`."""
    names = place.schema["type"]
    kinds = frozenset(Kind(name) for name in ([names] if isinstance(names, str) else names))
    return one(f"{place.pointer}/type", TypeIs(kinds=kinds))


def bound(keyword: str, place: Place) -> Compiled:
    """Compile a bound of numbers, or `multipleOf`."""
    pointer = f"{place.pointer}/{keyword}"
    try:
        limit = exact(place.schema[keyword])
        if keyword == "multipleOf" and not _is_divisor(limit):
            raise NoCompiledFormError(limit)
    except NoCompiledFormError:
        return unknown(pointer, NUMBERS)
    if keyword == "multipleOf":
        return one(pointer, MultipleOf(divisor=limit))
    return one(pointer, Bound(operator=BOUNDS[keyword], limit=limit))


def _is_divisor(number: float) -> bool:
    """Return whether SQL says exactly what is a multiple: a double may be one of a number that no double is."""
    return number < EXACT if isinstance(number, int) else scaled(number) is not None


def length(keyword: str, place: Place) -> Compiled:
    """Compile a bound of a text's length."""
    return one(f"{place.pointer}/{keyword}", Length(operator=LENGTHS[keyword], limit=int(place.schema[keyword])))


def pattern(_: Compiler, place: Place) -> Compiled:
    """Compile `pattern`."""
    pointer = f"{place.pointer}/pattern"
    try:
        return one(pointer, matches(place.schema["pattern"]))
    except NoCompiledFormError:
        return unknown(pointer, TEXTS)


def format_of(_: Compiler, place: Place) -> Compiled:
    """Compile `format`; one that is not asserted is an annotation."""
    name, pointer = place.schema["format"], f"{place.pointer}/format"
    if not is_asserted(name):
        return Compiled()
    found = alternatives(name)
    return unknown(pointer, TEXTS) if found is None else one(pointer, Formatted(name=name, expressions=found))


def matches(expression: str) -> Matches:
    """Return the test that text contains a match.

    Raises:
        NoCompiledFormError: The expression has no equal in RE2's syntax.
    """
    try:
        return Matches(pattern=expression, re2=to_re2(expression))
    except NoTranslationError:
        raise NoCompiledFormError(expression) from None


def enum(_: Compiler, place: Place) -> Compiled:
    """Compile `enum`."""
    return _among(f"{place.pointer}/enum", place.schema["enum"])


def const(_: Compiler, place: Place) -> Compiled:
    """Compile `const`."""
    return _among(f"{place.pointer}/const", [place.schema["const"]])


def _among(pointer: str, values: Sequence[Any]) -> Compiled:
    known, rest = [], False
    for value in values[:MAX_ENUM]:
        try:
            known.append(_comparable(value))
        except NoCompiledFormError:
            rest = True
    test = _equal_to_one(known)
    return unknown(pointer, negated(test)) if rest or len(values) > MAX_ENUM else one(pointer, test)


def _equal_to_one(values: Sequence[Any]) -> Test:
    nested = [value for value in values if isinstance(value, list | dict)]
    scalars = tuple(value for value in values if not isinstance(value, list | dict))
    of_scalars = [OneOf(values=scalars)] if scalars or not nested else []
    return some((*of_scalars, *(equal_to(value) for value in nested)))


def _comparable(value: Any) -> Any:
    """Return a value as it is compared: numbers exactly."""
    if sum(1 for _ in _nodes(value)) > MAX_NODES:
        raise NoCompiledFormError("a large array or object")
    return _exact_inside(value)


def _nodes(value: Any) -> Any:
    yield value
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _nodes(item)


def _exact_inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _exact_inside(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_exact_inside(item) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return exact(value)
    return value


def exact(value: float) -> int | float:
    """Return a number that SQL compares exactly.

    Raises:
        NoCompiledFormError: It is too large.
    """
    if not math.isfinite(value) or abs(value) >= WIDEST:
        raise NoCompiledFormError(value)
    return int(value) if isinstance(value, int) or value.is_integer() else value


def equal_to(value: Any) -> Test:
    """Return the test that a value equals this one: arrays and objects part by part, numbers by value."""
    if isinstance(value, list):
        items = (Item(index=index, test=equal_to(item)) for index, item in enumerate(value))
        return every((ARRAYS, *_counts(ItemCount, len(value)), *items))
    if isinstance(value, dict):
        members = [
            part for name, item in value.items() for part in (Has(name=name), Member(name=name, test=equal_to(item)))
        ]
        return every((OBJECTS, *_counts(MemberCount, len(value)), *members))
    return OneOf(values=(value,))


def _counts(count: type[ItemCount | MemberCount], limit: int) -> tuple[Test, Test]:
    return count(operator=Operator.AT_LEAST, limit=limit), count(operator=Operator.AT_MOST, limit=limit)
