"""The command line of `benchmarks/statistics.py`."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.statistics_figures import situations
from benchmarks.statistics_figures.cells import TABLES, Cell, Store
from benchmarks.statistics_figures.page import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "error-rates.md"


def show(cell: Cell) -> None:
    figures = [
        f"{name} {value:6.1%}"
        for name in ("blocked", "passed", "covered", "promised")
        if (value := getattr(cell, name)) is not None
    ]
    wrong = "  ".join(f"!! {words}" for words in cell.failures())
    print(f"{cell.table:14} {cell.metric:30} {cell.n:6,} {cell.setting:42} {'  '.join(figures)}  {wrong}", flush=True)


def simulate(store: Store, tables: list[str], metrics: list[str], sizes: tuple[int, ...], rounds: int) -> None:
    def wanted(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if not metrics or name in metrics)

    labels, scores = wanted(situations.OF_LABELS), wanted(situations.OF_SCORES)
    numbers = wanted(situations.OF_NUMBERS)
    grids = {"classes": labels + scores, "over-confident": scores[-2:], "numbers": numbers}
    for table, names in grids.items():
        if table in tables and names:
            situations.grid(store, table, names, sizes, rounds)
    for names in filter(None, (labels + scores, numbers)):
        if "clusters" in tables:
            situations.clusters(store, names, sizes, rounds)
        if "relative" in tables:
            situations.relative(store, names, sizes, rounds)
    others = {
        "many rules": situations.many_rules,
        "power": situations.power,
        "repeats": situations.repeats,
        "unpaired": situations.unpaired,
    }
    for table, run in others.items():
        if table in tables:
            run(store, sizes, rounds)


def main(about: str) -> int:
    """Simulate what is asked for; return 1 if a cell is beyond its figures."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("metrics", nargs="*", metavar="METRIC")
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(situations.SIZES))
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    store = Store(given.keep, show)
    simulate(store, given.tables, given.metrics, tuple(given.sizes), given.rounds)
    failing = [cell for cell in store.cells if cell.failures()]
    print(f"{len(store.cells)} cells, {len(failing)} beyond their figures")
    if given.write:
        PAGE.write_text(page(store.cells), encoding="utf-8")
    return int(bool(failing))
