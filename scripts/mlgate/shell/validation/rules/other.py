"""The tables beside the one that is scanned: those that a rule names, and the one that the base has."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from mlgate.core.data.broken import Broken, of_rule
from mlgate.core.data.dialect import declared_by
from mlgate.core.data.rules.answers import unmeasured
from mlgate.core.data.source import Format, TableSource
from mlgate.core.outcome import Severity
from mlgate.core.words import listed
from mlgate.shell.tables import layout as table_layout
from mlgate.shell.tables.files import Unreadable, header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlgate.core.config.contract import TableRule
    from mlgate.core.data.query import Table
    from mlgate.shell.validation.opened import Opened


@dataclass(frozen=True, kw_only=True)
class OtherTable:
    """Another table, or why the rule cannot be judged by it."""

    table: Table | None = None
    broken: tuple[Broken, ...] = ()


class CannotReadError(Exception):
    """Another table cannot be read; holds the finding."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.message)
        self.broken = broken


@contextmanager
def reading_other(rule: TableRule, what: str) -> Iterator[None]:
    """Turn what goes wrong while another table is read into a finding that fails, whatever the rule's severity.

    Raises:
        CannotReadError: With the finding.
    """
    try:
        yield
    except (Unreadable, duckdb.Error) as error:
        cause = error.message if isinstance(error, Unreadable) else type(error).__name__
        reason = error.reason if isinstance(error, Unreadable) else "data-unreadable"
        broken = replace(of_rule(rule, f"{what} cannot be told: {cause}", 0), severity=Severity.FAIL, reason=reason)
        raise CannotReadError(broken) from None


def open_source(opened: Opened, source: TableSource, names: Sequence[str]) -> Table:
    """Return the layout of another table; of JSON Lines, of these properties.

    Raises:
        Unreadable: What its file is instead of a table.
        duckdb.Error: The engine cannot read it.
    """
    if source.problem is not None:
        raise Unreadable(source.problem.message, remedy=source.problem.remedy, reason=source.problem.reason)
    if source.format in (Format.CSV, Format.TSV):
        names = header(Path(source.files[0]), source)
    declared = declared_by(part.row for part in opened.request.sides.values())
    return table_layout.table(opened.connection, source, names, declared)


def open_named(opened: Opened, rule: TableRule, names: Sequence[str]) -> OtherTable:
    """Return the table that a rule names, which must have these columns."""
    source = opened.request.others.get(rule.other or "")
    if source is None:
        return OtherTable(broken=(unmeasured(rule, f"the configuration has no table called {rule.other}"),))
    table = open_source(opened, source, names)
    missing = [name for name in names if table.index(name) is None]
    if table.is_json and rule.whole_rows:  # any property can be asked of a JSON line; who compares it must have it
        missing = _in_no_row(opened, table)
    if missing:
        return OtherTable(broken=(unmeasured(rule, f"{rule.other} has no column {listed(missing)}"),))
    return OtherTable(table=table)


def _in_no_row(opened: Opened, table: Table) -> list[str]:
    items = [f"bool_or(t{index} IS NOT NULL)" for index in range(len(table.columns))]
    found = opened.one(f"SELECT {', '.join(items)} FROM {table.relation()}")  # noqa: S608 - positions
    return [column.name for column, has in zip(table.columns, found, strict=True) if not has]
