"""Numbers that rules measure: right against numpy and pandas, and the same for every order of the rows."""

# ruff: noqa: S608 - queries of our own

from __future__ import annotations

import math
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlgate.core.codec import rounded
from mlgate.core.config.contract import RuleKind, TableRule
from mlgate.core.config.instant import last_microsecond, microseconds
from mlgate.core.data.ir import Storage
from mlgate.core.data.query import Table, TableColumn
from mlgate.core.data.rules import moments, quantiles
from mlgate.core.data.rules.answers import Answer
from mlgate.core.data.rules.reading import instants
from mlgate.core.data.sql import Cell, content

if TYPE_CHECKING:
    from collections.abc import Sequence

FINITE = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.lists(FINITE, min_size=2, max_size=20)
TABLE = Table(source="t", columns=(TableColumn(name="x", storage=Storage.FLOAT, type="double"),))
CONNECTION = duckdb.connect()


def filled(values: Sequence[Any], kind: str = "DOUBLE") -> None:
    CONNECTION.execute(f"CREATE OR REPLACE TABLE t (x {kind})")
    CONNECTION.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])


def rule(kind: RuleKind, low: float | None, high: float | None) -> TableRule:
    return TableRule(kind=kind, pointer="/table/0", columns=("x",), at_least=low, at_most=high)


def exactly(of: TableRule) -> bool:
    """Return whether the exact sums keep a rule."""
    rows = CONNECTION.execute(moments.exact_query(TABLE.relation(), "c0")).fetchall()
    return moments.exactly(of, rows) is None


def quickly(of: TableRule) -> bool | None:
    """Return whether the sums of the one scan keep a rule; None where they cannot tell."""
    wanted = moments.ask(of, TABLE, {})
    sql = f"SELECT count(*), count_if({wanted.condition}), {', '.join(wanted.aggregates)} FROM {TABLE.relation()}"
    rows, odd, *values = CONNECTION.execute(sql).fetchone() or ()
    found = moments.verdict(of, Answer(rows=rows, count=odd, values=tuple(values)))
    return None if isinstance(found, moments.Unsure) else found is None


