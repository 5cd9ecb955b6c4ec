"""Buckets of numbers: order, limits, thinning, and how they are written down."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from mlgate.core.data.profile.buckets import (
    COARSEST,
    FINEST,
    MOST_BUCKETS,
    bucket,
    coarser,
    decode,
    encode,
    limits,
    thinned,
)

VALUES = (0.0, 5e-324, -5e-324, 1.0, -1.0, 1.5, math.nextafter(1.5, 2), -2.75, 1e308, -1e308, 2024.0, 0.1, -0.1)


@pytest.mark.parametrize("shift", [FINEST, 30, 45, COARSEST])
@pytest.mark.parametrize("value", VALUES)
def test_a_number_lies_between_the_limits_of_its_bucket(value: float, shift: int) -> None:
    low, high = limits(bucket(value, shift), shift)
    assert low <= value <= high


@pytest.mark.parametrize("shift", [FINEST, 45])
def test_buckets_have_the_order_of_the_numbers_and_leave_no_gap(shift: int) -> None:
    ordered = sorted(VALUES)
    numbers = [bucket(value, shift) for value in ordered]
    assert numbers == sorted(numbers)
    for number in (numbers[0], 3, 1 << 17, -5):
        _, high = limits(number, shift)
        low, _ = limits(number + 1, shift)
        assert math.nextafter(high, math.inf) == low


def test_both_zeros_are_in_one_bucket() -> None:
    assert bucket(-0.0, FINEST) == bucket(0.0, FINEST) == 0


def test_the_coarser_bucket_of_a_number_follows_from_the_finer() -> None:
    values = np.random.default_rng(1).normal(0, 10, 500).tolist()
    fine = Counter(bucket(value, 20) for value in values)
    assert coarser(fine, 25) == Counter(bucket(value, 45) for value in values)


def test_thinning_keeps_the_finest_kind_that_is_few_enough() -> None:
    fine = Counter(bucket(value, FINEST) for value in np.random.default_rng(2).normal(0, 1, 5000).tolist())
    found, shift = thinned(fine, FINEST)
    assert len(found) <= MOST_BUCKETS < len(coarser(fine, shift - 1 - FINEST))
    assert sum(found.values()) == 5000
    assert thinned({1: 2, 7: 1}, FINEST) == ({1: 2, 7: 1}, FINEST)


def test_what_is_written_is_read_again() -> None:
    counts = {-12: 3, -1: 1, 0: 7, 250_000: 2}
    assert encode(counts) == "-12:3 11:1 1:7 250000:2"
    assert decode(encode(counts)) == counts
    assert decode("") == {}
