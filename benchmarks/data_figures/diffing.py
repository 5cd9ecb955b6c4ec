"""D1: a data diff by key, with the changes of each column, against two sorted arrays of keys and hashes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from benchmarks.data_figures.figure import Command, Figure, Quantity
from benchmarks.data_figures.table import Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
FLOORS = HERE.parent / "floors"
PEERS = ("datacompy",)
BEFORE, AFTER = "clean.parquet", "changed.parquet"
# Of a thousand rows: one is gone, one is new, two have another cell each; and all come in another order.
CHANGED = """
SELECT * REPLACE (
  CASE WHEN hash(id) % 1000 = 1 THEN age + 1 ELSE age END AS age,
  CASE WHEN hash(id) % 1000 = 2 THEN 'ZZ' ELSE country END AS country
) FROM '{before}' WHERE hash(id) % 1000 > 0
UNION ALL SELECT * REPLACE (id + 100000000 AS id) FROM '{before}' WHERE hash(id) % 1000 = 5
ORDER BY hash(id)
"""


def prepare(folder: Path, *, large: bool) -> None:  # noqa: ARG001 - all parts are asked in the same words
    """Write both versions."""
    Variant(name="clean", rows=1_000_000).write(folder, "parquet")
    if not (folder / AFTER).exists():
        options = "FORMAT parquet, ROW_GROUP_SIZE 122880"
        duckdb.execute(f"COPY ({CHANGED.format(before=folder / BEFORE)}) TO '{folder / AFTER}' ({options})")


def figures(peers: dict[str, str], *, large: bool) -> Iterator[Figure]:  # noqa: ARG001 - as above
    """Yield the figures; `peers` says which Python has which peer."""
    ours = Command(name="mlgate", argv=(sys.executable, str(HERE / "diff_run.py"), BEFORE, AFTER, "id"))
    floor = Command(name="floor", argv=(sys.executable, str(FLOORS / "diff.py"), BEFORE, AFTER, "id"))
    beside = tuple(
        Command(name=f"{name} on {kind}", argv=(python, str(FLOORS / "diff_peers.py"), kind, BEFORE, AFTER, "id"))
        for name, python in peers.items()
        for kind in ("pandas", "polars")
    )
    what = "data diff by key, per column, 1M x 20"
    yield Figure(id="D1", what=what, goal=1.30, ours=ours, floor=floor, peers=beside)
    memory = Quantity.MEMORY
    yield Figure(
        id="D1", what="peak memory of that", goal=1.30, ours=ours, floor=floor, peers=beside, quantity=memory, times=3
    )
