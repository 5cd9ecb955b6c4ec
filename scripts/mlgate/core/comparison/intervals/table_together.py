"""Score limits and statistics of many joint tables at once: those of `table_score`, found faster.

At the refitted shares p a Lagrange multiplier t says how far the hypothesis lies from what was seen:

    p_i (1 + t c_i(p)) = w_i,    c = gradient of the difference, less its mean under p,

with w the observed shares. `table_score` looks for p at each hypothesis, and for the hypothesis at which the statistic
is the quantile. Here p and t are found together, as the fixed point of one map: p from t, and t scaled by how far it
misses its aim, since both the statistic and the distance are nearly proportional to it. The steps are accelerated by
Anderson's mixing (Walker and Ni, 2011, SIAM Journal on Numerical Analysis 49, 1715-1735), and every operation is on all
tables. A cell without rows keeps no mass while 1 + t c_i is not negative there. Where it is, and where anything else
does not settle, the answer is `table_score`'s.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mlgate.core.comparison.intervals import table_score

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from mlgate.core.comparison.intervals.table_score import Joint, TableFunction

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]
    Reached = Callable[["_Point"], Array]

ROUNDS = 60
MEMORY = 4
SETTLED = 1e-12
AIMED = 1e-11
LONGEST = 0.9  # of the way to a share of zero
LEAST = 0.02  # of a share that a mixed step may leave of it


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Many joint tables of one shape, each with its metric.

    Attributes:
        shares: Shape (tables, k, k, k), or (tables, k, k, 1) for one side alone; what was seen.
        rows: Shape (tables,).
        metrics: One a table; those of a kind side by side.
        scale: Shape (tables,), what the baseline's value is multiplied by.
    """

    shares: Array
    rows: Array
    metrics: tuple[TableFunction, ...]
    scale: Array

    @classmethod
    def of(cls, joints: Sequence[Joint]) -> Tables:
        """Return the tables of joints with one table each, in their order."""
        counts = np.concatenate([joint.counts for joint in joints])
        rows = counts.sum(axis=(1, 2, 3))
        return cls(
            shares=counts / rows[:, None, None, None],
            rows=rows,
            metrics=tuple(joint.metric for joint in joints),
            scale=np.array([joint.scale for joint in joints]),
        )

    @cached_property
    def seen(self) -> Array:
        """Return the differences of what was seen."""
        return self.difference(self.shares)

    def only(self, chosen: Indices) -> Tables:
        """Return some of the tables, by their numbers."""
        return Tables(
            shares=self.shares[chosen],
            rows=self.rows[chosen],
            metrics=tuple(self.metrics[i] for i in chosen.tolist()),
            scale=self.scale[chosen],
        )

    @cached_property
    def _functions(self) -> list[tuple[TableFunction, slice]]:
        """Return the functions to be called, and the tables of each: one for all neighbours of a kind."""
        runs = [list(run) for _, run in itertools.groupby(enumerate(self.metrics), key=lambda pair: kind(pair[1]))]
        return [
            (_one(tuple(metric for _, metric in run), self.shares.shape[1]), slice(run[0][0], run[-1][0] + 1))
            for run in runs
        ]

    def difference(self, shares: Array) -> Array:
        """Return the metric of the candidate minus that of the baseline; of the candidate where it is alone."""
        own = self._value(shares.sum(axis=3))
        return own - self.scale * self._value(shares.sum(axis=2)) if shares.shape[3] > 1 else own

    def gradient(self, shares: Array) -> Array:
        """Return the derivative of `difference` by every cell."""
        own = self._gradient(shares.sum(axis=3))[..., :, None]
        if shares.shape[3] == 1:
            return own
        other = self.scale[:, None, None] * self._gradient(shares.sum(axis=2))
        return np.asarray(own - other[..., :, None, :])

    def _value(self, tables: Array) -> Array:
        return np.concatenate([metric.value(tables[part]) for metric, part in self._functions])

    def _gradient(self, tables: Array) -> Array:
        return np.concatenate([metric.gradient(tables[part]) for metric, part in self._functions])


def kind(metric: TableFunction) -> object:
    """Return what is equal for metrics that are evaluated in one go."""
    return type(metric) if getattr(metric, "stackable", False) else metric


def _one(metrics: tuple[TableFunction, ...], classes: int) -> TableFunction:
    """Return one function for as many tables."""
    first: Any = metrics[0]
    return first.stacked(metrics, classes) if getattr(first, "stackable", False) else first  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class _Point:
    """What holds at some shares.

    Attributes:
        slopes: Shape (tables, cells), the gradient less its mean.
        away: How far the difference lies from what was seen.
        error: The standard error of the difference.
    """

    slopes: Array
    away: Array
    error: Array


