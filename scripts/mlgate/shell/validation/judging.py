"""JSON Schema 2020-12 by `jsonschema`, with patterns, formats and multiples as the compiled form means them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from jsonschema_specifications import REGISTRY
from referencing.jsonschema import DRAFT202012

from mlgate.core.data.compile.references import References
from mlgate.core.data.compile.schema import DIALECT
from mlgate.core.data.compile.values import BOUNDS
from mlgate.core.data.formats import is_asserted, is_valid
from mlgate.core.data.multiple import is_multiple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from referencing import Registry

    from mlgate.shell.validation.matching import Patterns


class NoNumber:
    """A number that JSON Schema cannot judge: NaN, infinity, or too large for a double. It is of no type."""


class Stamp(str):
    """A time from a column of that type, which is one however it is written."""

    __slots__ = ()


def validator(schema: Any, patterns: Patterns, registry: Registry[Any] = REGISTRY) -> Any:
    """Return a validator that fetches nothing. `schema` should come from `own_dialect`."""
    rules = _Rules(patterns)
    extended = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator,
        {
            "pattern": rules.pattern,
            "patternProperties": rules.pattern_properties,
            "additionalProperties": rules.additional_properties,
            "unevaluatedProperties": rules.unevaluated_properties,
            "format": _format,
            "multipleOf": _multiple_of,
            **{keyword: _bound(keyword) for keyword in BOUNDS},
        },
    )
    # Known from the start: a dynamic reference asks for the resources around it before anything has led to them.
    whole = DRAFT202012.create_resource(schema)
    return extended(schema, registry=registry.with_resource(whole.id() or "", whole).crawl())


def own_dialect(schema: Any) -> Any:
    """Return a copy that does not name our dialect: `jsonschema` would go back to its own rules where it is named."""
    copied = copy.deepcopy(schema)
    waiting = [References(copied).root]
    while waiting:
        place = waiting.pop()
        waiting += place.children()
        if isinstance(place.schema, dict) and place.schema.get("$schema", "").rstrip("#") == DIALECT:
            del place.schema["$schema"]
    return copied


def _format(_: Any, name: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, str) or not is_asserted(name):
        return
    if not (isinstance(instance, Stamp) and name == "date-time") and not is_valid(name, instance):
        yield ValidationError(f"no {name}")


def _bound(keyword: str) -> Any:
    judge = Draft202012Validator.VALIDATORS[keyword]

    def bound(validator: Any, limit: float, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if isinstance(instance, NoNumber):
            yield ValidationError("no number")
        else:
            yield from judge(validator, limit, instance, schema)

    return bound


def _multiple_of(validator: Any, divisor: float, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, NoNumber):
        yield ValidationError("no number")
    if validator.is_type(instance, "number") and not is_multiple(instance, divisor):
        yield ValidationError(f"no multiple of {divisor}")


class _Rules:
    """The keywords that use patterns."""

    def __init__(self, patterns: Patterns) -> None:
        self.found = patterns.found

    def pattern(self, _: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not self.found(pattern, instance):
            yield ValidationError("no match")

    def pattern_properties(
        self, validator: Any, patterns: Mapping[str, Any], instance: Any, _: Any
    ) -> Iterator[ValidationError]:
        if not validator.is_type(instance, "object"):
            return
        for pattern, subschema in patterns.items():
            for name, value in instance.items():
                if not self.found(pattern, name):
                    continue
                if subschema is False:  # `descend` would leave out where it stands
                    yield ValidationError("not allowed", path=[name], schema_path=[pattern], schema=False)
                else:
                    yield from validator.descend(value, subschema, path=name, schema_path=pattern)

    def additional_properties(
        self, validator: Any, subschema: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if validator.is_type(instance, "object"):
            known = self._declared(schema, instance)
            for name in instance:
                if name not in known:
                    yield from _unknown(validator, subschema, instance[name], name)

    def unevaluated_properties(
        self, validator: Any, subschema: Any, instance: Any, schema: Any
    ) -> Iterator[ValidationError]:
        if validator.is_type(instance, "object"):
            known = self._evaluated(validator, instance, schema)
            for name in instance:
                if name not in known:
                    yield from _unknown(validator, subschema, instance[name], name)

    def _declared(self, schema: Mapping[str, Any], instance: Mapping[str, Any]) -> set[str]:
        """Return the names that `properties` and `patternProperties` speak of."""
        patterns = schema.get("patternProperties", {})
        declared = schema.get("properties", {})
        return {name for name in instance if name in declared or any(self.found(p, name) for p in patterns)}

    def _evaluated(self, validator: Any, instance: Mapping[str, Any], schema: Any) -> set[str]:
        """Return the names that a schema speaks of, itself and through what holds in place."""
        if not isinstance(schema, dict):
            return set()
        known = self._declared(schema, instance)
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if keyword in schema:
                judged = instance.items()
                known |= {name for name, value in judged if _holds(validator, value, schema[keyword])}
        for inner, subschema in _in_place(validator, instance, schema):
            known |= self._evaluated(inner, instance, subschema)
        return known


def _holds(validator: Any, value: Any, schema: Any) -> bool:
    return next(iter(validator.descend(value, schema)), None) is None


def _in_place(validator: Any, instance: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the schemas that judge the same value and hold, each with its validator."""
    yield from _referred(validator, schema)
    for name, subschema in schema.get("dependentSchemas", {}).items():
        if name in instance:
            yield validator, subschema
    for keyword in ("allOf", "oneOf", "anyOf"):
        for subschema in schema.get(keyword, ()):
            if _holds(validator, instance, subschema):
                yield validator, subschema
    if "if" in schema:
        holds = _holds(validator, instance, schema["if"])
        taken = [schema["if"]] if holds else []
        branch = "then" if holds else "else"
        for subschema in [*taken, schema.get(branch, {})]:
            yield validator, subschema


def _referred(validator: Any, schema: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    for keyword in ("$ref", "$dynamicRef"):
        if keyword in schema:
            found = validator._resolver.lookup(schema[keyword])  # noqa: SLF001 - jsonschema has no other way to ask
            yield validator.evolve(schema=found.contents, _resolver=found.resolver), found.contents


def _unknown(validator: Any, subschema: Any, value: Any, name: str) -> Iterator[ValidationError]:
    if subschema is False:
        yield ValidationError("not allowed")
    else:
        yield from validator.descend(value, subschema, path=name)
