"""Numbers as people read them."""

from __future__ import annotations

import pytest

from mlgate.core.report import numbers


@pytest.mark.parametrize(
    ("interval", "value", "places"),
    [
        ((0.0011, 0.0115), 0.75, 4),
        ((0.611, 0.670), 0.64, 3),
        ((-12.0, 30.0), 431.0, 0),
        ((0.0, 0.0), 0.75214, 4),
        (None, 0.75214, 4),
        (None, 1234.5, 0),
        (None, 0.0, 4),
        (None, None, 4),
        ((0.0, 1e-12), 0.5, 8),
    ],
)
def test_decimals_follow_the_width(interval: tuple[float, float] | None, value: float | None, places: int) -> None:
    assert numbers.decimals(interval=interval, value=value) == places


def test_a_difference_has_a_sign_and_zero_no_minus() -> None:
    assert numbers.signed(0.00631, 4) == "+0.0063"
    assert numbers.signed(-0.0023, 4) == "−0.0023"  # noqa: RUF001 - the minus sign is the point
    assert numbers.signed(-0.00001, 4) == "+0.0000"
    assert numbers.number(-0.00001, 4) == "0.0000"
    assert numbers.signed(None) == numbers.NONE


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.041, "0.041 s"), (9.4, "9.4 s"), (59.4, "59 s"), (83.4, "1 min 23 s"), (7500, "2 h 5 min")]
)
def test_duration(seconds: float, text: str) -> None:
    assert numbers.duration(seconds) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 B"), (999, "999 B"), (1_250_000, "1.25 MB"), (412_000_000, "412 MB"), (2 * 10**15, "2,000 TB")],
)
def test_size(amount: int, text: str) -> None:
    assert numbers.size(amount) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0 %"), (1.0, "100 %"), (0.959, "95.9 %"), (0.9999, "> 99.9 %"), (0.0001, "< 0.1 %")]
)
def test_a_share_is_whole_only_where_it_is(value: float, text: str) -> None:
    assert numbers.share(value) == text


def test_counts() -> None:
    assert numbers.counted(1, "rule") == "1 rule"
    assert numbers.counted(12_000, "row") == "12,000 rows"
    assert numbers.short("a" * 64) == "a" * 12
    assert numbers.short(None) == numbers.NONE
