"""A table's columns as a first contract wants to know them, by a few queries on DuckDB."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlgate.core.data.dialect import Declared, number_pattern, usual_cells, usual_number
from mlgate.core.data.source import Dialect, Format
from mlgate.core.data.sql.cell import NUMBER, STRICT_NUMBER
from mlgate.core.setup.likeness import loose_pattern_of, pattern_of
from mlgate.core.setup.profile import MAX_VALUES, Column, Kind, Profile
from mlgate.shell.tables import engine
from mlgate.shell.tables.files import header
from mlgate.shell.tables.preparing import prepared
from mlgate.shell.tables.single import suffix_of, write_one_file

if TYPE_CHECKING:
    import duckdb

    from mlgate.core.data.source import TableSource

# A cell of a CSV is called more than text only where JSON would call it so, and a whole number within 64 bits.
_INTEGER = r"-?(0|[1-9][0-9]{0,17})"
_INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"})
_DAY = "regexp_full_match({x}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND TRY_CAST({x} AS DATE) IS NOT NULL"
_MOMENT = r"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})"
_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{{2}}|[1-9]?[0-9])"
# Formats of JSON Schema, each as the condition that a text has it; a condition may be stricter than the format.
_FORMATS = {
    "date": _DAY,
    "date-time": f"regexp_full_match({{x}}, '{_MOMENT}') AND TRY_CAST({{x}} AS TIMESTAMPTZ) IS NOT NULL",
    "uuid": "regexp_full_match({x}, '[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}')",
    "ipv4": f"regexp_full_match({{x}}, '{_BYTE}(\\.{_BYTE}){{{{3}}}}')",
    "email": "regexp_full_match({x}, '[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*@([a-z0-9]+(-[a-z0-9]+)*\\.)+[a-z]{{2,20}}')",
}
_FRACTIONS = frozenset({"FLOAT", "DOUBLE"})
_MOMENTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")
_TIMES = {"DATE": "date", **dict.fromkeys(_MOMENTS, "date-time")}
# A whole number as a dialect may write it, in the usual form.
_WRITTEN_INTEGER = "-?[0-9]{1,18}"
# What programs write where there is no number.
_STAND_INS = ("NA", "N/A", "#N/A", "n/a", "na", "NULL", "null", "None", "NaN", "nan", "-", "--", "?", ".", "\\N")


def profile(table: TableSource) -> Profile:
    """Return the profile of a table.

    Raises:
        InputError: If it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="mlgate-infer-") as spill, engine.reading(Path(table.path)):
        plain = _plain_file(table, Path(spill))
        source = engine.source(plain)
        connection = engine.connect([plain], spill=Path(spill))
        try:
            described = connection.execute(f"DESCRIBE SELECT * FROM {source.sql}").fetchall()  # noqa: S608 - quoted
            types = {str(row[0]): str(row[1]) for row in described}
            is_text = source.format in (Format.CSV, Format.TSV)
            opened = _Table(connection=connection, source=source, types=types, is_text=is_text)
            return (
                replace(opened, dialect=table.dialect).usual() if is_text and table.has_dialect else opened
            ).profile()
        finally:
            connection.close()


def _plain_file(table: TableSource, spill: Path) -> Path:
    """Return the table as one file that is read by default rules; a copy, where it is none."""
    if len(table.files) == 1 and not table.has_dialect:
        return Path(prepared(table, spill / "plain").files[0])
    target = spill / f"table{suffix_of(table)}"
    plain = prepared(table, spill / "utf-8")
    names = header(Path(plain.files[0]), plain) if plain.format in (Format.CSV, Format.TSV) else ()
    write_one_file(plain, target, Declared(texts=frozenset(names)), spill=spill)  # cells as they stand
    return target


