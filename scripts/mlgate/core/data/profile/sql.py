"""The queries of a profile, as text. The dialect is DuckDB's."""

# ruff: noqa: S608 - columns go by position, and the rest is numbers

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.profile.registers import BITS, REGISTERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COARSE = 45  # bits that the first pass leaves open: a few hundred buckets for most columns, and never many thousand
LONGEST = 200  # characters; longer texts are no categories
_HASHED = 31  # bits of a hash that are looked at: whole numbers of four bytes are quickest
_INDEX = REGISTERS.bit_length() - 1  # of them, those that say which register


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A column whose values are described.

    Attributes:
        index: Its position.
        value: Expression of what is counted: the number as double where it is one, else the text.
        is_number: Whether it goes into buckets.
        hashed: Expression whose different values are counted.
    """

    index: int
    value: str
    is_number: bool
    hashed: str


def filled(index: int, *, is_json: bool) -> str:
    """Return the aggregate of a column's cells that are not null."""
    return f"coalesce(count_if(t{index} <> 'NULL'), 0)" if is_json else f"count(c{index})"


def rows_digest(width: int) -> str:
    """Return the aggregate that tells tables with other rows apart, whatever the order of their rows."""
    cells = ", ".join(f"c{index}" for index in range(width))
    return f"coalesce(sum(hash({cells})::HUGEINT), 0)" if width else "0"


def first_pass(item: str, columns: Sequence[Measured], beside: Sequence[str]) -> str:
    """Return the query of counts and sketches; a column of numbers has six answers, any other one.

    Args:
        item: Of a FROM clause, with the columns `c0`, ...
        columns: To describe.
        beside: Further aggregates over `item`, whose answers come first.
    """
    values = [f"{column.value} AS x{column.index}" for column in columns]
    hashes = [f"(hash({c.hashed}) & {2**_HASHED - 1})::INT AS h{c.index}" for c in columns]
    # One more bit is set, so that every hash has a rank.
    ranks = [f"(h{c.index} >> {_INDEX}) | {1 << (_HASHED - _INDEX)} AS r{c.index}" for c in columns]
    asked = [*beside]
    for column in columns:
        asked += [_registers(column.index), *(_numbers(column.index) if column.is_number else ())]
    inner = item
    for more in ([*values, *hashes], ranks):
        inner = f"(SELECT {', '.join(['*', *more])} FROM {inner})"
    return f"SELECT {', '.join(asked)} FROM {inner}"


def _registers(index: int) -> str:
    """Mark register and rank of each hash: `xor(r, r - 1)` has as many ones as `r` zeros at its end, plus one."""
    rank = f"bit_count(xor(r{index}, r{index} - 1))"
    place = f"(h{index} & {REGISTERS - 1}) | ({rank} * {REGISTERS})"
    there = f"CASE WHEN x{index} IS NOT NULL THEN {place} END"
    return f"bitstring_agg({there}, 0, {(REGISTERS << BITS) - 1})::VARCHAR"


def _numbers(index: int) -> tuple[str, ...]:
    x = f"x{index}"
    return (f"count({x})", f"min({x})", f"max({x})", f"favg({x})", f"histogram({_bucket(x, COARSE)})")


def _bucket(x: str, shift: int) -> str:
    """Return the leading bits of a double; `+ 0.0` makes one zero of two."""
    size = "INT" if shift > 32 else "BIGINT"
    return f"(({x} + 0.0)::BIT::UBIGINT >> {shift})::{size}"


def second_pass(item: str, columns: Mapping[Measured, tuple[float | None, int | None]]) -> str:
    """Return the query of squares around a centre where one is given, and of finer buckets where they are wanted."""
    values = [f"{column.value} AS x{column.index}" for column in columns]
    asked = []
    for column, (centre, shift) in columns.items():
        x = f"x{column.index}"
        away = f"({x} - {centre!r}::DOUBLE)"
        asked.append("NULL" if centre is None else f"fsum({away} * {away})")
        asked.append("NULL" if shift is None else f"histogram({_bucket(x, shift)})")
    return f"SELECT {', '.join(asked)} FROM (SELECT {', '.join(values)} FROM {item})"


def frequent(item: str, column: Measured, most: int) -> str:
    """Return the query of a text's most frequent values."""
    cells = f"SELECT {column.value} AS x FROM {item}"
    return (
        f"SELECT x, count(*) AS n FROM ({cells}) WHERE length(x) <= {LONGEST} GROUP BY x ORDER BY n DESC, x "
        f"LIMIT {most}"
    )


def ordered(counts: Mapping[int, int], shift: int) -> dict[int, int]:
    """Return buckets by their numbers, from counts by the leading bits, of which the first is the sign."""
    half = 1 << (63 - shift)
    return {bits if bits < half else half - bits - 1: count for bits, count in counts.items()}


def ranks(marks: str | None) -> bytes:
    """Return the registers of a string of marks: of each, the greatest rank."""
    found = bytearray(REGISTERS)
    place = marks.find("1") if marks else -1
    while marks and place >= 0:
        found[place & (REGISTERS - 1)] = place >> _INDEX
        place = marks.find("1", place + 1)
    return bytes(found)
