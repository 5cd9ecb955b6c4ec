"""From a contract's row schema to a plan: what has a compiled form is compiled, the rest is named for `jsonschema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.data import nulls
from mlgate.core.data.compile.parts import NEVER, Compiled, Part, Uncompiled, negated
from mlgate.core.data.compile.references import References
from mlgate.core.data.compile.schema import Compiler
from mlgate.core.data.ir import (
    Absent,
    Bound,
    Check,
    Fallback,
    Finite,
    Formatted,
    Has,
    Kind,
    Length,
    Matches,
    Member,
    Members,
    MultipleOf,
    Never,
    OneOf,
    OnlyColumns,
    Plan,
    Present,
    Property,
    TypeIs,
)
from mlgate.core.data.kinds import kinds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mlgate.core.data.compile.references import Place

    AcceptsNull = Callable[[str], bool]

_IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
_IN_PLACE = ("if", "then", "else", "not")


def compile_row(schema: Mapping[str, Any], accepts_null: AcceptsNull) -> Plan:
    """Compile a row schema.

    Args:
        schema: JSON Schema 2020-12 of one row.
        accepts_null: Says whether null satisfies the schema of a column that is not compiled as a whole.
    """
    references = References(schema)
    compiler, root = Compiler(references), references.root
    columns = {name: compiler.compile(root.below("properties", name)) for name in schema.get("properties", {})}
    rest = {keyword: value for keyword, value in schema.items() if keyword != "properties"}
    whole = compiler.compile_keywords(root, rest)
    return Plan(
        checks=(*_column_checks(columns, root), *_row_checks(whole)),
        properties=_properties(columns, references, compiler, accepts_null),
        others=_others(schema, root, compiler, references),
        second=tuple(_fallbacks(columns, whole)),
    )


def _column_checks(columns: Mapping[str, Compiled], root: Place) -> Iterator[Check]:
    for name, found in columns.items():
        yield from (_column_check(name, part) for part in found.parts)
        place = root.below("properties", name)
        typed = any(isinstance(part.test, TypeIs) for part in found.parts)
        if not typed and isinstance(place.schema, dict):
            yield Check(pointer=place.pointer, column=name, test=Finite())


def _column_check(name: str, part: Part) -> Check:
    return Check(pointer=part.pointer, column=name, test=Absent() if part.test == NEVER else part.test)


def _row_checks(whole: Compiled) -> Iterator[Check]:
    for part in whole.parts:
        match part.test:
            case Member():
                yield _column_check(part.test.name, Part(pointer=part.pointer, test=part.test.test))
            case Has():
                yield Check(pointer=part.pointer, column=part.test.name, test=Present())
            case Bound() | Formatted() | Length() | Matches() | MultipleOf() | Finite():
                continue  # say nothing about an object
            case TypeIs() if Kind.OBJECT in part.test.kinds:
                continue
            case TypeIs() | OneOf():
                yield Check(pointer=part.pointer, test=Never())
            case Members() if part.test == Members(test=NEVER, but=part.test.but):
                yield Check(pointer=part.pointer, test=OnlyColumns(names=part.test.but))
            case _:
                yield Check(pointer=part.pointer, test=Never() if part.test == NEVER else part.test)


def _fallbacks(columns: Mapping[str, Compiled], whole: Compiled) -> Iterator[Fallback]:
    for name, found in columns.items():
        yield from (_fallback(item, name) for item in found.uncompiled)
    yield from (_fallback(item, None) for item in whole.uncompiled)


def _fallback(item: Uncompiled, column: str | None) -> Fallback:
    everything = negated(item.suspects) == NEVER
    return Fallback(pointer=item.pointer, column=column, candidates=None if everything else item.suspects)


def _properties(
    columns: Mapping[str, Compiled], references: References, compiler: Compiler, accepts_null: AcceptsNull
) -> dict[str, Property]:
    """Return how cells are read: of declared columns, and of those that only a part of the row schema speaks of."""
    found: dict[str, Property] = {}
    for name, compiled in columns.items():
        kinds = kinds_of(references.root.below("properties", name), references)
        null = nulls.passes(compiled.test) if compiled.is_exact else accepts_null(name)
        found[name] = Property(kinds=kinds, accepts_null=null, compiled=compiled.is_exact)
    for name, places in declarations(references).items():
        if name not in found:
            found[name] = _property(places, references, compiler)
    return found


def declarations(references: References) -> dict[str, list[Place]]:
    """Return all schemas that speak of a column, wherever in the row schema they judge the row itself."""
    found: dict[str, list[Place]] = {}
    for place in judging_the_row(references):
        for name in place.schema.get("properties", {}):
            found.setdefault(name, []).append(place.below("properties", name))
    return found


def judging_the_row(references: References) -> tuple[Place, ...]:
    """Return the schemas that judge the row itself: the root, and what it is composed of."""
    return tuple(_in_place(references.root, references, set()))


def _property(places: list[Place], references: References, compiler: Compiler) -> Property:
    kinds = [kinds_of(place, references) for place in places if place.schema is not True]
    compiled = [compiler.compile(place) for place in places]
    return Property(
        kinds=frozenset().union(*kinds) or frozenset({Kind.STRING}),
        accepts_null=any(not item.is_exact or nulls.passes(item.test) for item in compiled),
        compiled=all(item.is_exact for item in compiled),
    )


def _in_place(place: Place, references: References, seen: set[str]) -> Iterator[Place]:
    """Yield the schemas that judge the row itself."""
    if not isinstance(place.schema, dict) or place.pointer in seen:
        return
    seen.add(place.pointer)
    yield place
    below = [place.below(word) for word in _IN_PLACE if word in place.schema]
    below += [place.below(word, i) for word in _IN_PLACE_LISTS for i in range(len(place.schema.get(word, ())))]
    below += [place.below("dependentSchemas", name) for name in place.schema.get("dependentSchemas", {})]
    target = references.target(place)
    for inner in (*below, *([target] if target else [])):
        yield from _in_place(inner, references, seen)


def _others(schema: Mapping[str, Any], root: Place, compiler: Compiler, references: References) -> Property:
    if False in (schema.get("additionalProperties"), schema.get("unevaluatedProperties")):
        return Property(kinds=frozenset({Kind.STRING}), accepts_null=False, compiled=True)
    if not isinstance(schema.get("additionalProperties"), dict):
        return Property(kinds=frozenset({Kind.STRING}), accepts_null=True, compiled=True)
    return _property([root.below("additionalProperties")], references, compiler)
