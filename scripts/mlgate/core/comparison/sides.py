"""What is compared: the holdout's truth and one side's predictions, aligned row by row in key order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from mlgate.core.comparison.metrics.margins import Margins
from mlgate.core.comparison.metrics.names import Needs
from mlgate.core.comparison.metrics.ranking import Ranking
from mlgate.core.config.model import Task
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mlgate.core.comparison.columns import Column
    from mlgate.core.comparison.intervals.spread import Sampling
    from mlgate.core.comparison.metrics.ranking import Ranked

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]
    Rows = Indices | slice

S = TypeVar("S", bound=np.generic)
FEW_CLASSES = 16  # of which a whole confusion table is counted
EPSILON = float(np.finfo(np.float64).eps)  # scikit-learn's clip of probabilities in log-loss


@dataclass(frozen=True, kw_only=True)
class Truth:
    """The holdout's labels.

    Attributes:
        task: What the label is.
        sampling: How its rows were drawn.
        classes: Label values in sorted order; empty for regression.
        codes: Shape (n,), the class of each row as an index into `classes`; empty for regression.
        values: Shape (n,), the label of each row for regression; else empty.
        positive: Index of the positive class of a binary label.
        hidden: Whether the label's values must not be shown.
        columns: Columns of the holdout that rules divide rows by, by name.
    """

    task: Task
    sampling: Sampling
    classes: tuple[str, ...] = ()
    codes: Indices = field(default_factory=lambda: np.empty(0, np.int64))
    values: Array = field(default_factory=lambda: np.empty(0))
    positive: int = 1
    hidden: bool = False
    columns: Mapping[str, Column] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the classes as they may be shown: numbered where the label is redacted."""
        return tuple(f"class {k}" for k in range(len(self.classes))) if self.hidden else self.classes

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return self.sampling.n

    @cached_property
    def class_counts(self) -> tuple[int, ...]:
        """Return the rows of each class."""
        return tuple(int(c) for c in np.bincount(self.codes, minlength=len(self.classes)))

    @cached_property
    def class_shares(self) -> tuple[float, ...]:
        """Return each class's share of the rows, or of their weight."""
        counts = np.bincount(self.codes, weights=self.sampling.weight, minlength=len(self.classes))
        return tuple(float(share) for share in counts / counts.sum())

    def within(self, rows: Rows) -> Truth:
        """Return the truth of some rows, with the same classes."""
        return replace(
            self,
            sampling=self.sampling.within(rows),
            codes=self.codes[rows] if len(self.codes) else self.codes,
            values=self.values[rows] if len(self.values) else self.values,
            columns={name: column.within(rows) for name, column in self.columns.items()},
        )

    @property
    def smaller_class(self) -> int:
        """Return the rows of the rarest class; of a regression, all rows."""
        return min(self.class_counts, default=self.n)


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """One side's predictions, in the rows' order of the truth.

    Attributes:
        name: `candidate`, or the baseline's name.
        codes: Shape (n,), predicted classes as indices; None if there are none.
        values: Shape (n,), predicted numbers of a regression; None if there are none.
        scores: Shape (n,) for a binary label, of the positive class; (n, classes) for more; None if there are none.
        problems: Why a kind of column cannot be used, where it cannot.
        not_probabilities: Why `scores` serve only for ranking, where they do.
        own: By name of a user's metric, its number of each row (shape (n,), finite), or why there is none.
    """

    name: str
    codes: Indices | None = None
    values: Array | None = None
    scores: Array | None = None
    problems: Mapping[Needs, Reason] = field(default_factory=dict)
    not_probabilities: Reason | None = None
    own: Mapping[str, Array | Reason] = field(default_factory=dict)

    def problem(self, needs: Needs) -> Reason | None:
        """Return why metrics that need this kind of column cannot be computed, or None."""
        if needs in self.problems:
            return self.problems[needs]
        there = (self.scores,) if needs is Needs.SCORE else (self.codes, self.values)
        if any(column is not None for column in there):
            return None
        return Reason(id="predictions-column-missing", message=f"{self.name} has no column `{needs}`")

    def own_problem(self, name: str) -> Reason | None:
        """Return why a metric of the user's cannot be computed, or None."""
        found = self.own.get(name)
        if found is None:
            return Reason(id="predictions-column-missing", message=f"{self.name} has no number of each row for {name}")
        return found if isinstance(found, Reason) else None

    def within(self, rows: Rows) -> Predictions:
        """Return the predictions of some rows."""
        return replace(
            self,
            codes=_part(self.codes, rows),
            values=_part(self.values, rows),
            scores=_part(self.scores, rows),
            own={name: found if isinstance(found, Reason) else found[rows] for name, found in self.own.items()},
        )

    def equals(self, other: Predictions) -> bool:
        """Return whether both sides predict the same, in every column and on every row."""
        pairs = [(self.codes, other.codes), (self.values, other.values), (self.scores, other.scores)]
        pairs += [(_numbers(self.own.get(name)), _numbers(other.own.get(name))) for name in {*self.own, *other.own}]
        return all(np.array_equal(a, b) if a is not None and b is not None else a is b for a, b in pairs)


def _numbers(own: Array | Reason | None) -> Array | None:
    return None if isinstance(own, Reason) else own


