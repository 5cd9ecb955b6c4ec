"""Score interval for the difference of any confusion-table metric between two models on the same rows.

The joint table (true class x candidate's x baseline's prediction) is one multinomial. For a hypothetical difference the
cell probabilities are refitted by maximum likelihood, the standard error is taken there, and the limits are where the
statistic reaches the normal quantile: Tango's method for any table. The cost does not depend on the number of rows.

With a linear constraint the refit is n_i / (N (1 + t c_i)) with one unknown t, and a cell with no
rows takes mass only at the end of t's range. A smooth metric is linearised again and again at the last solution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CELLS = (1, 2, 3)
REFITS = 160
SWINGING = 60
SETTLED = 1e-12
STEPS = 100
CUTS = 40
FAR = 40.0  # a statistic beyond it tells nothing more


class TableFunction(Protocol):
    """A smooth function of a confusion table, with values from -1 to 1."""

    def value(self, table: Array) -> Array:
        """Return the function of tables of shape (..., classes, predictions)."""
        ...

    def gradient(self, table: Array) -> Array:
        """Return its derivative by every cell, in the table's shape, for tables of shares (their sum is 1)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Joint:
    """The joint table of one comparison, or of many at once.

    Attributes:
        metric: What is compared.
        counts: Shape (problems, k, k, k): true class, candidate's, baseline's; (problems, k, k, 1) for one side alone.
        scale: What the baseline's value is multiplied by.
    """

    metric: TableFunction
    counts: Array
    scale: float = 1.0

    @property
    def paired(self) -> bool:
        """Return whether there is a baseline."""
        return bool(self.counts.shape[-1] > 1)

    def difference(self, shares: Array) -> Array:
        """Return the metric of the candidate minus that of the baseline; of the candidate where it is alone."""
        own = self.metric.value(shares.sum(axis=3))
        return np.asarray(own - self.scale * self.metric.value(shares.sum(axis=2)) if self.paired else own)

    def gradient(self, shares: Array) -> Array:
        """Return the derivative of `difference` by every cell."""
        own = self.metric.gradient(shares.sum(axis=3))[..., :, None]
        if not self.paired:
            return own
        return np.asarray(own - self.scale * self.metric.gradient(shares.sum(axis=2))[..., :, None, :])


def score(joint: Joint, at: Array) -> Array:
    """Return the statistic z of the hypothesis that the difference is `at`, one value a problem."""
    return _statistic(joint, at, refit(joint, at))


def _statistic(joint: Joint, at: Array, shares: Array) -> Array:
    total = joint.counts.sum(axis=CELLS)
    gradient = joint.gradient(shares)
    mean = (shares * gradient).sum(axis=CELLS, keepdims=True)
    variance = (shares * (gradient - mean) ** 2).sum(axis=CELLS) / total
    estimate = joint.difference(joint.counts / _cells(total))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (estimate - at) / np.sqrt(variance)
    return np.where(np.isnan(z), 0.0, z)


def refit(joint: Joint, at: Array, start: Array | None = None) -> Array:
    """Return the most likely cell shares under which the difference is `at` (nearly so, where no table reaches it).

    The refit is a fixed point. Steps towards it are scaled by the secant of the last two (Barzilai and Borwein), as
    plain ones can swing for ever; where empty cells compete for mass, so that these swing too, they shrink.

    Args:
        joint: The tables.
        at: Hypothetical differences, one a problem.
        start: Shares to begin from, such as those of a hypothesis nearby; by default the observed ones.
    """
    weights = joint.counts / joint.counts.sum(axis=CELLS, keepdims=True)
    shares = weights if start is None else start
    result, open_ = shares.copy(), np.arange(len(weights))
    target, scale, before = at, np.ones(len(weights)), np.zeros_like(weights)
    for step in range(REFITS):
        part = replace(joint, counts=shares)
        gradient = part.gradient(shares)
        aim = target - part.difference(shares) + (shares * gradient).sum(axis=CELLS)
        move = _tilted(weights, gradient - _cells(aim)) - shares
        if step:
            scale = _scaled(scale, move, before) if step < SWINGING else np.full(len(move), 2.0 / (step - SWINGING + 4))
        scale = np.minimum(scale, _room(shares, move))
        shares, before = np.maximum(shares + _cells(scale) * move, 0.0), move
        result[open_] = shares
        going = np.abs(move).max(axis=CELLS) >= SETTLED
        if not going.any():
            break
        if not going.all():
            open_, weights, shares, before = open_[going], weights[going], shares[going], before[going]
            target, scale = target[going], scale[going]
    return np.asarray(result)


def _cells(values: Array) -> Array:
    return np.asarray(values[:, None, None, None])


def _scaled(scale: Array, move: Array, before: Array) -> Array:
    change = move - before
    with np.errstate(divide="ignore", invalid="ignore"):
        secant = -scale * (before * change).sum(axis=CELLS) / (change * change).sum(axis=CELLS)
    return np.where(np.isfinite(secant) & (secant > 0), np.clip(secant, 0.05, 8.0), 0.5)


