"""Which columns a row schema hides: `redact: true` anywhere in what it says of a column hides the whole column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlgate.core.data.compile.references import References
from mlgate.core.data.compile.row import declarations, judging_the_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlgate.core.data.compile.references import Place

_UNNAMED = ("additionalProperties", "unevaluatedProperties", "propertyNames")


def redacted_columns(row: Mapping[str, Any]) -> frozenset[str]:
    """Return the columns whose values are never shown."""
    references = References(row)
    found = declarations(references)
    return frozenset(name for name, places in found.items() if any(_hides(place, references) for place in places))


def unnamed_redactions(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pointers of keywords that hide columns without naming them: nobody could tell which."""
    references = References(row)
    places = judging_the_row(references)
    return tuple(inner.pointer for place in places for inner in _unnamed(place) if _hides(inner, references))


def _unnamed(place: Place) -> Iterator[Place]:
    yield from (place.below(keyword) for keyword in _UNNAMED if keyword in place.schema)
    yield from (place.below("patternProperties", name) for name in place.schema.get("patternProperties", {}))


def _hides(place: Place, references: References, seen: set[str] | None = None) -> bool:
    seen = set() if seen is None else seen
    if not isinstance(place.schema, dict) or place.pointer in seen:
        return False
    seen.add(place.pointer)
    if place.schema.get("redact") is True:
        return True
    target = references.target(place)
    below = [*place.children(), *([target] if target else [])]
    return any(_hides(inner, references, seen) for inner in below)
