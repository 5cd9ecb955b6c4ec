"""The `row:` part of a contract: is it JSON Schema 2020-12, complete in itself, and free of likely misspellings."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import referencing
from jsonschema import Draft202012Validator
from jsonschema_specifications import REGISTRY
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from mlgate.core.data.formats import FORMATS, PARSED
from mlgate.core.words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OWN_KEYWORDS = ("redact",)
_ONE = (
    "additionalProperties",
    "propertyNames",
    "items",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
)
_MANY = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs")
# Read by older drafts only; JSON Schema lets them stand, so they are no misspellings of what is known.
_OLD = ("definitions", "dependencies", "additionalItems", "$recursiveRef", "$recursiveAnchor", "id")
DRAFT202012_KEYWORDS = tuple(
    dict.fromkeys(
        key
        for vocabulary in Draft202012Validator.META_SCHEMA["allOf"]
        for key in REGISTRY.contents(f"https://json-schema.org/draft/2020-12/{vocabulary['$ref']}")["properties"]
    )
)
_REF_REMEDY = "Refer to a part of the same contract, as in `$ref: '#/$defs/name'`, or copy the part here."
_KNOWN_FORMATS = (*FORMATS, *PARSED, "hostname", "idn-hostname")
_TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
_BROKEN_PATTERN = ("unterminated", "missing )", "unbalanced", "nothing to repeat", "bad character range")


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mistake in a row's schema, by JSON pointer within it; `on_key` when it is the key that is wrong."""

    pointer: str
    message: str
    remedy: str
    on_key: bool = False


def mistakes(row: Any) -> Iterator[Mistake]:
    """Yield every mistake of a row's schema: against the metaschema first, and only if there are none, its meaning.

    Nothing is fetched: a reference out of the contract is a mistake.
    """
    try:
        found = list(_against_metaschema(row))
    except RecursionError:
        found = [Mistake(pointer="", message="the schema is nested too deeply", remedy="Move parts into `$defs`.")]
    yield from found
    if not found and isinstance(row, dict):
        whole = DRAFT202012.create_resource(row)
        known = REGISTRY.with_resource(whole.id() or "", whole).crawl()
        yield from _walk(row, "", known.resolver_with_root(whole))


def _metaschema_validator() -> Draft202012Validator:
    return Draft202012Validator(Draft202012Validator.META_SCHEMA, registry=referencing.Registry())


def _against_metaschema(row: Any) -> Iterator[Mistake]:
    seen: set[str] = set()
    for error in _metaschema_validator().iter_errors(row):
        pointer = pointer_of(error.absolute_path)
        if pointer in seen:
            continue
        seen.add(pointer)
        keyword = next((str(part) for part in reversed(error.absolute_path) if isinstance(part, str)), "row")
        if error.validator == "type" and error.validator_value == ["object", "boolean"]:
            yield _no_schema(pointer, error)
        else:
            yield Mistake(pointer=pointer, message=_words(keyword, error), remedy=_remedy(keyword))


def _no_schema(pointer: str, error: Any) -> Mistake:
    """Return the mistake of anything else where a schema belongs: mostly the type alone, as in `age: integer`."""
    last = error.absolute_path[-1] if error.absolute_path else "row"
    label = (
        "-" if isinstance(last, int) else f"{last if re.fullmatch('[A-Za-z_][A-Za-z0-9_-]*', last) else shown(last)}:"
    )
    kind = error.instance if error.instance in _TYPES else "string"
    return Mistake(
        pointer=pointer,
        message=f"expected a schema, got {shown(error.instance)}",
        remedy=f"Write a mapping of keywords, as in `{label} {{type: {kind}}}`.",
    )


