"""One plain sentence for each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import RuleResult


def number(value: float | None, *, signed: bool = False) -> str:
    """Return a number for people: four significant digits."""
    if value is None:
        return "-"
    return f"{value:+.4g}" if signed else f"{value:.4g}"


def limit(result: RuleResult) -> str:
    """Return the sentence of a floor or ceiling."""
    floor = result.at_least is not None and "above-ceiling" not in result.reasons
    bound, word = (result.at_least, "floor") if floor else (result.at_most, "ceiling")
    text = f"{result.metric} is {number(result.candidate)}, the {word} is {number(bound)}"
    if "floor-not-proven" in result.reasons:
        low, high = result.interval or (None, None)
        return f"{text}: on the right side, not proven (interval {number(low)} to {number(high)})."
    return f"{text}."


def against(result: RuleResult, side: str) -> str:
    """Return the sentence of a rule against a baseline; `side` says which of its predictions counted."""
    name = result.against if side in (result.against, "") else f"{result.against} ({side})"
    if "identical" in result.reasons:
        return f"The candidate is the same model as {name}."
    low, high = result.interval or (None, None)
    text = (
        f"{result.metric} against {name}: {number(result.difference, signed=True)} "
        f"({number(low, signed=True)} to {number(high, signed=True)}), margin {number(result.margin)}."
    )
    if result.outcome is Outcome.INCONCLUSIVE:
        return f"{text} {inconclusive(result)}"
    return f"{text} {_VERDICTS.get((result.reasons or ('',))[0], 'No worse than the margin.')}"


_VERDICTS = {
    "worse-than-margin": "The whole interval lies below the margin.",
    "drop": "A real drop, estimated to exceed the margin.",
}


def inconclusive(result: RuleResult) -> str:
    """Return why the holdout cannot tell, and what would."""
    if "degenerate" in result.reasons:
        return "The models differ, but not on rows that give this metric a width: the holdout cannot tell."
    why = "The holdout cannot tell"
    if "multiplicity" in result.reasons:
        why = "Alone it would fail, not after the correction for the number of rules"
    seen = f"a drop of {number(result.detectable_drop)} would have been seen (80 % power)"
    if result.rows_needed is None:
        return f"{why}: {seen}; with this margin no number of rows lets an unchanged model pass reliably."
    if result.rows_needed <= result.n:
        return f"{why}: {seen}; the rows are enough for an unchanged model, but the difference is too near the margin."
    return f"{why}: {seen}; about {result.rows_needed:,} rows would settle it."
