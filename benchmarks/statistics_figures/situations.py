"""What is simulated for each table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmarks.statistics_figures.cells import Cell
from tests.unit.comparison.rates import TAIL, Z, carriers, differences, rates, simulated
from tests.unit.comparison.worlds import Classes, Numbers, Rows

from mlgate.core.comparison.correction import holm
from mlgate.core.comparison.intervals.repeats import repeated
from mlgate.core.comparison.intervals.spread import Sampling
from mlgate.core.comparison.intervals.unpaired import Recorded, UnpairedDifference
from mlgate.core.planning import paired, standard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.statistics_figures.cells import Store
    from tests.unit.comparison.worlds import World

SIZES = (50, 200, 1000, 10_000)
BALANCES = (0.5, 0.2, 0.1)
CORRELATIONS = (0.5, 0.9)
OF_LABELS = (
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "specificity",
    "f1",
    "fbeta",
    "jaccard",
    "matthews_corrcoef",
    "cohen_kappa",
)
OF_SCORES = ("roc_auc", "average_precision", "log_loss", "brier_score")
OF_NUMBERS = (
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2",
    "mean_absolute_percentage_error",
    "mean_pinball_loss",
    "median_absolute_error",
)
PILOTS = 300
WORSE_SIGNAL, WORSE_SPREAD = 1.5, 1.15


def worlds(table: str, correlation: float, balance: float | None) -> tuple[World, World]:
    """Return the world of an equal candidate and that of a worse one."""
    if balance is None:
        return Numbers(correlation=correlation), Numbers(correlation=correlation, candidate=WORSE_SPREAD)
    sharpness = 2.0 if table == "over-confident" else 1.0
    return (
        Classes(correlation=correlation, rate=balance, sharpness=sharpness),
        Classes(correlation=correlation, rate=balance, sharpness=sharpness, candidate=WORSE_SIGNAL),
    )


def grid(store: Store, table: str, metrics: tuple[str, ...], sizes: tuple[int, ...], rounds: int) -> None:
    """Simulate equal and worse candidates over sizes, class balances and correlations."""
    for n in sizes:
        for balance in (None,) if metrics[0] in OF_NUMBERS else BALANCES:
            for correlation in CORRELATIONS:
                setting = ("" if balance is None else f"balance {balance}, ") + f"correlation {correlation}"
                missing = store.lacks(table, metrics, n, setting)
                if missing:
                    equal, worse = worlds(table, correlation, balance)
                    situation = Situation(table=table, rows=Rows(n=n), setting=setting, equal=equal, worse=worse)
                    for cell in _found(situation, missing, rounds):
                        store.add(cell)


def clusters(store: Store, metrics: tuple[str, ...], sizes: tuple[int, ...], rounds: int) -> None:
    """Simulate clusters of unequal sizes with an intraclass correlation of 0.2 in labels and in errors."""
    for n in sizes:
        for size in (5, 20):
            balance = None if metrics[0] in OF_NUMBERS else 0.2
            setting = f"about {n // size} clusters of {size}, correlation 0.5"
            missing = store.lacks("clusters", metrics, n, setting)
            if missing and n // size >= 10:
                rows, (equal, worse) = Rows(n=n, size=size, shared=0.2), worlds("clusters", 0.5, balance)
                situation = Situation(table="clusters", rows=rows, setting=setting, equal=equal, worse=worse)
                for cell in _found(situation, missing, rounds):
                    store.add(cell)


def relative(store: Store, metrics: tuple[str, ...], sizes: tuple[int, ...], rounds: int) -> None:
    """Simulate candidates that are worse by exactly the relative margin: the contrast's true value is zero."""
    for n in sizes:
        for correlation in CORRELATIONS:
            balance = None if metrics[0] in OF_NUMBERS else 0.2
            setting = f"correlation {correlation}"
            worse = worlds("relative", correlation, balance)[1]
            missing = store.lacks("relative", metrics, n, setting)
            found = simulated(
                worse,
                Rows(n=n),
                missing,
                rounds if missing else 0,
                lambda metric, difference, world=worse: difference.at_margin(world.relative(metric), relative=True),  # type: ignore[misc]
            )
            for metric, limits in found.items():
                seen = rates(limits, 0.0)
                store.add(
                    Cell(
                        table="relative",
                        metric=metric,
                        n=n,
                        setting=setting,
                        rounds=seen.measured,
                        passed=seen.passed,
                        covered=seen.covered,
                        often=seen.covered,
                        smaller=_smaller(worse, n),
                    )
                )


