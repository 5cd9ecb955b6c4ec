"""primary-key: no two rows with the same values."""

# ruff: noqa: S608 - expressions of our own, and numbers

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.contract import RuleKind
from mlgate.core.data import query
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.key import DENSE, DenseKey, whole_number, widened
from mlgate.core.data.rules.measure import cells_of
from mlgate.core.words import listed
from mlgate.shell.validation.copies import numbered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Plan
    from mlgate.shell.validation.opened import Opened

SAMPLE = 1000  # rows whose keys show where those of a file of text may lie
INT64 = 2**63
SMALL = 2**20  # a range that is always worth its bits
_UNIQUE = (RuleKind.PRIMARY_KEY, RuleKind.UNIQUE)


def dense_keys(opened: Opened, rules: Iterable[TableRule], plan: Plan) -> list[DenseKey]:
    """Return the keys of one whole number in a dense range: the one scan can show that they do not repeat."""
    found = [_dense_key(opened, rule, plan) for rule in rules if rule.kind in _UNIQUE and len(rule.columns) == 1]
    return [key for key in found if key is not None]


def _dense_key(opened: Opened, rule: TableRule, plan: Plan) -> DenseKey | None:
    cell, index = opened.table.cell(rule.columns[0], plan.properties), opened.table.index(rule.columns[0])
    value = None if cell is None else whole_number(cell)
    if value is None or index is None:
        return None
    low, high, rows = _range(opened, value)
    if low is None or high - low > max(DENSE * rows, SMALL) or not -INT64 <= low <= high < INT64:
        return None
    return DenseKey(pointer=rule.pointer, index=index, value=value, low=low, high=high)


def _range(opened: Opened, value: str) -> tuple[int | None, int, int]:
    """Return the range of a key's values, and how many rows there are at most."""
    table = opened.table.relation()
    if opened.table.numbered:
        low, high, rows = opened.one(f"SELECT min({value}), max({value}), count(*) FROM {table}")
        return (None, 0, rows) if low is None else (int(low), int(high), rows)
    low, high = opened.one(
        f"SELECT min(v), max(v) FROM (SELECT CAST({value} AS BIGINT) AS v FROM {table} LIMIT {SAMPLE})"
    )
    cell_bytes = 2  # a delimiter, and mostly a character
    rows = opened.size // (cell_bytes * len(opened.table.columns))
    return (None, 0, rows) if low is None else (*widened(low, high, rows), rows)


def duplicates(opened: Opened, rule: TableRule, plan: Plan, rows: int) -> list[Broken]:
    """Return the rows that repeat the key of an earlier one."""
    table = numbered(opened, rule.columns)
    cells = cells_of(rule, table, plan.properties)
    opened.connection.execute(f"CREATE OR REPLACE TEMP TABLE doubled AS {query.doubled_hashes(table, cells)}")
    if opened.one("SELECT count(*) FROM doubled")[0] == 0:
        return []
    count, found = opened.one(query.doubled_rows(table, cells, "doubled"))
    if count == 0:
        return []
    message = f"{count:,} of {rows:,} rows repeat the key {listed(rule.columns)} of an earlier row"
    return [of_rule(rule, message, count, found)]
