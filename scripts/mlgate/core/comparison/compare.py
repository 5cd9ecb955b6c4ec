"""Candidate against baselines on the holdout: rules, metrics, flips and plots, from aligned predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.comparison import plots
from mlgate.core.comparison.arena import Arena, Duel, Opponent
from mlgate.core.comparison.calibrated import calibrated
from mlgate.core.comparison.metrics.asked import Asked
from mlgate.core.comparison.rules import judge, metrics_of
from mlgate.core.comparison.slices import seeking
from mlgate.core.comparison.slices.flips import flips
from mlgate.core.comparison.slices.seeking import Sought
from mlgate.core.config.model import BaselineKind, SlicePolicy
from mlgate.core.documents.comparison import (
    Calibration,
    Confusion,
    Curve,
    Flips,
    MetricDifference,
    RuleResult,
    SliceSearch,
    WeakSlice,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Predictions, Side, Truth
    from mlgate.core.config.model import Rule

    Keys = Callable[[NDArray[np.int64]], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The part of `comparison.json` that is computed from predictions; see `ComparisonDocument` for the fields."""

    rules: tuple[RuleResult, ...]
    proposed_rules: tuple[RuleResult, ...]
    metrics: tuple[MetricDifference, ...]
    flips: tuple[Flips, ...]
    curves: tuple[Curve, ...]
    confusions: tuple[Confusion, ...]
    calibrations: tuple[Calibration, ...]
    slices: tuple[WeakSlice, ...]
    search: SliceSearch | None
    power: float | None


def compare(
    *,
    truth: Truth,
    candidate: Predictions,
    opponents: Sequence[Opponent],
    rules: Sequence[Rule],
    proposed: Sequence[Rule] = (),
    confidence: float = 0.95,
    at_least: int = SlicePolicy().at_least,
    sought: Sought = Sought(),  # noqa: B008 - frozen
    keys: Keys | None = None,
    whole: bool = True,
) -> Comparison:
    """Compare the candidate with every baseline.

    Args:
        truth: The holdout's labels, in key order.
        candidate: Its predictions, row by row.
        opponents: The baselines, available or not.
        rules: Those that judge.
        proposed: The working copy's, where the pull request edits the policy.
        confidence: Of every interval, between 0 and 1.
        at_least: Slices with fewer rows are merged.
        sought: Where weak slices are sought.
        keys: Gives the keys of rows; None where values are not shown.
        whole: Whether metrics that no rule names, and plots, are wanted.
    """
    arena = Arena.of(truth, candidate, opponents, tail=(1 - confidence) / 2, at_least=at_least)
    results, power = judge(arena, rules)
    shown_values = keys is not None and not truth.hidden
    shown = [arena.candidate, *(sides[0] for name, sides in _real(arena).items())]
    seeker = seeking.Seeker(arena, rules, sought)
    found, weakest = seeker.search()
    cuts = seeker.cuts_of_flips()
    return Comparison(
        rules=results,
        proposed_rules=judge(arena, proposed)[0],
        metrics=tuple(_metrics(arena)) if whole else (),
        flips=tuple(f for side in shown[1:] if (f := flips(arena.candidate, side, cuts, keys)) is not None),
        curves=tuple(c for side in shown for c in plots.curves(side, show_values=shown_values)) if whole else (),
        confusions=tuple(c for side in shown if (c := plots.confusion(side)) is not None),
        calibrations=tuple(told for side in shown if (told := calibrated(side)) is not None) if whole else (),
        slices=weakest,
        search=found,
        power=power,
    )


def _real(arena: Arena) -> dict[str, Sequence[Side]]:
    """Return the sides of every available baseline that is a model, and so worth drawing."""
    return {
        name: sides
        for name, sides in arena.sides.items()
        if sides and arena.opponents[name].result.kind is not BaselineKind.DUMMY
    }


def _metrics(arena: Arena) -> list[MetricDifference]:
    shown = [Asked(metric=name) for name in metrics_of(arena.truth.task)]
    return [
        _row(arena, asked, against)
        for against, sides in arena.sides.items()
        if sides
        for asked in shown
        if not _silent(arena, asked)
    ]


def _silent(arena: Arena, asked: Asked) -> bool:
    """Return whether the candidate lacks the column for a metric: then no row is shown for it."""
    return not isinstance(arena.value(arena.candidate, asked), float)


def _row(arena: Arena, asked: Asked, against: str) -> MetricDifference:
    duel = arena.duel(asked, against)
    if not isinstance(duel, Duel):
        own = arena.value(arena.candidate, asked)
        return MetricDifference(
            metric=asked.metric, against=against, baseline=None, candidate=own if isinstance(own, float) else None
        )
    return MetricDifference(
        metric=asked.metric,
        against=against,
        baseline=duel.baseline,
        candidate=duel.candidate,
        difference=duel.estimate,
        interval=(duel.low, duel.high),
    )
