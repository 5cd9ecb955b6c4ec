"""Tests as conditions that are true or false for every value, never NULL: what `not`, `anyOf` and lists need."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.data import nulls
from mlgate.core.data.ir import (
    Absent,
    All,
    AnyOf,
    Contains,
    ExactlyOne,
    Has,
    Item,
    ItemCount,
    Items,
    Kind,
    KnownItems,
    KnownNames,
    Member,
    MemberCount,
    Members,
    Names,
    Never,
    Not,
    OneOf,
    OnlyColumns,
    Present,
    Shallow,
    Storage,
    Test,
    TypeIs,
    Unique,
)
from mlgate.core.data.sql.cell import Cell
from mlgate.core.data.sql.leaf import breaks_leaf
from mlgate.core.data.sql.normal import is_shallow, normal
from mlgate.core.data.sql.row import Row
from mlgate.core.data.sql.text import literal, pointer, pointer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mlgate.core.data.ir import Inside

    Place = Cell | Row

YES, NO = "true", "false"


def holds(test: Test, place: Place) -> str:
    """Return the condition that a value that is there, or a row, passes `test`.

    A typed column's null is not asked: where null is accepted at all, `member` decides about it.
    """
    match test:
        case All():
            return _joined(" AND ", [holds(one, place) for one in test.tests], YES)
        case AnyOf():
            return _joined(" OR ", [holds(one, place) for one in test.tests], NO)
        case ExactlyOne():
            return f"({' + '.join(f'CAST({holds(one, place)} AS INTEGER)' for one in test.tests)}) = 1"
        case Not():
            return f"(NOT {holds(test.test, place)})"
        case Never() | Absent():
            return NO
        case Present() | OnlyColumns():
            return YES
        case (
            Has()
            | Member()
            | Members()
            | Names()
            | MemberCount()
            | Item()
            | Items()
            | Contains()
            | ItemCount()
            | Unique()
            | Shallow()
        ):
            return _inside(test, place)
    return _leaf(test, place)


def _joined(word: str, conditions: Sequence[str], none: str) -> str:
    found = [condition for condition in conditions if condition != none]
    opposite = NO if none == YES else YES
    if not found or opposite in found:
        return opposite if found else none
    return f"({word.join(found)})"


def _leaf(test: Test, place: Place) -> str:
    if isinstance(place, Row):
        wrong = (isinstance(test, TypeIs) and Kind.OBJECT not in test.kinds) or isinstance(test, OneOf)
        return NO if wrong else YES
    broken = breaks_leaf(test, place)
    return YES if broken is None else f"(NOT coalesce({broken}, false))"


def _inside(test: Inside, place: Place) -> str:
    if isinstance(place, Row):
        return _inside_json(test, place.value, place) if place.value else _inside_columns(test, place)
    value = place.as_json()
    return YES if value is None else _inside_json(test, value, Row())


def _inside_json(test: Inside, value: Cell, row: Row) -> str:
    """Say it of a JSON value; `row` has what the engine has taken out of it already."""
    match test:
        case Has() | Member():
            member = row.cells.get(test.name) or value.member(literal(pointer(test.name)))
            if isinstance(test, Has):
                return _if_type(value, "OBJECT", f"{member.json_type} IS NOT NULL")
            return _if_type(value, "OBJECT", f"{member.json_type} IS NULL OR {holds(test.test, member)}")
        case Members():
            return _if_type(value, "OBJECT", _all_members(test, value))
        case Names():
            return _if_type(
                value,
                "OBJECT",
                _none_of(f"json_keys({value.value})", value, lambda key: f"NOT {holds(test.test, _name(key, value))}"),
            )
        case MemberCount():
            return _if_type(value, "OBJECT", f"len(json_keys({value.value})) {test.operator} {test.limit}")
        case Item():
            item = value.member(literal(f"$[{test.index}]"))
            return _if_type(value, "ARRAY", f"{item.json_type} IS NULL OR {holds(test.test, item)}")
    return _if_type(value, "ARRAY", _array(test, value))


def _array(test: Inside, value: Cell) -> str:
    items = f"json_extract({value.value}, '$[*]')"
    match test:
        case Items():
            return _all_items(test, items, value)
        case Contains():
            found = _count(items, value, lambda item: holds(test.test, _element(item, value)))
            most = "" if test.at_most is None else f" AND {found} <= {test.at_most}"
            return f"{found} >= {test.at_least}{most}"
        case ItemCount():
            return f"json_array_length({value.value}) {test.operator} {test.limit}"
        case Shallow():
            return is_shallow(value, test.levels)
    name = f"e{value.depth}"
    forms = f"list_transform({items}, lambda {name}: {normal(_element(name, value))})"
    return f"len(list_distinct({forms})) = json_array_length({value.value})"


def _if_type(value: Cell, name: str, condition: str) -> str:
    """Apply a condition to values of one type only; it is not even computed for others."""
    if value.json_type == literal(name):
        return f"({condition})"
    return f"(CASE WHEN {value.json_type} = '{name}' THEN {condition} ELSE true END)"


def _element(name: str, array: Cell) -> Cell:
    return Cell(storage=Storage.JSON, value=name, json_type=f"json_type({name})", depth=array.depth + 1)


def _count(items: str, value: Cell, condition: Callable[[str], str]) -> str:
    name = f"e{value.depth}"
    return f"len(list_filter({items}, lambda {name}: {condition(name)}))"


def _none_of(items: str, value: Cell, condition: Callable[[str], str]) -> str:
    return f"{_count(items, value, condition)} = 0"


def _all_items(test: Items, items: str, value: Cell) -> str:
    name, index = f"e{value.depth}", f"i{value.depth}"
    outer = replace(value, depth=value.depth + 1)
    wrong = f"(NOT {holds(test.test, _element(name, value))})"
    meant = [f"{index} > {test.start}"] if test.start else []
    meant += [f"NOT {_is_known_item(known, name, index, outer)}" for known in test.unless]
    variables = f"{name}, {index}" if meant else name
    return f"len(list_filter({items}, lambda {variables}: {_joined(' AND ', [*meant, wrong], YES)})) = 0"


def _is_known_item(known: KnownItems, name: str, index: str, array: Cell) -> str:
    places = [YES if known.until is None else f"{index} <= {known.until}" if known.until else NO]
    if known.matching:
        places.append(holds(known.matching, replace(_element(name, array), depth=array.depth)))
    return _joined(" AND ", [holds(known.condition, array), _joined(" OR ", places, NO)], YES)


def _name(key: str, value: Cell) -> Cell:
    return Cell(storage=Storage.STRING, value=key, depth=value.depth + 1)


def _all_members(test: Members, value: Cell) -> str:
    def is_odd(key: str) -> str:
        deeper = replace(value.member(pointer_of(key)), depth=value.depth + 1)
        return _joined(" AND ", [_is_meant(test, key, value), f"(NOT {holds(test.test, deeper)})"], YES)

    return _none_of(f"json_keys({value.value})", value, is_odd)


def _is_meant(test: Members, key: str, place: Place) -> str:
    """Return the condition that a name, which is an SQL expression, is one of those that a test speaks of."""
    conditions = []
    if test.matching:
        conditions.append(f"regexp_matches({key}, {literal(test.matching.re2)})")
    if test.but:
        conditions.append(f"NOT list_contains([{', '.join(map(literal, test.but))}]::VARCHAR[], {key})")
    conditions += [f"NOT regexp_matches({key}, {literal(other.re2)})" for other in test.but_matching]
    outer = replace(place, depth=place.depth + 1) if isinstance(place, Cell) else place
    conditions += [f"NOT {_is_known(known, key, outer)}" for known in test.unless]
    return _joined(" AND ", conditions, YES)


def _is_known(known: KnownNames, key: str, place: Place) -> str:
    names = [f"regexp_matches({key}, {literal(expression.re2)})" for expression in known.matching]
    if known.names:
        names.append(f"{key} IN ({', '.join(map(literal, known.names))})")
    spoken_of = YES if known.everything else _joined(" OR ", names, NO)
    return _joined(" AND ", [holds(known.condition, place), spoken_of], YES)


def _inside_columns(test: Inside, row: Row) -> str:
    match test:
        case Has():
            return _is_there(row.cells.get(test.name))
        case Member():
            return member(test.test, row.cells.get(test.name))
        case Members():
            meant = [(name, cell) for name, cell in row.cells.items() if name not in test.but]
            return _joined(" AND ", [_if_meant(test, name, cell, row) for name, cell in meant], YES)
        case Names():
            names = [
                (holds(test.test, Cell(storage=Storage.STRING, value=literal(name))), cell)
                for name, cell in row.cells.items()
            ]
            return _joined(" AND ", [_joined(" OR ", [right, _is_absent(cell)], NO) for right, cell in names], YES)
        case MemberCount():
            number = " + ".join(f"CAST({_is_there(cell)} AS INTEGER)" for cell in row.cells.values()) or "0"
            return f"({number}) {test.operator} {test.limit}"
    return YES  # a row is no array


def _if_meant(test: Members, name: str, cell: Cell, row: Row) -> str:
    left_out = _is_meant(test, literal(name), row)
    return _joined(" OR ", [NO if left_out == YES else f"(NOT ({left_out}))", member(test.test, cell)], NO)


def _is_there(cell: Cell | None) -> str:
    absent = _is_absent(cell)
    return {YES: NO, NO: YES}.get(absent, f"(NOT {absent})")


def _is_absent(cell: Cell | None) -> str:
    if cell is None:
        return YES
    return f"({cell.is_absent})" if cell.is_absent else NO


def member(test: Test, cell: Cell | None) -> str:
    """Return the condition that what a row has in a column passes, or that the row has nothing there."""
    if cell is None:
        return YES
    if cell.storage is Storage.JSON:
        return f"({cell.json_type} IS NULL OR {holds(test, cell)})"
    null = not cell.accepts_null or nulls.passes(test)
    word = "IS NULL OR" if null else "IS NOT NULL AND"
    return f"({cell.value} {word} {holds(test, cell)})"
