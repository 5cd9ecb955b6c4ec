"""Frozen dataclasses to JSON and back, strictly.

Every document is a dataclass; this module is the only place that knows how one is written down. What is read back is
checked against the annotations: an unknown key, a missing one, a wrong type, NaN or a doubled key is a `DecodeError`
that names the place as a JSON pointer. A field called `schema` is a constant, and checked first. Computed floats are
rounded to 10 significant digits, so that documents are byte-identical on any machine.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")
_hints = functools.cache(typing.get_type_hints)
SIGNIFICANT_DIGITS = 10
MAX_DEPTH = 64


class DecodeError(ValueError):
    """A document does not have the shape that its class promises."""


def rounded(value: float) -> float:
    """Return `value` to 10 significant digits, never minus zero; decisions are made on rounded numbers only."""
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0


def to_plain(value: Any, *, exact: bool = False) -> Any:
    """Return `value` as the dicts, lists, strings and numbers that JSON can hold.

    Args:
        value: What to write down.
        exact: Whether floats keep all their digits: those that a person wrote, such as limits, are not computed.

    Raises:
        ValueError: If a float is NaN or infinite: it has no JSON form, and must have become a named reason before.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name), exact=exact) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, typing.Mapping):
        return {str(key): to_plain(item, exact=exact) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item, exact=exact) for item in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} has no JSON form")
        return value if exact else rounded(value)
    return value


def dumps(value: Any) -> str:
    """Return `value` as indented JSON with a final line end; keys keep the order of the class."""
    return json.dumps(to_plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def loads(text: str | bytes) -> Any:
    """Parse JSON strictly: NaN, Infinity, doubled keys, lone surrogates and nesting past 64 levels are refused.

    Raises:
        DecodeError: With what is wrong.
    """
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        decoded.encode()
        value = json.loads(decoded, parse_constant=_refuse_constant, object_pairs_hook=_unique)
        _check_tree(value, 0)
    except DecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"not JSON: {error}") from None
    return value


def _refuse_constant(name: str) -> Any:
    raise DecodeError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        doubled = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise DecodeError(f"the key {doubled!r} appears twice")
    return result


def _check_tree(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise DecodeError(f"nested deeper than {MAX_DEPTH} levels")
    match value:
        case dict():
            for key, item in value.items():
                key.encode()
                _check_tree(item, depth + 1)
        case list():
            for item in value:
                _check_tree(item, depth + 1)
        case str():
            value.encode()
        case float() if not math.isfinite(value):
            raise DecodeError("a number is too large")
        case _:
            pass


def from_plain(cls: type[T], value: Any, pointer: str = "") -> T:
    """Build the dataclass `cls` from plain JSON values.

    Raises:
        DecodeError: Naming the JSON pointer and what was expected there.
    """
    return typing.cast("T", _decode(cls, value, pointer))


def _decode(hint: Any, value: Any, pointer: str) -> Any:
    origin = typing.get_origin(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        return _decode_union(typing.get_args(hint), value, pointer)
    if origin is tuple:
        return tuple(_decode_items(hint, value, pointer))
    if origin is dict or (isinstance(origin, type) and issubclass(origin, typing.Mapping)):
        item = typing.get_args(hint)[1]
        entries = _expect(value, dict, pointer).items()
        return {key: _decode(item, entry, f"{pointer}/{_escaped(key)}") for key, entry in entries}
    if dataclasses.is_dataclass(hint):
        return _decode_dataclass(typing.cast("type", hint), value, pointer)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _decode_enum(hint, value, pointer)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return _expect(value, hint, pointer)


def _decode_union(options: tuple[Any, ...], value: Any, pointer: str) -> Any:
    if value is None and types.NoneType in options:
        return None
    failures = []
    for option in options:
        if option is types.NoneType:
            continue
        try:
            return _decode(option, value, pointer)
        except DecodeError as error:
            failures.append(str(error))
    raise DecodeError(failures[0] if failures else f"{pointer or '/'}: expected null")


def _decode_items(hint: Any, value: Any, pointer: str) -> list[Any]:
    args = typing.get_args(hint)
    items = _expect(value, list, pointer)
    if len(args) == 2 and args[1] is Ellipsis:
        return [_decode(args[0], item, f"{pointer}/{i}") for i, item in enumerate(items)]
    if len(items) != len(args):
        raise DecodeError(f"{pointer or '/'}: expected {len(args)} items, got {len(items)}")
    return [_decode(arg, item, f"{pointer}/{i}") for i, (arg, item) in enumerate(zip(args, items, strict=True))]


def _decode_dataclass(cls: type, value: Any, pointer: str) -> Any:
    given = dict(_expect(value, dict, pointer))
    hints = _hints(cls)
    fields = dataclasses.fields(cls)
    _check_schema(fields, given, pointer)
    arguments = {}
    for field in fields:
        if field.name in given:
            arguments[field.name] = _decode(hints[field.name], given.pop(field.name), f"{pointer}/{field.name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise DecodeError(f"{pointer}/{field.name}: missing")
    if given:
        raise DecodeError(f"{pointer}/{_escaped(min(given))}: unknown key")
    return cls(**arguments)


def _check_schema(fields: tuple[dataclasses.Field[Any], ...], given: dict[str, Any], pointer: str) -> None:
    expected = next((field.default for field in fields if field.name == "schema"), dataclasses.MISSING)
    if expected is not dataclasses.MISSING and given.get("schema") != expected:
        raise DecodeError(f"{pointer}/schema: expected {expected!r}, got {given.get('schema')!r:.60}")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _decode_enum(cls: type[Enum], value: Any, pointer: str) -> Enum:
    try:
        return cls(value)
    except ValueError:
        known = ", ".join(str(member.value) for member in cls)
        raise DecodeError(f"{pointer or '/'}: expected one of {known}, got {value!r:.60}") from None


def _expect(value: Any, kind: type, pointer: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise DecodeError(f"{pointer or '/'}: expected {kind.__name__}, got {value!r:.60}")
    return value
