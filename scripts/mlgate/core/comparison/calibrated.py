"""What the report shows of how far probabilities are from shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison.metrics import calibration
from mlgate.core.comparison.metrics.calibration_measures import OfCalibration
from mlgate.core.config.model import Task
from mlgate.core.documents.comparison import Calibration

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Side


def calibrated(side: Side) -> Calibration | None:
    """Return a side's calibration; None without probabilities, or where it has none."""
    predictions = side.predictions
    if side.truth.task is Task.REGRESSION or predictions.scores is None or predictions.not_probabilities is not None:
        return None
    if OfCalibration().undefined(side) is not None:
        return None
    told = calibration.in_order(side) if side.truth.task is Task.BINARY else calibration.forecast(side)
    bins = calibration.reliability(told)
    parts = calibration.brier_parts(told, bins)
    return Calibration(
        side=predictions.name,
        calibration_error=rounded(calibration.CalibrationError(told).value),
        expected_calibration_error=rounded(calibration.expected_calibration_error(told)),
        reliability=rounded(parts.reliability),
        resolution=rounded(parts.resolution),
        uncertainty=rounded(parts.uncertainty),
        within=rounded(parts.within),
        rows=tuple(int(rows) for rows in bins.rows),
        probability=_floats(bins.probability),
        hit=_floats(bins.hit),
    )


def _floats(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(rounded(float(value)) for value in values)
