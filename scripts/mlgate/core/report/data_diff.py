"""How the tables differ from the base's, in the Markdown report: to be read in ten seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.diff import notable
from mlgate.core.documents.diff import DiffState
from mlgate.core.report import numbers
from mlgate.core.report.md import Section, Space, paragraphs, table
from mlgate.core.report.numbers import counted
from mlgate.core.report.untrusted import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlgate.core.documents.data import TableResult
    from mlgate.core.documents.diff import ChangedCell, ColumnDiff, TableDiff
    from mlgate.core.documents.report import ReportDocument

    Compared = tuple[TableResult, TableDiff]

MAX_TABLES = 20
MAX_COLUMNS = 12  # of a table
MAX_EXAMPLES = 3
MAX_CATEGORIES = 3
SAID_COLUMNS = 2


def changes(report: ReportDocument, space: Space) -> Section | None:
    """Return what happened to the tables since the base; None where nothing did."""
    found = compared(report)
    if not found:
        return None
    lines = [f"- {line}" for line in map(_line, found)]
    said = space.share(0.08).first(lines, most=MAX_TABLES)
    rest = len(lines) - len(said)
    columns = [(item, diff, column) for item, diff in found for column in notable.moved(diff)[:MAX_COLUMNS]]
    head = ["Table", "Column", ">Changed", "Nulls", "Mean", "Quantiles", "Distinct", "Categories"]
    listed, held = table(*_filled(head, [_column(*row) for row in columns]), space=space.share(0.12))
    more = sum(len(notable.moved(diff)) + diff.columns_left_out for _, diff in found) - held
    shown = _examples(columns[:held], space.share(0.08))
    body = paragraphs(
        "\n".join(said),
        f"{counted(rest, 'table')} more in the full report." if rest else "",
        listed if columns else "",
        f"{counted(more, 'column')} more in the full report." if columns and more else "",
        f"<details><summary>Examples</summary>\n\n{shown}\n\n</details>" if shown else "",
    )
    return Section(title=title(found), body=body, priority=2, unfolded=any(not d.is_same for _, d in found))


def compared(report: ReportDocument) -> list[Compared]:
    """Return the tables that differ from the base's or could not be compared; those that differ come first."""
    tables = report.data.tables if report.data else ()
    found = [(item, item.diff) for item in tables if item.diff is not None and not item.diff.is_same]
    return sorted(found, key=lambda pair: pair[1].state is DiffState.MISSING)


def title(found: Sequence[Compared]) -> str:
    """Return the section's title."""
    changed = sum(diff.state is DiffState.COMPARED for _, diff in found)
    missing = len(found) - changed
    parts = [f"{counted(changed, 'table')} changed"] if changed else []
    parts += [f"{counted(missing, 'table')} not compared"] if missing else []
    return f"Data changes: {', '.join(parts)}"


def _line(pair: Compared) -> str:
    """Return what happened to a table and to the columns that moved most, on one line."""
    item, diff = pair
    said = [
        f"<b>{prose(notable.headline(diff))}</b>",
        *(
            f"{code(column.name)}: {prose(', '.join(notable.sentences(column, diff)))}"
            for column in notable.moved(diff)[:SAID_COLUMNS]
        ),
    ]
    note = f" ({prose(diff.message)})" if diff.state is DiffState.COMPARED and diff.message else ""
    return f"{code(item.name)}: {'; '.join(said)}{note}"


def _filled(head: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return a table without the columns that no row has anything for."""
    kept = [index for index in range(len(head)) if any(row[index] for row in rows)]
    return [head[index] for index in kept], [[row[index] for index in kept] for row in rows]


def _column(item: TableResult, diff: TableDiff, column: ColumnDiff) -> list[str]:
    return [
        code(item.name),
        code(column.name),
        numbers.NONE if column.changed is None else numbers.count(column.changed),
        notable.null_move(column, diff),
        notable.mean_move(column),
        "; ".join(quantiles(column)),
        notable.distinct_move(column, diff),
        "; ".join(_categories(column)),
    ]


def quantiles(column: ColumnDiff) -> list[str]:
    """Return what happened to the quantiles, e.g. `median 13 → 14`."""
    return [f"{name} {move}" for name, move in notable.quantile_moves(column).items()]


def _categories(column: ColumnDiff) -> Iterator[str]:
    for what, count, values in categories(column):
        named = ", ".join(code(value, limit=40) for value in values[:MAX_CATEGORIES])
        rest = count - min(len(values), MAX_CATEGORIES)
        yield f"{what} {named} and {rest:,} more" if named and rest else f"{what} {named or numbers.count(count)}"


def categories(column: ColumnDiff) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Yield what happened, how many categories it happened to, and which may be shown."""
    if column.new_categories_count:
        yield "new", column.new_categories_count, column.new_categories
    if column.vanished_categories_count:
        yield "vanished", column.vanished_categories_count, column.vanished_categories


def _examples(columns: Iterable[tuple[TableResult, TableDiff, ColumnDiff]], space: Space) -> str:
    lines = (
        f"- {code(item.name)} {code(column.name)}: {', '.join(map(_example, column.examples[:MAX_EXAMPLES]))}"
        for item, _, column in columns
        if column.examples
    )
    return "\n".join(space.first(lines, most=MAX_TABLES))


def _example(cell: ChangedCell) -> str:
    key = ", ".join(_value(part) for part in cell.key)
    return f"{_value(cell.before)} → {_value(cell.after)}" + (f" at {key}" if key else "")


def _value(text: str | None) -> str:
    if text is None:
        return "null"
    return code(text, limit=40) if text.strip() else "(empty)"
