"""The configuration's `tables`: where each table lies, how it is written, and which contract it must satisfy."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlgate.core.config import grammar
from mlgate.core.config.drift import parse_drift, parse_reference
from mlgate.core.config.model import Drift, Table
from mlgate.core.data.source import Compression, Dialect, Format
from mlgate.core.words import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.config.cursor import Cursor

TABLE = ("path", "contract", "format", "compression", "dialect", "reference", "drift")
DIALECT = (
    "encoding",
    "delimiter",
    "quote",
    "escape",
    "header",
    "columns",
    "nulls",
    "decimal",
    "thousands",
    "date-format",
    "time-format",
)
NOTHING = "none"
ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\x00-\x1f\x7f\\]+")
_FIELDS = {"date-format": "date_format", "time-format": "time_format"}
_NO_MARK = re.compile(r"[A-Za-z0-9\r\n\x00]|[^\x00-\x7f]")
# Codecs of Python that no file is written in.
_TRANSFORMATIONS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7"})
_TIME_FORMAT = re.compile(r"(?=.*%-?[A-Za-z])(?:[^%']|%-?[aAbBdmyYHIMSpfgnjz]|%%){1,100}")


def parse_tables(cursor: Cursor) -> tuple[Table, ...]:
    """Return the tables in the order of the file; mistakes are noted at the cursor."""
    found = []
    taken: dict[str, str] = {}
    for name, entry in cursor.entries("Write `train: {path: data/train.csv}`.").items():
        if not grammar.TABLE.fullmatch(name):
            entry.problem(f"{shown(name)} is no table's name", grammar.TABLE_REMEDY)
        variable = name.upper().replace("-", "_")
        if variable in taken:
            other = taken[variable]
            entry.problem(
                f"`{name}` and `{other}` share the variable MLGATE_TRAIN_TABLE_{variable}", "Rename one of them."
            )
        taken[variable] = name
        found.append(_table(name, entry))
    return tuple(found)


def _table(name: str, cursor: Cursor) -> Table:
    entries = cursor.mapping(TABLE, required=("path",))
    path = _path(entries["path"]) if "path" in entries else None
    form = entries["format"].choice(Format) if "format" in entries else None
    table = Table(
        name=name,
        path=path or "",
        contract=grammar.path(entries["contract"]) if "contract" in entries else None,
        format=form,
        compression=entries["compression"].choice(Compression) if "compression" in entries else None,
        dialect=_dialect(entries["dialect"]) if "dialect" in entries else Dialect(),
        reference=parse_reference(entries["reference"]) if "reference" in entries else None,
        drift=parse_drift(entries["drift"]) if "drift" in entries else Drift(),
    )
    _check_format(table, entries)
    if "drift" in entries and "reference" not in entries:
        entries["drift"].problem("nothing says what drift is measured from", "Add `reference: train`.")
    return table


def _path(cursor: Cursor) -> str | None:
    """Return a path, a glob, or the address of an object."""
    value = cursor.value
    if not isinstance(value, str) or "://" not in value:
        return grammar.path(cursor)
    if ADDRESS.fullmatch(value) and len(value) <= grammar.MAX_PATH:
        return value
    remedy = "Write `s3://bucket/key`, or fetch the file in an earlier step of the workflow and name it."
    if value.startswith("s3://"):
        remedy = (
            "Write `s3://bucket/key`: a bucket has 3 to 63 lowercase letters, digits, `.` or `-`, "
            "and a letter or digit at both ends; the key has no backslash."
        )
    cursor.expected("a path, or an address of S3", remedy)
    return None


def _check_format(table: Table, entries: dict[str, Cursor]) -> None:
    """Note a dialect or a compression of a format that has none."""
    form = table.format or (Format.PARQUET if table.path.lower().endswith(".parquet") else None)
    if form in (Format.PARQUET, Format.JSON_LINES) and "dialect" in entries:
        entries["dialect"].problem(f"`{form.value}` has no dialect: only csv and tsv have", "Remove `dialect`.")
    if form is Format.PARQUET and table.compression not in (None, Compression.NONE):
        remedy = "Remove `compression`: Parquet files say themselves how their columns are compressed."
        entries["compression"].problem("a Parquet file is not compressed as a whole", remedy)


def _dialect(cursor: Cursor) -> Dialect:
    entries = cursor.mapping(DIALECT)
    readers: dict[str, Callable[[Cursor], Any]] = {
        "encoding": _encoding,
        "delimiter": _mark,
        "quote": _mark_or_none,
        "escape": _mark_or_none,
        "header": lambda entry: entry.flag(),
        "columns": lambda entry: entry.texts("columns"),
        "nulls": _nulls,
        "decimal": _decimal,
        "thousands": _thousands,
        "date-format": _time_format,
        "time-format": _time_format,
    }
    found = {_FIELDS.get(key, key): readers[key](entry) for key, entry in entries.items()}
    given = {key: value for key, value in found.items() if value is not None}
    named: dict[str, Any] = {key: None if value == NOTHING else value for key, value in given.items()}
    if "escape" not in named and "quote" in named:
        named["escape"] = named["quote"]  # a quote inside quotes is doubled, whatever the quote is
    dialect = replace(Dialect(), **named)
    _check_dialect(dialect, cursor, entries)
    return dialect


def _check_dialect(dialect: Dialect, cursor: Cursor, entries: dict[str, Cursor]) -> None:
    if not dialect.header and "columns" not in entries:
        cursor.problem("without a header nothing names the columns", "Add `columns: [a, b]`, or `header: true`.")
    if dialect.header and "columns" in entries:
        entries["columns"].problem("the header names the columns", "Remove `columns`, or write `header: false`.")
    if dialect.quote is None and dialect.escape is not None and "escape" in entries:
        entries["escape"].problem("without a quote nothing is escaped", "Remove `escape`, or declare a `quote`.")
    marks = {"delimiter": dialect.delimiter or "", "quote": dialect.quote, "decimal": dialect.decimal}
    _check_distinct(marks, ("delimiter", "quote"), cursor)
    _check_distinct({"delimiter": dialect.delimiter, "escape": dialect.escape}, ("delimiter", "escape"), cursor)
    if dialect.thousands is not None and dialect.thousands == dialect.decimal:
        cursor.problem("`thousands` and `decimal` are one character", "Declare two, as in `1.234,5`.")


def _check_distinct(marks: dict[str, str | None], names: tuple[str, str], cursor: Cursor) -> None:
    one, other = (marks[name] for name in names)
    if one is not None and one == other:
        cursor.problem(f"`{names[0]}` and `{names[1]}` are one character", "Declare two different ones.")


def _encoding(cursor: Cursor) -> str | None:
    name = cursor.text("the name of an encoding")
    if name is None or _is_encoding(name):
        return name
    cursor.expected("the name of an encoding", "Write the name, as in `utf-8`, `latin-1`, `cp1252` or `utf-16`.")
    return None


def _is_encoding(name: str) -> bool:
    sample = 'a,"b"\n1,2\n'
    try:
        return codecs.lookup(name).name not in _TRANSFORMATIONS and sample.encode(name).decode(name) == sample
    except (LookupError, ValueError):
        return False


def _mark(cursor: Cursor) -> str | None:
    value = cursor.value
    if isinstance(value, str) and len(value) == 1 and not _NO_MARK.match(value):
        return value
    cursor.expected(
        "one character", r'Write one ASCII character in quotes that is no letter or digit, as in `";"` or `"\t"`.'
    )
    return None


def _mark_or_none(cursor: Cursor) -> str | None:
    return NOTHING if cursor.value == NOTHING else _mark(cursor)


def _nulls(cursor: Cursor) -> tuple[str, ...] | None:
    items = cursor.items("texts", at_least=1)
    found: list[str] = []
    remedy = 'Put it in quotes, as in `nulls: ["", "NA"]`; line ends and quotes cannot be in it.'
    for item in items:
        if isinstance(item.value, str) and not set(item.value) & set('\r\n"') and len(item.value) <= 100:
            found.append(item.value)
        else:
            item.expected("a text", remedy)
    return tuple(dict.fromkeys(found)) or None


def _decimal(cursor: Cursor) -> str | None:
    if cursor.value in (".", ","):
        return str(cursor.value)
    cursor.expected("`.` or `,`", 'Write `decimal: ","` for numbers as in `1234,5`.')
    return None


def _thousands(cursor: Cursor) -> str | None:
    if isinstance(cursor.value, str) and cursor.value in (*".,'_ ", "\u00a0", "\u202f"):
        return cursor.value
    cursor.expected("what groups digits", "Write `.`, `,`, `'`, `_` or a space, in quotes.")
    return None


def _time_format(cursor: Cursor) -> str | None:
    value = cursor.text("a format")
    if value is None or _TIME_FORMAT.fullmatch(value):
        return value
    cursor.expected("a format in strftime's words", 'Write it as in `"%d.%m.%Y"`.')
    return None