@dataclass(frozen=True, kw_only=True)
class _Table:
    """An open table.

    Attributes:
        connection: May read it.
        source: What to read.
        types: The engine's type of each column.
        is_text: Whether every cell is text, as in CSV.
        dialect: How its text is written.
        declared: Columns whose cells were brought from the dialect to the usual form.
    """

    connection: duckdb.DuckDBPyConnection
    source: engine.Source
    types: dict[str, str]
    is_text: bool
    dialect: Dialect = field(default_factory=Dialect)
    declared: Declared = field(default_factory=Declared)

    def usual(self) -> _Table:
        """Return the table with numbers, dates and times in the usual form, and all other cells as they stand.

        So each column is seen as it will be checked once the contract declares what it is.
        """
        every = frozenset(self.types)
        numbers: set[str] = set()
        if self.has_own_numbers:
            plain, written = _all_match(STRICT_NUMBER), _all_match(number_pattern(self.dialect))
            has_mark = f"bool_or(NOT regexp_full_match({{x}}, {engine.literal('[+-]?[0-9]+')}))"
            # All digits and a leading zero, that is a code; where others of the column have a mark, it is a number.
            certain = self.read_as(Declared(numbers=every)).columns_where(plain) | self.columns_where(has_mark)
            numbers = self.columns_where(written) & certain
        declared = Declared(numbers=frozenset(numbers), texts=every - numbers)
        if self.dialect.date_format is not None:
            dates = self.read_as(Declared(texts=every, dates=every)).columns_where(f"bool_and({_FORMATS['date']})")
            declared = replace(declared, dates=frozenset(dates))
        if self.dialect.time_format is not None:
            times = self.read_as(Declared(texts=every, times=every)).columns_where(f"bool_and({_FORMATS['date-time']})")
            declared = replace(declared, times=frozenset(times) - declared.dates)
        return self.read_as(declared)

    def read_as(self, declared: Declared) -> _Table:
        """Return the table as a contract would see it that declares this."""
        names = tuple(self.types)
        columns = ", ".join(f"c{index}" for index in range(len(names)))
        cells = ", ".join(usual_cells(self.dialect, names, declared))
        named = ", ".join(engine.identifier(name) for name in names)
        numbered = f"(SELECT * FROM {self.source.sql}) AS p({columns})"  # noqa: S608 - quoted
        sql = f"(SELECT * FROM (SELECT {cells} FROM {numbered}) AS q({named}))"  # noqa: S608 - quoted
        return replace(self, source=replace(self.source, sql=sql), declared=declared)

    def columns_where(self, condition: str) -> set[str]:
        """Return the columns of which a condition on all their cells `x` is true, null left out."""
        names = [(name, engine.identifier(name)) for name in self.types]
        asked = ", ".join(f"{condition.format(x=x)} FILTER ({x} IS NOT NULL)" for _, x in names)
        return {name for name, holds in zip(self.types, self.rows(asked)[0], strict=True) if holds}

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"SELECT {select} FROM {self.source.sql}").fetchall()  # noqa: S608 - quoted

    def profile(self) -> Profile:
        count, *cells = self.rows(f"count(*), {_measures(self.types, self.is_text, self.declared.numbers)}")[0]
        width = len(cells) // max(1, len(self.types))
        columns = tuple(
            self.column(name, count, cells[number * width : (number + 1) * width])
            for number, name in enumerate(self.types)
        )
        return Profile(rows=count, columns=columns, may_lack=self.source.format is Format.JSON_LINES)

    def column(self, name: str, count: int, cells: list[Any]) -> Column:
        present, distinct, *forms, minimum, maximum, not_finite = cells
        kind = _kind_of_text(forms) if self.is_text else _kind(self.types[name])
        listable = kind in (Kind.STRING, Kind.INTEGER, Kind.BOOLEAN) and self.types[name] not in _TIMES
        has_values = listable and 0 < distinct <= MAX_VALUES
        has_limits = kind in (Kind.INTEGER, Kind.NUMBER)
        looks: dict[str, Any] = {}
        if kind is Kind.STRING and distinct:
            looks = self.span(name) if self.types[name] in _TIMES else self.looks(name)
        return Column(
            name=name,
            kind=kind,
            nulls=count - present,
            distinct=distinct,
            minimum=minimum if has_limits else None,
            maximum=maximum if has_limits else None,
            not_finite=not_finite,
            values=self.values(name, kind) if has_values else (),
            **looks,
        )

    def looks(self, name: str) -> dict[str, Any]:
        """Return what all texts of a column have in common."""
        asked = [f"coalesce(bool_and({form.format(x='x')}), false)" for form in _FORMATS.values()]
        masks = (_mask("x"), _loose_mask("x"))
        asked += [item for mask in masks for item in (f"min({mask})", f"max({mask})")]
        column = f"SELECT {engine.identifier(name)}::VARCHAR AS x FROM {self.source.sql}"  # noqa: S608 - quoted
        query = f"SELECT min(length(x)), max(length(x)), {', '.join(asked)} FROM ({column}) WHERE x IS NOT NULL"  # noqa: S608 - own words
        shortest, longest, *found = self.connection.execute(query).fetchall()[0]
        least, greatest, loose_least, loose_greatest = found[len(_FORMATS) :]
        pattern = pattern_of(least) if least == greatest else None
        if pattern is None and loose_least == loose_greatest:
            pattern = loose_pattern_of(loose_least)
        return {
            "lengths": (shortest, longest),
            "format": next(
                (form for form, holds in zip(_FORMATS, found, strict=False) if holds and self._checks(name, form)), None
            ),
            "pattern": pattern,
            **(self.stand_in(name) if self.is_text else {}),
        }

    def _checks(self, name: str, form: str) -> bool:
        """Return whether a column's cells will be checked as they stand: not what a dialect writes in another way."""
        if form == "date" and self.dialect.date_format is not None:
            return name in self.declared.dates
        return form != "date-time" or self.dialect.time_format is None or name in self.declared.times

    def stand_in(self, name: str) -> dict[str, Any]:
        """Return the one text that stands between a column's numbers, if it is a usual one."""
        usual = ", ".join(map(engine.literal, _STAND_INS))
        column = engine.identifier(name)
        number = usual_number(column, self.dialect) if self.has_own_numbers else column
        cells = f"SELECT {column} AS x, {number} AS n FROM {self.source.sql} WHERE {column} IS NOT NULL"  # noqa: S608 - quoted
        forms = ", ".join(
            f"bool_and(regexp_full_match(n, {engine.literal(form)})) FILTER (x NOT IN ({usual}))"
            for form in (_INTEGER, STRICT_NUMBER)
        )
        rest = f"x IN ({usual})"
        query = f"SELECT {forms}, min(x) FILTER ({rest}), max(x) FILTER ({rest}), count_if({rest}) FROM ({cells})"  # noqa: S608 - quoted
        whole, number_only, least, greatest, count = self.connection.execute(query).fetchall()[0]
        if not number_only or least != greatest or least is None:
            return {}
        return {"stand_in": (least, count), "numbers": Kind.INTEGER if whole else Kind.NUMBER}

    @property
    def has_own_numbers(self) -> bool:
        """Return whether the dialect writes numbers in a way of its own."""
        return self.dialect.decimal != "." or self.dialect.thousands is not None

    def span(self, name: str) -> dict[str, Any]:
        """Return the format of dates and times, and from when to when they are; none if a year has not four digits."""
        column = engine.identifier(name)
        day = f"CAST({column} AS DATE)"
        four = f"bool_and(coalesce(year({day}) BETWEEN 1 AND 9999, false)) FILTER ({column} IS NOT NULL)"
        holds, first, last = self.rows(f"{four}, min({day})::VARCHAR, max({day})::VARCHAR")[0]
        return {"format": _TIMES[self.types[name]], "span": (first, last)} if holds else {}

    def values(self, name: str, kind: Kind) -> tuple[str | int | bool, ...]:
        target = {Kind.INTEGER: "BIGINT", Kind.BOOLEAN: "BOOLEAN"}.get(kind, "VARCHAR")
        found = self.rows(f"DISTINCT CAST({engine.identifier(name)} AS {target})")
        return tuple(sorted(value for (value,) in found if value is not None))


