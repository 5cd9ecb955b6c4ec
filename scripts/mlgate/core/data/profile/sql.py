"""The queries of a profile, as text. The dialect is DuckDB's."""

# ruff: noqa: S608 - columns go by position, and the rest is numbers

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.data.ir import Storage
from mlgate.core.data.profile.registers import BITS, REGISTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COARSE = 45  # bits that the first pass leaves open: a few hundred buckets for most columns, and never many thousand
LONGEST = 200  # characters; longer texts are no categories
_HASHED = 31  # bits of a hash that are looked at: whole numbers of four bytes are quickest
_INDEX = REGISTERS.bit_length() - 1  # of them, those that say which register


# What the engine's hashes are known by: they may change from one of its versions to the next, and mostly do not.
HASHES = (
    "SELECT hash(NULL), hash(7::HUGEINT), hash(-7::HUGEINT), hash(0.1::DOUBLE), hash('mlgate'), hash(repeat('x', 99)), "
    "hash(DATE '2024-02-29'), hash(TIMESTAMP '2024-02-29 12:00:00'), hash(TIME '12:00:00'), hash(true), "
    "hash(1.5::DECIMAL(4, 1)), hash(1.5::DECIMAL(38, 1)), hash('a'::BLOB), hash([1, NULL]), hash({'a': 1}), "
    "hash('a', 1, NULL)"
)


def hashing(answers: Sequence[int]) -> str:
    """Return the name of what hashed, from the answers to `HASHES`: what differs in one of them has another name."""
    named = ".".join(map(str, answers))
    return f"duckdb-{hashlib.sha256(named.encode()).hexdigest()[:16]}"


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
    return f"coalesce(count_if(c{index} <> 'null'), 0)" if is_json else f"count(c{index})"


def cell(index: int, storage: Storage) -> str:
    """Return a cell as it is hashed: the engine gives equal numbers of other widths other hashes."""
    wide = {Storage.INTEGER: "::HUGEINT", Storage.FLOAT: "::DOUBLE"}
    return f"c{index}{wide.get(storage, '')}"


def rows_digest(storages: Sequence[Storage]) -> str:
    """Return the aggregate that tells tables with other rows apart, whatever the order of their rows."""
    cells = ", ".join(cell(index, storage) for index, storage in enumerate(storages))
    return f"coalesce(sum(hash({cells})::HUGEINT), 0)" if cells else "0"


def first_pass(item: str, columns: Sequence[Measured], beside: Sequence[str]) -> str:
    """Return the query of counts and sketches; a column of numbers has six answers, any other one.

    Args:
        item: Of a FROM clause, with the columns `c0`, ...
        columns: To describe.
        beside: Further aggregates over `item`, whose answers come first.
    """
    values = [f"{column.value} AS x{column.index}" for column in columns]
    hashes = [f"{_low_bits(column.hashed)} AS h{column.index}" for column in columns]
    # One more bit is set, so that every hash has a rank.
    ranks = [f"(h{c.index} >> {_INDEX}) | {1 << (_HASHED - _INDEX)} AS r{c.index}" for c in columns]
    asked = [*beside]
    for column in columns:
        asked += [_registers(column.index), *(_numbers(column.index) if column.is_number else ())]
    inner = item
    for more in ([*values, *hashes], ranks):
        inner = f"(SELECT {', '.join(['*', *more])} FROM {inner})"
    return f"SELECT {', '.join(asked)} FROM {inner}"


def _low_bits(hashed: str) -> str:
    return f"(hash({hashed}) & {2**_HASHED - 1})::INT"


def sampled(item: str, columns: Sequence[Measured], rows: int) -> str:
    """Return the query of how many different cells each column has in the first rows."""
    asked = ", ".join(f"count(DISTINCT c{column.index})" for column in columns)
    return f"SELECT {asked} FROM (SELECT * FROM {item} LIMIT {rows})"


def grouped(item: str, column: Measured, most: int) -> str:
    """Return the query of a column's different cells: value, low bits of the hash, and how many there are."""
    cells = f"SELECT c{column.index}, count(*) AS n FROM {item} GROUP BY ALL LIMIT {most}"
    return f"SELECT {column.value}, {_low_bits(column.hashed)}, n FROM ({cells})"


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


def ranks_of(hashes: Iterable[int]) -> bytes:
    """Return the registers of the low bits of hashes."""
    found = bytearray(REGISTERS)
    for low in hashes:
        rest = low >> _INDEX | 1 << (_HASHED - _INDEX)
        index, rank = low & (REGISTERS - 1), (rest & -rest).bit_length()
        found[index] = max(found[index], rank)
    return bytes(found)
