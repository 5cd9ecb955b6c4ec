"""The sketch of distinct values."""

from __future__ import annotations

import hashlib

import pytest

from mlgate.core.data.profile import registers

REGISTERS = registers.REGISTERS


def sketch(start: int, end: int) -> bytes:
    found = bytearray(REGISTERS)
    for value in range(start, end):
        hashed = int.from_bytes(hashlib.sha256(str(value).encode()).digest()[:8], "big")
        rest = hashed >> 10 | 1 << 30
        index = hashed & (REGISTERS - 1)
        found[index] = max(found[index], (rest & -rest).bit_length())
    return bytes(found)


@pytest.mark.parametrize("n", [0, 1, 3, 100, 2_000, 60_000])
def test_the_estimate_is_near(n: int) -> None:
    assert registers.estimate(sketch(0, n)) == pytest.approx(n, rel=0.1, abs=1)


@pytest.mark.parametrize("n", [0, 1, 200, 20_000])
def test_what_is_written_is_read_again(n: int) -> None:
    found = sketch(0, n)
    text = registers.encode(found)
    assert registers.decode(text) == found
    assert len(text) <= 860


def test_the_union_is_the_sketch_of_all() -> None:
    assert registers.united(sketch(0, 700), sketch(300, 900)) == sketch(0, 900)


@pytest.mark.parametrize("text", ["", "all:AAAA", "few:AAAA", "few:?", "other:AAA="])
def test_no_other_text_is_one(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        registers.decode(text)
