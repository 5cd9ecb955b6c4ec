"""What a measure is: the interface between metrics and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlgate.core.comparison.intervals.difference import Limits
    from mlgate.core.comparison.sides import Side


class HasLimits(Protocol):
    """An interval of one side's value."""

    @property
    def method(self) -> str:
        """Return the method's name."""
        ...

    def limits(self, tail: float) -> Limits:
        """Return the interval that leaves the probability `tail` on each side."""
        ...


class Difference(Protocol):
    """What a rule against a baseline is decided from."""

    @property
    def method(self) -> str:
        """Return the method's name."""
        ...

    @property
    def method_reason(self) -> str:
        """Return in plain words why this method."""
        ...

    @property
    def degrees(self) -> float:
        """Return the degrees of freedom of its t; infinite where the normal is used."""
        ...

    @property
    def degenerate(self) -> bool:
        """Return whether the method gives no width, though the models differ."""
        ...

    def limits(self, tail: float) -> Limits:
        """Return the interval that leaves the probability `tail` on each side."""
        ...

    def p_drop(self, at: float) -> float:
        """Return the one-sided p-value of "the true difference is `at` or more": the tail whose high limit is `at`."""
        ...

    def at_margin(self, margin: float, *, relative: bool = False) -> Difference:
        """Return by how much the candidate keeps within the margin: the rule passes where the low limit is 0 or more.

        Args:
            margin: The largest accepted drop; negative asks for an improvement.
            relative: Whether it is a share of the baseline's value, whose own error then counts too.
        """
        ...


class Measure(Protocol):
    """One metric, with its average."""

    def undefined(self, side: Side) -> str | None:
        """Return in plain words why the metric has no value on `side`, or None."""
        ...

    def value(self, side: Side) -> float:
        """Return the metric, equal to scikit-learn's."""
        ...

    def alone(self, side: Side) -> HasLimits:
        """Return the interval of the value."""
        ...

    def difference(self, candidate: Side, baseline: Side) -> Difference:
        """Return the paired difference, turned so that positive is better."""
        ...

    def carriers(self, candidate: Side, baseline: Side) -> NDArray[np.bool_]:
        """Return which rows carry a difference."""
        ...
