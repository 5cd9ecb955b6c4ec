"""How far the tables have moved from their references, in the Markdown report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.drift.pair import Unmeasured
from mlgate.core.data.drift.wording import WHY
from mlgate.core.report import numbers
from mlgate.core.report.md import Section, Space, paragraphs, table
from mlgate.core.report.numbers import counted
from mlgate.core.report.untrusted import code, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.drift import ColumnDrift, TableDrift
    from mlgate.core.documents.report import ReportDocument

    Measured = tuple[str, TableDrift]

MAX_COLUMNS = 20  # of a table
BARS = "▁▂▃▄▅▆▇█"
PLACES = 3


def drift(report: ReportDocument, space: Space) -> Section | None:
    """Return the columns of each table with a reference, those that moved most first."""
    found = measured(report)
    if not found:
        return None
    rows = [_row(name, column) for name, item in found for column in item.columns[:MAX_COLUMNS]]
    head = ["", "Table", "Column", ">Effect (PSI)", "95 %", "Nulls", "Reference → now"]
    listed, held = table(head, rows, space=space.share(0.12))
    more = sum(len(item.columns) for _, item in found) - held
    body = paragraphs(
        "\n".join(_line(name, item) for name, item in found),
        listed if rows else "",
        f"{counted(more, 'column')} more in the full report." if more else "",
    )
    alarms = count_alarms(found)
    return Section(title=title(found), body=body, priority=3 if alarms else 7, unfolded=alarms > 0)


def measured(report: ReportDocument) -> list[Measured]:
    """Return the tables with a reference, by name."""
    tables = report.data.tables if report.data else ()
    return [(item.name, item.drift) for item in tables if item.drift is not None]


def count_alarms(found: Sequence[Measured]) -> int:
    """Return how many columns moved past a threshold."""
    return sum(bool(column.alarms) for _, item in found for column in item.columns)


def title(found: Sequence[Measured]) -> str:
    """Return the section's title."""
    columns = sum(len(item.columns) for _, item in found)
    return f"Drift: {numbers.count(count_alarms(found))} of {counted(columns, 'column')} past the threshold"


def sentence(item: TableDrift) -> str:
    """Return what a table was measured against, or why it was not."""
    if item.reason:
        return f"not measured: {item.reason}"
    return (
        f"{counted(item.rows, 'row')} against {counted(item.reference_rows, 'row')} of {item.reference}; an alarm is "
        f"an effect whose whole interval lies above {numbers.plain(item.threshold)}, or above "
        f"{numbers.plain(item.null_threshold)} for the share of nulls"
    )


def _line(name: str, item: TableDrift) -> str:
    return f"- {code(name)}: {prose(sentence(item))}"


def _row(name: str, column: ColumnDrift) -> list[str]:
    return [
        "⚠️" if column.alarms else "",
        code(name),
        code(column.column),
        numbers.number(column.effect.value, PLACES),
        numbers.interval(interval(column), PLACES, plus=False),
        nulls(column),
        prose(why_not(column)) or f"<code>{bars(column)}</code>",
    ]


def interval(column: ColumnDrift) -> tuple[float, float] | None:
    """Return both limits of the effect, where it has them."""
    low, high = column.effect.low, column.effect.high
    return None if low is None or high is None else (low, high)


def nulls(column: ColumnDrift) -> str:
    """Return the change of the share of nulls in points; empty where there is none."""
    change = column.nulls.value
    return f"{numbers.signed(100 * change, 1)} points" if change and abs(change) >= 0.0005 else ""


def why_not(column: ColumnDrift) -> str:
    """Return why a column has no effect; empty where it has one."""
    reason = column.reason or column.effect.reason
    if not reason:
        return "" if column.bins else numbers.NONE
    return WHY[Unmeasured(reason)] if reason in set(Unmeasured) else reason


def bars(column: ColumnDrift) -> str:
    """Return both distributions as characters on one scale, e.g. `▁▃█▃ → ▁▂▆█`."""
    greatest = max(max(part.reference, part.current) for part in column.bins) or 1.0
    before = "".join(_bar(part.reference / greatest) for part in column.bins)
    return f"{before} → {''.join(_bar(part.current / greatest) for part in column.bins)}"


def _bar(share: float) -> str:
    return BARS[min(len(BARS) - 1, int(share * len(BARS)))]
