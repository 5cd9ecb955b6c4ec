"""Which types the cells of a CSV column may be read as: what the contract declares, never what the cells look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.data.ir import Kind, Kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.data.compile.references import Place, References

_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_TEXTUAL = ("minLength", "maxLength", "pattern", "format")
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else", "not")


def kinds_of(place: Place, references: References) -> Kinds:
    """Return the types that `type` names, else those that the other keywords speak of; with neither, text.

    Looks through `allOf`, `anyOf`, `oneOf`, `if`, `not` and references inside the contract.
    """
    return frozenset(_kinds(place, references, set())) - {Kind.NULL} or frozenset({Kind.STRING})


def _kinds(place: Place, references: References, seen: set[str]) -> set[Kind]:
    schema = place.schema
    if not isinstance(schema, dict) or place.pointer in seen:
        return set()
    seen.add(place.pointer)
    if "type" in schema:
        names = schema["type"]
        return {Kind(name) for name in ([names] if isinstance(names, str) else names)}
    found = _of_values([*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])])
    if any(keyword in schema for keyword in _NUMERIC):
        found.add(Kind.NUMBER)
    if any(keyword in schema for keyword in _TEXTUAL):
        found.add(Kind.STRING)
    for inner in in_place(place, references):
        found |= _kinds(inner, references, seen)
    return found


def formats_of(place: Place, references: References, seen: set[str] | None = None) -> set[str]:
    """Return the formats that a column's schema names, looking where `kinds_of` looks."""
    seen = set() if seen is None else seen
    if not isinstance(place.schema, dict) or place.pointer in seen:
        return set()
    seen.add(place.pointer)
    own = {str(place.schema["format"])} if "format" in place.schema else set()
    return own.union(*(formats_of(inner, references, seen) for inner in in_place(place, references)))


def in_place(place: Place, references: References) -> Iterator[Place]:
    """Yield the schemas inside one that judge the same value."""
    schema = place.schema
    for keyword in _IN_PLACE:
        yield from (place.below(keyword, index) for index in range(len(schema.get(keyword, ()))))
    yield from (place.below(keyword) for keyword in _SINGLE if keyword in schema)
    target = references.target(place)
    if target is not None:
        yield target


def _of_values(values: list[Any]) -> set[Kind]:
    found = set()
    for value in values:
        if isinstance(value, bool):
            found.add(Kind.BOOLEAN)
        elif isinstance(value, int | float):
            found.add(Kind.NUMBER)
        elif isinstance(value, str):
            found.add(Kind.STRING)
    return found