def _room(shares: Array, move: Array) -> Array:
    """Return how long a step may be: a whole one always, a longer one as far as every share stays above zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(move < 0, shares / -move, np.inf).min(axis=CELLS)
    return np.asarray(np.maximum(1.0, 0.9 * room))


def _tilted(weights: Array, slopes: Array) -> Array:
    """Return shares w / (1 + t s) with sum of share x slope zero, by a safeguarded Newton search for t.

    Where no t does it, the cell at the end of t's range has no rows and takes the missing mass.
    """
    flat, w = slopes.reshape(len(slopes), -1), weights.reshape(len(weights), -1)
    least, most = flat.min(axis=1), flat.max(axis=1)
    feasible = (least < 0) & (most > 0)
    low = np.where(feasible, -1 / np.where(feasible, most, 1.0), 0.0)
    high = np.where(feasible, -1 / np.where(feasible, least, -1.0), 0.0)
    t = _root(w, flat, low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(w > 0, w / (1 + t[:, None] * flat), 0.0)
    missing = -(shares * flat).sum(axis=1)
    end = np.where(missing > 0, flat.argmax(axis=1), flat.argmin(axis=1))
    rows = np.arange(len(flat))
    with np.errstate(divide="ignore", invalid="ignore"):
        extra = np.where(feasible & (w[rows, end] == 0), missing / flat[rows, end], 0.0)
    shares[rows, end] += extra
    shares /= shares.sum(axis=1, keepdims=True)
    return np.asarray(shares.reshape(weights.shape))


def _root(w: Array, slopes: Array, low: Array, high: Array) -> Array:
    """Return where sum w s / (1 + t s), which falls with t, crosses zero in [low, high]; an end if it does not."""
    t = np.zeros_like(low)
    at_low, at_high = (_balance(w, slopes, end)[0] for end in (low, high))
    low, high = np.where(at_high >= 0, high, low), np.where(at_low <= 0, low, high)
    t = np.where(low == high, low, t)  # the root is beyond an end, which an empty cell sets
    for _ in range(STEPS):
        value, steepness = _balance(w, slopes, t)
        low, high = np.where(value > 0, t, low), np.where(value > 0, high, t)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = t + value / steepness
        inside = (newton > low) & (newton < high)
        following = np.where(low >= high, t, np.where(inside, newton, 0.5 * (low + high)))
        settled = np.abs(following - t) <= 1e-15 * np.abs(high - low) + 1e-300
        t = following
        if settled.all():
            break
    return t


def _balance(w: Array, slopes: Array, t: Array) -> tuple[Array, Array]:
    """Return sum w s / (1 + t s) over cells with rows, and how fast it falls with t."""
    with np.errstate(divide="ignore", invalid="ignore"):
        tilted = np.where(w > 0, slopes / (1 + t[:, None] * slopes), 0.0)
        return (w * tilted).sum(axis=1), (w * tilted * tilted).sum(axis=1)


def limits(joint: Joint, z: float) -> tuple[Array, Array]:
    """Return the low and high limit of the difference, one of each a problem."""
    total = joint.counts.sum(axis=CELLS, keepdims=True)
    estimate = joint.difference(joint.counts / total)
    end = np.full_like(estimate, 1 + joint.scale if joint.paired else 1.0)
    both = replace(joint, counts=np.concatenate([joint.counts, joint.counts]))
    aim = np.concatenate([np.full_like(estimate, z), np.full_like(estimate, -z)])
    start = np.concatenate([-end, estimate])
    stop = np.concatenate([estimate, end])
    found = _illinois(both, aim, start, stop)
    return found[: len(estimate)], found[len(estimate) :]


def _illinois(joint: Joint, aim: Array, low: Array, high: Array) -> Array:
    """Return where the statistic, which falls with the hypothesis, is `aim`: regula falsi with the Illinois change."""
    lower, upper = FAR - np.minimum(aim, 0.0), -FAR - np.maximum(aim, 0.0)
    lower, upper = np.where(aim > 0, lower, -aim), np.where(aim > 0, -aim, upper)
    last, at, shares = np.zeros_like(aim), low, None
    for _ in range(CUTS):
        at = (low * upper - high * lower) / (upper - lower)
        shares = refit(joint, at, shares)
        value = np.clip(_statistic(joint, at, shares), -FAR, FAR) - aim
        side = np.sign(value)
        again = side == last  # the same end has moved twice: halve the other one's value
        upper = np.where(side > 0, np.where(again, upper / 2, upper), value)
        lower = np.where(side > 0, value, np.where(again, lower / 2, lower))
        low, high = np.where(side > 0, at, low), np.where(side > 0, high, at)
        last = side
        if (np.abs(value) < 1e-11).all() or (high - low).max() < 1e-13:
            break
    return np.asarray(at)
