"""Drift in words: findings, and lines for a terminal. Values of cells stand in none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.drift.pair import Unmeasured
from mlgate.core.documents import DataFinding
from mlgate.core.words import listed

if TYPE_CHECKING:
    from mlgate.core.documents.drift import ColumnDrift, TableDrift

SHOWN = 15  # columns
_NAMED = (Unmeasured.COLUMN_MISSING, Unmeasured.OTHER_KIND, Unmeasured.ALL_NULL)
WHY = {
    Unmeasured.COLUMN_MISSING: "the table no longer has the column",
    Unmeasured.COLUMN_NEW: "the reference does not have the column",
    Unmeasured.OTHER_KIND: "one side has numbers, and the other categories",
    Unmeasured.NOT_COMPARED: "keys, lists and structures are not compared",
    Unmeasured.ALL_NULL: "one side has no value in it",
    Unmeasured.TOO_FEW_ROWS: "fewer than two bins with 5 expected cells",
    Unmeasured.TOO_MANY_CATEGORIES: "nearly every cell has a category of its own",
    Unmeasured.CONSTANT: "both sides have one and the same value",
    Unmeasured.NO_SPREAD: "the reference has one value, so there is no unit",
    Unmeasured.NOT_ASKED: "exact distances were not asked for",
    Unmeasured.NOT_IN_PROFILE: "a profile does not keep what it takes",
    Unmeasured.VALUES_NOT_SHOWN: "the profile may not hold values",
    Unmeasured.NO_ROWS: "one side has no rows",
}


def findings_of(drift: TableDrift) -> tuple[DataFinding, ...]:
    """Return a finding for each alarm, and for what should have been measured and could not."""
    if drift.reason:
        message = f"drift from {drift.reference} could not be measured: {drift.reason}"
        return (_finding(drift, None, "drift-unmeasured", message),)
    alarms = [_finding(drift, column, "drift", alarm(column, drift)) for column in drift.columns if column.alarms]
    lost = [
        _finding(drift, column, "drift-unmeasured", _lost(column, drift))
        for column in drift.columns
        if column.reason in _NAMED and not column.alarms
    ]
    if drift.columns and not alarms and not lost and all(column.reason for column in drift.columns):
        message = f"no column could be compared with {drift.reference}: {WHY[Unmeasured(drift.columns[0].reason)]}"
        return (_finding(drift, None, "drift-unmeasured", message),)
    return (*alarms, *lost)


def _finding(drift: TableDrift, column: ColumnDrift | None, reason: str, message: str) -> DataFinding:
    name = column.column if column else None
    return DataFinding(check="", column=name, severity=drift.severity, count=1, reason=reason, message=message)


def _lost(column: ColumnDrift, drift: TableDrift) -> str:
    return f"drift of {column.column} from {drift.reference} could not be measured: {WHY[Unmeasured(column.reason)]}"


def alarm(column: ColumnDrift, drift: TableDrift) -> str:
    """Return why a column is an alarm, with the effect, its interval and the threshold."""
    parts = []
    effect, nulls = column.effect, column.nulls
    if "values" in column.alarms:
        parts.append(
            f"its values have moved from {drift.reference}: PSI {effect.value:.3g} "
            f"[{effect.low:.3g}, {effect.high:.3g}], above {drift.threshold:g}"
        )
    if "nulls" in column.alarms:
        parts.append(
            f"its share of nulls has changed by {100 * (nulls.value or 0):+.3g} points "
            f"[{100 * (nulls.low or 0):+.3g}, {100 * (nulls.high or 0):+.3g}], more than {100 * drift.null_threshold:g}"
        )
    return f"{column.column}: {listed(parts)}"


def lines(drift: TableDrift) -> list[str]:
    """Return the table for a terminal, worst first."""
    if drift.reason:
        return []
    alarms = sum(1 for column in drift.columns if column.alarms)
    head = (
        f"drift from {drift.reference} ({drift.reference_rows:,} rows): {len(drift.columns)} columns, {alarms} alarms"
    )
    shown = [f"  {_line(column)}" for column in drift.columns[:SHOWN]]
    more = len(drift.columns) - len(shown)
    return [head, *shown, *([f"  and {more} more"] if more else [])]


def _line(column: ColumnDrift) -> str:
    effect = column.effect
    if effect.value is None:
        return f"{column.column}: not measured, {WHY[Unmeasured(effect.reason)]}"
    mark = "ALARM " if column.alarms else ""
    test = column.test
    beside = f", {_TESTS[test.name]} q {test.q:.2g}" if test and test.q is not None else ""
    nulls = column.nulls.value
    empty = f", nulls {100 * nulls:+.2g} points" if nulls else ""
    return f"{mark}{column.column}: PSI {effect.value:.3g} [{effect.low:.3g}, {effect.high:.3g}]{beside}{empty}"


_TESTS = {"kolmogorov-smirnov": "KS", "chi-square": "chi-square"}
