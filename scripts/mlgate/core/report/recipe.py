"""What repeated training says of the recipe, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.report import numbers
from mlgate.core.report.md import Section
from mlgate.core.report.untrusted import prose

if TYPE_CHECKING:
    from mlgate.core.documents.comparison import ComparisonDocument, Repeats

CAVEAT = "This is of the recipe, and decides nothing: the rules judge the model that would be promoted."
MOST = 20


def sentences(comparison: ComparisonDocument | None) -> list[str]:
    """Return a sentence for each of the first metrics and models, and what they are not of; nothing without repeats."""
    told = [_sentence(each) for each in comparison.repeats[:MOST]] if comparison else []
    return [*told, CAVEAT] if told else []


def folded(comparison: ComparisonDocument | None) -> str:
    """Return the sentences as a folded part of the Markdown report."""
    told = sentences(comparison)
    if comparison is None or not told:
        return ""
    body = "\n".join(f"- {prose(sentence)}" for sentence in told)
    return Section(title=f"The recipe over {comparison.repeats[0].seeds} seeds", body=body, priority=0).text() + "\n"


def _sentence(found: Repeats) -> str:
    places = numbers.decimals(interval=found.interval, value=found.difference)
    metric = found.metric if found.parameter is None else f"{found.metric} ({found.parameter:g})"
    return (
        f"The recipe over {found.seeds} seeds: {metric} against {found.against} differs by "
        f"{numbers.signed(found.difference, places)} ({numbers.interval(found.interval, places)}); "
        f"the seed's share of the variance is {numbers.share(found.seed_share)}."
    )
