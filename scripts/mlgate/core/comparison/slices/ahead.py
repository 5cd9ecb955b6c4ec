"""What rules will ask of every slice, solved together before they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.comparison.intervals import together
from mlgate.core.comparison.intervals.difference import Paired
from mlgate.core.comparison.intervals.together import Wanted
from mlgate.core.comparison.metrics.asked import asked
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlgate.core.comparison.arena import Arena
    from mlgate.core.comparison.metrics.asked import Asked
    from mlgate.core.config.model import Rule


def solve(arena: Arena, rules: Sequence[Rule]) -> None:
    """Find the intervals of all rules against baselines, on all rows and on every slice."""
    wanted = [found for rule in rules for found in _of_rule(arena, rule)]
    together.solve(wanted, arena.tail)


def _of_rule(arena: Arena, rule: Rule) -> Iterator[Wanted]:
    opponent = arena.opponents.get(rule.against or "")
    if rule.budget is not None or rule.against is None or opponent is None or not opponent.predictions:
        return
    drop = 0.0 if rule.relative else max(0.0, -(rule.margin or 0.0))
    arenas = [arena] if not rule.slices else _parts(arena, rule)
    yield from of_arenas(arenas, asked(rule), rule.against, drop)


def _parts(arena: Arena, rule: Rule) -> Iterator[Arena]:
    for by in rule.slices:
        parts = arena.parts(by)
        yield from () if isinstance(parts, Reason) else (part.arena for part in parts)


def of_arenas(arenas: Iterable[Arena], metric: Asked, against: str, drop: float) -> Iterator[Wanted]:
    """Yield the difference of a metric on the rows of each arena, where it has one."""
    for arena in arenas:
        match = arena.match(metric, against)
        if not isinstance(match, Reason) and isinstance(match.difference, Paired):
            yield Wanted(difference=match.difference, drop=drop)
