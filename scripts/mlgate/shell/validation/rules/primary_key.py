"""primary-key: no two rows with the same values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data import query
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.ir import Storage
from mlgate.core.data.rules.measure import cells_of
from mlgate.core.words import listed

if TYPE_CHECKING:
    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Plan
    from mlgate.shell.validation.opened import Opened

DENSE = 64  # a key is dense when its range is at most this many times the rows


def duplicates(opened: Opened, rule: TableRule, plan: Plan, rows: int) -> list[Broken]:
    """Return the rows that repeat the key of an earlier one."""
    cells = cells_of(rule, opened.table, plan.properties)
    if _is_dense_and_unique(opened, rule, rows):
        return []
    opened.connection.execute(f"CREATE OR REPLACE TEMP TABLE doubled AS {query.doubled_hashes(opened.table, cells)}")
    if opened.one("SELECT count(*) FROM doubled")[0] == 0:
        return []
    count, found = opened.one(query.doubled_rows(opened.table, cells, "doubled"))
    if count == 0:
        return []
    message = f"{count:,} of {rows:,} rows repeat the key {listed(rule.columns)} of an earlier row"
    return [of_rule(rule, message, count, found)]


def _is_dense_and_unique(opened: Opened, rule: TableRule, rows: int) -> bool:
    """Return whether one bit for each possible value shows that an integer key has no duplicate."""
    index = opened.table.index(rule.columns[0])
    if len(rule.columns) != 1 or index is None or opened.table.columns[index].storage is not Storage.INTEGER:
        return False
    sql = f"SELECT min(c{index}), max(c{index}), count(c{index}) FROM {opened.table.relation()}"  # noqa: S608 - a position
    low, high, filled = opened.one(sql)
    if not filled or high - low >= DENSE * rows:
        return not filled
    return bool(opened.one(query.dense_key(index, low, high, opened.table))[0] == filled)
