"""From a contract's row schema to checks: what has a compiled form is compiled, the rest is named for `jsonschema`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mlgate.core.data.ir import (
    Absent,
    Bound,
    Check,
    Fallback,
    Finite,
    Kind,
    Length,
    Matches,
    MultipleOf,
    Never,
    OneOf,
    OnlyColumns,
    Operator,
    Plan,
    Present,
    Property,
    Test,
    TypeIs,
)
from mlgate.core.data.kinds import kinds_of
from mlgate.core.data.pattern import NoTranslationError, to_re2

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    AcceptsNull = Callable[[str], bool]

EXACT = 2**53  # the integers below it are exact in a double, so comparing there decides as exact arithmetic does
MAX_ENUM = 10_000
BOUNDS = {
    "minimum": Operator.AT_LEAST,
    "maximum": Operator.AT_MOST,
    "exclusiveMinimum": Operator.ABOVE,
    "exclusiveMaximum": Operator.BELOW,
}
LENGTHS = {"minLength": Operator.AT_LEAST, "maxLength": Operator.AT_MOST}
# All keywords of JSON Schema 2020-12 that can make a value invalid and have no compiled form. Others are annotations.
_REFERRING = ("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas", "dependentRequired")
_OF_OBJECTS = ("properties", "patternProperties", "additionalProperties", "propertyNames", "unevaluatedProperties")
_OF_ARRAYS = ("items", "prefixItems", "contains", "unevaluatedItems", "minItems", "maxItems", "uniqueItems")
UNCOMPILED = frozenset({*_REFERRING, *_OF_OBJECTS, *_OF_ARRAYS, "minProperties", "maxProperties", "required"})
ROOT_COMPILED = frozenset({"type", "properties", "required"})
ROOT_NUMERIC = frozenset({*BOUNDS, *LENGTHS, "multipleOf", "pattern"})  # say nothing about an object


class NoCompiledFormError(ValueError):
    """The keyword, with this value, has no compiled form."""


def compile_row(schema: Mapping[str, Any], accepts_null: AcceptsNull) -> Plan:
    """Compile a row schema.

    Args:
        schema: JSON Schema 2020-12 of one row.
        accepts_null: Says whether null satisfies the schema of a column that has no compiled form.
    """
    properties, checks, second = {}, [*_root_type(schema)], []
    declared = schema.get("properties", {})
    for name, sub in declared.items():
        pointer = f"/row/properties/{escape(name)}"
        found, uncompiled = compile_property(name, sub, pointer)
        null = accepts_null(name) if uncompiled else _accepts_null(sub)
        kinds = kinds_of(sub, schema)
        properties[name] = Property(kinds=kinds, accepts_null=null, compiled=not uncompiled)
        checks += () if uncompiled else found
        second += [Fallback(pointer=place, column=name) for place in uncompiled]
    root = _root_fallback(schema)
    if _is_closed(schema):
        checks.append(Check(pointer="/row/additionalProperties", test=OnlyColumns(names=tuple(declared))))
    checks += _required(schema)
    return Plan(
        checks=tuple(checks),
        properties=properties,
        second=(*second, *(Fallback(pointer=place) for place in root)),
    )


def escape(name: str) -> str:
    """Return `name` as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _root_type(schema: Mapping[str, Any]) -> tuple[Check, ...]:
    kinds = _names(schema.get("type", "object"))
    return () if "object" in kinds else (Check(pointer="/row/type", test=Never()),)


def _is_closed(schema: Mapping[str, Any]) -> bool:
    return schema.get("additionalProperties") is False and "patternProperties" not in schema


def _required(schema: Mapping[str, Any]) -> list[Check]:
    return [
        Check(pointer=f"/row/required/{index}", column=name, test=Present())
        for index, name in enumerate(schema.get("required", []))
    ]


def _root_fallback(schema: Mapping[str, Any]) -> list[str]:
    """Return the pointers of keywords at the top that need whole rows."""
    found = []
    for keyword, value in schema.items():
        if keyword in ROOT_COMPILED or keyword in ROOT_NUMERIC:
            continue
        compiled = keyword == "additionalProperties" and (value is True or _is_closed(schema))
        if (keyword in UNCOMPILED or keyword in ("enum", "const")) and not compiled:
            found.append(f"/row/{escape(keyword)}")
    return found


def compile_property(column: str, schema: Any, pointer: str) -> tuple[list[Check], list[str]]:
    """Compile the schema of one column.

    Returns:
        Its checks, and the pointers of keywords with no compiled form; if there are any, the checks are not to be used.
    """
    if schema is True:
        return [], []
    if schema is False:
        return [Check(pointer=pointer, column=column, test=Absent())], []
    checks, uncompiled = [], []
    for keyword, value in schema.items():
        place = f"{pointer}/{escape(keyword)}"
        try:
            test = _test(keyword, value)
        except NoCompiledFormError:
            uncompiled.append(place)
            continue
        if test is not None:
            checks.append(Check(pointer=place, column=column, test=test))
    if "type" not in schema:
        checks.append(Check(pointer=pointer, column=column, test=Finite()))
    return checks, uncompiled


def _test(keyword: str, value: Any) -> Test | None:
    if keyword == "type":
        return TypeIs(kinds=frozenset(Kind(name) for name in _names(value)))
    if keyword in BOUNDS:
        return Bound(operator=BOUNDS[keyword], limit=_exact(value))
    if keyword in LENGTHS:
        return Length(operator=LENGTHS[keyword], limit=int(_exact(value)))
    if keyword == "multipleOf":
        return MultipleOf(divisor=_exact(value))
    if keyword == "pattern":
        return _matches(value)
    if keyword in ("enum", "const"):
        return OneOf(values=_scalars(value if keyword == "enum" else [value]))
    if keyword in UNCOMPILED:
        raise NoCompiledFormError(keyword)
    return None


def _matches(pattern: str) -> Matches:
    try:
        return Matches(pattern=pattern, re2=to_re2(pattern))
    except NoTranslationError:
        raise NoCompiledFormError(pattern) from None


def _exact(value: float) -> int | float:
    """Return a number that a comparison of doubles decides exactly."""
    if not math.isfinite(value) or abs(value) >= EXACT:
        raise NoCompiledFormError(value)
    return int(value) if float(value).is_integer() else value


def _scalars(values: list[Any]) -> tuple[Any, ...]:
    if len(values) > MAX_ENUM or any(isinstance(value, list | dict) for value in values):
        raise NoCompiledFormError("an array or an object among the values")
    return tuple(_exact(v) if isinstance(v, int | float) and not isinstance(v, bool) else v for v in values)


def _names(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _accepts_null(schema: Any) -> bool:
    """Return whether null satisfies a schema whose every keyword has a compiled form."""
    if isinstance(schema, bool):
        return schema
    if "type" in schema and "null" not in _names(schema["type"]):
        return False
    if "enum" in schema and None not in schema["enum"]:
        return False
    return schema.get("const") is None
