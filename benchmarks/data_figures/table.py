"""The table that the figures are measured on: 20 columns, some 2 % nulls, and variants of it. The same on every run."""

# ruff: noqa: S608 - constants and numbers

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

COUNTRIES = tuple(f"{a}{b}" for a in "ABCDE" for b in "QRST")
STATUSES = ("active", "inactive", "pending", "closed")
SEGMENTS = ("basic", "plus", "pro", "team", "enterprise", "trial")
WORDS = ("oak", "river", "stone", "hill", "lake", "north", "green", "wood", "field", "port", "maple", "spring")
SETTLEMENTS = ("city", "town", "village", "heights")
WITH_NULLS = ("email", "segment", "last_seen", "visits", "income", "lat", "lon", "city", "feature_x")
STEP = 618_033_989  # shares no factor with a power of ten, so that its multiples visit every row once

# What a bad row has in place of the right cell: one of these each.
BAD = (
    *((name, "NULL") for name in ("id", "code", "country", "status", "signup_date", "age", "label", "name")),
    *(("age", "140"), ("num_orders", "-1"), ("visits", "20000"), ("score", "1.5"), ("income", "-5")),
    *(("balance", "200000"), ("lat", "95"), ("lon", "-200"), ("country", "'ZZZ'"), ("status", "'unknown'")),
    *(("segment", "'gold'"), ("label", "7"), ("email", "'not an email'"), ("code", "'ab_12'"), ("id", "0")),
    *(("name", "repeat('x', 60)"), ("city", "repeat('y', 80)")),
    *(("signup_date", "DATE '2031-01-01'"), ("last_seen", "TIMESTAMP '2031-01-01 00:00:00'")),
)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One version of the table.

    Attributes:
        name: Of its files.
        rows: How many.
        bad: Of a thousand rows, how many break one check each.
        seed: Another one gives other rows from the same distributions.
        shift: How far eight of the columns have drifted.
    """

    name: str
    rows: int
    bad: int = 0
    seed: int = 0
    shift: float = 0.0

    def write(self, folder: Path, *formats: str) -> None:
        """Write the files that are not there yet: `csv` and `parquet` are the formats."""
        for form in formats:
            path = folder / f"{self.name}.{form}"
            if not path.exists():
                options = "HEADER" if form == "csv" else "FORMAT parquet, ROW_GROUP_SIZE 122880"
                duckdb.execute(f"COPY ({select(self)}) TO '{path}' ({options})")


def select(variant: Variant) -> str:
    """Return the query that makes the table's rows."""
    cells = _cells(variant.shift)
    for number, name in enumerate(WITH_NULLS):
        cells[name] = f"CASE WHEN h({40 + number}) % 50 > 0 THEN {cells[name]} END"
    for number, (name, wrong) in enumerate(BAD if variant.bad else ()):
        cells[name] = f"CASE WHEN fault = {number} THEN {wrong} ELSE {cells[name]} END"
    fault = f"CASE WHEN hash(i * 1000 + 90) % 1000 < {variant.bad} THEN hash(i * 1000 + 91) % {len(BAD)} END"
    columns = ", ".join(f"{_inlined(cell, variant.seed)} AS {name}" for name, cell in cells.items())
    index = f"(i * {STEP}) % {variant.rows}"
    return f"SELECT {columns} FROM (SELECT i, {index} AS place, {fault} AS fault FROM range({variant.rows}) AS r(i))"


def _cells(shift: float) -> dict[str, str]:
    """Return each column's expression; `h(k)` is a large pseudo-random integer of the row, `u(k)` one in [0, 1)."""
    word, letter = str(list(WORDS)), "chr(65 + (h({}) % 26)::INT)"
    return {
        "id": "place",
        "email": f"'user' || h(1) % 1000000000 || '.' || {word}[h(2) % 12 + 1] || '@' || "
        f"{word}[h(3) % 12 + 1] || '.com'",
        "code": f"{letter.format(4)} || {letter.format(5)} || '-' || lpad((h(6) % 1000000)::VARCHAR, 6, '0')",
        "country": f"{list(COUNTRIES)}[h(7) % 20 + 1]",
        "status": f"CASE WHEN u(8) < {0.5 + 0.1 * shift} THEN 'active' WHEN u(8) < .8 THEN 'inactive' "
        "WHEN u(8) < .95 THEN 'pending' ELSE 'closed' END",
        "segment": f"{list(SEGMENTS)}[h(9) % 6 + 1]",
        "signup_date": "DATE '2015-01-01' + (h(10) % 3653)::INT",
        "last_seen": "make_timestamp((1420070400 + (h(11) % 315360000)::BIGINT) * 1000000)",
        "age": f"least(greatest(round({45 + 2 * shift} + 15 * {_normal(12)}), 18), 99)::BIGINT",
        "num_orders": f"least(floor(ln(1 - u(14)) / ln({0.95 + 0.005 * shift})), 500)::BIGINT",
        "visits": "least(ceil(ln(1 - u(15)) / ln(0.99)), 10000)::BIGINT",
        "score": f"round(pow(u(16), {1.5 - 0.15 * shift}), 6)",
        "income": f"round(least(exp({10.5 + 0.05 * shift} + 0.6 * {_normal(17)}), 9900000), 2)",
        "balance": f"round(least(greatest({500 + 100 * shift} + 12000 * {_normal(19)}, -1e5), 1e5), 2)",
        "lat": "round(u(21) * 180 - 90, 5)",
        "lon": "round(u(22) * 360 - 180, 5)",
        "name": f"upper({word}[h(23) % 12 + 1][1]) || {word}[h(23) % 12 + 1][2:] || ' ' || h(24) % 100000",
        "city": f"{word}[h(25) % 12 + 1] || {word}[h(26) % 12 + 1] || ' ' || {list(SETTLEMENTS)}[h(27) % 4 + 1]",
        "label": f"(u(28) < {0.2 + 0.02 * shift})::BIGINT",
        "feature_x": f"{0.1 * shift} + {_normal(29)}",
    }


def _normal(number: int) -> str:
    """Return an expression of a standard normal number, from two uniform ones."""
    return f"(sqrt(-2 * ln(1 - u({number}))) * cos(2 * pi() * u({number + 1})))"


def _inlined(cell: str, seed: int) -> str:
    for number in range(60):
        draw = f"hash(i * 1000 + {number + 100 * seed})"  # `hash(i, k)` is far from independent of `hash(i, k + 1)`
        cell = cell.replace(f"h({number})", f"({draw} >> 1)::BIGINT").replace(
            f"u({number})", f"(({draw} >> 11)::DOUBLE / 9007199254740992)"
        )
    return cell
