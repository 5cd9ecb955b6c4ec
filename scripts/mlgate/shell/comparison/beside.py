"""The holdout's further columns: those that rules divide rows by, and those in which weak slices are sought.

They are read in the same pass as key and label. A column is kept as numbers where every value is one, else as
categories where there are not very many, else as text that only the identity needs.
"""

# ruff: noqa: S608 - SQL is put together here from own names, numbers, and what `engine` has quoted

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.comparison.columns import Column
from mlgate.shell.tables.engine import identifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

MOST_CATEGORIES = 100_000
MOST_SOUGHT = 12  # columns in which weak slices are sought
WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
NUMBERS = (*WHOLE_TYPES, "HUGEINT", "UBIGINT", "FLOAT", "DOUBLE")
NESTED = ("STRUCT", "MAP", "UNION", "BLOB")
# Text is a number only where it is written the usual way: `01234` is a code and no quantity.
NUMERIC = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?"


class Form(StrEnum):
    """How a column is kept."""

    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One column.

    Attributes:
        name: In the file.
        place: In the database.
        form: How it is kept.
        names: Its categories in sorted order.
    """

    name: str
    place: str
    form: Form
    names: tuple[str, ...] = ()

    @property
    def canonical(self) -> str:
        """Return SQL for a value as text, the same for equal values in any format."""
        if self.form is Form.NUMBER:
            return f"CAST({self.place} AS VARCHAR)"
        return f"{self.place}::VARCHAR"


def sought(types: Mapping[str, str], other: Sequence[str]) -> tuple[str, ...]:
    """Return the first columns in which weak slices may be sought: not those that have a part of their own."""
    usable = [name for name, kind in types.items() if name not in other and not _is_nested(kind)]
    return tuple(usable[:MOST_SOUGHT])


def _is_nested(kind: str) -> bool:
    return kind.startswith(NESTED) or kind.endswith("]")


def selected(names: Sequence[str], types: Mapping[str, str]) -> list[str]:
    """Return SQL that reads the columns as `x0`, `x1`, ...: numbers as numbers, all else as text."""
    return [_read(name, types[name]) + f" AS x{i}" for i, name in enumerate(names)]


def _read(name: str, kind: str) -> str:
    column = identifier(name)
    if _is_number(kind):
        # A float that is no number is none at all, and minus zero is zero.
        return f"(CASE WHEN isfinite({column}::DOUBLE) THEN {column}::DOUBLE + 0.0 END)"
    return f"{column}::VARCHAR"


def _is_number(kind: str) -> bool:
    return kind in NUMBERS or kind.startswith("DECIMAL")


def slots(
    database: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], types: Mapping[str, str]
) -> tuple[Slot, ...]:
    """Return how each column of `table` is to be kept, and make the types of categories."""
    made = []
    for i, name in enumerate(names):
        place = f"x{i}"
        if _is_number(types[name]):
            made.append(Slot(name=name, place=place, form=Form.NUMBER))
        else:
            made.append(_of_text(database, table, name, place))
    return tuple(made)


def _of_text(database: duckdb.DuckDBPyConnection, table: str, name: str, place: str) -> Slot:
    """Return how a column of text is kept: as numbers where all of it is."""
    about = database.execute(f"SELECT approx_count_distinct({place}) FROM {table}").fetchone()
    many = about is not None and about[0] > MOST_CATEGORIES
    values = table if many else f"(SELECT DISTINCT {place} FROM {table})"
    asked = f"count({place}) > 0 AND bool_and({place} IS NULL OR coalesce({_usual_number(place)}, false))"
    numbers = database.execute(f"SELECT {asked} FROM {values}").fetchone()
    if numbers is not None and numbers[0]:
        return Slot(name=name, place=place, form=Form.NUMBER)
    return Slot(name=name, place=place, form=Form.TEXT) if many else _category(database, table, name, place)


def _usual_number(text: str) -> str:
    return f"regexp_full_match({text}, '{NUMERIC}') AND isfinite(TRY_CAST({text} AS DOUBLE))"


def _category(database: duckdb.DuckDBPyConnection, table: str, name: str, place: str) -> Slot:
    kind = f"{table}_{place}"
    database.execute(
        f"CREATE TYPE {kind} AS ENUM (SELECT DISTINCT {place} FROM {table} WHERE {place} IS NOT NULL ORDER BY {place})"
    )
    found = database.execute(f"SELECT unnest(enum_range(NULL::{kind}))").fetchall()
    return Slot(name=name, place=place, form=Form.CATEGORY, names=tuple(row[0] for row in found))


def kept(slots: Sequence[Slot], table: str) -> list[str]:
    """Return SQL that keeps each column of the raw `table` in its form."""
    casts = {Form.NUMBER: "DOUBLE", Form.TEXT: "VARCHAR"}
    return [f"{s.place}::{casts.get(s.form, f'{table}_{s.place}')} AS {s.place}" for s in slots]


def fetched(slot: Slot) -> str:
    """Return SQL for a column as numbers without nulls."""
    if slot.form is Form.NUMBER:
        return f"coalesce({slot.place}, 'nan'::DOUBLE) AS {slot.place}"
    return f"{code(slot)} AS {slot.place}"


def code(slot: Slot) -> str:
    """Return SQL for the category of each row as an index into its names, -1 for none."""
    return f"coalesce(enum_code({slot.place})::INTEGER, -1)"


def column(slot: Slot, values: Any, *, hidden: bool) -> Column:
    """Return a column as the core takes it; the values of a hidden one are numbered."""
    if slot.form is Form.NUMBER:
        return Column(values=np.asarray(values, dtype=np.float64), hidden=hidden)
    names = tuple(f"value {i + 1}" for i in range(len(slot.names))) if hidden else slot.names
    return Column(names=names, codes=np.asarray(values, dtype=np.int64), hidden=hidden)
