"""The slices that nobody asked for and on which the candidate does worse than on all rows: findings, never failures.

Every slice of every column is examined, so that chance alone would find some. Three things keep chance out: an adjusted
p-value (Benjamini and Hochberg, 1995, Journal of the Royal Statistical Society B 57, 289-300) over all that was
examined; estimates drawn towards the difference on all rows by as much as they are uncertain (empirical Bayes: Efron
and Morris, 1975, Journal of the American Statistical Association 70, 311-319, the variance between slices by
moments); and intervals at the confidence that a choice of R among m leaves, 1 - R alpha / m (Benjamini and Yekutieli,
2005, Journal of the American Statistical Association 100, 71-81). An interval keeps the slice's own width: what the
shrinkage would save is not taken from it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlgate.core.codec import rounded
from mlgate.core.comparison.intervals.distributions import normal_quantile
from mlgate.core.comparison.slices.cutting import cut
from mlgate.core.config.model import SliceBy
from mlgate.core.documents.comparison import SliceSearch, WeakSlice
from mlgate.core.documents.shared import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlgate.core.comparison.arena import Arena, Duel
    from mlgate.core.comparison.columns import Column
    from mlgate.core.comparison.metrics.asked import Asked
    from mlgate.core.comparison.slices.cutting import Cut, Slice

MOST_VALUES = 50  # a column of categories with more is not looked at
QUARTILES = 4
MOST_LISTED = 20


@dataclass(frozen=True, kw_only=True)
class Question:
    """A metric against a baseline, and the columns whose slices a rule judges by it already."""

    asked: Asked
    against: str
    judged: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Examined:
    """One slice on one question.

    Attributes:
        question: Which.
        slice: Where.
        duel: What was seen on its rows.
        overall: The difference on all rows.
        p_value: One-sided, of a drop that is larger than that on all rows.
    """

    question: Question
    slice: Slice
    duel: Duel
    overall: float
    p_value: float

    def standard(self, tail: float) -> float:
        """Return the standard error that the width of the interval stands for."""
        return (self.duel.high - self.duel.low) / (-2 * normal_quantile(tail))


def cuts(columns: Mapping[str, Column], at_least: int) -> list[Cut]:
    """Return the cuts of the columns that have few values, and of numbers by quartile."""
    made = []
    for name, column in columns.items():
        if column.codes is not None and len(column.names) > MOST_VALUES:
            continue
        divided = cut(columns, SliceBy(column=name, bins=QUARTILES if column.codes is None else None), at_least)
        if not isinstance(divided, Reason) and len(divided.slices) > 1:
            made.append(divided)
    return made


def search(
    arena: Arena, questions: Sequence[Question], made: Sequence[Cut]
) -> tuple[SliceSearch | None, tuple[WeakSlice, ...]]:
    """Return what was looked at, and the slices on which the candidate does worse by more than chance explains.

    Args:
        arena: All rows.
        questions: What is compared.
        made: How the rows are divided.
    """
    if not questions or not made:
        return None, ()
    examined = [found for divided in made for found in _examine(arena, questions, divided)]
    open_ = [divided.column for divided in made if any(divided.column not in q.judged for q in questions)]
    if not open_:
        return None, ()
    looked = SliceSearch(
        columns=tuple(open_),
        metrics=tuple(dict.fromkeys(question.asked.metric for question in questions)),
        slices=len(examined),
    )
    return looked, _weakest(examined, arena.tail)


def _examine(arena: Arena, questions: Sequence[Question], divided: Cut) -> Iterable[Examined]:
    """Yield each slice on each question that has an answer there."""
    open_ = [question for question in questions if divided.column not in question.judged]
    if not open_:
        return
    for part in arena.divided(divided):
        for question in open_:
            duel, overall = (a.duel(question.asked, question.against) for a in (part.arena, arena))
            if isinstance(duel, Reason) or isinstance(overall, Reason) or duel.difference.degenerate:
                continue
            p_value = rounded(duel.difference.p_drop(min(0.0, overall.estimate)))
            yield Examined(question=question, slice=part.slice, duel=duel, overall=overall.estimate, p_value=p_value)


def _weakest(examined: Sequence[Examined], tail: float) -> tuple[WeakSlice, ...]:
    adjusted = benjamini_hochberg([found.p_value for found in examined])
    chosen = [i for i, q in enumerate(adjusted) if q <= 2 * tail and examined[i].duel.estimate < 0]
    between = {question: _between(examined, question, tail) for question in {examined[i].question for i in chosen}}
    narrow = tail * len(chosen) / len(examined) if examined else tail
    weak = [_weak(examined[i], adjusted[i], between[examined[i].question], tail, narrow) for i in chosen]
    weak.sort(key=lambda slice_: (slice_.q_value, slice_.shrunk, slice_.slice, slice_.metric, slice_.against))
    return tuple(weak[:MOST_LISTED])


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted for the rate of false ones among those that are picked."""
    m, least = len(p_values), 1.0
    adjusted = [1.0] * m
    for rank, index in sorted(enumerate(sorted(range(m), key=lambda i: p_values[i]), 1), reverse=True):
        least = min(least, p_values[index] * m / rank)
        adjusted[index] = rounded(least)
    return adjusted


def _between(examined: Sequence[Examined], question: Question, tail: float) -> float:
    """Return the variance of the true differences around that of all rows, by moments; never below 0."""
    mine = [found for found in examined if found.question == question and found.standard(tail) > 0]
    weights = [1 / found.standard(tail) ** 2 for found in mine]
    spread = math.fsum(w * (f.duel.estimate - f.overall) ** 2 for w, f in zip(weights, mine, strict=True))
    return max(0.0, (spread - len(mine)) / math.fsum(weights)) if mine else 0.0


def _weak(found: Examined, q_value: float, between: float, tail: float, narrow: float) -> WeakSlice:
    own = found.standard(tail) ** 2
    kept = between / (between + own) if between + own > 0 else 1.0
    shrunk = found.overall + kept * (found.duel.estimate - found.overall)
    low, high = found.duel.difference.limits(narrow)
    moved = shrunk - found.duel.estimate
    return WeakSlice(
        slice=found.slice.name,
        metric=found.question.asked.metric,
        against=found.question.against,
        n=found.slice.n,
        difference=found.duel.estimate,
        shrunk=rounded(shrunk),
        interval=(rounded(low + moved), rounded(high + moved)),
        q_value=q_value,
    )
