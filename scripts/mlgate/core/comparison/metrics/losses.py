"""What each row adds to a metric that is a mean, and where a row has no such number."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mlgate.core.config.model import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mlgate.core.comparison.sides import Side

    Array = NDArray[np.float64]


def defined(side: Side) -> str | None:
    """Return why a mean has no value: of classes, if only one is there."""
    if side.truth.task is not Task.REGRESSION and len(side.truth.classes) < 2:
        return "the holdout has one class only"
    return None


def logarithmic(side: Side) -> Array:
    """Return squared differences of log(1 + value)."""
    return np.asarray((np.log1p(side.truth.values) - np.log1p(side.values)) ** 2)


def no_logarithm(side: Side) -> str | None:
    """Return why `logarithmic` has no value, if a number is -1 or less."""
    for values, what in ((side.truth.values, "the label"), (side.values, "the prediction")):
        if rows := int((values <= -1).sum()):
            return f"{what} of {rows} rows is -1 or less, which has no logarithm after adding 1"
    return None


def relative(side: Side) -> Array:
    """Return absolute residuals as shares of the label."""
    return np.asarray(side.distances / np.abs(side.truth.values))


def no_share(side: Side) -> str | None:
    """Return why `relative` has no value, if a label is 0."""
    zeros = int((side.truth.values == 0).sum())
    return f"the label of {zeros} rows is 0, and it divides by the label" if zeros else None


def centred_squares(side: Side) -> Array:
    """Return squared distances of the residuals from their mean."""
    return np.asarray((side.residuals - side.truth.sampling.mean(side.residuals)) ** 2)


def pinball(alpha: float) -> Callable[[Side], Array]:
    """Return what gives the pinball loss of each row for the quantile `alpha` (Koenker and Bassett, 1978)."""
    return partial(_pinball, alpha)


def _pinball(alpha: float, side: Side) -> Array:
    residuals = side.residuals
    return np.where(residuals >= 0, alpha * residuals, (alpha - 1) * residuals)


def own(name: str) -> Callable[[Side], Array]:
    """Return what gives the number of each row that a user's metric is the mean of."""
    return partial(_own, name)


def _own(name: str, side: Side) -> Array:
    found = side.predictions.own[name]
    if not isinstance(found, np.ndarray):
        raise TypeError("a metric of the user's was asked of a side without its numbers")
    return found
