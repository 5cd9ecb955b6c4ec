"""The power of the other tests, from the standard error that a pilot comparison had at the margin.

A rule passes where estimate + margin exceeds t standard errors. With more rows the standard error falls as one over
the root of n, and its degrees of freedom rise with n. The power of a t test is the tail of the noncentral t, by the
approximation of Abramowitz and Stegun (26.7.10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mlgate.core.codec import rounded
from mlgate.core.comparison.intervals.distributions import normal_cdf, student_quantile

MOST_ROWS = 10_000_000_000


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """What a comparison knew of a difference, and how sure the next one is to be.

    Attributes:
        n: Its rows.
        error: Standard error of the difference on them, on the side of the margin.
        tail: The probability on each side of the interval that is planned.
        degrees: Of t on these rows; infinite where the normal is used.
    """

    n: float
    error: float
    tail: float
    degrees: float = math.inf

    def standard(self, n: float) -> float:
        """Return the standard error on `n` rows, with as many of each class or cluster a row as in the pilot."""
        return self.error * math.sqrt(self.n / n)

    def freedom(self, n: float) -> float:
        """Return the degrees of freedom on `n` rows."""
        return max(1.0, self.degrees * n / self.n)

    def passes(self, n: float, *, margin: float, difference: float = 0.0) -> float:
        """Return the probability that `n` rows let a candidate with this true `difference` pass.

        Args:
            n: Rows.
            margin: The largest accepted drop.
            difference: Candidate minus baseline, positive where the candidate is better.
        """
        distance, standard, degrees = margin + difference, self.standard(n), self.freedom(n)
        return _noncentral_tail(-student_quantile(self.tail, degrees), degrees, distance / standard)

    def rows_needed(self, *, margin: float, power: float, difference: float = 0.0) -> int | None:
        """Return the rows on which a candidate with this true `difference` passes with `power`; None if none do."""
        if margin + difference <= 0:
            return None
        low, high = 1.0, 2.0
        while self.passes(high, margin=margin, difference=difference) < power:
            high *= 2
            if high > MOST_ROWS:
                return None
        while math.ceil(high) - math.ceil(low) > 1:
            middle = (low + high) / 2
            enough = self.passes(middle, margin=margin, difference=difference) >= power
            low, high = (low, middle) if enough else (middle, high)
        return math.ceil(high)

    def detectable_drop(self, n: float, *, margin: float, power: float) -> float:
        """Return the smallest true drop that fails on `n` rows with `power`.

        Failing asks for a high limit below zero and for an estimate below the margin: the harder of the two counts.
        """
        degrees = self.freedom(n)
        certain, likely = -student_quantile(self.tail, degrees), -student_quantile(1 - power, degrees)
        return rounded(max((certain + likely) * self.standard(n), margin + likely * self.standard(n)))


def error_of(*, reach: float, tail: float, degrees: float) -> float:
    """Return the standard error of an interval that reaches from the estimate to a limit by `reach`."""
    return reach / -student_quantile(tail, degrees)


def _noncentral_tail(t: float, degrees: float, shift: float) -> float:
    """Return the probability that noncentral t with this shift exceeds `t`."""
    return normal_cdf((shift - t * (1 - 1 / (4 * degrees))) / math.sqrt(1 + t * t / (2 * degrees)))
