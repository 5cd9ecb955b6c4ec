"""no-overlap and foreign-key: rows whose key, or whose whole content, another table has too or has not."""

# ruff: noqa: S608 - names in a file never reach a query: columns go by position, texts through `literal`

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.ir import Storage
from mlgate.core.data.query import LOCATED, ROW
from mlgate.core.data.rules import limits
from mlgate.core.data.rules.answers import is_tolerated, unmeasured
from mlgate.core.data.sql import content
from mlgate.core.words import listed
from mlgate.shell.validation.rules.other import CannotReadError, open_named, reading_other

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Plan, Property
    from mlgate.core.data.query import Table
    from mlgate.core.data.rules.answers import Answer
    from mlgate.core.data.sql import Cell
    from mlgate.shell.validation.opened import Opened

    Side = tuple[Table, Sequence[str]]  # a table, and the columns that are compared


def match_other(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Return the rows that another table has too, or of a foreign key, those that it does not have."""
    names = tuple(column.name for column in opened.table.columns) if rule.whole_rows else rule.columns
    other_names = rule.other_columns or names
    if rule.whole_rows and not answer.rows:
        return [unmeasured(rule, "the table has no rows")]
    try:
        with reading_other(rule, f"whether rows are in {rule.other} too"):
            other = open_named(opened, rule, other_names)
            if other.table is None:
                return list(other.broken)
            mine, theirs = _contents((opened.table, names), (other.table, other_names), plan.properties)
            if not rule.whole_rows:
                for table, keys, said in (
                    (opened.table, mine, "no row"),
                    (other.table, theirs, f"no row of {rule.other}"),
                ):
                    if not _has_key(opened, table, keys):
                        return [unmeasured(rule, f"{said} has a value in each of its columns")]
            count, located = _matched(opened, rule, mine, other.table, theirs)
    except CannotReadError as error:
        return [error.broken]
    if is_tolerated(rule, count, answer.rows):
        return []
    return [of_rule(rule, _sentence(rule, count, answer.rows) + limits.tolerated(rule), count, located)]


def _contents(mine: Side, theirs: Side, properties: Mapping[str, Property]) -> tuple[list[str], list[str]]:
    """Return the content of both tables' columns, read as the contract declares those of the scanned table."""
    pairs = [
        _same_form(_cell(mine[0], one, one, properties), _cell(theirs[0], other, one, properties), one in properties)
        for one, other in zip(mine[1], theirs[1], strict=True)
    ]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _cell(table: Table, name: str, declared: str, properties: Mapping[str, Property]) -> Cell | None:
    return table.cell(name, {name: properties[declared]} if declared in properties else {})


def _same_form(one: Cell | None, other: Cell | None, is_declared: bool) -> tuple[str, str]:
    """Return both cells as text. Of a CSV cell that nobody declares it is open whether it is a text or a number."""
    storages = {cell.storage for cell in (one, other) if cell}
    marked = Storage.JSON in storages and (is_declared or Storage.TEXT not in storages)
    forms = [content(cell, marked=marked) if cell else "NULL::VARCHAR" for cell in (one, other)]
    return forms[0], forms[1]


def _has_key(opened: Opened, table: Table, keys: Sequence[str]) -> bool:
    filled = " AND ".join(f"({key}) IS NOT NULL" for key in keys)
    return bool(opened.one(f"SELECT count(*) FROM (SELECT 1 FROM {table.relation()} WHERE {filled} LIMIT 1)")[0])


def _matched(
    opened: Opened, rule: TableRule, mine: Sequence[str], other: Table, theirs: Sequence[str]
) -> tuple[int, tuple[int, ...]]:
    """Return how many rows break the rule, and the first of them."""
    names = [f"k{i}" for i in range(len(mine))]
    left = ", ".join(f"{part} AS {name}" for part, name in zip(mine, names, strict=True))
    right = ", ".join(f"{part} AS {name}" for part, name in zip(theirs, names, strict=True))
    filled = "" if rule.whole_rows else f"WHERE {' AND '.join(f'{name} IS NOT NULL' for name in names)}"
    join = "ANTI JOIN" if rule.kind is RuleKind.FOREIGN_KEY else "SEMI JOIN"
    same = " AND ".join(f"a.{name} IS NOT DISTINCT FROM b.{name}" for name in names)
    sql = (
        f"SELECT count(*), min({ROW}, {LOCATED}) FROM "
        f"(SELECT * FROM (SELECT {left}, {ROW} FROM {opened.table.relation(rows=True)}) {filled}) AS a "
        f"{join} (SELECT {right} FROM {other.relation()}) AS b ON ({same})"
    )
    count, located = opened.one(sql)
    return count, tuple(located or ())


def _sentence(rule: TableRule, count: int, rows: int) -> str:
    said = f"{count:,} of {rows:,} rows"
    if rule.kind is RuleKind.FOREIGN_KEY:
        return f"{said} have a {listed(rule.columns)} that {rule.other} does not have"
    if rule.whole_rows:
        return f"{said} are in {rule.other} too"
    return f"{said} have a key ({listed(rule.columns)}) that {rule.other} has too"