def limits(joints: Sequence[Joint], z: Sequence[float]) -> list[tuple[float, float]]:
    """Return the low and high limit of each joint: where its statistic is `z` and `-z`.

    Args:
        joints: With one table each, all of one shape; those of a kind side by side.
        z: Positive, one a joint.
    """
    twice = Tables.of([joint for joint in joints for _ in range(2)])
    aim = np.array([side * x for x in z for side in (1, -1)])
    ends = twice.seen - _solved(twice, aim, lambda at: at.away / at.error)[0]
    return [_limits(joint, z[i], float(ends[2 * i]), float(ends[2 * i + 1])) for i, joint in enumerate(joints)]


def _limits(joint: Joint, z: float, low: float, high: float) -> tuple[float, float]:
    if np.isnan(low) or np.isnan(high):
        found = table_score.limits(joint, z)
        return float(found[0][0]), float(found[1][0])
    return low, high


def _solved(tables: Tables, aim: Array, reached: Reached) -> tuple[Array, Array]:
    """Return how far away, and with which error, what is `reached` is the `aim`; NaN where nothing is found."""
    weights = tables.shares.reshape(len(aim), -1)
    away, error, states = _settled(tables, aim, reached, _Refit(weights=weights))
    open_ = np.flatnonzero(np.isnan(away) & np.isfinite(states).all(axis=1) & (weights == 0).any(axis=1))
    if len(open_):
        some = tables.only(open_)
        refit = _RefitWithMass.of(some, states[open_])
        away[open_], error[open_], _ = _settled(some, aim[open_], reached, refit)
    return away, error


def _settled(tables: Tables, aim: Array, reached: Reached, refit: _Refit) -> tuple[Array, Array, Array]:
    """Return as `_solved`, by one map, and the last states."""
    away, error = np.full(len(aim), np.nan), np.full(len(aim), np.nan)
    open_, mixer = np.ones(len(aim), dtype=bool), _Mixer(refit.weights > 0)
    with np.errstate(all="ignore"):
        states = refit.first(tables, aim, reached)
        for _ in range(ROUNDS):
            point = _point(tables, states[:, :-1])
            ratio = aim / reached(point)
            images = refit.images(point, states, ratio)
            done = open_ & (np.abs(images - states)[:, :-1].max(axis=1) < SETTLED) & (np.abs(ratio - 1) < AIMED)
            held = done & refit.holds(point, images)
            away[held], error[held] = point.away[held], point.error[held]
            open_ &= ~done & np.isfinite(images).all(axis=1)
            states = np.where(open_[:, None], mixer.next(states, images), images)
            if not open_.any():
                break
    return away, error, states


def _point(tables: Tables, shares: Array) -> _Point:
    whole = shares.reshape(tables.shares.shape)
    gradient = tables.gradient(whole).reshape(shares.shape)
    slopes = gradient - (shares * gradient).sum(axis=1, keepdims=True)
    variance = (shares * slopes * slopes).sum(axis=1) / tables.rows
    return _Point(slopes=slopes, away=tables.seen - tables.difference(whole), error=np.sqrt(variance))


@dataclass(frozen=True, kw_only=True)
class _Refit:
    """The map whose fixed point are the refitted shares and, beside them in a state, the multiplier.

    Attributes:
        weights: Shape (tables, cells), what was seen; a cell without rows stays empty.
    """

    weights: Array

    def first(self, tables: Tables, aim: Array, reached: Reached) -> Array:
        """Return where to begin: what was seen, moved as it would be if the difference were linear."""
        point = _point(tables, self.weights)
        linear = replace(point, away=point.error * point.error * tables.rows)
        return self._state(point.slopes, aim / reached(linear))

    def images(self, point: _Point, states: Array, ratio: Array) -> Array:
        """Return the shares that a multiplier gives which would meet the aim if all were proportional to it.

        Args:
            point: What holds at the states.
            states: Shares and multipliers.
            ratio: The aim over what they reach.
        """
        return self._state(point.slopes, states[:, -1] * np.clip(np.where(ratio > 0, ratio, 1.5), 0.3, 3.0))

    def holds(self, point: _Point, images: Array) -> Flags:
        """Return whether no empty cell would take mass."""
        return np.asarray((1 + images[:, -1:] * point.slopes >= -SETTLED).all(axis=1))

    def _state(self, slopes: Array, t: Array) -> Array:
        steepest = np.where(self.weights > 0, t[:, None] * slopes, 0.0).min(axis=1)
        t = np.where(steepest < -LONGEST, t * (-LONGEST / steepest), t)  # before a share vanishes
        shares = np.where(self.weights > 0, self.weights / (1 + t[:, None] * slopes), 0.0)
        return np.concatenate([shares / shares.sum(axis=1, keepdims=True), t[:, None]], axis=1)