def _all_match(form: str) -> str:
    braces = engine.literal(form).replace("{", "{{").replace("}", "}}")
    return f"bool_and(regexp_full_match({{x}}, {braces}))"


def _measures(types: dict[str, str], is_text: bool, numbers: frozenset[str]) -> str:
    """Return the select list: as many measures for each column."""
    parts = []
    for name, kind in types.items():
        column = engine.identifier(name)
        text = f"CAST({column} AS VARCHAR)"
        form_of_number = NUMBER if name in numbers else STRICT_NUMBER
        form_of_whole = _WRITTEN_INTEGER if name in numbers else _INTEGER
        forms = (form_of_whole, form_of_number, "true|false") if is_text else ()
        parts += [f"count({column})", f"count(DISTINCT {column})"]
        number = f"TRY_CAST({column} AS DOUBLE)"
        for form in forms:
            finite = f" AND isfinite({number})" if form == form_of_number else ""
            parts.append(f"coalesce(bool_and(regexp_full_match({text}, {engine.literal(form)}){finite}), false)")
        numeric = is_text or kind in _INTEGERS or kind.startswith(("DECIMAL", "FLOAT", "DOUBLE"))
        parts += [f"{end}({number})" if numeric else "NULL" for end in ("min", "max")]
        parts.append(f"count_if(NOT isfinite({number}))" if kind in _FRACTIONS else "0")
    return ", ".join(parts)


def _mask(text: str) -> str:
    """Return the expression of a text's mask: see `core.setup.likeness`."""
    digits = f"regexp_replace({text}, '[0-9]', '0', 'g')"
    return f"regexp_replace(regexp_replace({digits}, '[A-Z]', 'A', 'g'), '[a-z]', 'a', 'g')"


def _loose_mask(text: str) -> str:
    """Return the expression of a mask in which each run of a class is one character."""
    digits = f"regexp_replace({text}, '[0-9]+', '0', 'g')"
    return f"regexp_replace(regexp_replace({digits}, '[A-Z]+', 'A', 'g'), '[a-z]+', 'a', 'g')"


def _kind_of_text(forms: list[bool]) -> Kind:
    for is_form, kind in zip(forms, (Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN), strict=True):
        if is_form:
            return kind
    return Kind.STRING


def _kind(declared: str) -> Kind:
    if declared in _INTEGERS:
        return Kind.INTEGER
    if declared.startswith(("DECIMAL", "FLOAT", "DOUBLE")):
        return Kind.NUMBER
    if declared in {"VARCHAR", "UUID", *_TIMES} or declared.startswith("ENUM"):
        return Kind.STRING
    return Kind.BOOLEAN if declared == "BOOLEAN" else Kind.OTHER
