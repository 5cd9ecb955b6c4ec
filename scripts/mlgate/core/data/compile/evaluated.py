"""What `unevaluatedProperties` and `unevaluatedItems` leave out: all that a schema's other keywords speak of.

A branch that applies under a condition, such as one of `anyOf`, speaks of something only while it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.data.compile.objects import has
from mlgate.core.data.compile.parts import (
    ALWAYS,
    Compiled,
    NoCompiledFormError,
    every,
    negated,
    one,
    unknown,
)
from mlgate.core.data.compile.values import ARRAYS, OBJECTS, matches
from mlgate.core.data.ir import Items, KnownItems, KnownNames, Members, Test

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlgate.core.data.compile.references import Place
    from mlgate.core.data.compile.schema import Compiler

    Applied = tuple[Place, Test]


def unevaluated_properties(compiler: Compiler, place: Place) -> Compiled:
    """Compile `unevaluatedProperties`."""
    pointer = f"{place.pointer}/unevaluatedProperties"
    inner = compiler.compile(place.below("unevaluatedProperties"))
    if inner == Compiled():
        return inner
    try:
        known = [_names(here.schema, condition, own=here == place) for here, condition in _applied(compiler, place)]
    except NoCompiledFormError:
        return unknown(pointer, OBJECTS)
    if not inner.is_exact:
        return unknown(pointer, OBJECTS)
    return one(pointer, _members(inner.test, known))


def _members(test: Test, known: list[KnownNames]) -> Test:
    """Put together what is known under no condition."""
    always = [item for item in known if item.condition == ALWAYS]
    if any(item.everything for item in always):
        return ALWAYS
    return Members(
        test=test,
        but=tuple(dict.fromkeys(name for item in always for name in item.names)),
        but_matching=tuple(expression for item in always for expression in item.matching),
        unless=tuple(item for item in known if item not in always and (item.names or item.matching or item.everything)),
    )


def _names(schema: Mapping[str, Any], condition: Test, *, own: bool) -> KnownNames:
    return KnownNames(
        condition=condition,
        names=tuple(schema.get("properties", {})),
        matching=tuple(matches(expression) for expression in schema.get("patternProperties", {})),
        everything="additionalProperties" in schema or ("unevaluatedProperties" in schema and not own),
    )


def unevaluated_items(compiler: Compiler, place: Place) -> Compiled:
    """Compile `unevaluatedItems`."""
    pointer = f"{place.pointer}/unevaluatedItems"
    inner = compiler.compile(place.below("unevaluatedItems"))
    if inner == Compiled():
        return inner
    try:
        known = [_items(compiler, here, condition, own=here == place) for here, condition in _applied(compiler, place)]
    except NoCompiledFormError:
        return unknown(pointer, ARRAYS)
    if not inner.is_exact:
        return unknown(pointer, ARRAYS)
    if any(item.until is None and item.condition == ALWAYS for item in known):
        return Compiled()
    return one(
        pointer, Items(test=inner.test, unless=tuple(item for item in known if item.until != 0 or item.matching))
    )


def _items(compiler: Compiler, place: Place, condition: Test, *, own: bool) -> KnownItems:
    schema = place.schema
    everything = "items" in schema or ("unevaluatedItems" in schema and not own)
    return KnownItems(
        condition=condition,
        until=None if everything else len(schema.get("prefixItems", ())),
        matching=_exact(compiler, place.below("contains")) if "contains" in schema else None,
    )


def _applied(compiler: Compiler, place: Place) -> Iterator[Applied]:
    """Yield all schemas that judge the same value, each with the condition under which what it says counts."""
    yield from _walk(compiler, place, ALWAYS, frozenset())


def _walk(compiler: Compiler, place: Place, condition: Test, above: frozenset[str]) -> Iterator[Applied]:
    if not isinstance(place.schema, dict):
        return
    if place.pointer in above or "$dynamicRef" in place.schema:
        raise NoCompiledFormError(place.pointer)
    yield place, condition
    for inner, more in _below(compiler, place):
        yield from _walk(compiler, inner, every((condition, more)), above | {place.pointer})


def _below(compiler: Compiler, place: Place) -> Iterator[Applied]:
    schema = place.schema
    if "$ref" in schema:
        target = compiler.references.target(place)
        if target is None:
            raise NoCompiledFormError(schema["$ref"])
        yield target, ALWAYS
    for index in range(len(schema.get("allOf", ()))):
        yield place.below("allOf", index), ALWAYS
    for keyword in ("anyOf", "oneOf"):
        for index in range(len(schema.get(keyword, ()))):
            branch = place.below(keyword, index)
            yield branch, _exact(compiler, branch)
    for name in schema.get("dependentSchemas", {}):
        yield place.below("dependentSchemas", name), has(name)
    if "if" in schema:
        yield from _arms(compiler, place)


def _arms(compiler: Compiler, place: Place) -> Iterator[Applied]:
    decides = _exact(compiler, place.below("if"))
    yield place.below("if"), decides
    for word, condition in (("then", decides), ("else", negated(decides))):
        if word in place.schema:
            yield place.below(word), condition


def _exact(compiler: Compiler, place: Place) -> Test:
    found = compiler.compile(place)
    if not found.is_exact:
        raise NoCompiledFormError(place.pointer)
    return found.test
