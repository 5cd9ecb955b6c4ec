"""Which result a person means: by its whole id, by how it starts, or by a part of it that no other has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.words import did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlgate.core.documents.comparison import RuleResult

MOST_NAMED = 5


def of_rule(results: Sequence[RuleResult], word: str) -> tuple[RuleResult, ...] | str:
    """Return the results of the one rule that `word` means, its slices among them, or what is wrong with the word."""
    chosen = _chosen(word, dict.fromkeys(result.id for result in results), "rule")
    return tuple(r for r in results if r.id == chosen[0]) if isinstance(chosen, tuple) else chosen


def of_slice(results: Sequence[RuleResult], word: str) -> tuple[RuleResult, ...] | str:
    """Return the results in the one slice that `word` means, or what is wrong with the word."""
    chosen = _chosen(word, dict.fromkeys(result.slice for result in results if result.slice), "slice")
    return tuple(r for r in results if r.slice == chosen[0]) if isinstance(chosen, tuple) else chosen


def _chosen(word: str, names: Iterable[str], what: str) -> tuple[str] | str:
    known = list(names)
    lowered = word.lower()
    for found in (
        [name for name in known if name == word],
        [name for name in known if name.lower().startswith(lowered)],
        [name for name in known if lowered in name.lower()],
    ):
        if len(found) == 1:
            return (found[0],)
        if found:
            rest = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
            return f"{shown(word)} may mean {', '.join(map(shown, found[:MOST_NAMED]))}{rest}"
    if not known:
        return f"there is no {what}"
    starts = [name.split()[0] for name in known if name.split()]
    return f"no {what} is called {shown(word)}{did_you_mean(word, [*known, *starts])}"