@dataclass(frozen=True, kw_only=True)
class _RefitWithMass(_Refit):
    """The map where one empty cell takes mass: its factor 1 + t c is zero, and its mass is what the aim decides.

    Attributes:
        start: Shares that solve the problem but for that cell.
        cells: Shape (tables,), which cell.
    """

    start: Array
    cells: NDArray[np.int64]

    @classmethod
    def of(cls, tables: Tables, states: Array) -> _RefitWithMass:
        """Return the map on which the empty cell that most wants mass takes it."""
        weights = tables.shares.reshape(len(states), -1)
        with np.errstate(all="ignore"):
            factors = 1 + states[:, -1:] * _point(tables, states[:, :-1]).slopes
        cells = np.where(weights == 0, factors, np.inf).argmin(axis=1)
        return cls(weights=weights, start=states, cells=cells)

    def first(self, tables: Tables, aim: Array, reached: Reached) -> Array:  # noqa: ARG002 - it is known where
        """Return where to begin."""
        return self.start

    def images(self, point: _Point, states: Array, ratio: Array) -> Array:
        """Return the shares that the cell's own multiplier gives, and its mass by Newton's step towards the aim."""
        rows = np.arange(len(states))
        steep = point.slopes[rows, self.cells]
        t = -1 / steep
        mass = np.clip(states[rows, self.cells] - point.away * (ratio - 1) / steep, 0.0, 0.5)
        factors = np.where(self.weights > 0, 1 + t[:, None] * point.slopes, 1.0)
        shares = np.where(factors > 0, self.weights / factors, np.nan)
        shares *= ((1 - mass) / shares.sum(axis=1))[:, None]
        shares[rows, self.cells] = mass
        return np.concatenate([shares, t[:, None]], axis=1)

    def holds(self, point: _Point, images: Array) -> Flags:
        """Return whether the cell has mass, and no other empty one would take some."""
        has = images[np.arange(len(images)), self.cells] > 0
        return np.asarray(has & (images[:, -1] * point.away > 0) & super().holds(point, images))


class _Mixer:
    """Anderson's mixing of the last steps of a fixed-point map, for many states at once.

    Args:
        there: Shape (states, cells), which shares must stay above zero.
    """

    def __init__(self, there: Flags) -> None:
        self.there = there
        self.images: list[Array] = []
        self.steps: list[Array] = []

    def next(self, state: Array, image: Array) -> Array:
        """Return the next state: the mixed one where that is a possible one, else the image."""
        self.images = [*self.images[-MEMORY:], image]
        self.steps = [*self.steps[-MEMORY:], image - state]
        if len(self.steps) == 1:
            return image
        mixed = image - np.einsum("sdh,sh->sd", _changes(self.images), self._weights())
        shares, plain = mixed[:, :-1], image[:, :-1]
        mixed[:, :-1] /= shares.sum(axis=1, keepdims=True)
        possible = (np.where(self.there, shares > LEAST * plain, True)).all(axis=1) & np.isfinite(mixed).all(axis=1)
        possible &= mixed[:, -1] * image[:, -1] > 0
        return np.where(possible[:, None], mixed, image)

    def _weights(self) -> Array:
        """Return how much of each earlier change to take back: least squares on the last step, barely damped."""
        changes = _changes(self.steps)
        square = np.einsum("sdh,sde->she", changes, changes)
        damped = square + (1e-12 * np.einsum("shh->s", square) + 1e-300)[:, None, None] * np.eye(square.shape[1])
        right = np.einsum("sdh,sd->sh", changes, self.steps[-1])
        usable = np.isfinite(damped).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
        damped = np.where(usable[:, None, None], damped, np.eye(square.shape[1]))
        right = np.where(usable[:, None], right, 0.0)
        return np.asarray(np.linalg.solve(damped, right[:, :, None])[:, :, 0])


def _changes(values: Sequence[Array]) -> Array:
    return np.stack([after - before for before, after in itertools.pairwise(values)], axis=2)


def scores(joints: Sequence[Joint], at: Sequence[float]) -> list[float]:
    """Return the statistic of each joint for the hypothesis that its difference is `at`; as of `limits`."""
    tables, hypotheses = Tables.of(joints), np.asarray(at, dtype=np.float64)
    aim = tables.seen - hypotheses
    away, error = _solved(tables, aim, lambda point: point.away)
    with np.errstate(all="ignore"):
        found = np.where(aim == 0, 0.0, away / error)
    return [
        float(table_score.score(joint, hypotheses[i : i + 1])[0]) if np.isnan(found[i]) else float(found[i])
        for i, joint in enumerate(joints)
    ]
