"""Repeated training: how much of a difference is the recipe's, and how much the seed's luck.

Seeds and rows are crossed: each of S trainings predicts the same n rows. With seed, row and residual effects the mean
difference has the variance s_seed / S + s_row / n + s_residual / (S n). The spread of the seeds' means and that of the
rows' means each hold the residual part, so it is taken out of the latter. The quantile is Cochran and Cox's (1957,
Experimental Designs, 2nd edition, section 4.14): each part's own t, weighted by the part. Satterthwaite's single t
covers only 92 to 93 % with three seeds that differ much, as it takes the estimated parts for the true ones.

It judges the recipe, not the model that would be promoted.
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
    def rows_alone(self) -> float:
        """Return the rows' variance without the residual part, which `by_seeds` holds."""
        return max(self.by_rows - self.residual, 0.0)

    @property
    def variance(self) -> float:
        """Return the variance of the mean."""
        return self.by_seeds + self.rows_alone

    @property
    def seed_share(self) -> float:
        """Return the share of the variance that is the seed's, from 0 to 1."""
        return min(1.0, max(0.0, self.by_seeds - self.residual) / self.variance) if self.variance > 0 else 0.0

    def limits(self, tail: float) -> Limits:
        """Return the interval that leaves the probability `tail` on each side."""
        if self.variance == 0:
            return self.estimate, self.estimate
        of_seeds, of_rows = (student_quantile(tail, degrees) for degrees in (self.seeds - 1, self.row_degrees))
        quantile = (self.by_seeds * of_seeds + self.rows_alone * of_rows) / self.variance
        reach = -quantile * math.sqrt(self.variance)
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