def _smaller(world: World, n: int) -> float:
    return n * min(world.rate, 1 - world.rate) if isinstance(world, Classes) else n


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One column of cells: a table, a size and the rest in words, with the worlds of an equal and a worse candidate."""

    table: str
    rows: Rows
    setting: str
    equal: World
    worse: World


def _found(situation: Situation, metrics: tuple[str, ...], rounds: int) -> Iterator[Cell]:
    rows, pair = situation.rows, (situation.equal, situation.worse)
    equal, worse = (simulated(world, rows, metrics, rounds) for world in pair)
    for metric in metrics:
        if metric not in equal or metric not in worse:
            continue
        alike, below = rates(equal[metric], 0.0), rates(worse[metric], pair[1].difference(metric) or 0.0)
        yield Cell(
            table=situation.table,
            metric=metric,
            n=rows.n,
            setting=situation.setting,
            rounds=min(alike.measured, below.measured),
            blocked=alike.blocked,
            passed=below.passed,
            covered=min(alike.covered, below.covered),
            often=max(alike.covered, below.covered),
            smaller=_smaller(pair[0], rows.n),
            carriers=carriers(pair[0], rows, metric),
        )


def many_rules(store: Store, sizes: tuple[int, ...], rounds: int) -> None:
    """Simulate equal candidates under 20 rules with Holm's correction, on each of `SIZES` up to 1,000."""
    for n in (size for size in sizes if size <= 1000):
        for correlation in CORRELATIONS:
            setting = f"correlation {correlation}"
            if store.lacks("many rules", ("20 rules",), n, setting):
                world = Classes(correlation=correlation)
                blocked = [_blocks(each) for each in differences(world, Rows(n=n), (*OF_LABELS, *OF_SCORES), rounds)]
                share = sum(blocked) / len(blocked)
                store.add(
                    Cell(
                        table="many rules",
                        metric="20 rules",
                        n=n,
                        setting=setting,
                        rounds=len(blocked),
                        blocked=share,
                    )
                )


def _blocks(each: dict[str, Any]) -> bool:
    """Return whether one of 20 rules blocks: 14 metrics, and 6 of them once more, as people write rules twice."""
    p_values = [difference.p_drop(0.0) for difference in each.values()]
    return bool(min(holm((p_values + p_values)[:20])) <= TAIL)


def power(store: Store, sizes: tuple[int, ...], rounds: int) -> None:
    """Simulate equal candidates at a margin of 2.8 standard errors, beside what `plan` promises from pilots of n."""
    world, metrics = Classes(), (*OF_SCORES, "accuracy", "f1")
    large = next(iter(differences(world, Rows(n=20_000), metrics, 1)))
    for n in sizes:
        for metric in store.lacks("power", metrics, n, "margin 2.8 SE"):
            low, high = large[metric].limits(TAIL)
            margin = 2.8 * (high - low) / 2 / Z * math.sqrt(20_000 / n)
            pilots = [found[metric] for found in differences(world, Rows(n=n), (metric,), PILOTS) if metric in found]
            promised = sum(_promise(pilot, n, margin) for pilot in pilots) / len(pilots)
            lows = simulated(world, Rows(n=n), (metric,), rounds)[metric][0]
            store.add(
                Cell(
                    table="power",
                    metric=metric,
                    n=n,
                    setting="margin 2.8 SE",
                    rounds=len(lows),
                    passed=float((lows >= -margin).mean()),
                    promised=promised,
                    smaller=_smaller(world, n),
                )
            )


def _promise(pilot: Any, n: int, margin: float) -> float:
    """Return how often `plan` says that an equal candidate passes on `n` rows, from a pilot of as many."""
    if pilot.method == "tango":
        return paired.passes(paired.Pairs(disagreement=(pilot.gained + pilot.lost) / n), n, margin=margin, tail=TAIL)
    low, high = pilot.limits(TAIL)
    reach = getattr(pilot, "estimate", (low + high) / 2) - low  # as `plan` takes it, from the estimate downwards
    error = standard.error_of(reach=reach, tail=TAIL, degrees=pilot.degrees)
    return standard.Pilot(n=n, error=error, tail=TAIL, degrees=pilot.degrees).passes(n, margin=margin)


def repeats(store: Store, sizes: tuple[int, ...], rounds: int) -> None:
    """Simulate repeated trainings with a seed's, a row's and a residual effect on each row."""
    for n in (size for size in sizes if size <= 1000):
        for seeds in (3, 5, 10):
            for share in (0.0, 0.1, 0.3):
                setting = f"{seeds} seeds, seed effect {share}"
                if store.lacks("repeats", ("mean",), n, setting):
                    limits = np.array([_trained(n, seeds, share, number) for number in range(rounds)]).T
                    store.add(_plain(limits, table="repeats", metric="mean", n=n, setting=setting))


def _trained(n: int, seeds: int, share: float, number: int) -> tuple[float, float]:
    draw = np.random.default_rng((n, seeds, number))
    rows = share * draw.normal(size=(seeds, 1)) + draw.normal(size=n) + draw.normal(size=(seeds, n))
    return repeated(Sampling(n=n), rows.mean(axis=1), rows).limits(TAIL)


def unpaired(store: Store, sizes: tuple[int, ...], rounds: int) -> None:
    """Simulate a recorded accuracy and a recorded mean of 1,000 rows beside a candidate's on `n` others."""
    for n in sizes:
        for rate in (0.7, 0.95):
            if store.lacks("unpaired", ("accuracy",), n, f"accuracy {rate}"):
                draw = np.random.default_rng((n, rounds))
                shares = draw.binomial(n, rate, rounds) / n, draw.binomial(1000, rate, rounds) / 1000
                limits = np.array([_newcombe(a, n, b) for a, b in zip(*shares, strict=True)]).T
                store.add(_plain(limits, table="unpaired", metric="accuracy", n=n, setting=f"accuracy {rate}"))


def _newcombe(own: float, n: int, recorded: float) -> tuple[float, float]:
    sides = Recorded(value=float(own), n=n), Recorded(value=float(recorded), n=1000)
    return UnpairedDifference(candidate=sides[0], baseline=sides[1], greater=True).limits(TAIL)


def _plain(limits: Any, **about: Any) -> Cell:
    seen = rates(limits, 0.0)
    return Cell(
        **about,
        rounds=seen.measured,
        blocked=seen.blocked,
        passed=seen.passed,
        covered=seen.covered,
        often=seen.covered,
    )
