"""Cells of a declared dialect in the usual form: `1.234,5` becomes `1234.5`, and `31.12.2013` becomes `2013-12-31`.

Everything behind this reads one form only. A cell that is not written as its dialect says gets a mark that makes it no
number and no date: read by the usual rules, `1.5` would pass for a number where the comma is declared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.data.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.data.source import Dialect

WRONG = "?"  # behind what looks like a number or a date and is none in this dialect
_LOOKS_LIKE_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_LOOKS_LIKE_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*"
_NUMERIC = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Which columns a contract declares as numbers, as texts alone, as dates, and as times."""

    numbers: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()


def declared_by(rows: Iterable[Mapping[str, Any]]) -> Declared:
    """Return what row schemas declare, each at a property of its own or in a part that it refers to."""
    numbers, texts, dates, times = set(), set(), set(), set()
    for row in rows:
        for name, schema in row.get("properties", {}).items():
            parts = list(_parts(schema, row))
            is_number = any(_is_number(part) for part in parts)
            numbers |= {name} if is_number else set()
            texts |= {name} if not is_number and any(_is_text(part) for part in parts) else set()
            formats = {part.get("format") for part in parts}
            dates |= {name} if "date" in formats else set()
            times |= {name} if "date-time" in formats else set()
    return Declared(numbers=frozenset(numbers), texts=frozenset(texts), dates=frozenset(dates), times=frozenset(times))


def _parts(schema: object, row: Mapping[str, Any], depth: int = 0) -> Iterable[Mapping[str, Any]]:
    """Yield a schema and what it is composed of."""
    if not isinstance(schema, dict) or depth > 10:
        return
    yield schema
    for key in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(key, ()):
            yield from _parts(part, row, depth + 1)
    reference = str(schema.get("$ref", ""))
    if reference.startswith("#/$defs/"):
        yield from _parts(row.get("$defs", {}).get(reference.removeprefix("#/$defs/")), row, depth + 1)


def _types(schema: Mapping[str, Any]) -> set[str]:
    types = schema.get("type", ())
    return {types} if isinstance(types, str) else set(types)


def _is_text(schema: Mapping[str, Any]) -> bool:
    return "string" in _types(schema)


def _is_number(schema: Mapping[str, Any]) -> bool:
    named = _types(schema)
    return bool(named & {"number", "integer"}) or (not named and bool(_NUMERIC & schema.keys()))


def usual_cells(dialect: Dialect, names: Sequence[str], declared: Declared) -> list[str]:
    """Return the expression of each column in the usual form; `c0`, `c1`, ... of those that are in it."""
    return [_cell(f"c{index}", name, dialect, declared) for index, name in enumerate(names)]


def _cell(value: str, name: str, dialect: Dialect, declared: Declared) -> str:
    expression = value
    if name in declared.numbers and (dialect.decimal != "." or dialect.thousands is not None):
        expression = usual_number(value, dialect)
    if name in declared.dates and dialect.date_format is not None:
        expression = _usual_time(value, dialect.date_format, "%Y-%m-%d")
    if name in declared.times and dialect.time_format is not None:
        expression = _usual_time(value, dialect.time_format, "%Y-%m-%dT%H:%M:%S.%fZ")
    return expression if expression == value else f"{expression} AS {value}"


def usual_number(value: str, dialect: Dialect) -> str:
    """Return the expression of a cell whose number is written with a decimal point and no groups."""
    plain = value if dialect.thousands is None else f"replace({value}, {literal(dialect.thousands)}, '')"
    plain = plain if dialect.decimal == "." else f"replace({plain}, {literal(dialect.decimal)}, '.')"
    return (
        f"CASE WHEN regexp_full_match({value}, {literal(number_pattern(dialect))}) THEN {plain} "
        f"ELSE {_marked(value, _LOOKS_LIKE_NUMBER)} END"
    )


def number_pattern(dialect: Dialect) -> str:
    """Return the pattern of a number in a dialect: groups have three digits, and all of them are set off, or none."""
    decimal = re.escape(dialect.decimal)
    whole = "[0-9]+"
    if dialect.thousands is not None:
        whole = rf"({whole}|[0-9]{{1,3}}({re.escape(dialect.thousands)}[0-9]{{3}})+)"
    return rf"[+-]?({whole}({decimal}[0-9]*)?|{decimal}[0-9]+)([eE][+-]?[0-9]+)?"


def _usual_time(value: str, written: str, usual: str) -> str:
    """A text with a zone is moved to UTC; one without is taken to be in it."""
    parsed = f"try_strptime({value}, {literal(written)})"
    if "%z" in written:
        moment, is_right = f"make_timestamp(epoch_us({parsed}))", f"{parsed} IS NOT NULL"
    else:
        moment, is_right = parsed, f"coalesce(strftime({parsed}, {literal(written)}) = {value}, false)"
    return f"CASE WHEN {is_right} THEN strftime({moment}, {literal(usual)}) ELSE {_marked(value, _LOOKS_LIKE_TIME)} END"


def _marked(value: str, looks: str) -> str:
    return f"CASE WHEN regexp_full_match({value}, {literal(looks)}) THEN {value} || {literal(WRONG)} ELSE {value} END"
