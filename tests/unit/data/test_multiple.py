"""Multiples of fractions are decided in decimals, by Python and by the engine alike."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgate.core.data.ir import MultipleOf, Storage
from mlgate.core.data.multiple import is_multiple, scaled
from mlgate.core.data.sql import Cell, breaks

CONNECTION = duckdb.connect()
DIVISORS = st.builds(
    lambda units, digits: float(f"{units}e-{digits}"), st.integers(1, 10**6) | st.just(1), st.integers(1, 15)
)
VALUES = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**63), 2**63).map(float)


def refused(value: float, divisor: float) -> bool:
    condition = breaks(MultipleOf(divisor=divisor), Cell(storage=Storage.FLOAT, value="v", accepts_null=False))
    row = CONNECTION.execute(f"SELECT coalesce({condition}, false) FROM (SELECT $1::DOUBLE AS v)", [value]).fetchone()  # noqa: S608
    assert row is not None
    return bool(row[0])


@pytest.mark.parametrize(
    ("value", "divisor", "expected"),
    [
        (19.99, 0.01, True),
        (0.3, 0.1, True),
        (0.1 + 0.2, 0.1, False),
        (0.0075, 0.0001, True),
        (1e22, 0.3, False),
        (3e22, 0.3, True),
        (123456.789, 1e-9, True),
        (4503599627370496.5, 0.5, True),
        (4503599627370496.5, 0.25, True),
        (-0.7, 0.1, True),
        (0.15, 0.1, False),
        (1e308, 0.5, True),
        (1e-300, 0.1, False),
    ],
)
def test_multiples(value: float, divisor: float, expected: bool) -> None:
    assert is_multiple(value, divisor) is expected
    assert refused(value, divisor) is not expected


@settings(max_examples=300, deadline=None)
@given(DIVISORS, VALUES, st.integers(-(10**12), 10**12))
def test_the_engine_decides_alike(divisor: float, value: float, times: int) -> None:
    if divisor.is_integer() or scaled(divisor) is None:
        return
    for number in (value, times * divisor, round(times * divisor, 3)):
        assert refused(number, divisor) is not is_multiple(number, divisor)


@pytest.mark.parametrize(
    ("divisor", "expected"), [(0.25, (25, 2)), (1e-16, None), (0.1234567890123456, None), (2.5, (25, 1))]
)
def test_what_is_small_enough_to_be_compiled(divisor: float, expected: tuple[int, int] | None) -> None:
    assert scaled(divisor) == expected