def _words(keyword: str, error: Any) -> str:
    if keyword == "type":
        close = difflib.get_close_matches(str(error.instance)[:50], _TYPES, n=1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        return f"{shown(error.instance)} is no type{hint}"
    return f"`{keyword}` cannot be {shown(error.instance)}"


def _remedy(keyword: str) -> str:
    if keyword == "type":
        return "Types are string, integer, number, boolean, null, array and object, or a list of them."
    return f"See `{keyword}` in JSON Schema 2020-12."


def pointer_of(path: Any) -> str:
    """Return the JSON pointer of a path of keys and indices."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _walk(schema: Any, pointer: str, resolver: Any) -> Iterator[Mistake]:
    if not isinstance(schema, dict):
        return
    yield from _keywords(schema, pointer)
    yield from _format(schema, pointer)
    yield from _references(schema, pointer, resolver)
    yield from _patterns(schema, pointer)
    for key, subschema in _below(schema):
        inner = resolver.in_subresource(DRAFT202012.create_resource(subschema))
        yield from _walk(subschema, pointer + key, inner)


def _below(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in _ONE:
        if key in schema:
            yield f"/{key}", schema[key]
    for key in _MANY:
        for number, item in enumerate(schema.get(key, ())):
            yield f"/{key}/{number}", item
    for key in _NAMED:
        for name, item in schema.get(key, {}).items():
            yield f"/{key}{pointer_of([name])}", item


def _keywords(schema: dict[str, Any], pointer: str) -> Iterator[Mistake]:
    known = (*DRAFT202012_KEYWORDS, *OWN_KEYWORDS)
    for key in schema:
        if key in known or key in _OLD or key.startswith("x-"):
            continue
        # JSON Schema ignores what it does not know, so a misspelt keyword would check nothing.
        if close := difflib.get_close_matches(key[:100], known, n=1, cutoff=0.8):
            yield Mistake(
                pointer=f"{pointer}{pointer_of([key])}",
                message=f"unknown keyword {shown(key)}, did you mean {close[0]!r}?",
                remedy="An unknown keyword checks nothing. For a note of your own, begin its name with `x-`.",
                on_key=True,
            )
    if not isinstance(schema.get("redact", False), bool):
        yield Mistake(
            pointer=f"{pointer}/redact", message="`redact` is neither true nor false", remedy="Write `redact: true`."
        )
    if schema.get("$schema", DIALECT).rstrip("#") != DIALECT:
        message = f"`$schema` is {shown(schema['$schema'])}"
        yield Mistake(pointer=f"{pointer}/$schema", message=message, remedy=f"Contracts are read as {DIALECT}.")


def _format(schema: dict[str, Any], pointer: str) -> Iterator[Mistake]:
    name = schema.get("format")
    if name is None or name in _KNOWN_FORMATS:
        return
    # JSON Schema lets any name stand as a note, so a misspelt format would check nothing.
    if close := difflib.get_close_matches(name[:100].lower(), _KNOWN_FORMATS, n=1, cutoff=0.8):
        yield Mistake(
            pointer=f"{pointer}/format",
            message=f"unknown format {shown(name)}, did you mean {close[0]!r}?",
            remedy="An unknown format checks nothing. For a note of your own, use a keyword that begins with `x-`.",
        )


def _references(schema: dict[str, Any], pointer: str, resolver: Any) -> Iterator[Mistake]:
    for key in ("$ref", "$dynamicRef"):
        if key not in schema:
            continue
        try:
            resolver.lookup(schema[key])
        except (Unresolvable, ValueError):
            local = schema[key].startswith("#")
            what = "leads nowhere" if local else "leads out of the contract, and nothing is fetched"
            yield Mistake(pointer=f"{pointer}/{key}", message=f"`{key}: {schema[key]:.60}` {what}", remedy=_REF_REMEDY)


def _patterns(schema: dict[str, Any], pointer: str) -> Iterator[Mistake]:
    named = [(f"{pointer}/pattern", schema["pattern"], False)] if "pattern" in schema else []
    named += [
        (f"{pointer}/patternProperties{pointer_of([key])}", key, True) for key in schema.get("patternProperties", {})
    ]
    for where, pattern, on_key in named:
        if cause := broken_pattern(pattern):
            yield Mistake(
                pointer=where,
                message=f"{shown(pattern)} is no regular expression: {cause}",
                remedy="Close brackets, and escape characters that are meant literally with a backslash.",
                on_key=on_key,
            )


def broken_pattern(pattern: str) -> str | None:
    """Return why a pattern is broken in any dialect of regular expressions, or None; dialects differ in the rest."""
    python = re.sub(r"\\[pP]\{[^}]*\}", "x", pattern).replace("(?<=", "(?:").replace("(?<!", "(?:")
    try:
        re.compile(re.sub(r"\(\?<([A-Za-z_]\w*)>", r"(?P<\1>", python))
    except (re.error, OverflowError, RecursionError) as error:
        words = str(error)
        return words if words.startswith(_BROKEN_PATTERN) else None
    return None
