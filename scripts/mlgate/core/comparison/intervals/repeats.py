"""Repeated training: how much of a difference is the recipe's, and how much the seed's luck.

Seeds and rows are crossed: each of S trainings predicts the same n rows. With seed, row and residual effects the mean
difference has the variance s_seed / S + s_row / n + s_residual / (S n). The spread of the seeds' means and that of the
rows' means each hold the residual part, so one of the two is taken out again; t has Satterthwaite's degrees of freedom
(1946, Biometrics Bulletin 2, 110-114). It judges the recipe, not the model that would be promoted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.distributions import student_quantile
from mlgate.core.comparison.intervals.spread import error_of

if TYPE_CHECKING:
    from mlgate.core.comparison.intervals.difference import Limits
    from mlgate.core.comparison.intervals.spread import Array, Sampling

FEWEST_SEEDS = 3


@dataclass(frozen=True, kw_only=True)
class RepeatedDifference:
    """The mean difference over seeds and rows.

    Attributes:
        estimate: Mean over seeds, positive where the candidate is better.
        by_seeds: Variance of the mean as the spread of the seeds' values tells it.
        by_rows: Variance of the mean as the spread of the rows tells it.
        residual: The variance that both of these hold.
        seeds: How many.
        row_degrees: Degrees of freedom of `by_rows`.
    """

    estimate: float
    by_seeds: float
    by_rows: float
    residual: float
    seeds: int
    row_degrees: float
    method: str = "two-way-t"

    @property
    def variance(self) -> float:
        """Return the variance of the mean; never below either of its parts."""
        return max(self.by_seeds + self.by_rows - self.residual, self.by_seeds, self.by_rows)

    @property
    def degrees(self) -> float:
        """Return Satterthwaite's degrees of freedom."""
        spread = self.by_seeds**2 / (self.seeds - 1) + self.by_rows**2 / self.row_degrees
        return self.variance**2 / spread if spread > 0 else float(self.seeds - 1)

    @property
    def seed_share(self) -> float:
        """Return the share of the variance that is the seed's, from 0 to 1."""
        return min(1.0, max(0.0, self.by_seeds - self.residual) / self.variance) if self.variance > 0 else 0.0

    def limits(self, tail: float) -> Limits:
        """Return the interval that leaves the probability `tail` on each side."""
        reach = -student_quantile(tail, self.degrees) * math.sqrt(self.variance)
        return self.estimate - reach, self.estimate + reach


def repeated(sampling: Sampling, values: Array, influence: Array) -> RepeatedDifference:
    """Return the mean difference of repeated trainings.

    Args:
        sampling: How the rows were drawn.
        values: Shape (seeds,), each training's difference.
        influence: Shape (seeds, n), the rows' influence on it, up to a constant.

    Raises:
        ValueError: There are fewer than three seeds, whose spread nothing could be said of.
    """
    seeds = len(values)
    if seeds < FEWEST_SEEDS:
        raise ValueError(f"{seeds} trainings do not tell the seed's part: set `train.repeats` to at least 3")
    common = influence.mean(axis=0)
    rows = error_of(sampling, common)
    own = math.fsum(error_of(sampling, row - common).standard ** 2 for row in influence)
    return RepeatedDifference(
        estimate=float(np.mean(values)),
        by_seeds=float(np.var(values, ddof=1)) / seeds,
        by_rows=rows.standard**2,
        residual=own / (seeds * (seeds - 1)),
        seeds=seeds,
        row_degrees=rows.degrees,
    )
