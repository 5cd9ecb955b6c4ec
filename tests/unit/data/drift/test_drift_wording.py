"""The lines that a terminal shows of drift."""

from __future__ import annotations

from typing import Any

import pytest
from tests.builders import a_column_drift, a_drift

from mlgate.core.data.drift.wording import lines
from mlgate.core.documents.drift import ColumnDrift, DriftMeasure, DriftTest

MINUS = "\N{MINUS SIGN}"
HEAD = "drift from train (12,000 rows): "


def still(name: str, value: float = -0.02) -> ColumnDrift:
    effect = DriftMeasure(name="psi", value=value, low=value - 0.01, high=value + 0.01)
    return a_column_drift(column=name, alarms=(), effect=effect, nulls=DriftMeasure(name="null-rate"))


def lost(name: str, reason: str = "constant") -> ColumnDrift:
    effect = DriftMeasure(name="psi", reason=reason)
    return a_column_drift(column=name, alarms=(), effect=effect, reason=reason)


def said(*columns: ColumnDrift, **more: Any) -> list[str]:
    return lines(a_drift(columns=columns), **more)


def test_what_did_not_move_is_one_line() -> None:
    columns = [a_column_drift(), still("temp", 0.05), *(still(f"c{i}") for i in range(12))]
    head, alarm, rest = said(*columns)
    assert head == HEAD + "14 columns, 1 alarm"
    assert alarm == "  ALARM dep_delay: PSI 0.31 [0.25, 0.37], nulls +2 points"
    assert rest == "  13 columns did not move past a threshold; the most: temp: PSI 0.05 [0.04, 0.06]"
    assert said(*columns, are_alarms_told=True) == [head, rest]


def test_what_was_not_measured_stands_in_the_headline_and_in_one_line_for_each_reason() -> None:
    found = said(*(lost(f"c{i}") for i in range(5)), lost("id", "not-compared"))
    assert found == [
        HEAD + "6 columns, 0 alarms, 6 not measured",
        "  not measured, both sides have one and the same value: c0, c1, c2 and 2 more",
        "  not measured, keys, lists and structures are not compared: id",
    ]


def test_an_alarm_of_nulls_without_an_effect_counts_as_both() -> None:
    column = a_column_drift(alarms=("nulls",), effect=DriftMeasure(name="psi", reason="all-null"))
    head, alarm = said(column)
    assert head == HEAD + "1 column, 1 alarm, 1 not measured"
    assert alarm == "  ALARM dep_delay: not measured, one side has no value in it, nulls +2 points"


def test_alarms_past_the_shown_are_counted() -> None:
    assert said(*(a_column_drift(column=f"c{i}") for i in range(18)))[-1] == "  and 3 more alarms"


@pytest.mark.parametrize(("q", "shown"), [(9e-300, "q < 1e-290"), (0.0123, "q 0.012")])
def test_numbers_are_written_for_people(q: float, shown: str) -> None:
    test = DriftTest(name="kolmogorov-smirnov", statistic=0.5, p=q, q=q)
    nulls = DriftMeasure(name="null-rate", value=-0.075, low=-0.08, high=-0.07)
    effect = DriftMeasure(name="psi", value=0.2, low=-0.1, high=0.5)
    (_, line) = said(a_column_drift(test=test, nulls=nulls, effect=effect))
    assert line == f"  ALARM dep_delay: PSI 0.2 [{MINUS}0.1, 0.5], KS {shown}, nulls {MINUS}7.5 points"
