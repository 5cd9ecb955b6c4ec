"""JSON values in one form, so that equal values are equal texts: `1` and `1.0`, and objects in any order."""

from __future__ import annotations

from mlgate.core.data.ir import LEVELS, Storage
from mlgate.core.data.sql.cell import Cell
from mlgate.core.data.sql.text import literal, pointer_of

_TEXT = r'"(?:[^"\\]|\\.)*"'


def normal(cell: Cell, levels: int = LEVELS) -> str:
    """Return the form of a JSON value as an SQL expression; past the levels, what is written alike is equal."""
    scalar = (
        f"CASE {cell.json_type} WHEN 'VARCHAR' THEN 's' || ({cell.value}->>'$') "
        f"WHEN 'BOOLEAN' THEN ({cell.value}->>'$') WHEN 'NULL' THEN 'null' "
        f"ELSE coalesce(CAST({cell.whole} AS VARCHAR), CAST({cell.number} AS VARCHAR)) END"
    )
    return f"CASE WHEN {cell.json_type} IN ('ARRAY', 'OBJECT') THEN {_nested(cell, levels)} ELSE {scalar} END"


def _nested(cell: Cell, levels: int) -> str:
    if levels == 0:
        return f"CAST({cell.value} AS VARCHAR)"
    name = f"n{levels}"
    inner = Cell(storage=Storage.JSON, value=f"{name}.v", json_type=f"json_type({name}.v)")
    child = f"CAST(to_json([{name}.k, {normal(inner, levels - 1)}]) AS VARCHAR)"
    keys = f"list_sort(json_keys({cell.value}))"
    member = f"json_extract({cell.value}, {pointer_of('k')})"
    members = f"list_transform({keys}, lambda k: {{'k': k, 'v': {member}}})"
    items = f"list_transform(json_extract({cell.value}, '$[*]'), lambda e: {{'k': '', 'v': e}})"
    children = f"CASE WHEN {cell.json_type} = 'OBJECT' THEN {members} ELSE {items} END"
    return f"left({cell.json_type}, 1) || CAST(to_json(list_transform({children}, lambda {name}: {child})) AS VARCHAR)"


def is_shallow(cell: Cell, levels: int) -> str:
    """Return the condition that arrays and objects lie in each other no deeper than that.

    Without texts and all that is no bracket, each round takes away the innermost pairs.
    """
    text = f"CAST({cell.value} AS VARCHAR)"
    few = f"length({text}) - length(replace(replace({text}, '[', ''), '{{', '')) <= {levels}"
    brackets = f"regexp_replace(regexp_replace({text}, {literal(_TEXT)}, '', 'g'), '[^\\[\\]{{}}]', '', 'g')"
    for _ in range(levels):
        brackets = f"regexp_replace({brackets}, '\\[\\]|\\{{\\}}', '', 'g')"
    return f"CASE WHEN {few} THEN true ELSE {brackets} = '' END"
