"""Cells of a declared dialect in the usual form: `1.234,5` becomes `1234.5`, and `31.12.2013` becomes `2013-12-31`.

Everything behind this reads one form only. A cell that is not written as its dialect says gets a mark that makes it no
number and no date: read by the usual rules, `1.5` would pass for a number where the comma is declared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlgate.core.data.compile.references import References
from mlgate.core.data.compile.row import declarations
from mlgate.core.data.ir import Kind
from mlgate.core.data.kinds import formats_of, kinds_of
from mlgate.core.data.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.data.source import Dialect

WRONG = "?"  # behind what looks like a number or a date and is none in this dialect
_LOOKS_LIKE_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_LOOKS_LIKE_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*"
_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What contracts declare: columns that may be numbers, that are texts alone, that are dates, and that are times.

    A column that no contract speaks of is in none of them.
    """

    numbers: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()


def declared_by(rows: Iterable[Mapping[str, Any]]) -> Declared:
    """Return what row schemas declare, wherever in them a column is spoken of."""
    numbers, texts, dates, times = set(), set(), set(), set()
    for row in rows:
        references = References(row)
        for name, places in declarations(references).items():
            kinds = frozenset().union(*(kinds_of(place, references) for place in places if place.schema is not True))
            formats = set().union(*(formats_of(place, references) for place in places))
            numbers |= {name} if kinds & _NUMBERS else set()
            texts |= {name} if kinds and not kinds & _NUMBERS else set()
            dates |= {name} if "date" in formats else set()
            times |= {name} if "date-time" in formats else set()
    texts -= numbers
    return Declared(numbers=frozenset(numbers), texts=frozenset(texts), dates=frozenset(dates), times=frozenset(times))


def usual_cells(dialect: Dialect, names: Sequence[str], declared: Declared) -> list[str]:
    """Return the expression of each column in the usual form; `c0`, `c1`, ... of those that are in it."""
    return [_cell(f"c{index}", name, dialect, declared) for index, name in enumerate(names)]


def _cell(value: str, name: str, dialect: Dialect, declared: Declared) -> str:
    expression = value
    # Rules measure what no contract speaks of, too: it is read as numbers like what is declared as such.
    if name not in declared.texts and (dialect.decimal != "." or dialect.thousands is not None):
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
