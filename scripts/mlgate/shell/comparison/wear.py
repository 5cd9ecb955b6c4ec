"""How often this holdout has judged, as far as the registry's log tells: its promotions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlgate.errors import MlgateError
from mlgate.shell.comparison import recorded
from mlgate.shell.comparison.evidence_files import PREDICTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlgate.core.registry.log.state import Entry, State
    from mlgate.shell.comparison.holdout import HoldoutTable
    from mlgate.shell.comparison.registry import Log

MOST_OTHERS = 3  # earlier holdouts whose keys are compared


def uses(log: Log, model: str, table: HoldoutTable, identity: str) -> int | None:
    """Return how many versions this holdout has let through; None where the log cannot be read.

    A holdout that shares more than half of its keys with an earlier one keeps that one's count. That is seen only where
    the branch still has the hashed keys of the earlier one, and for the last three of them.
    """
    if log.state is None:
        return None
    count = log.state.holdout_uses(identity)
    others = list(_others(log.state, model, identity))
    if not others:
        return count
    own = frozenset(recorded.key_hashes(table).tolist())
    alike = (entry for entry in others if _shares_most(own, _keys(log, entry)))
    return count + sum(log.state.holdout_uses(str(entry.holdout)) for entry in alike)


def _others(state: State, model: str, identity: str) -> Iterator[Entry]:
    """Yield the last version of each of the last holdouts that were others."""
    seen = {identity, None}
    for entry in reversed(state.versions(model)):
        if len(seen) - 2 == MOST_OTHERS:
            return
        if entry.holdout not in seen:
            seen.add(entry.holdout)
            yield entry


def _keys(log: Log, entry: Entry) -> frozenset[str]:
    try:
        kept = next((a for a in entry.record().artifacts if a.name == PREDICTIONS), None)
        data = None if kept is None else log.blob(kept.digest)
        return frozenset() if data is None else recorded.hashes_in(data)
    except MlgateError:
        return frozenset()


def _shares_most(own: frozenset[str], other: frozenset[str]) -> bool:
    return 2 * len(own & other) > len(own)
