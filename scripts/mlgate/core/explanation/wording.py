"""Explanations as text for a terminal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlgate.core.documents.explanation import RuleExplanation

WIDTH = 100


def text(explanations: Sequence[RuleExplanation]) -> str:
    """Return one explanation in full; of several a line each."""
    if len(explanations) == 1 and explanations[0].parts:
        return "\n".join(_whole(explanations[0]))
    return "\n".join(_lines(explanations))


def name(explanation: RuleExplanation) -> str:
    """Return the rule's id with its slice."""
    return f"{explanation.rule}, {explanation.slice}" if explanation.slice else explanation.rule


def _whole(explanation: RuleExplanation) -> Iterator[str]:
    yield f"{name(explanation)}: {explanation.outcome}"
    yield from textwrap.wrap(explanation.summary, WIDTH)
    for part in explanation.parts:
        yield ""
        yield part.title
        for line in part.lines:
            yield from textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _lines(explanations: Sequence[RuleExplanation]) -> Iterator[str]:
    if not explanations:
        yield "No rule was judged."
        return
    width = max(len(each.outcome) for each in explanations)
    for each in explanations:
        yield f"{each.outcome:<{width}}  {name(each)}: {each.summary}"
    yield ""
    if any(each.slice for each in explanations):
        yield "`mlgate explain RULE --slice SLICE` explains one of a rule's slices."
    yield "`mlgate explain RULE` explains one; a part of its name is enough."
