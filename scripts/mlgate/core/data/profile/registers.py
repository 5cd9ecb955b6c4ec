"""The sketch of distinct values: 1,024 registers, each the greatest rank of the hashes that fell to it.

A hash falls to the register of its low ten bits; its rank is how many zeros the other bits end with, plus one. The
sketch of all rows is the greater of each pair of registers. The estimate is HyperLogLog's with its correction for few.
"""

from __future__ import annotations

import base64
import math

REGISTERS = 1024
BITS = 5  # of a register: ranks to 31
_ALPHA = 0.7213 / (1 + 1.079 / REGISTERS)


def encode(registers: bytes) -> str:
    """Return registers as text: all of them at five bits each, or where few are filled, those alone."""
    filled = [(index, rank) for index, rank in enumerate(registers) if rank]
    if len(filled) <= REGISTERS // 4:
        return "few:" + base64.b64encode(b"".join((i << BITS | r).to_bytes(2, "big") for i, r in filled)).decode()
    whole = sum(rank << (BITS * index) for index, rank in enumerate(registers))
    return "all:" + base64.b64encode(whole.to_bytes(REGISTERS * BITS // 8, "big")).decode()


def decode(text: str) -> bytes:
    """Return the registers of a text.

    Raises:
        ValueError: If it is none.
    """
    kind, _, rest = text.partition(":")
    data = base64.b64decode(rest, validate=True)
    mask = 2**BITS - 1
    if kind == "all" and len(data) == REGISTERS * BITS // 8:
        whole = int.from_bytes(data, "big")
        return bytes(whole >> (BITS * index) & mask for index in range(REGISTERS))
    if kind != "few" or len(data) % 2:
        raise ValueError("no registers")
    found = bytearray(REGISTERS)
    for place in range(0, len(data), 2):
        pair = int.from_bytes(data[place : place + 2], "big")
        found[pair >> BITS] = pair & mask
    return bytes(found)


def united(one: bytes, other: bytes) -> bytes:
    """Return the registers of both."""
    return bytes(map(max, one, other))


def estimate(registers: bytes) -> int:
    """Return about how many different values were seen, within 7 % in 19 of 20 cases."""
    empty = registers.count(0)
    raw = _ALPHA * REGISTERS**2 / sum(2.0**-rank for rank in registers)
    if raw <= 2.5 * REGISTERS and empty:
        return round(REGISTERS * math.log(REGISTERS / empty))
    return round(raw)
