"""Metadata of W3C's CSV on the Web as contracts of ours: what has no counterpart is refused by name."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ZONE = r"(?:Z|[+-]\d{2}:\d{2})?"
_DAY, _CLOCK = r"-?\d{4,}-\d{2}-\d{2}", r"\d{2}:\d{2}:\d{2}(?:\.\d+)?"
_TIMES = {
    "date": _DAY + _ZONE,
    "time": _CLOCK + _ZONE,
    "dateTime": f"{_DAY}T{_CLOCK}{_ZONE}",
    "datetime": f"{_DAY}T{_CLOCK}{_ZONE}",
    "dateTimeStamp": f"{_DAY}T{_CLOCK}(?:Z|[+-]\\d{{2}}:\\d{{2}})",
    "gDay": r"---\d{2}" + _ZONE,
    "gMonth": r"--\d{2}" + _ZONE,
    "gMonthDay": r"--\d{2}-\d{2}" + _ZONE,
    "gYear": r"-?\d{4,}" + _ZONE,
    "gYearMonth": r"-?\d{4,}-\d{2}" + _ZONE,
}
_TIME_OF_DAY = r"(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
_DURATIONS = {
    "duration": rf"-?P(?:\d+Y)?(?:\d+M)?(?:\d+D)?{_TIME_OF_DAY}",
    "dayTimeDuration": rf"-?P(?:\d+D)?{_TIME_OF_DAY}",
    "yearMonthDuration": r"-?P(?:\d+Y)?(?:\d+M)?",
}
_TOKENS = {
    "yyyy": r"\d{4}",
    "MM": r"\d{2}",
    "M": r"\d{1,2}",
    "dd": r"\d{2}",
    "d": r"\d{1,2}",
    "HH": r"\d{2}",
    "mm": r"\d{2}",
    "ss": r"\d{2}",
    "XXX": r"(?:Z|[+-]\d{2}:\d{2})",
    "XX": r"(?:Z|[+-]\d{4})",
    "X": r"(?:Z|[+-]\d{2}(?:\d{2})?)",
}
_TOKEN = re.compile("|".join(_TOKENS) + r"|S+|.")
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedByte": (0, 255),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
}
_NUMBERS = ("number", "decimal", "double", "float")
_TEXTS = ("string", "anyURI", "normalizedString", "NMTOKEN")
_BOUNDS = {"minimum": "minimum", "minInclusive": "minimum", "maximum": "maximum", "maxInclusive": "maximum"}
_BOUNDS |= {"minExclusive": "exclusiveMinimum", "maxExclusive": "exclusiveMaximum"}


class NotSupportedError(Exception):
    """A construct of CSV on the Web that contracts do not have."""


@dataclass(kw_only=True)
class Translated:
    """One table's contract: the row schema and the rules as they would be written."""

    url: str
    row: dict[str, Any] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)


def translate(metadata: Path) -> list[Translated]:
    """Return the contracts of a metadata file's tables.

    Raises:
        NotSupportedError: For what has no counterpart.
    """
    top = json.loads(metadata.read_text(encoding="utf-8"))
    tables = top.get("tables", [top])
    found = {table["url"]: _table(table) for table in tables}
    for table in tables:
        for key in table["tableSchema"].get("foreignKeys", []):
            _foreign_key(found, table["url"], key)
    return list(found.values())


def table_name(url: str) -> str:
    """Return the name under which a configuration would have a table."""
    return url.removesuffix(".csv").replace("_", "-")


def _table(table: dict[str, Any]) -> Translated:
    schema = table["tableSchema"]
    names = [column.get("name", column["titles"]) for column in schema["columns"]]
    if len(set(names)) < len(names):
        raise NotSupportedError("names of columns beside their titles")
    properties, rules = {}, []
    for column in schema["columns"]:
        title = column["titles"]
        properties[title], more = _property(title, column)
        rules += more
    if "primaryKey" in schema:
        rules.append({"primary-key": schema["primaryKey"]})
    row = {"properties": properties, "required": list(properties), "additionalProperties": False}
    return Translated(url=table["url"], row=row, rules=rules)