class Side:
    """One side's predictions beside the truth: what metrics are computed from, each at most once.

    Args:
        truth: The holdout.
        predictions: The side's.
        orders: Where they are known already, the rows in ascending order of score: one of each ranking.
    """

    def __init__(self, truth: Truth, predictions: Predictions, orders: tuple[Indices, ...] | None = None) -> None:
        self.truth = truth
        self.predictions = predictions
        self._orders = orders
        self._joints: dict[Side, Array] = {}

    def within(self, rows: Rows, truth: Truth | None = None, orders: tuple[Indices, ...] | None = None) -> Side:
        """Return the side on some rows.

        Args:
            rows: Which, in ascending order.
            truth: That of the rows, where it has been made for another side already.
            orders: As of the class, counted within the rows.
        """
        return Side(truth or self.truth.within(rows), self.predictions.within(rows), orders)

    @property
    def codes(self) -> Indices:
        """Return the predicted classes."""
        return _given(self.predictions.codes)

    @property
    def scores(self) -> Array:
        """Return the scores."""
        return _given(self.predictions.scores)

    @cached_property
    def table(self) -> Array:
        """Return the confusion table, true class first: rows, or their weights."""
        k = len(self.truth.classes)
        cells = np.bincount(self.truth.codes * k + self.codes, weights=self.truth.sampling.weight, minlength=k * k)
        return cells.reshape(k, k).astype(np.float64)

    @cached_property
    def margins(self) -> Margins:
        """Return the confusion table's margins, which are there however many classes it has."""
        if len(self.truth.classes) <= FEW_CLASSES:
            return Margins.of(self.table)
        weight = self.truth.sampling.weight
        return Margins.counted(self.truth.codes, self.codes, weight, len(self.truth.classes))

    def joint(self, other: Side) -> Array:
        """Return the rows, or their weights, by true class, this side's and the other's prediction; counted once."""
        if other not in self._joints:
            k = len(self.truth.classes)
            codes = (self.truth.codes * k + self.codes) * k + other.codes
            counts = np.bincount(codes, weights=self.truth.sampling.weight, minlength=k**3)
            self._joints[other] = counts.reshape(k, k, k).astype(np.float64)
        return self._joints[other]

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """Return which rows are predicted rightly."""
        return np.asarray(self.codes == self.truth.codes)

    def within_top(self, k: int) -> NDArray[np.bool_]:
        """Return the rows whose class is among the `k` with the highest scores; of equal ones the last counts first.

        Args:
            k: How many classes count.
        """
        given = self.scores[np.arange(self.truth.n), self.truth.codes][:, None]
        later = np.arange(self.scores.shape[1]) > self.truth.codes[:, None]
        before = (self.scores > given) | ((self.scores == given) & later)
        return np.asarray(before.sum(axis=1) < k)

    @cached_property
    def pooled(self) -> Ranking:
        """Return every pair of a row and a class ranked by its score: what micro averages are of."""
        positive = np.arange(self.scores.shape[1]) == self.truth.codes[:, None]
        weight = self.truth.sampling.weight
        repeated = None if weight is None else np.repeat(weight, self.scores.shape[1])
        return Ranking(positive.ravel(), self.scores.ravel(), repeated)

    @cached_property
    def rankings(self) -> tuple[Ranking, ...]:
        """Return the rows ranked by the positive class's score, or by each class's in turn."""
        weight, codes = self.truth.sampling.weight, self.truth.codes
        classes = [self.truth.positive] if self.scores.ndim == 1 else range(self.scores.shape[1])
        columns = self.scores[:, None] if self.scores.ndim == 1 else self.scores
        orders = self._orders or (None,) * len(classes)
        return tuple(
            Ranking(codes == k, column, weight, order)
            for k, column, order in zip(classes, columns.T, orders, strict=True)
        )

    @cached_property
    def areas(self) -> tuple[Ranked, ...]:
        """Return the ROC-AUC of each ranking."""
        return tuple(ranking.roc_auc() for ranking in self.rankings)

    @cached_property
    def precisions(self) -> tuple[Ranked, ...]:
        """Return the average precision of each ranking."""
        return tuple(ranking.average_precision() for ranking in self.rankings)

    @cached_property
    def log_losses(self) -> Array:
        """Return minus the logarithm of the probability given to the true class, clipped as scikit-learn does."""
        if self.truth.task is Task.BINARY:
            given = np.where(self.truth.codes == self.truth.positive, self.scores, 1 - self.scores)
        else:
            given = self.scores[np.arange(self.truth.n), self.truth.codes]
        return np.asarray(-np.log(np.clip(given, EPSILON, 1 - EPSILON)))

    @cached_property
    def brier_losses(self) -> Array:
        """Return squared distances from the truth; half the sum over classes where there are two."""
        if self.truth.task is Task.BINARY:
            return np.asarray((self.scores - (self.truth.codes == self.truth.positive)) ** 2)
        squares = (self.scores * self.scores).sum(axis=1)
        given = self.scores[np.arange(self.truth.n), self.truth.codes]
        return np.asarray(squares - 2 * given + 1)

    @property
    def values(self) -> Array:
        """Return the predicted numbers."""
        return _given(self.predictions.values)

    @cached_property
    def residuals(self) -> Array:
        """Return truth minus prediction."""
        return np.asarray(self.truth.values - self.values)

    @cached_property
    def squares(self) -> Array:
        """Return squared residuals."""
        return np.asarray(self.residuals * self.residuals)

    @cached_property
    def distances(self) -> Array:
        """Return absolute residuals."""
        return np.abs(self.residuals)


def _part(column: NDArray[S] | None, rows: Rows) -> NDArray[S] | None:
    return None if column is None else column[rows]


def _given(column: NDArray[S] | None) -> NDArray[S]:
    if column is None:
        raise ValueError("a metric was asked of a side without the column that it needs")
    return column
