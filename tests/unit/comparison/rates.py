"""How often intervals err over many simulated holdouts: the machinery of `test_error_rates.py` and of the benchmark."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.comparison.intervals import table_score, tango
from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.comparison.intervals.proportions import PairedProportions
from mlgate.core.comparison.intervals.tables import TableDifference
from mlgate.core.comparison.metrics.asked import Asked
from mlgate.core.comparison.metrics.measures import measure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.unit.comparison.worlds import Rows, World

    from mlgate.core.comparison.metrics.protocols import Difference, Measure
    from mlgate.core.comparison.sides import Side

TAIL = 0.025
Z = -normal_quantile(TAIL)
ONCE_IN_A_THOUSAND = 3.29  # standard errors; 2.5 % + 3.29 of them is 3.65 % in 2,000 rounds and 3.0 % in 10,000
HAIR = 1e-10  # what documents are rounded to
ASKED = {
    "fbeta": Asked(metric="fbeta", beta=2.0),
    "mean_pinball_loss": Asked(metric="mean_pinball_loss", alpha=0.9),
}


def at_most(rate: float, rounds: int) -> float:
    """Return the share that a method with this rate exceeds once in about 1,000 runs of so many rounds."""
    return rate + ONCE_IN_A_THOUSAND * math.sqrt(rate * (1 - rate) / rounds)


def at_least(rate: float, rounds: int) -> float:
    """Return the share that a method with this rate falls short of once in about 1,000 runs of so many rounds."""
    return rate - ONCE_IN_A_THOUSAND * math.sqrt(rate * (1 - rate) / rounds)


@dataclass
class Limits:
    """The limits of many differences of one metric. Tables and proportions are solved together, as that is faster."""

    found: list[tuple[float, float]] = field(default_factory=list)
    tables: list[TableDifference] = field(default_factory=list)
    proportions: list[PairedProportions] = field(default_factory=list)

    def add(self, difference: Difference) -> None:
        if isinstance(difference, TableDifference) and math.isinf(difference.degrees):
            self.tables.append(difference)
        elif isinstance(difference, PairedProportions) and math.isinf(difference.degrees):
            self.proportions.append(difference)
        else:
            self.found.append(difference.limits(TAIL))

    def solved(self) -> Any:
        """Return the low and the high limits, of shape (2, differences)."""
        parts = [np.array(self.found).reshape(-1, 2).T]
        if self.tables:
            parts.append(np.array(table_score.limits(_together(self.tables), Z)))
        if self.proportions:
            gained, lost, n = np.array([(p.gained, p.lost, p.n) for p in self.proportions]).T
            parts.append(np.array(tango.limits(gained, lost, n, Z)))
        return np.concatenate(parts, axis=1)


def _together(tables: Sequence[TableDifference]) -> table_score.Joint:
    first = tables[0].joint
    counts = np.concatenate([table.joint.counts for table in tables])
    return table_score.Joint(metric=first.metric, counts=counts, scale=first.scale)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What came of one cell.

    Attributes:
        measured: Holdouts on which the metric has a value on both sides.
        blocked: Share whose high limit is below zero.
        passed: Share whose low limit is at the true difference or above.
        covered: Share whose interval has the true difference in it.
    """

    measured: int
    blocked: float
    passed: float
    covered: float


def rates(limits: Any, true: float) -> Rates:
    """Return the rates of these limits where the true difference is `true`."""
    low, high = limits
    return Rates(
        measured=len(low),
        blocked=float((high < 0).mean()),
        passed=float((low >= true - HAIR).mean()),
        covered=float(((low <= true + HAIR) & (high >= true - HAIR)).mean()),
    )


def of(metric: str, world: World) -> Measure:
    """Return the measure of a metric, with the parameters that this simulation gives it."""
    return measure_of(ASKED.get(metric, Asked(metric=metric)), world.task)


def holdouts(world: World, rows: Rows, rounds: int) -> Iterator[tuple[Side, Side]]:
    """Yield candidate and baseline on seeded holdouts that have two rows of each class at least."""
    for seed in range(rounds):
        candidate, baseline = world.draw(np.random.default_rng((rows.n, rows.size, seed)), rows)
        if candidate.truth.smaller_class >= 2:
            yield candidate, baseline


def differences(world: World, rows: Rows, metrics: Sequence[str], rounds: int) -> Iterator[dict[str, Difference]]:
    """Yield each holdout's differences; a metric without a value is left out."""
    for candidate, baseline in holdouts(world, rows, rounds):
        measures = {metric: of(metric, world) for metric in metrics}
        yield {
            metric: how.difference(candidate, baseline)
            for metric, how in measures.items()
            if not how.undefined(candidate) and not how.undefined(baseline)
        }


def simulated(
    world: World,
    rows: Rows,
    metrics: Sequence[str],
    rounds: int,
    held: Callable[[str, Difference], Difference] = lambda _, difference: difference,
) -> dict[str, Any]:
    """Return each metric's limits over many holdouts.

    Args:
        world: What is drawn from.
        rows: How many rows.
        metrics: Their names.
        rounds: How many holdouts.
        held: Makes of a metric and its difference what is to be looked at, such as a contrast.
    """
    found: dict[str, Limits] = defaultdict(Limits)
    for each in differences(world, rows, metrics, rounds):
        for metric, difference in each.items():
            found[metric].add(held(metric, difference))
    return {metric: limits.solved() for metric, limits in found.items()}


def carriers(world: World, rows: Rows, metric: str) -> float:
    """Return how many rows carry a difference, as a mean over five holdouts."""
    counts = [int(of(metric, world).carriers(*sides).sum()) for sides in holdouts(world, rows, 5)]
    return sum(counts) / max(len(counts), 1)
