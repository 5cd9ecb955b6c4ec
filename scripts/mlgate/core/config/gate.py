"""The `gate:` part of a configuration: what decides the merge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.core.config.model import Gate, OnChange, OnInconclusive, Rule, SlicePolicy
from mlgate.core.config.rule import parse_rule
from mlgate.core.words import did_you_mean, shown

if TYPE_CHECKING:
    from mlgate.core.config.cursor import Cursor

GATE = (
    "confidence",
    "on-inconclusive",
    "on-contract-change",
    "on-holdout-change",
    "holdout-budget",
    "accept-reasons",
    "slices",
    "rules",
)
SLICES = ("at-least",)
MAX_BUDGET = 1_000_000
MAX_SLICE_ROWS = 1_000_000_000
ELSEWHERE = {
    "waivers": "Write them into a file of their own beside this one: `mlgate-waivers.yml`.",
    "repeats": "Write it under `train`: `train: {repeats: 5}`.",
    "on-slice": "Remove it: give a rule `slices`, and `severity: warn` where it is not to block.",
}
# What a person can sensibly take as a warning: one rule has nothing to compare with, or no value, where all else was
# compared. Not here: what a model is found to be, and whatever keeps the whole comparison from being made, since a pull
# request could bring that about to escape its judgement.
ACCEPTABLE = ("baseline-missing", "baseline-unpinned", "metric-undefined", "slice-empty")


def parse_gate(cursor: Cursor) -> tuple[Gate, list[tuple[Rule, Cursor]]]:
    """Return the policy that `gate:` says, and where each of its rules stands."""
    entries = cursor.mapping(GATE, elsewhere=ELSEWHERE)

    def on_change(key: str) -> OnChange:
        return (entries[key].choice(OnChange) if key in entries else None) or OnChange.FAIL

    confidence = entries["confidence"].number_within(0.5, 1, edges=False) if "confidence" in entries else None
    inconclusive = entries["on-inconclusive"].choice(OnInconclusive) if "on-inconclusive" in entries else None
    placed = _rules(entries["rules"]) if "rules" in entries else []
    gate = Gate(
        confidence=confidence or Gate.confidence,
        on_inconclusive=inconclusive or OnInconclusive.WARN,
        on_contract_change=on_change("on-contract-change"),
        on_holdout_change=on_change("on-holdout-change"),
        holdout_budget=entries["holdout-budget"].integer(1, MAX_BUDGET) if "holdout-budget" in entries else None,
        accept_reasons=_accepted(entries["accept-reasons"]) if "accept-reasons" in entries else (),
        slices=_slices(entries["slices"]) if "slices" in entries else SlicePolicy(),
        rules=tuple(rule for rule, _ in placed),
    )
    return gate, placed


def _slices(cursor: Cursor) -> SlicePolicy:
    entries = cursor.mapping(SLICES)
    rows = entries["at-least"].integer(1, MAX_SLICE_ROWS) if "at-least" in entries else None
    return SlicePolicy() if rows is None else SlicePolicy(at_least=rows)


def _accepted(cursor: Cursor) -> tuple[str, ...]:
    """Return the reasons that come to a warning; note those that no policy can take as one."""
    if isinstance(cursor.value, list) and not cursor.value:
        return ()
    remedy = f"These can be accepted: {', '.join(ACCEPTABLE)}."
    for item in cursor.items("reasons", at_least=1):
        if isinstance(item.value, str) and item.value and item.value not in ACCEPTABLE:
            close = did_you_mean(item.value, ACCEPTABLE)
            item.problem(f"the reason {shown(item.value)} cannot be accepted{close}", remedy)
    return tuple(reason for reason in cursor.texts("reasons") if reason in ACCEPTABLE)


def _rules(cursor: Cursor) -> list[tuple[Rule, Cursor]]:
    found: list[tuple[Rule, Cursor]] = []
    taken: set[str] = set()
    for item in cursor.items("rules"):
        rule = parse_rule(item)
        if rule is None:
            continue
        if rule.id in taken:
            item.problem(f"two rules are called {shown(rule.id)}", "Remove one, or give each an `id` of its own.")
        taken.add(rule.id)
        found.append((rule, item))
    return found
