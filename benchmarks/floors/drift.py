"""The floor of M1 and M2: what somebody who knows the two tables would write. Prints the index of 15 columns."""

# ruff: noqa: S608 - our own files and columns

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBERS = {
    name: name
    for name in ("age", "num_orders", "visits", "score", "income", "balance", "lat", "lon", "feature_x", "label")
} | {"signup_date": "(signup_date - DATE '1970-01-01')", "last_seen": "epoch(last_seen)"}
CATEGORIES = ("country", "status", "segment")
TENTHS = [tenth / 10 for tenth in range(1, 10)]


def edges(table: str) -> dict[str, Sequence[float]]:
    """Return the deciles of each column of numbers."""
    items = ", ".join(f"quantile_cont({column}::DOUBLE, {TENTHS})" for column in NUMBERS.values())
    row = duckdb.execute(f"SELECT {items} FROM '{table}'").fetchone()
    assert row is not None
    return dict(zip(NUMBERS, row, strict=True))


def counts(table: str, at: dict[str, Sequence[float]]) -> list[dict[object, int]]:
    """Return how many cells lie between the edges, and how many have each category."""
    asked = [
        item
        for name, column in NUMBERS.items()
        for item in [*(f"count_if({column} <= {edge!r})" for edge in at[name]), f"count({column})"]
    ]
    row = duckdb.execute(f"SELECT {', '.join(asked)} FROM '{table}'").fetchone()
    categories = ", ".join(f"histogram({name})" for name in CATEGORIES)
    maps = duckdb.execute(f"SELECT {categories} FROM '{table}'").fetchone()
    assert row is not None
    assert maps is not None
    found: list[dict[object, int]] = []
    for index in range(len(NUMBERS)):
        below = row[index * 10 : index * 10 + 10]
        found.append(dict(enumerate(b - a for a, b in zip([0, *below], below, strict=False))))
    return [*found, *maps]


def index(one: dict[object, int], other: dict[object, int]) -> float:
    """Return the population stability index."""
    keys = one.keys() | other.keys()
    n, m = sum(one.values()), sum(other.values())
    shares = [(max(one.get(key, 0) / n, 1e-6), max(other.get(key, 0) / m, 1e-6)) for key in keys]
    return sum((b - a) * math.log(b / a) for a, b in shares)


before, after = sys.argv[1:3]
borders = edges(before)
for name, one, other in zip((*NUMBERS, *CATEGORIES), counts(before, borders), counts(after, borders), strict=True):
    print(f"{name} {index(one, other):.6f}")
