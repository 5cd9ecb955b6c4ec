"""The rules by slice, grouped for people: what does not pass first, and each rule's slices in one line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlgate.core.outcome import Outcome
from mlgate.core.report import numbers, wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.documents.comparison import ComparisonDocument, RuleResult, WeakSlice

BADNESS = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.WARN, Outcome.PASS)
MOST_NAMES = 10


@dataclass(frozen=True, kw_only=True)
class Group:
    """The slices of one rule, at least one.

    Attributes:
        results: In the order of the comparison.
    """

    results: tuple[RuleResult, ...]

    @property
    def id(self) -> str:
        """Return the rule's id."""
        return self.results[0].id

    @cached_property
    def counts(self) -> Counter[Outcome]:
        """Return how many slices came to each outcome."""
        return Counter(wording.rule_outcome(rule) for rule in self.results)

    @property
    def worst(self) -> Outcome:
        """Return the outcome that decides."""
        return next(outcome for outcome in BADNESS if self.counts[outcome])

    @property
    def tally(self) -> str:
        """Return the outcomes in words: `1 fail, 2 inconclusive, 7 pass`."""
        return tally(self.counts)


def tally(counts: Counter[Outcome]) -> str:
    """Return how many came to each outcome, the worst first."""
    return ", ".join(f"{numbers.count(counts[o])} {wording.LABELS[o]}" for o in BADNESS if counts[o])


def whole(rules: Iterable[RuleResult]) -> list[RuleResult]:
    """Return the results on the whole holdout."""
    return [rule for rule in rules if rule.slice is None]


def grouped(rules: Iterable[RuleResult]) -> list[Group]:
    """Return the slices of each rule that has some, in the order of the rules."""
    by_id: dict[str, list[RuleResult]] = {}
    for rule in rules:
        if rule.slice is not None:
            by_id.setdefault(rule.id, []).append(rule)
    return [Group(results=tuple(results)) for results in by_id.values()]


def ranked(groups: Sequence[Group]) -> tuple[list[RuleResult], list[RuleResult]]:
    """Return the slices that do not pass, worst first, and those that do, the largest first."""
    every = [rule for group in groups for rule in group.results]
    open_ = [rule for rule in every if wording.rule_outcome(rule) is not Outcome.PASS]
    open_.sort(key=lambda rule: (BADNESS.index(wording.rule_outcome(rule)), *_missed(rule), -rule.n))
    met = [rule for rule in every if wording.rule_outcome(rule) is Outcome.PASS]
    return open_, sorted(met, key=lambda rule: -rule.n)


def _missed(rule: RuleResult) -> tuple[float, ...]:
    """Return by how much a rule is missed in units of its interval, most first; what was not measured comes before."""
    if rule.interval is None or rule.difference is None:
        return (0.0, 0.0)
    width = rule.interval[1] - rule.interval[0]
    return (1.0, (rule.difference + (rule.margin or 0.0)) / width if width > 0 else 0.0)


def title(groups: Sequence[Group]) -> str:
    """Return the heading of the rules by slice."""
    counts: Counter[Outcome] = sum((group.counts for group in groups), Counter())
    return f"Rules by slice: {tally(counts)}"


def why(rule: RuleResult) -> str:
    """Return what a slice's numbers do not say: why it was not measured, and what was merged into it."""
    told = rule.message if rule.interval is None else ""
    merged = f"Merged: {', '.join(rule.merged)}{', …' if _has_more(rule) else ''}." if rule.merged else ""
    return " ".join(part for part in (told, merged) if part)


def _has_more(rule: RuleResult) -> bool:
    said = rule.slice or ""
    return not said.endswith(f"({len(rule.merged)} others)")


def looked_at(comparison: ComparisonDocument) -> str:
    """Return where weak slices were sought and what came of it; nothing where nobody looked."""
    search = comparison.search
    if search is None:
        return ""
    where = f"{numbers.counted(search.slices, 'comparison')} on slices of {_names(search.columns)}"
    found = numbers.counted(len(comparison.slices), "slice")
    ending = (
        "On none is the candidate worse than on all rows by more than so many looks explain."
        if not comparison.slices
        else f"On {found} the candidate is worse than on all rows by more than so many looks explain."
    )
    left = f" Not looked at: {_names(search.left_out)}." if search.left_out else ""
    return f"Looked at, though no rule asks for it: {where}, by {_names(search.metrics)}. {ending}{left}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


WEAK_NOTE = (
    "A finding, never a failure: no rule asks for these slices. The estimate is drawn towards the difference on all "
    "rows by as much as the slice is uncertain; the interval is wider, and the q-value corrected, for all that was "
    "looked at. To have a slice judged, give a rule `slices`."
)


def weak_decimals(weak: WeakSlice) -> int:
    """Return the decimals for all numbers of a weak slice."""
    return numbers.decimals(interval=weak.interval, value=weak.difference)
