"""Which slices are looked at though no rule asks for them, and by which metrics."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mlgate.core.comparison.metrics.asked import Asked, asked
from mlgate.core.comparison.slices import weakest
from mlgate.core.comparison.slices.cutting import Cut, cut
from mlgate.core.comparison.slices.weakest import Question
from mlgate.core.config.model import BaselineKind, Rule, Task
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.comparison.arena import Arena
    from mlgate.core.comparison.columns import Column
    from mlgate.core.documents.comparison import SliceSearch, WeakSlice

MOST_QUESTIONS = 4
MOST_CUTS_OF_FLIPS = 3
MAIN = {Task.BINARY: "accuracy", Task.MULTICLASS: "accuracy", Task.REGRESSION: "mean_absolute_error"}


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Where weak slices are sought.

    Attributes:
        columns: Of the holdout, by name.
        left_out: Columns that nobody looks at.
    """

    columns: Mapping[str, Column] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def dividing(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the columns of the holdout by which rules divide rows."""
    named = [name for rule in rules for name in (*(by.column for by in rule.slices), rule.by) if name is not None]
    return tuple(dict.fromkeys(named))


class Seeker:
    """Looks for slices that nobody asked for.

    Args:
        arena: All rows.
        rules: Those that judge.
        sought: Where to look.
    """

    def __init__(self, arena: Arena, rules: Sequence[Rule], sought: Sought) -> None:
        self.arena = arena
        self.rules = rules
        self.sought = sought

    @cached_property
    def _cuts(self) -> list[Cut]:
        return weakest.cuts(self.sought.columns, self.arena.at_least)

    def search(self) -> tuple[SliceSearch | None, tuple[WeakSlice, ...]]:
        """Return what was looked at, and the slices that are worse by more than chance explains."""
        looked, found = weakest.search(self.arena, self._questions(), self._cuts)
        if looked is None:
            return None, ()
        divided = {made.column for made in self._cuts}
        left_out = [name for name in self.sought.columns if name not in divided]
        return replace(looked, left_out=(*left_out, *self.sought.left_out)), found

    def _questions(self) -> list[Question]:
        """Return the metrics of the rules against models; without such a rule the task's main one."""
        judged: dict[tuple[Asked, str], set[str]] = {}
        for rule in self.rules:
            if rule.budget is None and rule.against is not None and self._is_model(rule.against):
                columns = judged.setdefault((asked(rule), rule.against), set())
                columns.update(by.column for by in rule.slices)
        if not judged:
            models = [name for name in self.arena.sides if self._is_model(name)]
            judged = {(Asked(metric=MAIN[self.arena.truth.task]), name): set() for name in models[:1]}
        found = [
            Question(asked=metric, against=against, judged=frozenset(columns))
            for (metric, against), columns in judged.items()
        ]
        return found[:MOST_QUESTIONS]

    def _is_model(self, name: str) -> bool:
        opponent = self.arena.opponents.get(name)
        there = opponent is not None and bool(opponent.predictions)
        return there and opponent is not None and opponent.result.kind is not BaselineKind.DUMMY

    def cuts_of_flips(self) -> list[Cut]:
        """Return by which columns flips are counted: those of the rules, else the first that are looked at."""
        wanted = dict.fromkeys(by for rule in self.rules for by in rule.slices)
        made = [cut(self.arena.truth.columns, by, self.arena.at_least) for by in wanted]
        return [c for c in made if not isinstance(c, Reason)] or self._cuts[:MOST_CUTS_OF_FLIPS]
