"""How the tables differ from the base's and from their references, in the HTML report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.diff import notable
from mlgate.core.documents.diff import DiffState
from mlgate.core.outcome import Outcome
from mlgate.core.report import data_diff, data_drift, numbers
from mlgate.core.report.html_parts import badge, lead, note, table
from mlgate.core.report.tags import Markup, join, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlgate.core.documents.diff import ChangedCell, ColumnDiff, TableDiff
    from mlgate.core.documents.drift import ColumnDrift, TableDrift
    from mlgate.core.documents.report import ReportDocument
    from mlgate.core.report.data_diff import Compared
    from mlgate.core.report.html_parts import Part

MAX_TABLES = 100
MAX_COLUMNS = 1_000
UNFOLDED = 10  # columns of drift that are shown at once, beside those with an alarm
BARS_WIDTH, BARS_HEIGHT = 190, 30


def changes(report: ReportDocument) -> Part | None:
    """Return what happened to the tables since the base; None where nothing did."""
    found = data_diff.compared(report)
    if not found:
        return None
    more = len(found) - MAX_TABLES
    rest = note(f"{numbers.counted(more, 'table')} more in report.json.") if more > 0 else Markup("")
    return ("changes", "Data changes", join(*map(_table, found[:MAX_TABLES]), rest))


def _table(pair: Compared) -> Markup:
    item, diff = pair
    columns = notable.moved(diff)
    head = ["Column", ">Changed", ">Nulls", ">Mean", "Quantiles", ">Distinct", "Categories", "For example"]
    keyed = f"Rows are matched by {', '.join(diff.key)}." if diff.key else ""
    remark = diff.message if diff.state is DiffState.COMPARED else ""
    more = f"{numbers.counted(diff.columns_left_out, 'column')} more are left out." if diff.columns_left_out else ""
    notes = [sentence for sentence in (keyed, f"{remark.capitalize()}." if remark else "", more) if sentence]
    return join(
        tag("h3", tag("code", item.name), f": {notable.headline(diff)}"),
        table(head, (_column(column, diff) for column in columns), class_="stack") if columns else Markup(""),
        note(" ".join(notes)) if notes else Markup(""),
    )


def _column(column: ColumnDiff, diff: TableDiff) -> Markup:
    changed = numbers.NONE if column.changed is None else numbers.count(column.changed)
    return tag(
        "tr",
        tag("th", tag("code", column.name), scope="row"),
        tag("td", changed, class_="n", data_label="Changed"),
        tag("td", notable.null_move(column, diff), class_="n", data_label="Nulls"),
        tag("td", notable.mean_move(column), class_="n", data_label="Mean"),
        tag("td", *(tag("div", move) for move in data_diff.quantiles(column)), class_="nowrap", data_label="Quantiles"),
        tag("td", notable.distinct_move(column, diff), class_="n", data_label="Distinct"),
        tag("td", *_categories(column), data_label="Categories"),
        tag("td", *(_example(cell) for cell in column.examples), class_="wide", data_label="For example"),
    )


def _categories(column: ColumnDiff) -> Iterator[Markup]:
    for what, count, values in data_diff.categories(column):
        named = [join(tag("code", value), " ") for value in values]
        rest = count - len(values)
        yield tag("div", f"{what} ", *named, f"and {rest:,} more" if named and rest else "" if named else f"{count:,}")


def _example(cell: ChangedCell) -> Markup:
    key = [" at ", _value(", ".join("null" if part is None else part for part in cell.key))] if cell.key else []
    return tag("div", _value(cell.before), " → ", _value(cell.after), *key)


def _value(text: str | None) -> Markup:
    if text is None:
        return join("null")
    return tag("code", text) if text.strip() else join("(empty)")


def drift(report: ReportDocument) -> Part | None:
    """Return how far each table with a reference has moved from it."""
    found = data_drift.measured(report)
    if not found:
        return None
    words = lead(
        "PSI compares two distributions, cell by cell; what chance alone makes of it is taken out. Bars: the reference "
        "behind, this version in front."
    )
    return ("drift", "Drift", join(words, *(_drifted(name, item) for name, item in found[:MAX_TABLES])))


def _drifted(name: str, item: TableDrift) -> Markup:
    """Return the alarms and the columns that moved most, and the others folded below them."""
    columns = list(enumerate(item.columns[:MAX_COLUMNS]))
    shown = [column for place, column in columns if column.alarms or place < UNFOLDED]
    others = [column for place, column in columns if not (column.alarms or place < UNFOLDED)]
    return join(
        tag("h3", tag("code", name), f": {data_drift.sentence(item)}"),
        _columns(shown) if shown else Markup(""),
        _folded(others) if others else Markup(""),
    )


def _folded(columns: Sequence[ColumnDrift]) -> Markup:
    said = f"{numbers.counted(len(columns), 'column')} more, none an alarm"
    return tag("details", tag("summary", said), _columns(columns))


def _columns(columns: Sequence[ColumnDrift]) -> Markup:
    head = ["", "Column", ">Effect", ">95 %", ">Nulls", "Distribution"]
    return table(head, map(_moved, columns), class_="stack")


def _moved(column: ColumnDrift) -> Markup:
    interval = numbers.interval(data_drift.interval(column), data_drift.PLACES, plus=False)
    return tag(
        "tr",
        tag("td", badge(Outcome.WARN, "alarm") if column.alarms else Markup("")),
        tag("th", tag("code", column.column), scope="row"),
        tag("td", numbers.number(column.effect.value, data_drift.PLACES), class_="n", data_label="Effect"),
        tag("td", interval, class_="n", data_label="95 %"),
        tag("td", data_drift.nulls(column), class_="n", data_label="Nulls"),
        tag("td", data_drift.why_not(column) or _bars(column), data_label="Distribution"),
    )


def _bars(column: ColumnDrift) -> Markup:
    """Return both distributions as one small picture."""
    greatest = max(max(part.reference, part.current) for part in column.bins) or 1.0
    step = BARS_WIDTH / len(column.bins)
    parts = [
        _bar(share / greatest, step * (index + left), step * width, name)
        for index, part in enumerate(column.bins)
        for share, left, width, name in ((part.reference, 0.05, 0.9, "reference"), (part.current, 0.3, 0.4, "current"))
    ]
    box = f"0 0 {BARS_WIDTH} {BARS_HEIGHT}"
    return tag("svg", join(*parts), class_="bins", viewBox=box, role="img", aria_label=data_drift.bars(column))


def _bar(share: float, left: float, width: float, name: str) -> Markup:
    height = share * BARS_HEIGHT
    place = {"x": f"{left:.1f}", "y": f"{BARS_HEIGHT - height:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}
    return tag("rect", class_=name, **place)
