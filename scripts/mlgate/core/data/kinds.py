"""Which types the cells of a CSV column may be read as: what the contract declares, never what the cells look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.data.ir import Kind, Kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_TEXTUAL = ("minLength", "maxLength", "pattern", "format")
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_SINGLE = ("if", "then", "else", "not")


def kinds_of(schema: Any, root: Mapping[str, Any]) -> Kinds:
    """Return the types that `type` names, else those that the other keywords speak of; with neither, text.

    Looks through `allOf`, `anyOf`, `oneOf`, `if` and references inside the contract.
    """
    return frozenset(_kinds(schema, root, frozenset())) - {Kind.NULL} or frozenset({Kind.STRING})


def _kinds(schema: Any, root: Mapping[str, Any], seen: frozenset[str]) -> set[Kind]:
    if not isinstance(schema, dict):
        return set()
    if "type" in schema:
        names = schema["type"]
        return {Kind(name) for name in ([names] if isinstance(names, str) else names)}
    found = _of_values([*schema.get("enum", []), *([schema["const"]] if "const" in schema else [])])
    if any(keyword in schema for keyword in _NUMERIC):
        found.add(Kind.NUMBER)
    if any(keyword in schema for keyword in _TEXTUAL):
        found.add(Kind.STRING)
    nested = [sub for keyword in _IN_PLACE for sub in schema.get(keyword, [])]
    nested += [schema[keyword] for keyword in _SINGLE if keyword in schema]
    for sub in nested:
        found |= _kinds(sub, root, seen)
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        found |= _kinds(_resolve(reference, root), root, seen | {reference})
    return found


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


def _resolve(reference: str, root: Mapping[str, Any]) -> Any:
    """Return what a reference into the contract points at; None for any other."""
    if not reference.startswith("#/"):
        return None
    value: Any = root
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        value = value.get(name) if isinstance(value, dict) else None
    return value
