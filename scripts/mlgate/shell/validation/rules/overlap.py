"""no-overlap: no row whose key another table has too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from mlgate.core.config.model import Severity
from mlgate.core.data import query
from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.rules.measure import cells_of
from mlgate.core.data.source import Format, TableSource
from mlgate.core.words import listed
from mlgate.shell.tables import layout as table_layout
from mlgate.shell.tables.files import Unreadable, header, inspect

if TYPE_CHECKING:
    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.ir import Plan
    from mlgate.core.data.query import Table
    from mlgate.core.data.rules.answers import Answer
    from mlgate.shell.validation.opened import Opened


def overlap(opened: Opened, rule: TableRule, plan: Plan, answer: Answer) -> list[Broken]:
    """Return the rows whose key the other table has too."""
    source = opened.request.others.get(rule.other or "")
    if source is None:
        return [of_rule(rule, f"the configuration has no table called {rule.other}", 0)]
    try:
        other = _other_table(opened, source, rule)
        others = cells_of(rule, other, plan.properties)
        if len(others) < len(rule.columns):
            missing = [name for name in rule.columns if other.index(name) is None]
            return [of_rule(rule, f"{rule.other} has no column {listed(missing)}", 0)]
        cells = cells_of(rule, opened.table, plan.properties)
        count, found = opened.one(query.overlapping_rows(opened.table, cells, other, others))
    except (Unreadable, duckdb.Error) as error:
        cause = error.message if isinstance(error, Unreadable) else type(error).__name__
        message = f"whether rows are in {rule.other} too cannot be told: {cause}"
        reason = error.reason if isinstance(error, Unreadable) else "data-unreadable"
        return [replace(of_rule(rule, message, 0), severity=Severity.FAIL, reason=reason)]
    if not count:
        return []
    message = f"{count:,} of {answer.rows:,} rows have a key ({listed(rule.columns)}) that {rule.other} has too"
    return [of_rule(rule, message, count, found)]


def _other_table(opened: Opened, source: TableSource, rule: TableRule) -> Table:
    path = Path(source.files[0])
    form = inspect(path)
    if form is Format.PARQUET:
        return table_layout.parquet_table(opened.connection, path)
    if form is Format.JSON_LINES:
        return table_layout.json_table(path, rule.columns)
    return table_layout.csv_table(path, form, header(path, form))
