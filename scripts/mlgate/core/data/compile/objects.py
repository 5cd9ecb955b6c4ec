"""Keywords that judge what is inside an object, or a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.data.compile.parts import (
    Compiled,
    NoCompiledFormError,
    every,
    joined,
    negated,
    one,
    some,
    unknown,
)
from mlgate.core.data.compile.references import escape
from mlgate.core.data.compile.values import OBJECTS, matches
from mlgate.core.data.ir import Has, Matches, Member, MemberCount, Members, Names, Operator, Test

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlgate.core.data.compile.references import Place
    from mlgate.core.data.compile.schema import Compiler

COUNTS = {"minProperties": Operator.AT_LEAST, "maxProperties": Operator.AT_MOST}


def properties(compiler: Compiler, place: Place) -> Compiled:
    """Compile `properties`."""
    return joined(
        compiler.compile(place.below("properties", name)).inside(_member(name)) for name in place.schema["properties"]
    )


def _member(name: str) -> Callable[[Test], Test]:
    return lambda test: Member(name=name, test=test)


def pattern_properties(compiler: Compiler, place: Place) -> Compiled:
    """Compile `patternProperties`: those whose pattern has no form go the second path."""
    found = []
    for expression in place.schema["patternProperties"]:
        inner = compiler.compile(place.below("patternProperties", expression))
        try:
            found.append(inner.inside(_matching(matches(expression))))
        except NoCompiledFormError:
            pointer = f"{place.pointer}/patternProperties/{escape(expression)}"
            found.append(Compiled() if inner == Compiled() else unknown(pointer, OBJECTS))
    return joined(found)


def _matching(test_of_name: Matches) -> Callable[[Test], Test]:
    return lambda test: Members(test=test, matching=test_of_name)


def additional_properties(compiler: Compiler, place: Place) -> Compiled:
    """Compile `additionalProperties`."""
    inner = compiler.compile(place.below("additionalProperties"))
    if inner == Compiled():
        return inner
    try:
        return inner.inside(_others(place.schema))
    except NoCompiledFormError:
        return unknown(f"{place.pointer}/additionalProperties", OBJECTS)


def _others(schema: Mapping[str, Any]) -> Callable[[Test], Test]:
    """Return how to speak of the properties that no other keyword names."""
    names = tuple(schema.get("properties", {}))
    expressions = tuple(matches(expression) for expression in schema.get("patternProperties", {}))
    return lambda test: Members(test=test, but=names, but_matching=expressions)


def property_names(compiler: Compiler, place: Place) -> Compiled:
    """Compile `propertyNames`."""
    return compiler.compile(place.below("propertyNames")).inside(lambda test: Names(test=test))


def required(_: Compiler, place: Place) -> Compiled:
    """Compile `required`."""
    return joined(
        one(f"{place.pointer}/required/{index}", Has(name=name)) for index, name in enumerate(place.schema["required"])
    )


def dependent_required(_: Compiler, place: Place) -> Compiled:
    """Compile `dependentRequired`."""
    return joined(
        one(
            f"{place.pointer}/dependentRequired/{escape(name)}",
            some((negated(has(name)), every(Has(name=other) for other in others))),
        )
        for name, others in place.schema["dependentRequired"].items()
        if others
    )


def dependent_schemas(compiler: Compiler, place: Place) -> Compiled:
    """Compile `dependentSchemas`."""
    return joined(
        compiler.compile(place.below("dependentSchemas", name)).inside(_if_it_has(name))
        for name in place.schema["dependentSchemas"]
    )


def _if_it_has(name: str) -> Callable[[Test], Test]:
    return lambda test: some((negated(has(name)), test))


def has(name: str) -> Test:
    """Return that a value is an object with this property."""
    return every((OBJECTS, Has(name=name)))


def count(keyword: str, place: Place) -> Compiled:
    """Compile `minProperties` or `maxProperties`."""
    limit = int(place.schema[keyword])
    if keyword == "minProperties" and limit <= 0:
        return Compiled()
    return one(f"{place.pointer}/{keyword}", MemberCount(operator=COUNTS[keyword], limit=limit))
