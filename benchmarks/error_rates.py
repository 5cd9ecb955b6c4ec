"""Error rates and coverage of every interval over simulated holdouts, by metric, size and correlation.

    .venv/bin/python benchmarks/error_rates.py [ROUNDS]

For each cell: how often an equal model is blocked (goal at most 2.5 %), and how often 0 is in its 95 % interval. The
two models are fixed and exchangeable: same law, shared part of the score by the correlation. 300 rounds by default; a
right method stays within 2.5 % + 3.1 standard errors in 999 of 1,000 cells.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from tests.unit.comparison.sides import side, truth  # noqa: E402 - the path first

from mlgate.core.comparison.metrics.measures import measure  # noqa: E402
from mlgate.core.comparison.rules import metrics_of  # noqa: E402
from mlgate.core.config.model import Task  # noqa: E402

if TYPE_CHECKING:
    from mlgate.core.comparison.sides import Side

SIZES = (50, 200, 1000)
CORRELATIONS = (0.5, 0.9)
GOAL = 0.025


def classifiers(draw: Any, n: int, correlation: float) -> tuple[Side, Side]:
    labels = (draw.random(n) < 0.2).astype(int)
    known, noise = truth(labels, task=Task.BINARY), _noise(draw, n, correlation)
    scores = [1 / (1 + np.exp(-(-1.6 + 1.9 * labels + own))) for own in noise]
    return side(known, scores[0] > 0.35, scores[0]), side(known, scores[1] > 0.35, scores[1])


def regressors(draw: Any, n: int, correlation: float) -> tuple[Side, Side]:
    labels, noise = 3 * draw.normal(size=n), _noise(draw, n, correlation)
    known = truth(labels, task=Task.REGRESSION)
    return side(known, labels + noise[0]), side(known, labels + noise[1])


def _noise(draw: Any, n: int, correlation: float) -> list[Any]:
    shared = math.sqrt(correlation) * draw.normal(size=n)
    return [shared + math.sqrt(1 - correlation) * draw.normal(size=n) for _ in range(2)]


def cell(task: Task, metric: str, n: int, correlation: float, rounds: int) -> tuple[float, float]:
    """Return the shares of rounds in which an equal model is blocked, and in which the interval covers zero."""
    how, make = measure(metric, None, task), classifiers if task is Task.BINARY else regressors
    blocked = covered = measured = 0
    for seed in range(rounds):
        own, other = make(np.random.default_rng((n, seed)), n, correlation)
        if how.undefined(own) or how.undefined(other) or own.truth.smaller_class < 2:
            continue
        low, high = how.difference(own, other).limits(0.025)
        measured, blocked, covered = measured + 1, blocked + (high < 0), covered + (low <= 0 <= high)
    return blocked / measured, covered / measured


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    limit = GOAL + 3.1 * math.sqrt(GOAL * (1 - GOAL) / rounds)
    worst = 0.0
    print(f"{rounds} rounds; blocked at most {limit:.1%}")
    print(f"{'metric':26} {'n':>5} {'corr':>5} {'blocked':>8} {'covered':>8}")
    for task in (Task.BINARY, Task.REGRESSION):
        for metric in metrics_of(task):
            for n in SIZES:
                for correlation in CORRELATIONS:
                    blocked, covered = cell(task, metric, n, correlation, rounds)
                    worst = max(worst, blocked)
                    print(f"{metric:26} {n:5} {correlation:5} {blocked:8.1%} {covered:8.1%}", flush=True)
    print(f"worst {worst:.1%}: {'within' if worst <= limit else 'ABOVE'} the limit")
    return int(worst > limit)


if __name__ == "__main__":
    sys.exit(main())
