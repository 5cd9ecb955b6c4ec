"""Which columns two versions of a table share, and what makes a cell of one equal to a cell of the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.ir import Kind, Storage
from mlgate.core.data.sql import Cell, content, literal
from mlgate.core.data.sql.cell import NUMBER, STRICT_NUMBER
from mlgate.core.documents.diff import RetypedColumn, SchemaDiff
from mlgate.core.numbers import EXACT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.data.ir import Kinds, Property
    from mlgate.core.data.query import Table

MAX_NAMES = 100
_NUMBERS = (Storage.INTEGER, Storage.DECIMAL, Storage.FLOAT)


@dataclass(frozen=True, kw_only=True)
class Side:
    """One version of a table.

    Attributes:
        table: Its columns.
        types: The engine's type of each.
    """

    table: Table
    types: tuple[str, ...]


Place = tuple[Side, int]  # a column of one version


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of one version, as expressions.

    Attributes:
        value: Its cell, equal to that of the other version exactly where nothing changed.
        shown: Its cell as people read it.
    """

    value: str
    shown: str


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A column that both versions have."""

    name: str
    before: Column
    after: Column


def pairs(before: Side, after: Side, properties: Mapping[str, Property] | None = None) -> tuple[Pair, ...]:
    """Return the columns that both versions have, in this version's order.

    Args:
        before: The base's version.
        after: This one.
        properties: What the contract declares: text in CSV is compared as the numbers that it means.
    """
    declared = properties or {}
    places = {column.name: index for index, column in enumerate(before.table.columns)}
    return tuple(
        _pair(column.name, (before, places[column.name]), (after, index), declared.get(column.name))
        for index, column in enumerate(after.table.columns)
        if column.name in places
    )


def _pair(name: str, before: Place, after: Place, declared: Property | None) -> Pair:
    values = _values(before, after, declared.kinds if declared else frozenset())
    one, other = (
        Column(value=value, shown=_shown(*place)) for value, place in zip(values, (before, after), strict=True)
    )
    return Pair(name=name, before=one, after=other)


def _values(before: Place, after: Place, declared: Kinds) -> tuple[str, str]:
    """Return both cells in one type: their own where it is the same, else what they mean."""
    (one, i), (other, j) = before, after
    is_number = bool(declared & {Kind.INTEGER, Kind.NUMBER})
    if is_number and all(side.table.columns[at].storage is Storage.TEXT for side, at in (before, after)):
        return _declared_number(f"c{i}", declared), _declared_number(f"c{j}", declared)
    if one.table.is_json and other.table.is_json:
        return _json_value(i), _json_value(j)
    if one.types[i] == other.types[j] and one.table.is_json == other.table.is_json:
        return f"c{i}", f"c{j}"
    kinds = (one.table.columns[i].storage, other.table.columns[j].storage)
    if kinds == (Storage.INTEGER, Storage.INTEGER):
        return f"c{i}::HUGEINT", f"c{j}::HUGEINT"
    return _meaning(*before, kinds), _meaning(*after, kinds)


def _json_value(index: int) -> str:
    """Return what stands at a property: `1` and `1.0` are the same, `1` and `"1"` are not, nor are null and nothing."""
    cell = Cell(storage=Storage.JSON, value=f"c{index}", json_type=f"t{index}")
    return f"CASE WHEN t{index} = 'NULL' THEN 'null' ELSE {content(cell, marked=True)} END"


def _meaning(side: Side, index: int, kinds: tuple[Storage, Storage]) -> str:
    """Return a cell as text in one form for both formats: beside a number `5`, `5.0` and `05` are the same."""
    text = _shown(side, index)
    if any(kind in _NUMBERS for kind in kinds):
        return _number_text(f"TRY_CAST({text} AS DOUBLE)", text)
    if Storage.BOOLEAN in kinds:
        return f"lower({text})"
    if Storage.TIMESTAMP in kinds:
        return f"replace({text}, ' ', 'T')"
    if Storage.JSON in kinds:  # of text alone nobody knows: what JSON would call a number is one, `05` stays text
        is_number = f"regexp_full_match({text}, {literal(STRICT_NUMBER)})"
        return _number_text(f"CASE WHEN {is_number} THEN TRY_CAST({text} AS DOUBLE) END", text)
    return text


def _declared_number(text: str, declared: Kinds) -> str:
    """Return a CSV cell as text in which equal numbers are equal; what the contract reads as text stays as it is."""
    pattern = STRICT_NUMBER if Kind.STRING in declared else NUMBER
    is_number = f"regexp_full_match({text}, {literal(pattern)})"
    return _number_text(f"CASE WHEN {is_number} THEN TRY_CAST({text} AS DOUBLE) END", text)


def _number_text(number: str, text: str) -> str:
    return f"CASE WHEN abs({number}) < {EXACT} THEN CAST({number} + 0.0::DOUBLE AS VARCHAR) ELSE {text} END"


def _shown(side: Side, index: int) -> str:
    if side.table.columns[index].storage is Storage.JSON:
        return f"CASE WHEN t{index} <> 'NULL' THEN c{index}->>'$' END"
    return f"CAST(c{index} AS VARCHAR)"


def schema_diff(before: Side, after: Side) -> SchemaDiff:
    """Return which columns came, went, changed their type or their place."""
    old = dict(zip(_names(before), before.types, strict=True))
    new = dict(zip(_names(after), after.types, strict=True))
    added = [name for name in new if name not in old]
    removed = [name for name in old if name not in new]
    typed = before.table.is_json == after.table.is_json and not _is_text(before) and not _is_text(after)
    retyped = [
        RetypedColumn(name=name, before=old[name], after=kind)
        for name, kind in new.items()
        if typed and name in old and old[name] != kind
    ]
    ordered = not (before.table.is_json or after.table.is_json)
    return SchemaDiff(
        added=tuple(added[:MAX_NAMES]),
        added_count=len(added),
        removed=tuple(removed[:MAX_NAMES]),
        removed_count=len(removed),
        retyped=tuple(retyped[:MAX_NAMES]),
        retyped_count=len(retyped),
        reordered=ordered and [name for name in new if name in old] != [name for name in old if name in new],
    )


def _names(side: Side) -> list[str]:
    return [column.name for column in side.table.columns]


def _is_text(side: Side) -> bool:
    """Return whether all cells are text because the format has no types."""
    return any(column.storage is Storage.TEXT for column in side.table.columns)


def key_pairs(columns: Sequence[Pair], key: Sequence[str]) -> tuple[Pair, ...] | None:
    """Return the columns of a key in its order; None where one of the versions does not have one of them."""
    known = {pair.name: pair for pair in columns}
    return tuple(known[name] for name in key) if key and all(name in known for name in key) else None
