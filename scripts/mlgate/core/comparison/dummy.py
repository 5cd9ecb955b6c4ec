"""The dummy baseline: what can be said without looking at the features, as scikit-learn's dummy estimators say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.sides import Predictions
from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Truth

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

SEED = 20_261_124


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What a dummy knows of the label.

    Attributes:
        shares: Of each class of the truth; empty for regression.
        mean: Of the label, for regression.
    """

    shares: tuple[float, ...] = ()
    mean: float = 0.0


def dummies(truth: Truth, prior: Prior) -> tuple[Predictions, ...]:
    """Return the constant baseline and, for classes, the stratified one.

    `majority` predicts the most frequent class with the classes' shares as scores. `stratified` draws a class for each
    row, in key order, with probability 1: the draws are the upper 53 bits of NumPy's PCG64 stream at a fixed seed.
    """
    if truth.task is Task.REGRESSION:
        return (Predictions(name="mean", values=np.full(truth.n, prior.mean)),)
    shares = np.array(prior.shares)
    constant = np.full(truth.n, int(shares.argmax()), dtype=np.int64)
    drawn = _draw(shares, truth.n)
    spread = np.broadcast_to(shares, (truth.n, len(shares)))
    return (
        Predictions(name="majority", codes=constant, scores=_scores(truth, spread)),
        Predictions(name="stratified", codes=drawn, scores=_scores(truth, np.eye(len(shares))[drawn])),
    )


def _draw(shares: Array, n: int) -> Indices:
    uniform = (np.random.PCG64(SEED).random_raw(n) >> np.uint64(11)) * 2.0**-53
    ends = np.cumsum(shares)[:-1]
    return np.searchsorted(ends, uniform, side="right").astype(np.int64)


def _scores(truth: Truth, probabilities: Array) -> Array:
    if truth.task is Task.BINARY and probabilities.shape[1] > truth.positive:
        return np.ascontiguousarray(probabilities[:, truth.positive])
    return probabilities
