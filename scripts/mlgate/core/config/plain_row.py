"""Row schemas that are right at first sight, as most are: importing `jsonschema` to hear it takes 50 ms."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")


def is_plain(schema: Any) -> bool:
    """Return whether a schema is surely right: nothing but common keywords, each with a value that it may have.

    Of any other, `row_schema` says whether it is, and what is wrong with it.
    """
    if not isinstance(schema, dict):
        return isinstance(schema, bool)
    return all(key in _RIGHT and _RIGHT[key](value) for key, value in schema.items())


def speaks_of(schema: Any, keyword: str) -> bool:
    """Return whether a mapping anywhere in a schema has this key."""
    if isinstance(schema, dict):
        return keyword in schema or any(speaks_of(value, keyword) for value in schema.values())
    return isinstance(schema, list) and any(speaks_of(item, keyword) for item in schema)


def _is_type(value: Any) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(name in _TYPES for name in names) and len(set(names)) == len(names)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value) and len(set(value)) == len(value)


def _is_pattern(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError, OverflowError, RecursionError):
        return False
    return True


def _are_plain(value: Any) -> bool:
    return isinstance(value, dict) and all(is_plain(schema) for schema in value.values())


def _of(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds)


_RIGHT: dict[str, Callable[[Any], bool]] = {
    "type": _is_type,
    "enum": _of(list),
    "const": _of(str, int, float),
    "pattern": _is_pattern,
    "properties": _are_plain,
    "required": _is_names,
    "redact": _of(bool),
    **dict.fromkeys(("additionalProperties", "items"), is_plain),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_count),
    **dict.fromkeys(("title", "description", "$comment"), _of(str)),
}
