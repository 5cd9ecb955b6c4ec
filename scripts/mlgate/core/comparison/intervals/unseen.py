"""The interval where no row carries a difference: what a holdout of this size can still not rule out.

Standard errors are zero then, and an interval without width would pass on ten rows. As for proportions (Tango's
interval without a discordant pair; for z = 1.96 close to the rule of three), up to z^2 / (n + z^2) of all rows may
differ though none of n does. How far that share moves a metric is the metric's own `reach`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals.difference import Paired, Shifted
from mlgate.core.comparison.intervals.distributions import bisect, normal_cdf, normal_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.intervals.difference import Limits

FAR = 100.0  # standard errors: beyond any tail that a float can hold


@dataclass(frozen=True, kw_only=True)
class Unseen(Paired):
    """No row differs.

    Attributes:
        n: Independent units that were seen: rows, rows of the smaller class, clusters.
        reach: How far the metric can move when this share of the units differs; rises from 0 at 0.
        value: Of both sides.
    """

    n: float
    reach: Callable[[float], float]
    value: float
    method: str = "no-differing-row"

    @property
    def method_reason(self) -> str:
        """Return why not a standard error."""
        return (
            f"none of {self.n:,.0f} rows differs, so there is no standard error: the interval is what so many rows "
            "cannot rule out"
        )

    def limits(self, tail: float) -> Limits:
        """Return the farthest moves that the holdout cannot rule out."""
        farthest = self._reach(-normal_quantile(tail))
        return -farthest, farthest

    def p_drop(self, at: float) -> float:
        """Return the tail at which the high limit is `at`."""
        return normal_cdf(-bisect(lambda z: at - self._reach(z), 0.0, FAR)) if at > 0 else 1.0

    def contrast(self, margin: float) -> Paired:
        """Return the difference, moved by the margin's share of the value."""
        return Shifted(of=self, by=margin * abs(self.value))

    def _reach(self, z: float) -> float:
        return self.reach(z * z / (self.n + z * z))


def of_losses(low: float, high: float) -> Callable[[float], float]:
    """Return the reach of a mean of losses that were seen from `low` to `high`: a row moves by no more than that."""
    return lambda share: share * (high - low)


def of_root(square: float, low: float, high: float) -> Callable[[float], float]:
    """Return the reach of the root of a mean `square` of squares that were seen from `low` to `high`."""
    return lambda share: math.sqrt(square + share * (high - low)) - math.sqrt(square)


def of_area(share: float) -> float:
    """Return the reach of ROC-AUC: this share of both classes moved from one end to the other."""
    return min(1.0, 2 * share)


def of_precision(positives: float) -> Callable[[float], float]:
    """Return the reach of average precision among `positives` rows of the class.

    As many negatives as the share is of the positives, moved to the very top, leave i / (i + k) at the i-th positive.
    """
    return lambda share: min(1.0, share + share / (1 - share) * (1 + math.log(max(positives, 1.0))))
