"""The numbers of an explanation: as many digits as the interval supports, and more where a comparison needs them."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.report import numbers

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult

MOST_PLACES = 10
SIGNS = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How the numbers of one rule are written.

    Attributes:
        places: Decimals.
        signed: Whether the interval is of a difference.
    """

    places: int
    signed: bool = True

    def value(self, value: float | None) -> str:
        """Return a value of a metric."""
        return numbers.number(value, self.places)

    def difference(self, value: float | None) -> str:
        """Return a difference, with its sign."""
        return numbers.signed(value, self.places)

    def pair(self, left: float, right: float) -> tuple[str, str]:
        """Return two numbers that are compared, with so many digits that what differs is seen to."""
        show = numbers.signed if self.signed else numbers.number
        places = self.places
        while places < MOST_PLACES and left != right and show(left, places) == show(right, places):
            places += 1
        return _bare(show(left, places), left), _bare(show(right, places), right)


def _bare(text: str, value: float) -> str:
    return "0" if value == 0 else text


def figures_of(rule: RuleResult) -> Figures:
    """Return how a rule's numbers are written."""
    places = numbers.decimals(interval=rule.interval, value=rule.candidate)
    return Figures(places=places, signed=rule.against is not None)


def holds(figures: Figures, left: float, sign: str, right: float) -> str:
    """Return a comparison with its numbers and whether it holds: `+0.0011 >= -0.0050 holds`."""
    true = SIGNS[sign](left, right)
    first, second = figures.pair(left, right)
    return f"{first} {sign} {second} {'holds' if true else 'does not hold'}"
