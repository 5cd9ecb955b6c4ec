"""Drift in words: findings, and lines for a terminal. Values of cells stand in none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.data.drift.pair import Unmeasured
from mlgate.core.documents.data import DataFinding
from mlgate.core.words import counted, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlgate.core.documents.drift import ColumnDrift, TableDrift

SHOWN = 15  # columns
NAMED = 3  # columns in one line
NEARLY_NONE = 1e-290  # p-values end at 1e-300, and adjusting them multiplies
MINUS = "\N{MINUS SIGN}"
_NAMED = (Unmeasured.COLUMN_MISSING, Unmeasured.COLUMN_UNKNOWN, Unmeasured.OTHER_KIND, Unmeasured.ALL_NULL)
WHY = {
    Unmeasured.COLUMN_MISSING: "the table no longer has the column",
    Unmeasured.COLUMN_NEW: "the reference does not have the column",
    Unmeasured.COLUMN_UNKNOWN: "neither side has the column",
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
    nulls = column.nulls
    if "values" in column.alarms:
        parts.append(f"its values have moved from {drift.reference}: {_effect(column)}, above {drift.threshold:g}")
    if "nulls" in column.alarms:
        parts.append(
            f"its share of nulls has changed by {_points(nulls.value)} points "
            f"[{_points(nulls.low)}, {_points(nulls.high)}], more than {100 * drift.null_threshold:g}"
        )
    return f"{column.column}: {listed(parts)}"


def lines(drift: TableDrift, *, are_alarms_told: bool = False) -> list[str]:
    """Return the comparison for a terminal: alarms, worst first, then a line for all other columns of a kind.

    Args:
        drift: The comparison.
        are_alarms_told: Whether the reader has the alarms already, as findings.
    """
    if drift.reason:
        return []
    alarms = [column for column in drift.columns if column.alarms]
    others = [column for column in drift.columns if not column.alarms]
    still = [column for column in others if column.effect.value is not None]
    unmeasured = [column for column in others if column.effect.value is None]
    lost = sum(1 for column in drift.columns if column.effect.value is None)
    counts = [counted(len(drift.columns), "column"), counted(len(alarms), "alarm")]
    counts += [f"{lost:,} not measured"] if lost else []
    head = f"drift from {drift.reference} ({counted(drift.reference_rows, 'row')}): {', '.join(counts)}"
    told = [] if are_alarms_told else _alarms(alarms)
    return [head, *(f"  {line}" for line in (*told, *_still(still), *_unmeasured(unmeasured)))]


def _alarms(alarms: Sequence[ColumnDrift]) -> list[str]:
    shown = [f"ALARM {_line(column)}" for column in alarms[:SHOWN]]
    more = len(alarms) - len(shown)
    return [*shown, *([f"and {counted(more, 'more alarm')}"] if more else [])]


def _still(columns: Sequence[ColumnDrift]) -> list[str]:
    """Return one line for the columns that did not move, with the one that is nearest to an alarm."""
    if not columns:
        return []
    moved = f"{counted(len(columns), 'column')} did not move past a threshold"
    return [f"{moved}; the most: {_line(columns[0])}" if len(columns) > 1 else f"{moved}: {_line(columns[0])}"]


def _unmeasured(columns: Sequence[ColumnDrift]) -> list[str]:
    """Return one line for each reason."""
    reasons: dict[str, list[str]] = {}
    for column in columns:
        reasons.setdefault(column.effect.reason, []).append(column.column)
    return [f"not measured, {WHY[Unmeasured(reason)]}: {_names(names)}" for reason, names in reasons.items()]


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:NAMED])} and {more:,} more"


def _line(column: ColumnDrift) -> str:
    test, nulls = column.test, column.nulls.value
    beside = f", {_TESTS[test.name]} {_adjusted(test.q)}" if test and test.q is not None else ""
    empty = f", nulls {_points(nulls)} points" if nulls else ""
    return f"{column.column}: {_effect(column)}{beside}{empty}"


def _effect(column: ColumnDrift) -> str:
    effect = column.effect
    if effect.value is None:
        return f"not measured, {WHY[Unmeasured(effect.reason)]}"
    return f"PSI {effect.value:.3g} [{effect.low:.3g}, {effect.high:.3g}]".replace("-", MINUS)


def _points(share: float | None) -> str:
    return f"{100 * (share or 0):+.3g}".replace("-", MINUS)


def _adjusted(q: float) -> str:
    return f"q < {NEARLY_NONE:g}" if q < NEARLY_NONE else f"q {q:.2g}"


_TESTS = {"kolmogorov-smirnov": "KS", "chi-square": "chi-square"}