def _property(title: str, column: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if "separator" in column:
        raise NotSupportedError("lists in cells")
    declared = column.get("datatype", "string")
    kind: dict[str, Any] = {"base": declared} if isinstance(declared, str) else declared
    schema, rules = _typed(title, kind)
    if not column.get("required", False):
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema, rules


def _typed(title: str, kind: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    base, written = kind["base"], kind.get("format")
    if base in _INTEGERS or base in _NUMBERS:
        if written is not None:  # a number that is not written as JSON's is text of a pattern
            return {"type": "string", "pattern": f"^{_number_pattern(written)}$"}, []
        return _number(base, kind), []
    if base == "boolean":
        return {"type": "string", "enum": written.split("|") if written else ["true", "false", "1", "0"]}, []
    if base in _TIMES:
        pattern = _time_pattern(written) if written else _TIMES[base]
        return {"type": "string", "pattern": f"^{pattern}$"}, list(_time_bounds(title, kind))
    if base in _DURATIONS:
        return {"type": "string", "pattern": written or f"^{_DURATIONS[base]}$"}, []
    if base not in _TEXTS:
        raise NotSupportedError(f"the type {base}")
    schema: dict[str, Any] = {"type": "string"} | ({"pattern": f"^(?:{written})$"} if written else {})
    lengths = {"minLength": ("minLength",), "maxLength": ("maxLength",), "length": ("minLength", "maxLength")}
    schema |= {own: kind[key] for key, owns in lengths.items() if key in kind for own in owns}
    return schema, []


def _number(base: str, kind: dict[str, Any]) -> dict[str, Any]:
    low, high = _INTEGERS.get(base, (None, None))
    schema: dict[str, Any] = {"type": "integer" if base in _INTEGERS else "number"}
    schema |= {} if low is None else {"minimum": low}
    schema |= {} if high is None else {"maximum": high}
    return schema | {own: kind[key] for key, own in _BOUNDS.items() if key in kind}


def _number_pattern(written: str | dict[str, str]) -> str:
    """Return the regular expression of numbers in a pattern as `#,##0.0#`, or with marks of their own."""
    marks = {"pattern": written} if isinstance(written, str) else written
    group, decimal = re.escape(marks.get("groupChar", ",")), re.escape(marks.get("decimalChar", "."))
    if "pattern" not in marks:
        return rf"[+-]?\d+(?:{group}\d+)*(?:{decimal}\d+)?[%‰]?"
    match = re.fullmatch(r"([%‰]?)([+-]?)([#0,]+)(?:\.([#0,]+))?(?:E([#0]+))?([%‰]?)", marks["pattern"])
    if match is None:
        raise NotSupportedError(f"the pattern {marks['pattern']}")
    before, sign, whole, fraction, exponent, after = match.groups(default="")
    power = rf"E[+-]?\d{{{exponent.count('0')},{len(exponent)}}}" if exponent else ""
    signed = re.escape(sign) if sign else "[+-]?"
    return f"{before}{signed}{_whole(whole, group)}{_fraction(fraction, group, decimal)}{power}{after}"


def _whole(pattern: str, group: str) -> str:
    *outer, inner = pattern.split(",")
    least = pattern.count("0")
    if not outer:
        return rf"\d{{{max(least, 1)},}}"
    first = len(outer[-1]) if len(outer) > 1 else len(inner)
    return rf"(?:\d{{{least},{len(inner)}}}|\d{{1,{first}}}(?:{group}\d{{{first}}})*{group}\d{{{len(inner)}}})"


def _fraction(pattern: str, group: str, decimal: str) -> str:
    digits, size = pattern.replace(",", ""), len(pattern.split(",", maxsplit=1)[0])
    found = ""
    for place in reversed(range(len(digits))):
        mark = decimal if place == 0 else group if "," in pattern and place % size == 0 else ""
        found = rf"{mark}\d{found}" if digits[place] == "0" else rf"(?:{mark}\d{found})?"
    return found


def _time_pattern(written: str) -> str:
    parts = []
    for match in _TOKEN.finditer(written):
        token = match[0]
        parts.append(f"\\d{{1,{len(token)}}}" if token[0] == "S" else _TOKENS.get(token, re.escape(token)))
    return "".join(parts)


def _time_bounds(title: str, kind: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield bounds as rules for the whole column: JSON Schema has none for dates."""
    for key in _BOUNDS:
        if key not in kind:
            continue
        day = date.fromisoformat(kind[key]) + timedelta(days={"minExclusive": 1, "maxExclusive": -1}.get(key, 0))
        side, limit = ("min", "at-least") if key.startswith("min") else ("max", "at-most")
        yield {side: {"column": title, limit: day.isoformat()}}


def _foreign_key(found: dict[str, Translated], url: str, key: dict[str, Any]) -> None:
    """Add the reference, and that what it refers to is there once."""
    reference = key["reference"]
    rule = {
        "columns": key["columnReference"],
        "references": table_name(reference["resource"]),
        "key": reference["columnReference"],
    }
    found[url].rules.append({"foreign-key": rule})
    if reference["resource"] in found:
        found[reference["resource"]].rules.append({"unique": reference["columnReference"]})