def true_value(kind: RuleKind, values: Sequence[float]) -> Fraction:
    total = sum(map(Fraction, values), Fraction(0))
    if kind is RuleKind.SUM:
        return total
    mean = total / len(values)
    if kind is RuleKind.MEAN:
        return mean
    return sum(((Fraction(value) - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


@pytest.mark.parametrize("kind", moments.MOMENTS)
@settings(max_examples=60, deadline=None)
@given(values=VALUES)
def test_exact_sums_are_those_of_fractions(kind: RuleKind, values: list[float]) -> None:
    filled(values)
    exact = true_value(kind, values)
    try:
        limit = rounded(float(exact) if kind is not RuleKind.STDDEV else math.sqrt(exact))
    except OverflowError:
        limit = math.inf
    assume(1e-300 < abs(limit) < 1e300 or exact == 0)
    assert exactly(rule(kind, limit - abs(limit) * 1e-9, limit + abs(limit) * 1e-9))
    assert not exactly(rule(kind, limit + max(abs(limit) * 1e-8, 1e-300), None))


@pytest.mark.parametrize("kind", moments.MOMENTS)
@settings(max_examples=60, deadline=None)
@given(values=VALUES, low=FINITE, high=FINITE)
def test_where_the_one_scan_is_sure_the_exact_sums_say_the_same(
    kind: RuleKind, values: list[float], low: float, high: float
) -> None:
    filled(values)
    of = rule(kind, min(low, high), max(low, high))
    assert quickly(of) in (None, exactly(of))


@pytest.mark.parametrize("kind", moments.MOMENTS)
def test_ordinary_data_needs_no_exact_sums_and_agrees_with_pandas(kind: RuleKind) -> None:
    values = np.random.default_rng(5).normal(50, 20, 10_000)
    filled(values.tolist())
    expected = float(getattr(pd.Series(values), {"stddev": "std"}.get(kind.value, kind.value))())
    assert quickly(rule(kind, expected * (1 - 1e-6), expected * (1 + 1e-6))) is True
    too_much = rule(kind, expected * (1 + 1e-6), None)
    assert quickly(too_much) is (None if kind is RuleKind.STDDEV else False)  # what it is to ten digits is left open
    assert not exactly(too_much)
    assert exactly(rule(kind, expected * (1 - 1e-9), expected * (1 + 1e-9)))


def test_cancellation_does_not_decide() -> None:
    values = [1e16, 1.0, -1e16, 1e-5] * 50
    for seed in range(5):
        random.Random(seed).shuffle(values)  # noqa: S311 - an order, no secret
        filled(values)
        assert exactly(rule(RuleKind.SUM, 50.0005, 50.0005))
        assert quickly(rule(RuleKind.SUM, 50.0005, 50.0005)) is not False


def test_a_sum_past_all_doubles_is_not_measured() -> None:
    filled([1.7e308, 1.7e308])
    rows = CONNECTION.execute(moments.exact_query(TABLE.relation(), "c0")).fetchall()
    broken = moments.exactly(rule(RuleKind.SUM, 0, None), rows)
    assert broken is not None
    assert (broken.reason, "larger than a double holds" in broken.message) == ("rule-unmeasured", True)
    assert exactly(rule(RuleKind.MEAN, 1.7e308, 1.7e308))


@settings(max_examples=60, deadline=None)
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), q=st.floats(0, 1))
def test_quantiles_are_those_of_numpy_in_memory_and_sorted(values: list[float], q: float) -> None:
    filled(values)
    expected = float(np.quantile(np.array(values), q))
    for in_memory in (10**9, 0):
        sql = quantiles.neighbours_query(TABLE.relation(), "c0", q, len(values), in_memory)
        rows = CONNECTION.execute(sql).fetchall()
        found = quantiles.interpolated(q, len(values), (rows[0][0], rows[-1][0]))
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01 00:00:00.000001", 1),
        ("1970-01-01T00:00", 0),
        ("1970-01-01T00:00:00.1234567", 123_456),
        ("1970-01-01t02:00:00+02:00", 0),
        ("1969-12-31T22:30:00-01:30", 0),
        ("0001-01-01", -62_135_596_800_000_000),
        ("2015-02-30", None),
        ("2015-1-1", None),
        ("2015-01-01T24:00:00", None),
        ("2015-01-01T00:00:60", None),
        ("2015-01-01T00:00:00+25:00", None),
        ("20150101", None),
        ("2015-01-01 ", None),
        ("", None),
        ("now", None),
        ("infinity", None),
    ],
)
def test_times_are_the_same_in_a_contract_and_in_a_cell(text: str, expected: int | None) -> None:
    assert microseconds(text) == expected
    filled([text], "VARCHAR")
    column = TableColumn(name="x", storage=Storage.STRING, type="string")
    reading = instants("x", Table(source="t", columns=(column,)), {})
    sql = f"SELECT {reading.value}, {reading.odd} FROM {TABLE.relation()}"
    assert CONNECTION.execute(sql).fetchone() == (expected, expected is None)


def test_a_day_as_upper_limit_ends_with_the_day() -> None:
    assert last_microsecond("1970-01-01") == 86_400_000_000 - 1
    assert last_microsecond("1970-01-01T00:00:00Z") == 0


@pytest.mark.parametrize(
    ("storage", "kind", "value", "expected"),
    [
        (Storage.FLOAT, "DOUBLE", 5.0, "5"),
        (Storage.FLOAT, "DOUBLE", 0.1, "0.1"),
        (Storage.FLOAT, "FLOAT", 0.1, "0.1"),
        (Storage.FLOAT, "DOUBLE", -0.0, "0"),
        (Storage.DECIMAL, "DECIMAL(9,3)", "0.100", "0.1"),
        (Storage.INTEGER, "BIGINT", 2**53 + 1, str(2**53 + 1)),
        (Storage.BOOLEAN, "BOOLEAN", True, "true"),
        (Storage.FLOAT, "DOUBLE", None, None),
    ],
)
def test_content_is_the_same_for_all_storages(storage: Storage, kind: str, value: Any, expected: str | None) -> None:
    filled([value], kind)
    cell = Cell(storage=storage, value="c0")
    found = CONNECTION.execute(f"SELECT {content(cell)} FROM {TABLE.relation()}").fetchone()
    assert found == (expected,)
