"""Worlds to draw holdouts from, in which the true value of every metric is known by construction.

A world has one law for rows and two models. The candidate is either the baseline's equal (two fixed, exchangeable
models: same law, errors correlated) or worse by an amount that integrals over the normal law give to many digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.unit.comparison.sides import side, truth

from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.sides import Side

NORMAL = NormalDist()
POINTS, WEIGHTS = np.polynomial.hermite_e.hermegauss(160)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True, kw_only=True)
class Rows:
    """How many rows, and whether they move together.

    Attributes:
        n: How many.
        size: Rows of a cluster; 1 where they are independent. Sizes vary from half of it to one and a half.
        shared: The intraclass correlation of a cluster's labels and errors.
    """

    n: int
    size: int = 1
    shared: float = 0.2

    def group(self, draw: Any) -> Any:
        """Return each row's cluster, or None."""
        if self.size == 1:
            return None
        sizes = draw.integers(max(1, self.size // 2), self.size + self.size // 2 + 1, self.n)
        return np.repeat(np.arange(self.n), sizes)[: self.n]

    def normal(self, draw: Any, group: Any) -> Any:
        """Return standard normal numbers, correlated within clusters."""
        own = draw.normal(size=self.n)
        if group is None:
            return own
        return math.sqrt(self.shared) * draw.normal(size=self.n)[group] + math.sqrt(1 - self.shared) * own


def errors(draw: Any, rows: Rows, group: Any, correlation: float) -> list[Any]:
    """Return the two models' standard normal errors."""
    shared = math.sqrt(correlation) * rows.normal(draw, group)
    return [shared + math.sqrt(1 - correlation) * rows.normal(draw, group) for _ in range(2)]


@dataclass(frozen=True, kw_only=True)
class Classes:
    """Two classes; each model sees a signal of unit variance whose mean differs by `signal` between them.

    Attributes:
        rate: Share of positive rows.
        correlation: Of the two models' errors.
        signal: The baseline's; its scores are calibrated.
        candidate: The candidate's, with the baseline's formula for scores.
        sharpness: What the log odds are multiplied by; above 1 both models are over-confident.
    """

    rate: float = 0.2
    correlation: float = 0.5
    signal: float = 1.9
    candidate: float = 1.9
    sharpness: float = 1.0
    task: Task = Task.BINARY

    def draw(self, draw: Any, rows: Rows) -> tuple[Side, Side]:
        """Return the candidate and the baseline on one holdout."""
        group = rows.group(draw)
        labels = (rows.normal(draw, group) < NORMAL.inv_cdf(self.rate)).astype(int)
        known = truth(labels, task=Task.BINARY, group=group)
        sides = []
        for signal, noise in zip(
            (self.candidate, self.signal), errors(draw, rows, group, self.correlation), strict=True
        ):
            odds = self._odds(noise + signal * (labels - 0.5))
            sides.append(side(known, odds > 0, 1 / (1 + np.exp(-odds))))
        return sides[0], sides[1]

    def _odds(self, seen: Any) -> Any:
        return self.sharpness * (self.signal * seen + math.log(self.rate / (1 - self.rate)))

    def value(self, metric: str, signal: float) -> float | None:
        """Return the true value for a model with this signal, or None where it has no formula here."""
        if metric in TABLE:
            cut = -math.log(self.rate / (1 - self.rate)) / self.signal
            hit, alarm = (NORMAL.cdf(sign * signal / 2 - cut) for sign in (1, -1))
            p = self.rate
            return TABLE[metric](p * hit, (1 - p) * alarm, p * (1 - hit), (1 - p) * (1 - alarm))
        if metric == "roc_auc":
            return NORMAL.cdf(signal / math.sqrt(2))
        if metric == "average_precision":
            return self._precision(signal)
        if metric in ROW_LOSS:
            shares = (1 - self.rate, self.rate)
            odds = [self._odds(POINTS + signal * (y - 0.5)) for y in (0, 1)]
            return float(sum(p * (WEIGHTS * ROW_LOSS[metric](odds[y], y)).sum() for y, p in enumerate(shares)))
        return None

    def _precision(self, signal: float) -> float:
        """Return the area under precision over recall, by the trapezoid rule in the threshold."""
        cuts = np.linspace(-9, 9, 20_001)
        tails = [np.array([0.5 * math.erfc((c - s * signal / 2) / math.sqrt(2)) for c in cuts]) for s in (1, -1)]
        hits, alarms = self.rate * tails[0], (1 - self.rate) * tails[1]
        precision = np.where(hits + alarms > 0, hits / np.maximum(hits + alarms, 1e-300), 1.0)
        return float((-np.diff(tails[0]) * (precision[1:] + precision[:-1]) / 2).sum())

    def difference(self, metric: str) -> float | None:
        """Return the true difference, positive where the candidate is better."""
        own, other = self.value(metric, self.candidate), self.value(metric, self.signal)
        if own is None or other is None:
            return None
        return other - own if metric in ROW_LOSS else own - other

    def relative(self, metric: str) -> float:
        """Return the true drop as a share of the baseline's value."""
        difference, baseline = self.difference(metric), self.value(metric, self.signal)
        if difference is None or baseline is None:
            raise ValueError(f"{metric} has no formula here")
        return -difference / abs(baseline)


def _log_loss(odds: Any, label: int) -> Any:
    return np.logaddexp(0, -odds if label else odds)


def _brier(odds: Any, label: int) -> Any:
    return (1 / (1 + np.exp(-odds)) - label) ** 2


ROW_LOSS: dict[str, Callable[[Any, int], Any]] = {"log_loss": _log_loss, "brier_score": _brier}


def _mcc(hit: float, alarm: float, miss: float, rest: float) -> float:
    return (hit * rest - alarm * miss) / math.sqrt((hit + alarm) * (hit + miss) * (rest + alarm) * (rest + miss))


def _kappa(hit: float, alarm: float, miss: float, rest: float) -> float:
    chance = (hit + alarm) * (hit + miss) + (rest + alarm) * (rest + miss)
    return (hit + rest - chance) / (1 - chance)


# Of true positives, false positives, false negatives and true negatives as shares; arguments are used by position.
TABLE: dict[str, Callable[[float, float, float, float], float]] = {
    "accuracy": lambda hit, alarm, miss, rest: hit + rest,  # noqa: ARG005 - one signature for all
    "balanced_accuracy": lambda hit, alarm, miss, rest: (hit / (hit + miss) + rest / (rest + alarm)) / 2,
    "precision": lambda hit, alarm, miss, rest: hit / (hit + alarm),  # noqa: ARG005 - one signature for all
    "recall": lambda hit, alarm, miss, rest: hit / (hit + miss),  # noqa: ARG005 - one signature for all
    "specificity": lambda hit, alarm, miss, rest: rest / (rest + alarm),  # noqa: ARG005 - one signature for all
    "f1": lambda hit, alarm, miss, rest: 2 * hit / (2 * hit + alarm + miss),  # noqa: ARG005 - one signature for all
    "fbeta": lambda hit, alarm, miss, rest: 5 * hit / (5 * hit + alarm + 4 * miss),  # noqa: ARG005 - with beta 2
    "jaccard": lambda hit, alarm, miss, rest: hit / (hit + alarm + miss),  # noqa: ARG005 - one signature for all
    "matthews_corrcoef": _mcc,
    "cohen_kappa": _kappa,
}


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """A number; each model errs by a normal error.

    Attributes:
        correlation: Of the two models' errors.
        candidate: The standard deviation of the candidate's errors; the baseline's is 1.
    """

    correlation: float = 0.5
    candidate: float = 1.0
    task: Task = Task.REGRESSION

    def draw(self, draw: Any, rows: Rows) -> tuple[Side, Side]:
        """Return the candidate and the baseline on one holdout."""
        group = rows.group(draw)
        labels = 20 + 3 * rows.normal(draw, group)
        known = truth(labels, task=Task.REGRESSION, group=group)
        own, other = errors(draw, rows, group, self.correlation)
        return side(known, labels + self.candidate * own), side(known, labels + other)

    def value(self, metric: str, spread: float) -> float | None:
        """Return the true value for a model with this standard deviation, or None where it has no formula here."""
        absolute = spread * math.sqrt(2 / math.pi)
        known = {
            "mean_absolute_error": absolute,
            "median_absolute_error": spread * NORMAL.inv_cdf(0.75),
            "mean_squared_error": spread * spread,
            "root_mean_squared_error": spread,
            "r2": 1 - spread * spread / 9,
            "mean_pinball_loss": absolute / 2,
            "mean_absolute_percentage_error": absolute * float((WEIGHTS / (20 + 3 * POINTS)).sum()),
        }
        return known.get(metric)

    def difference(self, metric: str) -> float | None:
        """Return the true difference, positive where the candidate is better."""
        own, other = self.value(metric, self.candidate), self.value(metric, 1.0)
        if own is None or other is None:
            return None
        return own - other if metric == "r2" else other - own

    def relative(self, metric: str) -> float:
        """Return the true drop as a share of the baseline's value."""
        difference, baseline = self.difference(metric), self.value(metric, 1.0)
        if difference is None or baseline is None:
            raise ValueError(f"{metric} has no formula here")
        return -difference / abs(baseline)


World = Classes | Numbers
