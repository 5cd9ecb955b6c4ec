"""The squared calibration error as a measure that rules can be judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.comparison.intervals.quadratic import QuadraticDifference, alone
from mlgate.core.comparison.intervals.unseen import Unseen
from mlgate.core.comparison.metrics.calibration import CalibrationError, forecast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlgate.core.comparison.metrics.protocols import Difference, HasLimits
    from mlgate.core.comparison.sides import Side


@dataclass(frozen=True)
class OfCalibration:
    """The debiased squared calibration error."""

    def undefined(self, side: Side) -> str | None:
        """Return why, if there is no pair of independent rows."""
        if len(side.truth.classes) < 2:
            return "the holdout has one class only"
        units = side.truth.sampling.clusters or side.truth.n
        return None if units > 1 else "all rows are one independent row, and its error is estimated from pairs"

    def value(self, side: Side) -> float:
        """Return the error; of a well calibrated model it is about zero, and as often below."""
        return CalibrationError(forecast(side)).value

    def alone(self, side: Side) -> HasLimits:
        """Return the interval of the U-statistic."""
        return alone(CalibrationError(forecast(side)), side.truth.sampling)

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the difference of the two U-statistics."""
        sampling, own = candidate.truth.sampling, CalibrationError(forecast(candidate))
        if np.array_equal(candidate.scores, baseline.scores):
            return Unseen(n=sampling.units_seen, reach=_reach, value=own.value)
        return QuadraticDifference(sampling=sampling, candidate=own, baseline=CalibrationError(forecast(baseline)))

    def carriers(self, candidate: Side, baseline: Side) -> NDArray[np.bool_]:
        """Return the rows whose scores differ."""
        differ = candidate.scores != baseline.scores
        return np.asarray(differ if differ.ndim == 1 else differ.any(axis=1))


def _reach(share: float) -> float:
    """Return how far the error moves at most: of rows moved from end to end, means move by twice their share."""
    return min(1.0, 4 * share)
