"""From a schema to tests: which keyword is compiled where. Keywords that are not named here are annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.compile import arrays, combine, evaluated, objects, values
from mlgate.core.data.compile.parts import NEVER, Compiled, bounded, joined, one, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mlgate.core.data.compile.references import Place, References

    Keyword = Callable[["Compiler", Place], Compiled]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MORE_SCHEMAS = 10_000  # that references may make of a contract, beyond its own size
MAX_DEPTH = 40


def _of(compiled: Callable[[str, Place], Compiled], keyword: str) -> Keyword:
    return lambda _, place: compiled(keyword, place)


KEYWORDS: Mapping[str, Keyword] = {
    "$ref": combine.reference,
    "$dynamicRef": combine.dynamic_reference,
    "type": values.type_is,
    "enum": values.enum,
    "const": values.const,
    **{keyword: _of(values.bound, keyword) for keyword in (*values.BOUNDS, "multipleOf")},
    **{keyword: _of(values.length, keyword) for keyword in values.LENGTHS},
    "pattern": values.pattern,
    "format": values.format_of,
    "allOf": combine.all_of,
    "anyOf": combine.any_of,
    "oneOf": combine.one_of,
    "not": combine.negation,
    "if": combine.condition,
    "properties": objects.properties,
    "patternProperties": objects.pattern_properties,
    "additionalProperties": objects.additional_properties,
    "unevaluatedProperties": evaluated.unevaluated_properties,
    "propertyNames": objects.property_names,
    "required": objects.required,
    "dependentRequired": objects.dependent_required,
    "dependentSchemas": objects.dependent_schemas,
    **{keyword: _of(objects.count, keyword) for keyword in objects.COUNTS},
    "prefixItems": arrays.prefix_items,
    "items": arrays.items,
    "unevaluatedItems": evaluated.unevaluated_items,
    "contains": arrays.contains,
    "uniqueItems": arrays.unique_items,
    **{keyword: _of(arrays.count, keyword) for keyword in arrays.COUNTS},
}


class Compiler:
    """Compiles the schemas of one contract."""

    def __init__(self, references: References) -> None:
        """Compile what these references belong to."""
        self.references = references
        self._open: list[str] = []
        self._count = 0
        self._limit = MORE_SCHEMAS + 4 * references.size

    def compile(self, place: Place) -> Compiled:
        """Compile one schema with all that is in it."""
        if place.schema is True:
            return Compiled()
        if place.schema is False:
            return one(place.pointer, NEVER)
        if self._count > self._limit or len(self._open) > MAX_DEPTH:
            return unknown(place.pointer)
        if place.schema.get("$schema", DIALECT).rstrip("#") != DIALECT:
            return unknown(f"{place.pointer}/$schema")
        return self.compile_keywords(place, place.schema)

    def compile_keywords(self, place: Place, keywords: Iterable[str]) -> Compiled:
        """Compile only these keywords of a schema."""
        self._count += 1
        self._open.append(place.pointer)
        found = joined(KEYWORDS[keyword](self, place) for keyword in keywords if keyword in KEYWORDS)
        self._open.pop()
        return bounded(found)

    def follow(self, target: Place, pointer: str) -> Compiled:
        """Compile what a reference leads to, unless it leads back into itself."""
        possible = target.pointer not in self._open and isinstance(target.schema, dict | bool)
        return self.compile(target) if possible else unknown(pointer)
