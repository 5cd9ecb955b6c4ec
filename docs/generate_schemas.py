"""Makes `schemas/*.schema.json` of the run folder's documents from their classes; the docstrings are the descriptions.

`pages()` is what `docs/generate.py` writes and what a test compares with the committed files.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import types
import typing
from enum import Enum
from typing import Any

from mlgate.core.documents import files, printed
from mlgate.core.registry.log.record import Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ROOT = "https://raw.githubusercontent.com/mlgate/mlgate/main/schemas"
NAMES: dict[type, str] = {**files.FILES, **printed.PRINTED, Record: "record.json"}
PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", types.NoneType: "null"}


def pages() -> dict[str, str]:
    """Return each file's content by its path in the repository."""
    return {f"schemas/{_stem(name)}.schema.json": _text(schema(cls)) for cls, name in NAMES.items()}


def schema(cls: type) -> dict[str, Any]:
    """Return the JSON Schema of a document's class, or of the registry's record."""
    definitions: dict[str, Any] = {}
    body = _object(cls, definitions)
    return {
        "$schema": DIALECT,
        "$id": f"{ROOT}/{_stem(NAMES[cls])}.schema.json",
        "title": NAMES[cls],
        **body,
        "$defs": dict(sorted(definitions.items())),
    }


def _stem(name: str) -> str:
    return name.removesuffix(".json")


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints, texts = typing.get_type_hints(cls), descriptions(cls)
    properties = {
        field.name: _property(field, hints[field.name], texts.get(field.name, ""), definitions)
        for field in dataclasses.fields(cls)
    }
    return {
        "description": _summary(cls),
        "type": "object",
        "properties": properties,
        "required": [field.name for field in dataclasses.fields(cls) if _is_required(field)],
        "additionalProperties": False,
    }


def _is_required(field: dataclasses.Field[Any]) -> bool:
    no_default = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    return no_default or field.name == "schema"


def _property(field: dataclasses.Field[Any], hint: Any, text: str, definitions: dict[str, Any]) -> dict[str, Any]:
    if field.name == "schema":
        return {"description": text, "const": field.default}
    return {"description": text, **_value(hint, definitions)} if text else _value(hint, definitions)


def _value(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value, as `core.codec` writes one with this annotation."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _either([_value(arg, definitions) for arg in args])
    if origin is tuple:
        return _array(args, definitions)
    if origin is dict:
        return {"type": "object", "additionalProperties": _value(args[1], definitions)}
    if dataclasses.is_dataclass(hint):
        return _reference(typing.cast("type", hint), definitions)
    if isinstance(hint, type) and issubclass(hint, Enum):
        definitions[hint.__name__] = {"description": _summary(hint), "enum": [member.value for member in hint]}
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return {"type": PLAIN[hint]}


def _either(options: list[dict[str, Any]]) -> dict[str, Any]:
    if all(set(option) == {"type"} for option in options):
        return {"type": [option["type"] for option in options]}
    return {"anyOf": options}


def _array(args: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if len(args) == 2 and args[1] is Ellipsis:
        return {"type": "array", "items": _value(args[0], definitions)}
    items = [_value(arg, definitions) for arg in args]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _reference(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}  # so that a class that holds itself ends
        definitions[cls.__name__] = _object(cls, definitions)
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _summary(cls: type) -> str:
    return _prose((inspect.getdoc(cls) or "").split("\n\n", maxsplit=1)[0])


def descriptions(cls: type) -> dict[str, str]:
    """Return the `Attributes:` of a class and its bases, by field."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if dataclasses.is_dataclass(base):
            found |= _attributes(inspect.cleandoc(base.__doc__ or ""))
    return found


def _attributes(doc: str) -> dict[str, str]:
    _, _, section = doc.partition("\nAttributes:\n")
    entries = re.findall(r"^    (\w+): (.*(?:\n {6,}.*)*)", section, flags=re.MULTILINE)
    return {name: _prose(text) for name, text in entries}


def _prose(text: str) -> str:
    return re.sub(r"\bNone\b", "null", " ".join(text.split()))
