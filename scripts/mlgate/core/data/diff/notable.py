"""Which columns of a diff moved most, and the sentence that says what happened to a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlgate.core.documents.diff import DiffState

if TYPE_CHECKING:
    from mlgate.core.documents.diff import ColumnDiff, ColumnSummary, SchemaDiff, TableDiff

MAX_COLUMNS = 100
SAID_COLUMNS = 3
MINUS = "\N{MINUS SIGN}"
SHIFTED = 0.01  # deviations; less is what any few rows do
QUANTILES = {"0.05": "5th percentile", "0.5": "median", "0.95": "95th percentile"}
FAR = 0.05  # deviations; quantiles jump where values are whole numbers
ABOUT = 0.05  # numbers of values are estimates: what differs by less is the same


def ranked(found: TableDiff) -> TableDiff:
    """Return the diff with the columns that differ, what people look for first first, and how many more there are."""
    differing = [column for column in found.columns if column.changed or column.before != column.after]
    differing.sort(key=lambda column: (_concern(column, found), -weight(column, found), column.name))
    left_out = max(0, len(differing) - MAX_COLUMNS)
    return replace(found, columns=tuple(differing[:MAX_COLUMNS]), columns_left_out=left_out)


def moved(found: TableDiff) -> tuple[ColumnDiff, ...]:
    """Return the columns of which there is something to say: more rows of the same kind are nothing."""
    return tuple(column for column in found.columns if sentences(column, found))


def _concern(column: ColumnDiff, found: TableDiff) -> int:
    """Return 0 for a column with changed cells, then nulls, then categories; last what rows alone moved by coming."""
    categories = column.new_categories_count + column.vanished_categories_count
    concerns = (column.changed, null_move(column, found), categories)
    return next((place for place, concern in enumerate(concerns) if concern), len(concerns))


def weight(column: ColumnDiff, found: TableDiff) -> float:
    """Return how far a column moved, for ranking: parts of the rows, the mean in deviations, categories in tenths."""
    rows = max(found.rows_after or 0, found.rows_before or 0, 1)
    categories = column.new_categories_count + column.vanished_categories_count
    parts = [(column.changed or 0) / rows, 0.1 * min(categories, 10)]
    if column.before and column.after:
        parts.append(abs(null_share(column.after, found.rows_after) - null_share(column.before, found.rows_before)))
        parts.append(min(1.0, shift(column.before, column.after)))
    return sum(parts)


def shift(before: ColumnSummary, after: ColumnSummary) -> float:
    """Return how far the mean moved, in standard deviations of the base's column."""
    if before.mean is None or after.mean is None or before.mean == after.mean:
        return 0.0
    spread = before.deviation or after.deviation or 0.0
    return abs(after.mean - before.mean) / spread if spread else 1.0


def null_share(summary: ColumnSummary, rows: int | None) -> float:
    """Return the part of a column's cells that is null."""
    return summary.nulls / rows if rows else 0.0


def headline(found: TableDiff) -> str:
    """Return what happened to the rows and columns, e.g. `+1,200 rows, 17 changed; column fare is new`."""
    if found.state is DiffState.UNCHANGED:
        return "unchanged"
    if found.state is DiffState.MISSING:
        return f"not compared: {found.message}"
    parts = [", ".join(_rows(found)), *_schema(found.table_schema)]
    return "; ".join(part for part in parts if part) or "no row differs"


def _rows(found: TableDiff) -> list[str]:
    parts = []
    if found.added:
        parts.append(f"+{found.added:,} {_noun(found.added, 'row')}")
    if found.removed:
        parts.append(f"{MINUS}{found.removed:,}" + ("" if found.added else f" {_noun(found.removed, 'row')}"))
    if found.changed:
        parts.append(f"{found.changed:,} changed")
    return parts


def _schema(schema: SchemaDiff) -> list[str]:
    parts = []
    for count, names, what in (
        (schema.added_count, schema.added, "new"),
        (schema.removed_count, schema.removed, "gone"),
        (schema.retyped_count, [column.name for column in schema.retyped], "of another type"),
    ):
        if count:
            rest = f" and {count - SAID_COLUMNS} more" if count > SAID_COLUMNS else ""
            verb = "is" if count == 1 else "are"
            parts.append(f"{_noun(count, 'column')} {', '.join(names[:SAID_COLUMNS])}{rest} {verb} {what}")
    if schema.reordered:
        parts.append("columns in another order")
    return parts


def _noun(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"


def sentences(column: ColumnDiff, found: TableDiff) -> list[str]:
    """Return what happened to a column, e.g. `12 values changed`, `nulls 2.1 % → 2.4 %`."""
    said = [f"{column.changed:,} {_noun(column.changed, 'value')} changed"] if column.changed else []
    moves = {
        "nulls": null_move(column, found),
        "mean": mean_move(column),
        **quantile_moves(column),
        "distinct": distinct_move(column, found),
    }
    said += [f"{name} {move}" for name, move in moves.items() if move]
    for count, what in ((column.new_categories_count, "new"), (column.vanished_categories_count, "vanished")):
        if count:
            said.append(f"{count:,} {what} {'category' if count == 1 else 'categories'}")
    return said


def null_move(column: ColumnDiff, found: TableDiff) -> str:
    """Return the parts of null cells before and after, e.g. `2.1 % → 2.4 %`; empty where they read the same."""
    if not (column.before and column.after):
        return ""
    one, other = null_share(column.before, found.rows_before), null_share(column.after, found.rows_after)
    return f"{percent(one)} → {percent(other)}" if percent(one) != percent(other) else ""


def mean_move(column: ColumnDiff) -> str:
    """Return the means before and after; empty where they differ by less than a hundredth of a deviation."""
    if not (column.before and column.after) or shift(column.before, column.after) < SHIFTED:
        return ""
    return "{} → {}".format(*apart(column.before.mean or 0.0, column.after.mean or 0.0))


def quantile_moves(column: ColumnDiff) -> dict[str, str]:
    """Return the quantiles that moved by a twentieth of a deviation, by what people call them, before and after."""
    if not (column.before and column.after):
        return {}
    spread = column.before.deviation or column.after.deviation
    moves = {}
    for q, name in QUANTILES.items():
        one, other = column.before.quantiles.get(q), column.after.quantiles.get(q)
        if spread and one is not None and other is not None and abs(other - one) >= FAR * spread:
            moves[name] = "{} → {}".format(*apart(one, other))
    return moves


def distinct_move(column: ColumnDiff, found: TableDiff) -> str:
    """Return about how many values there were and are.

    Empty where that follows from the number of rows, within the estimate's error, and where the categories say it.
    """
    if not (column.before and column.after) or column.new_categories_count or column.vanished_categories_count:
        return ""
    one, other = column.before.distinct or 0, column.after.distinct or 0
    grown = one * (found.rows_after or 0) / (found.rows_before or 1)
    is_usual = min(one, grown) * (1 - ABOUT) <= other <= max(one, grown) * (1 + ABOUT)
    return "" if is_usual else f"about {one:,} → {other:,}"


def percent(share: float) -> str:
    """Return a part with one decimal, `< 0.1 %` for what is not none."""
    return "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"


def apart(one: float, other: float) -> tuple[str, str]:
    """Return two different numbers with as many digits as tell them apart, at least four and at most six."""
    digits = next((n for n in (4, 5) if f"{one:.{n}g}" != f"{other:.{n}g}"), 6)
    return f"{one:.{digits}g}".replace("-", MINUS), f"{other:.{digits}g}".replace("-", MINUS)
