"""One plain sentence for each rule: the numbers, what they decide, and where they decide nothing, what would."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlgate.core.comparison.decision import Sensitivity
    from mlgate.core.documents.comparison import RuleResult

POLICY = "`gate.on-inconclusive` says whether it blocks"


def number(value: float | None, *, signed: bool = False) -> str:
    """Return a number for people: four significant digits."""
    if value is None:
        return "-"
    return f"{value:+.4g}" if signed else f"{value:.4g}"


def at_least(value: float, digits: int = 2) -> str:
    """Return a number rounded up to a few significant digits, so that what is asked for is enough."""
    return _rounded(value, digits, math.ceil)


def at_most(value: float, digits: int = 2) -> str:
    """Return a number rounded down to a few significant digits."""
    return _rounded(value, digits, math.floor)


def _rounded(value: float, digits: int, way: Callable[[float], int]) -> str:
    if value == 0 or not math.isfinite(value):
        return number(value)
    unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits)
    return f"{way(round(value / unit, 6)) * unit:.{digits}g}"


def limit(result: RuleResult) -> str:
    """Return the sentence of a floor or ceiling."""
    floor = result.at_least is not None and "above-ceiling" not in result.reasons
    bound, word = (result.at_least, "floor") if floor else (result.at_most, "ceiling")
    text = f"{result.metric} is {number(result.candidate)}, the {word} is {number(bound)}"
    if "floor-not-proven" not in result.reasons:
        return f"{text}."
    low, high = result.interval or (None, None)
    text = f"{text}: on the right side, not proven (interval {number(low)} to {number(high)})."
    if not result.proven or low is None or high is None:
        return text
    proven = at_most(low, 3) if floor else at_least(high, 3)
    rows = "" if result.rows_needed is None else f"about {_rows(result)}, if the value stays, or "
    return f"{text} To settle it, use {rows}a {word} of {proven}; {POLICY}."


def _rows(result: RuleResult) -> str:
    return f"{result.rows_needed:,} rows" + (" of this slice" if result.slice else "")


def against(result: RuleResult, side: str, sensitivity: Sensitivity | None = None) -> str:
    """Return the sentence of a rule against a baseline.

    Args:
        result: With everything but its message.
        side: Which predictions of the baseline counted.
        sensitivity: What the holdout can tell; None where it tells nothing.
    """
    name = result.against if side in (result.against, "") else f"{result.against} ({side})"
    if "identical" in result.reasons:
        return f"The candidate is the same model as {name}."
    low, high = result.interval or (None, None)
    text = (
        f"{result.metric} against {name}: {number(result.difference, signed=True)} "
        f"({number(low, signed=True)} to {number(high, signed=True)}), margin {_margin(result)}."
    )
    if result.outcome is Outcome.INCONCLUSIVE:
        return f"{text} {inconclusive(result, sensitivity)}"
    return f"{text} {_VERDICTS.get((result.reasons or ('',))[0], 'No worse than the margin.')}"


_VERDICTS = {
    "worse-than-margin": "The whole interval lies below the margin.",
    "drop": "A real drop, estimated to exceed the margin.",
}


def _margin(result: RuleResult) -> str:
    """Return the margin; of a relative one, also what it comes to in the metric's units."""
    if not result.relative or result.margin is None:
        return number(result.margin)
    share = f"{100 * result.margin:.4g} %"
    return share if result.baseline is None else f"{share} of {number(abs(result.baseline))}"


def inconclusive(result: RuleResult, sensitivity: Sensitivity | None) -> str:
    """Return why the holdout cannot tell, which drop it could have seen, and what to do next."""
    if "degenerate" in result.reasons or sensitivity is None:
        return (
            "The models differ, but not on rows that give this metric a width: the holdout cannot tell. Use a larger "
            f"holdout; {POLICY}."
        )
    why = "The holdout cannot tell"
    if "multiplicity" in result.reasons:
        why = "Alone it would fail, not after the correction for the number of rules"
    seen = f"a drop of {number(result.detectable_drop)} would have been seen (80 % power)"
    return f"{why}: {seen}. {_next(result, sensitivity)}; {POLICY}."


def _next(result: RuleResult, sensitivity: Sensitivity) -> str:
    """Return what would settle the rule: rows, or a margin."""
    if "multiplicity" in result.reasons:
        return "Add rows, or block on fewer rules (`severity: warn`)"
    if sensitivity.margin < 0:
        return "The margin asks for an improvement, which no number of rows shows in an unchanged model"
    wider = f"a margin of at least {_wider(result, sensitivity)}"
    if result.rows_needed is None:
        return f"With a margin of 0 no number of rows settles it; {wider} would"
    if result.rows_needed <= result.n:
        return "The rows are enough for an unchanged model, but the difference is too near the margin"
    return f"About {_rows(result)} would settle it, or {wider}"


def _wider(result: RuleResult, sensitivity: Sensitivity) -> str:
    """Return the margin with which an unchanged model passes reliably, written as the rule's is."""
    if result.relative and result.baseline:
        return f"{at_least(100 * sensitivity.margin_needed / abs(result.baseline))}%"
    return at_least(sensitivity.margin_needed)
