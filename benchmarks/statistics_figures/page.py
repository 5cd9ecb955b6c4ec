"""The page of `docs/explanation/` that shows what was simulated, written from the cells alone."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from benchmarks.statistics_figures.cells import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.statistics_figures.cells import Cell

ABOUT = {
    "classes": "Two classes. Balances 0.5, 0.2 and 0.1, correlations 0.5 and 0.9 between the two models' errors.",
    "over-confident": "The same with log odds twice what they should be.",
    "numbers": "A regression, correlations 0.5 and 0.9.",
    "relative": "Candidates worse by exactly a relative margin; correlations 0.5 and 0.9, balance 0.2.",
    "clusters": "`group`: about n / 5 or n / 20 clusters of unequal sizes, intraclass correlation 0.2 in labels and "
    "errors, balance 0.2, at least 10 clusters.",
    "many rules": "20 rules at once (14 metrics, 6 of them twice) after Holm's correction: reports blocked by any.",
    "power": "Equal candidates at a margin of 2.8 standard errors: how often they pass, of what `mlgate plan` "
    "promises on average from pilots of as many rows. Goal: within 3 points.",
    "repeats": "`train.repeats`: 3, 5 or 10 trainings; the seed's standard deviation 0, 0.1 or 0.3 of a row's.",
    "unpaired": "A recorded accuracy of 1,000 rows against the candidate's on n others.",
}
HEAD = """# How often verdicts err

Simulated, not derived: `benchmarks/statistics.py --write` draws holdouts from worlds whose true differences are known
by construction, judges each as compare-models does, and writes this page. The methods are in
[statistics.md](statistics.md).

- *blocked*: candidates that are exactly as good as the baseline, and are blocked all the same. Goal: at most 2.5 %.
- *passed*: candidates that are worse by exactly the margin, and pass. Goal: at most 2.5 %; 3.5 % for average precision
  and RMSE; 4 % for these, ROC-AUC and log-loss below 200 rows of the smaller class; 5 % for over-confident scores on 50
  rows.
- *covered*: 95 % intervals with the true difference in them. Goal: at least 94 % (93 % on 50 rows).

A table shows the worst of its settings: the most blocked, the most passed, the least covered. The figures of one cell
move by chance: in 2,000 holdouts a method that keeps 2.5 % is above 3.65 % once in a thousand cells. So a worst of
six settings is rather above what the method does. Holdouts with fewer than two rows of a class, or on which a metric
has no value, are not counted: there a rule is `metric-undefined`.
"""


def page(cells: Sequence[Cell]) -> str:
    """Return the page."""
    parts = [HEAD]
    for table in TABLES:
        mine = [cell for cell in cells if cell.table == table]
        if mine:
            parts.append(f"## {table.capitalize()}\n\n{ABOUT[table]}\n\n" + "\n".join(_table(mine)) + "\n")
    parts.append("## What does not hold\n\n" + _failing(cells))
    return "\n".join(parts)


def _table(cells: Sequence[Cell]) -> Iterator[str]:
    sizes = sorted({cell.n for cell in cells})
    yield "| metric | " + " | ".join(f"n = {n:,}" for n in sizes) + " |"
    yield "|---" * (len(sizes) + 1) + "|"
    names = dict.fromkeys(cell.metric for cell in cells)
    for name in names:
        row = [_worst([c for c in cells if c.metric == name and c.n == n]) for n in sizes]
        yield f"| {name} | " + " | ".join(row) + " |"


def _worst(cells: Sequence[Cell]) -> str:
    """Return the worst figures of some cells."""
    if not cells:
        return ""
    if cells[0].promised is not None:
        return ", ".join(f"{c.passed:.1%} of {c.promised:.1%}" for c in cells)
    parts = [
        f"{max(values):.1%} {name}"
        for name in ("blocked", "passed")
        if (values := [v for c in cells if (v := getattr(c, name)) is not None])
    ]
    covered = [c.covered for c in cells if c.covered is not None]
    return ", ".join(parts + ([f"{min(covered):.1%} covered"] if covered else []))


def _failing(cells: Sequence[Cell]) -> str:
    failing = [cell for cell in cells if cell.failures()]
    near = sum(cell.is_over for cell in cells) - sum(cell.is_over for cell in failing)
    text = (
        f"Of {len(cells):,} cells {near} are on the wrong side of their goal by no more than chance explains, and "
        f"{len(failing)} by more (once in a thousand)"
    )
    if not failing:
        return text + ".\n"
    lines = [
        f"- {table}, {metric}: " + "; ".join(f"n = {c.n:,}, {c.setting}: {', '.join(c.failures())}" for c in group)
        for (table, metric), group in groupby(
            sorted(failing, key=lambda c: (TABLES.index(c.table), c.metric, c.n)), key=lambda c: (c.table, c.metric)
        )
    ]
    return text + ":\n\n" + "\n".join(lines) + "\n"
