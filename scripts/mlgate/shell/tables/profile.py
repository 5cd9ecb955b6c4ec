"""A table's columns as a first contract wants to know them, by a few queries on DuckDB."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlgate.core.data.dialect import Declared
from mlgate.core.data.source import Format
from mlgate.core.setup.likeness import loose_pattern_of, pattern_of
from mlgate.core.setup.profile import MAX_VALUES, Column, Kind, Profile
from mlgate.shell.tables import engine
from mlgate.shell.tables.preparing import prepared
from mlgate.shell.tables.single import suffix_of, write_one_file

if TYPE_CHECKING:
    import duckdb

    from mlgate.core.data.source import TableSource

# A cell of a CSV is called more than text only where JSON would call it so, and a whole number within 64 bits.
_INTEGER = r"-?(0|[1-9][0-9]{0,17})"
_NUMBER = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
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
_TIMES = frozenset({"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})


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
            return _Table(connection=connection, source=source, types=types, is_text=is_text).profile()
        finally:
            connection.close()


def _plain_file(table: TableSource, spill: Path) -> Path:
    """Return the table as one file that is read by default rules; a copy, where it is none."""
    if len(table.files) == 1 and not table.has_dialect:
        return Path(prepared(table, spill / "plain").files[0])
    target = spill / f"table{suffix_of(table)}"
    write_one_file(table, target, Declared(), spill=spill)
    return target


@dataclass(frozen=True, kw_only=True)
class _Table:
    """An open table; `is_text` when every cell is text, as in CSV."""

    connection: duckdb.DuckDBPyConnection
    source: engine.Source
    types: dict[str, str]
    is_text: bool

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"SELECT {select} FROM {self.source.sql}").fetchall()  # noqa: S608 - quoted

    def profile(self) -> Profile:
        count, *cells = self.rows(f"count(*), {_measures(self.types, self.is_text)}")[0]
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
        looks = self.looks(name) if kind is Kind.STRING and distinct and self.types[name] not in _TIMES else {}
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
        query = f"SELECT min(length(x)), max(length(x)), {', '.join(asked)} FROM ({column})"  # noqa: S608 - own words
        shortest, longest, *found = self.connection.execute(query).fetchall()[0]
        least, greatest, loose_least, loose_greatest = found[len(_FORMATS) :]
        pattern = pattern_of(least) if least == greatest else None
        if pattern is None and loose_least == loose_greatest:
            pattern = loose_pattern_of(loose_least)
        return {
            "lengths": (shortest, longest),
            "format": next((name for name, holds in zip(_FORMATS, found, strict=False) if holds), None),
            "pattern": pattern,
        }

    def values(self, name: str, kind: Kind) -> tuple[str | int | bool, ...]:
        target = {Kind.INTEGER: "BIGINT", Kind.BOOLEAN: "BOOLEAN"}.get(kind, "VARCHAR")
        found = self.rows(f"DISTINCT CAST({engine.identifier(name)} AS {target})")
        return tuple(sorted(value for (value,) in found if value is not None))


def _measures(types: dict[str, str], is_text: bool) -> str:
    """Return the select list: as many measures for each column."""
    parts = []
    for name, kind in types.items():
        column = engine.identifier(name)
        text = f"CAST({column} AS VARCHAR)"
        forms = (_INTEGER, _NUMBER, "true|false") if is_text else ()
        parts += [f"count({column})", f"count(DISTINCT {column})"]
        number = f"TRY_CAST({column} AS DOUBLE)"
        for form in forms:
            finite = f" AND isfinite({number})" if form == _NUMBER else ""
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
