"""What every difference answers: its limits, its p-value, and how it stands to a margin.

Differences are candidate minus baseline, turned so that positive is better. Each method is a class of its own module.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

Limits = tuple[float, float]


class Paired(ABC):
    """A difference between candidate and baseline, as far as the holdout tells it.

    Attributes:
        method: The method's name, for documents.
    """

    method: str

    @property
    def degenerate(self) -> bool:
        """Return whether the method gives no width, though the models differ."""
        return False

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of its t; infinite where the normal is used."""
        return math.inf

    @property
    @abstractmethod
    def method_reason(self) -> str:
        """Return in plain words why this method: what the metric is, and how much there is of what it needs."""

    @abstractmethod
    def limits(self, tail: float) -> Limits:
        """Return the interval that leaves the probability `tail` on each side."""

    @abstractmethod
    def p_drop(self, at: float) -> float:
        """Return the one-sided p-value of "the true difference is `at` or more": the tail whose high limit is `at`."""

    @abstractmethod
    def contrast(self, margin: float) -> Paired:
        """Return by how much the candidate keeps within a drop of `margin` x the size of the baseline's value."""

    def at_margin(self, margin: float, *, relative: bool = False) -> Paired:
        """Return by how much the candidate keeps within the margin: the rule passes where the low limit is 0 or more.

        Args:
            margin: The largest accepted drop; negative asks for an improvement.
            relative: Whether it is a share of the baseline's value, whose own error then counts too.
        """
        return self.contrast(margin) if relative else Shifted(of=self, by=margin)


def scale_of(margin: float, baseline: float, *, greater: bool) -> float:
    """Return what the baseline is multiplied by, so that a candidate equal to it is worse by exactly the margin.

    Args:
        margin: As a share of the size of the baseline's value.
        baseline: Its value; of a value below zero a drop leads farther below.
        greater: Whether a higher value is better.
    """
    worse = -1.0 if greater == (baseline >= 0) else 1.0
    return 1 + worse * margin


@dataclass(frozen=True, kw_only=True)
class Shifted(Paired):
    """A difference moved by a number that is known.

    Attributes:
        of: The difference.
        by: What is added to it.
    """

    of: Paired
    by: float

    @property
    def method(self) -> str:  # type: ignore[override] # it is never set
        """Return the method of the difference."""
        return self.of.method

    @property
    def degenerate(self) -> bool:
        """Return whether the difference is."""
        return self.of.degenerate

    @property
    def degrees(self) -> float:
        """Return those of the difference."""
        return self.of.degrees

    @property
    def method_reason(self) -> str:
        """Return that of the difference."""
        return self.of.method_reason

    def limits(self, tail: float) -> Limits:
        """Return the limits, moved."""
        low, high = self.of.limits(tail)
        return low + self.by, high + self.by

    def p_drop(self, at: float) -> float:
        """Return the p-value where `at` was before the move."""
        return self.of.p_drop(at - self.by)

    def contrast(self, margin: float) -> Paired:
        """Return the contrast, moved alike."""
        return Shifted(of=self.of.contrast(margin), by=self.by)


@dataclass(frozen=True, kw_only=True)
class Identical(Paired):
    """Both sides are the same model: no difference, by identity.

    Attributes:
        value: The size of the value that both have.
    """

    value: float = 1.0
    method: str = "identity"

    @property
    def method_reason(self) -> str:
        """Return why nothing is estimated."""
        return "candidate and baseline are the same model and predict the same, so there is nothing to estimate"

    def limits(self, tail: float) -> Limits:  # noqa: ARG002 - the same at any confidence
        """Return zero twice."""
        return 0.0, 0.0

    def p_drop(self, at: float) -> float:
        """Return 1 where no drop is claimed, else 0."""
        return 1.0 if at <= 0 else 0.0

    def contrast(self, margin: float) -> Paired:
        """Return the margin itself."""
        return Shifted(of=self, by=margin * abs(self.value))
